"""Which engine is faster, over how many events a neuron gets: the same network by events and in steps of 0.1 ms, in turn.

usage: crossover.py [--models NAME,...] [--rounds N] [--seconds S] [--write PAGE.md] [--quick] [--out FOLDER] [--draw]

Targets (5,000) of one model get spikes from 1,000 Poisson sources: each from 10, 100 or 1,000 of them, at 0.01 to 100 spikes/s, so
that a neuron gets 0.0001 to 10 events in 0.1 ms. Of the inputs 80 % excite and 20 % inhibit twice as strongly. An excitatory spike moves
the potential by 0.5 mV, or by less where so many come that they would move it by more than 4 mV on average. Of the targets 95 % lie 11 mV
below their threshold without input and seldom spike; 5 % are driven over it and spike some 16 times a second. All parameters are
shared, so that the event engine adds up the input of lif_curr_delta and lif_curr_exp; it takes that of lif_curr_alpha spike by spike.

Two variants of each network:

  recurrent    each target also has a synapse of weight 0 onto itself, with a delay of 1.5 ms, which is what bounds the slices
               of time in any recurrent network
  feedforward  no loop: delays do not bound the slices

A run takes --seconds (0.3) of wall time, by a biological time that is chosen for each engine after a short run; 1 worker, nothing
recorded, without building. The two engines take turns (5 rounds). What is told is the least time of a neuron-second, which other work
of the machine disturbs least, and the ratio of the two; crossover.json has all runs, and the median of the rounds' ratios.

Writes into FOLDER (docs/performance/figures) crossover.json and crossover.svg; --write puts the table into a page, between the
comments `<!-- crossover.py: begin -->` and `<!-- crossover.py: end -->`.

  --quick  few points, short runs: whether the script works
  --draw   no runs: figure and table anew, from the JSON that is there

Needs matplotlib: run it as Benchmarks/crossover.sh does. SYNFIRE_COMMAND names another command than .build/release/synfire.
"""
import argparse
import json
import math
import os
import pathlib
import sys
import tempfile

import matplotlib

from measure import ROOT, SYNFIRE, Failed, call, machine, median, say, warn_if_busy

sys.path.insert(0, str(ROOT / "scripts"))
import tables  # noqa: E402

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

NAME = "crossover"
MODELS = ("lif_curr_delta", "lif_curr_exp", "lif_curr_alpha")
FAN_INS = (10, 100, 1000)
RATES = (0.01, 0.032, 0.1, 0.32, 1, 3.2, 10, 32, 100)
TARGETS, SOURCES, STEP = 5000, 1000, 0.1
TAU_M, C_M, TAU_SYN = 20.0, 250.0, 2.0
LEAST_EVENTS = 0.9e-4


def description(model, variant, fan_in, rate):
    """The network in YAML."""
    jump = min(0.5, 4 / (0.4 * fan_in * rate * 1e-3 * TAU_M))
    # The charge of a spike moves the potential by `jump`.
    weight = {"lif_curr_delta": jump, "lif_curr_exp": jump * C_M / TAU_SYN, "lif_curr_alpha": jump * C_M / (math.e * TAU_SYN)}[model]
    synapse = "" if model == "lif_curr_delta" else f", tau_syn_ex: {TAU_SYN}, tau_syn_in: {TAU_SYN}"
    receptors = ("input", "input") if model == "lif_curr_delta" else ("excitatory", "inhibitory")
    excitatory, near = SOURCES * 4 // 5, TARGETS // 20

    def population(name, size, bias):
        return (f"  {name}:\n    size: {size}\n    model: {model}\n"
                f"    parameters: {{tau_m: {TAU_M}, c_m: {C_M}, e_l: 0, v_threshold: 20, v_reset: 0, t_ref: 2, "
                f"i_e: {bias * C_M / TAU_M}{synapse}}}\n    initial: {{v: {{uniform: [0, 15]}}}}\n")

    def projection(name, source, targets, connector, weight, receptor):
        return (f"  {name}: {{from: \"{source}\", to: {targets}, connect: {connector}, weight: {weight!r}, delay: 1.5 ms, "
                f"receptor: {receptor}}}\n")

    text = (f"network: crossover\npopulations:\n  sources: {{size: {SOURCES}, model: poisson_source, parameters: {{rate: {rate}}}}}\n"
            + population("far", TARGETS - near, 9) + population("near", near, 21) + "projections:\n"
            + projection("excitation", f"sources[0-{excitatory - 1}]", "[far, near]", f"{{fixed_in_degree: {fan_in * 4 // 5}}}", weight,
                         receptors[0])
            + projection("inhibition", f"sources[{excitatory}-{SOURCES - 1}]", "[far, near]", f"{{fixed_in_degree: {fan_in // 5}}}",
                         -2 * weight, receptors[1]))
    if variant == "recurrent":
        text += "".join(projection(f"{name}_loop", name, name, "one_to_one", 0, receptors[0]) for name in ("far", "near"))
    return text


def timed(path, engine, milliseconds, seed):
    command = [SYNFIRE, "simulate", path, "--engine", engine, "--time", f"{milliseconds:g}ms", "--workers", 1, "--seed", seed,
               "--record", "none", "--json", *(["--step", f"{STEP}ms"] if engine == "clock" else [])]
    result = json.loads(call(command))
    rate = sum(row["spikes"] for row in result["populations"] if row["name"] != "sources") / TARGETS / milliseconds * 1000
    return {"ns": 1e9 * result["runSeconds"] / TARGETS / (milliseconds / 1000), "run_s": result["runSeconds"], "rate": rate}


def fitting(path, engine, seconds, longest):
    """A biological time that takes about so long."""
    milliseconds = 50.0
    while True:
        run = timed(path, engine, milliseconds, 1)
        if run["run_s"] > 0.1 * seconds or milliseconds >= longest:
            return min(max(50.0, float(round(milliseconds * seconds / max(run["run_s"], 1e-6)))), longest)
        milliseconds = min(longest, float(round(milliseconds * min(20.0, max(2.0, 0.3 * seconds / max(run["run_s"], 1e-6))))))


def measured(models, options):
    lines = []
    rates = (0.1, 3.2, 100) if options.quick else RATES
    longest = 200.0 if options.quick else 20000.0
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "crossover.yaml"
        for model in models:
            for variant in ("recurrent", "feedforward"):
                for fan_in in FAN_INS:
                    for rate in rates:
                        events = fan_in * rate * STEP * 1e-3
                        if events < LEAST_EVENTS or (variant == "feedforward" and not options.quick and RATES.index(rate) % 2):
                            continue
                        path.write_text(description(model, variant, fan_in, rate), encoding="utf-8")
                        times = {engine: fitting(path, engine, options.seconds, longest) for engine in ("event", "clock")}
                        rounds = [{engine: timed(path, engine, times[engine], seed) for engine in ("event", "clock")}
                                  for seed in range(1, options.rounds + 1)]
                        line = {"model": model, "variant": variant, "fan_in": fan_in, "rate": rate, "events_per_step": events,
                                "rounds_ns": {e: [round(r[e]["ns"], 1) for r in rounds] for e in ("event", "clock")},
                                "event_ns": min(r["event"]["ns"] for r in rounds),
                                "clock_ns": min(r["clock"]["ns"] for r in rounds),
                                "median_ratio": median(r["clock"]["ns"] / r["event"]["ns"] for r in rounds),
                                "spike_rate": {e: round(median(r[e]["rate"] for r in rounds), 3) for e in ("event", "clock")}}
                        line["ratio"] = line["clock_ns"] / line["event_ns"]
                        lines.append(line)
                        say(f"{model} {variant} K {fan_in} rate {rate:g}: {events:.2g} events a step, event {line['event_ns']:.3g} ns, "
                            f"clock {line['clock_ns']:.3g} ns, ratio {line['ratio']:.3g}, spikes/s {line['spike_rate']}")
    return lines


def crossing(lines, model, variant):
    """For each fan-in the events of a neuron and step at which both take as long, between two points of its line; the last if
    there are several."""
    found = []
    for fan_in in FAN_INS:
        points = sorted((row["events_per_step"], row["ratio"]) for row in lines
                        if (row["model"], row["variant"], row["fan_in"]) == (model, variant, fan_in))
        for (x0, r0), (x1, r1) in reversed(list(zip(points, points[1:]))):
            if r0 >= 1 > r1:
                part = math.log(r0) / (math.log(r0) - math.log(r1))
                found.append((fan_in, math.exp(math.log(x0) + part * (math.log(x1) - math.log(x0)))))
                break
    return found


def at(lines, model, variant, events):
    """Times and ratio with about so many events a step; medians where several fan-ins have that."""
    rows = [row for row in lines if row["model"] == model and row["variant"] == variant
            and abs(math.log10(row["events_per_step"] / events)) < 0.05]
    return [median(row[key] for row in rows) for key in ("event_ns", "clock_ns", "ratio")] if rows else None


def page(result):
    lines, facts = result["runs"], result["machine"]
    models = [model for model in MODELS if any(row["model"] == model for row in lines)]
    decades = [10.0**k for k in range(-4, 2)]
    rows = []
    for model in models:
        for events in decades:
            own = [at(lines, model, variant, events) for variant in ("recurrent", "feedforward")]
            if not any(own):
                continue
            cells = [f"`{model}`", f"{events:g}"]
            for found in own:
                cells += [f"{found[0] / 1e3:.3g}", f"{found[1] / 1e3:.3g}", f"{found[2]:.3g}"] if found else ["–"] * 3
            rows.append(cells)
    text = tables.markdown(["Model", "Events a step", "Events, µs", "Steps, µs", "Ratio", "Feed-forward: events", "Steps", "Ratio"], rows)
    marks = []
    for model in models:
        cells = [f"`{model}`"]
        for variant in ("recurrent", "feedforward"):
            found = crossing(lines, model, variant)
            cells.append(", ".join(f"{value:.2g} (K = {fan_in})" for fan_in, value in found) or "–")
        marks.append(cells)
    crossings = tables.markdown(["Model", "Crossover with a loop, events a neuron and step", "Feed-forward"], marks)
    return (f"{text}\n\nTime of a neuron-second in µs; the ratio says how much longer steps take.\n\n{crossings}\n\n"
            f"Measured on: {facts['processor']}, {facts['cores']} cores, SYNFIRE_CPU {facts['cpu']}, Synfire {facts['synfire']}, "
            f"{facts['date']}, load before it {facts['load_at_start']}, after it {result['load_at_end']}.")


def draw(lines, path):
    """A panel a model: time of a neuron-second over events."""
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": NAME, "font.size": 10, "font.family": "sans-serif"})
    models = [model for model in MODELS if any(row["model"] == model for row in lines)]
    figure, axes = plt.subplots(1, len(models), figsize=(3.6 * len(models), 3.9), layout="constrained", sharey=True, squeeze=False)
    colors = {"event": "#1b6ca8", "clock": "#c8553d"}
    labels = {"event": "events", "clock": "steps of 0.1 ms"}
    for axis, model in zip(axes[0], models):
        for engine, color in colors.items():
            for fan_in, marker in zip(FAN_INS, "osD"):
                rows = sorted((row["events_per_step"], row[f"{engine}_ns"] / 1e3) for row in lines
                              if (row["model"], row["variant"], row["fan_in"]) == (model, "recurrent", fan_in))
                if rows:
                    axis.plot(*zip(*rows), marker=marker, markersize=4, linewidth=1, color=color,
                              label=f"{labels[engine]}, K = {fan_in}" if axis is axes[0][0] else None)
        found = [value for _, value in crossing(lines, model, "recurrent")]
        if found:
            middle = math.exp(sum(map(math.log, found)) / len(found))
            axis.axvline(middle, color="#555555", linestyle="--", linewidth=1)
            axis.text(middle, 0.02, f" {middle:.2g}", transform=axis.get_xaxis_transform(), fontsize=9)
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_title(model, fontsize=10)
        axis.set_xlabel("events a neuron and 0.1 ms")
        axis.grid(color="#dddddd", linewidth=0.6)
        axis.set_axisbelow(True)
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
    axes[0][0].set_ylabel("wall time of a neuron-second (µs)")
    axes[0][0].legend(frameon=False, fontsize=8, loc="upper left")
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=110)
    plt.close(figure)


def main():
    parser = argparse.ArgumentParser(prog="crossover.py", description="Events beside steps: see the script's head.")
    parser.add_argument("--models", type=lambda text: text.split(","), default=list(MODELS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--draw", action="store_true")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "docs/performance/figures")
    options = parser.parse_args()
    unknown = set(options.models) - set(MODELS)
    if unknown:
        raise Failed(f"{', '.join(sorted(unknown))}: is none of {', '.join(MODELS)}")
    if options.quick:
        options.rounds, options.seconds = 1, 0.02
        if options.out == parser.get_default("out"):
            options.out = ROOT / "runs/crossover"         # figures of tiny runs belong into no page
    stored = options.out / f"{NAME}.json"
    if not options.draw:
        facts = machine()
        warn_if_busy(facts)
        result = {"machine": facts, "runs": measured(options.models, options), "load_at_end": round(os.getloadavg()[0], 2)}
        options.out.mkdir(parents=True, exist_ok=True)
        runs = ",\n  ".join(json.dumps(line) for line in result["runs"])
        stored.write_text(f'{{"machine": {json.dumps(facts)}, "load_at_end": {result["load_at_end"]},\n "runs": [\n  {runs}]}}\n',
                          encoding="utf-8")
    result = json.loads(stored.read_text(encoding="utf-8"))
    draw(result["runs"], options.out / f"{NAME}.svg")
    text = page(result)
    print(text)
    if options.write:
        tables.replace(options.write, "crossover.py", text)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failed, ValueError, KeyError, OSError) as error:
        sys.exit(f"crossover.py: {error}")
