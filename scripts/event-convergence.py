"""How the clock engine's spike times come to those of the event engine as the step shrinks, for a few small networks.

usage: event-convergence.py [--models NAME,...] [--write PAGE.md] [--figure FILE.svg]

Eight neurons of one model with different constant currents, four that excite and four that inhibit; all get spikes at given times off
the grid, and spikes of each other, after 2.4 ms those that excite, after 4 ms those that inhibit. They are simulated for 200 ms by
events and in steps of 0.8 to 0.0125 ms; of each neuron spike k is compared with spike k. Delays and the refractory time are multiples
of all steps, so that the clock engine rounds nothing but times of spikes. Prints a table, of each model the largest and the median
difference at each step and the slopes of lines through their logarithms; draws them with --figure; puts the table into a page with
--write, between the comments `<!-- event-convergence.py: begin -->` and `<!-- event-convergence.py: end -->`.

Needs numpy, h5py and matplotlib (Benchmarks/peers.sh nest has them). SYNFIRE_COMMAND names another command than .build/release/synfire.
"""
import argparse
import datetime
import math
import os
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np

import tables

ROOT = pathlib.Path(__file__).resolve().parent.parent
SYNFIRE = os.environ.get("SYNFIRE_COMMAND", str(ROOT / ".build/release/synfire"))
STEPS = (0.8, 0.4, 0.2, 0.1, 0.05, 0.025, 0.0125)
MODELS = ("lif_curr_exp", "lif_curr_alpha", "lif_curr_exp_adapt", "lif_curr_delta")
DURATION, SEED = 200.0, 20261127
TAU_M, C_M, TAU_EX, TAU_IN = 20.0, 250.0, 2.0, 5.0


def description(model):
    rng = np.random.default_rng(SEED)
    currents = rng.uniform(22, 30, 8) * C_M / TAU_M          # each alone leads to 22 to 30 mV; the threshold is at 20
    trains = [np.sort(rng.uniform(1, DURATION - 10, 40)) for _ in range(8)]
    charge = {"lif_curr_delta": (1.0, 1.0), "lif_curr_alpha": (C_M / TAU_EX / math.e, C_M / TAU_IN / math.e)}.get(
        model, (C_M / TAU_EX, C_M / TAU_IN))
    excitatory, inhibitory = 0.4 * charge[0], -0.4 * charge[1]
    receptors = ("input", "input") if model == "lif_curr_delta" else ("excitatory", "inhibitory")
    synapses = "" if model == "lif_curr_delta" else f", tau_syn_ex: {TAU_EX}, tau_syn_in: {TAU_IN}"
    adaptation = ", tau_w: 50, b: 20" if model == "lif_curr_exp_adapt" else ""

    def population(name, part):
        values = ", ".join(repr(float(i)) for i in currents[part])
        return (f"  {name}: {{size: 4, model: {model}, parameters: {{tau_m: {TAU_M}, c_m: {C_M}, e_l: 0, v_threshold: 20, v_reset: 0, "
                f"t_ref: 1.6, i_e: [{values}]{synapses}{adaptation}}}}}\n")

    def projection(name, source, weight, receptor, delay=2.4, connector="all_to_all"):
        return (f"  {name}: {{from: {source}, to: [exc, inh], connect: {connector}, weight: {weight!r}, delay: {delay} ms, "
                f"receptor: {receptor}}}\n")

    times = ", ".join("[" + ", ".join(repr(float(t)) for t in train) + "]" for train in trains)
    return (f"network: convergence\npopulations:\n  outside: {{size: 8, model: spike_source_array, tables: {{spike_times: [{times}]}}}}\n"
            + population("exc", slice(0, 4)) + population("inh", slice(4, 8)) + "projections:\n"
            + projection("input", "outside", 2 * excitatory, receptors[0], connector="{fixed_in_degree: 3}")
            + projection("excitation", "exc", excitatory, receptors[0]) + projection("inhibition", "inh", inhibitory, receptors[1], 4.0))


def spikes(path, folder, *options):
    """The spikes of each neuron."""
    out = pathlib.Path(folder) / "traces.h5"
    words = [SYNFIRE, "simulate", str(path), "--time", f"{DURATION:g}ms", "--record", "spikes:exc,spikes:inh", "--out", str(out),
             "--force", "--json", *options]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise ValueError(done.stderr.strip())
    trains = []
    with h5py.File(out) as file:
        for name in ("exc", "inh"):
            nodes, times = file[f"spikes/{name}/node_ids"][:], file[f"spikes/{name}/timestamps"][:]
            trains += [np.sort(times[nodes == neuron]) for neuron in range(4)]
    return trains


def compared(model, folder):
    """Of each step the largest and the median difference [ms], and the differences of the numbers of spikes."""
    path = pathlib.Path(folder) / f"{model}.yaml"
    path.write_text(description(model), encoding="utf-8")
    exact = spikes(path, folder, "--engine", "event")
    rows = []
    for step in STEPS:
        own = spikes(path, folder, "--engine", "clock", "--step", f"{step}ms")
        # A spike near the end may be on either side of it.
        missing = sum(abs(len(a) - len(b)) for a, b in zip(exact, own))
        differences = np.concatenate([np.abs(b[:len(a)] - a[:len(b)]) for a, b in zip(exact, own)])
        rows.append((step, differences.max(), float(np.median(differences)), missing))
    return sum(map(len, exact)), rows


def slope(rows, key):
    return float(np.polyfit(np.log([row[0] for row in rows]), np.log([row[key] for row in rows]), 1)[0])


def draw(results, path):
    import matplotlib
    matplotlib.use("svg")
    import matplotlib.pyplot as plt
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "event-convergence", "font.size": 10, "font.family": "sans-serif"})
    figure, axis = plt.subplots(figsize=(5.6, 4.2), layout="constrained")
    for (model, (_, rows)), marker, color in zip(results.items(), "osD^", ("#1b6ca8", "#c8553d", "#5b8e3e", "#7a5195")):
        axis.plot([row[0] for row in rows], [row[1] for row in rows], marker=marker, markersize=5, linewidth=1.2, color=color,
                  label=f"{model}: slope {slope(rows, 1):.2f} (median {slope(rows, 2):.2f})")
        axis.plot([row[0] for row in rows], [row[2] for row in rows], marker=marker, markersize=3, linewidth=0.8, linestyle=":",
                  color=color)
    axis.plot(STEPS, STEPS, color="#555555", linestyle="--", linewidth=1, label="one step; dotted: median")
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xticks(STEPS, [f"{step:g}" for step in STEPS], fontsize=9)
    axis.set_xticks([], minor=True)
    axis.set_xlabel("step (ms)")
    axis.set_ylabel("spike time, largest and median difference (ms)")
    axis.grid(color="#dddddd", linewidth=0.6)
    axis.set_axisbelow(True)
    axis.legend(frameon=False, fontsize=9)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=110)


def main():
    parser = argparse.ArgumentParser(prog="event-convergence.py", description="Steps against events: see the script's head.")
    parser.add_argument("--models", type=lambda text: text.split(","), default=list(MODELS))
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--figure", type=pathlib.Path)
    options = parser.parse_args()
    unknown = set(options.models) - set(MODELS)
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))}: is none of {', '.join(MODELS)}")
    with tempfile.TemporaryDirectory() as folder:
        results = {model: compared(model, folder) for model in options.models}
    rows = []
    for model, (count, lines) in results.items():
        cells = [f"{largest:.2g} ({middle:.2g})" + (f" [{missing}]" if missing else "")
                 for _, largest, middle, missing in lines]
        rows.append([f"`{model}`", count, *cells, f"{slope(lines, 1):.2f} ({slope(lines, 2):.2f})"])
    text = tables.markdown(["Model", "Spikes", *[f"{step:g} ms" for step in STEPS], "Slope"], rows)
    text += ("\n\nLargest difference of a spike time, and the median in brackets, in ms; in square brackets how many spikes more or\n"
             f"fewer there are. The slopes are those of the two. {datetime.date.today().isoformat()}.")
    print(text)
    if options.figure:
        draw(results, options.figure)
    if options.write:
        tables.replace(options.write, "event-convergence.py", text)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ValueError, KeyError, OSError) as error:
        sys.exit(f"event-convergence.py: {error}")
