"""How the time of the microcircuit grows with its size: a part of the neurons and of the inputs of each, with one worker and two.

usage: scaling.py [--scales 0.1,0.2,...] [--workers 1,2] [--rounds N] [--quick] [--out FOLDER] [--draw]

Simulates 1 s after 100 ms with Poisson background, nothing recorded, three rounds in turn. Writes into FOLDER
(docs/performance/figures) microcircuit-scaling.csv, a line a run; microcircuit-scaling.json, the same with the machine; and
microcircuit-scaling.svg: wall time of a second, and wall time of a synaptic event (a spike that reaches one target: spikes times
the mean out-degree of their population), medians with bars from the least to the greatest.

  --quick  tiny sizes and times, one round: whether the script works
  --draw   no runs: the figure anew, from the JSON that is there

Needs matplotlib: run it as Benchmarks/scaling.sh does. SYNFIRE_COMMAND names another command than .build/release/synfire.
"""
import argparse
import csv
import json
import pathlib
import sys

import matplotlib

from measure import ROOT, Failed, Skipped, machine, median, require_memory, say, synfire, warn_if_busy

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

sys.path.insert(0, str(ROOT / "Benchmarks/peers"))
import microcircuit  # noqa: E402

FULL_GIB = 3.5          # free memory that the full network needs
COLUMNS = ["scale", "neurons", "synapses", "workers", "round", "seed", "build_s", "wall_s_per_s", "spikes", "events",
           "ns_per_event", "peak_gib"]
NAME = "microcircuit-scaling"


def measured(scales, workers, rounds, milliseconds, warm_up):
    """A line a run; sizes and workers take turns within a round."""
    lines, skipped, failed = [], {}, []
    for number in range(rounds):
        for scale in scales:
            degrees = microcircuit.out_degrees(scale)
            for count in workers:
                if scale in skipped:
                    continue
                say(f"round {number + 1} of {rounds}, scale {scale:g}, {count} workers")
                settings = () if scale == 1 else (f"n_scaling={scale:g}", f"k_scaling={scale:g}")
                try:
                    require_memory(FULL_GIB * scale**2, "Synfire")
                    run = synfire("microcircuit", milliseconds, 55 + number, count, settings, warm_up)
                except Skipped as reason:
                    skipped[scale] = str(reason)
                    say(f"  skipped: {reason}")
                    continue
                except Failed as reason:
                    failed.append(str(reason))
                    say(f"  failed: {reason}")
                    continue
                events = sum(spikes * degrees[layer] for layer, spikes in run["counts"].items())
                lines.append({
                    "scale": scale, "neurons": run["neurons"], "synapses": run["synapses"], "workers": count, "round": number + 1,
                    "seed": run["seed"], "build_s": round(run["build_s"], 4),
                    "wall_s_per_s": round(run["run_s"] * 1000 / milliseconds, 4), "spikes": run["spikes"],
                    "events": round(events), "ns_per_event": round(1e9 * run["run_s"] / events, 3) if events else None,
                    "peak_gib": round(run["peak_gib"], 3)})
    return lines, skipped, failed


def draw(lines, path):
    """Both figures side by side, over the number of synapses."""
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": NAME, "font.size": 10, "font.family": "sans-serif"})
    figure, axes = plt.subplots(1, 2, figsize=(9.6, 4.2), layout="constrained")
    panels = [("wall_s_per_s", "wall time of a second of biology (s)"), ("ns_per_event", "wall time of a synaptic event (ns)")]
    styles = [("o", "-", "#1b6ca8"), ("s", "-", "#c8553d"), ("^", "-", "#5b8e3e"), ("D", "-", "#7a5195")]
    for axis, (key, label) in zip(axes, panels):
        for count, (marker, line, color) in zip(sorted({row["workers"] for row in lines}), styles):
            points = []
            for scale in sorted({row["scale"] for row in lines}):
                rows = [row for row in lines if row["scale"] == scale and row["workers"] == count and row[key]]
                if rows:
                    values = [row[key] for row in rows]
                    points.append((rows[0]["synapses"] / 1e6, median(values), min(values), max(values)))
            if points:
                x, middle, low, high = zip(*points)
                below, above = [m - a for m, a in zip(middle, low)], [b - m for m, b in zip(middle, high)]
                axis.errorbar(x, middle, yerr=[below, above], marker=marker, linestyle=line, color=color, capsize=3, markersize=5,
                              label=f"{count} worker" + ("s" if count > 1 else ""))
        axis.set_xlabel("synapses (millions)")
        axis.set_ylabel(label)
        axis.set_xlim(left=0)
        axis.set_ylim(bottom=0)
        axis.grid(color="#dddddd", linewidth=0.6)
        axis.set_axisbelow(True)
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
    axes[0].axhline(1, color="#555555", linestyle="--", linewidth=1, label="real time")
    axes[0].legend(frameon=False, loc="upper left")
    axes[1].legend(frameon=False, loc="upper right")
    figure.suptitle("microcircuit (Potjans & Diesmann 2014) at a part of its neurons and inputs", fontsize=11)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=110)
    plt.close(figure)


def numbers(kind):
    def parsed(text):
        values = [kind(word) for word in text.split(",")]
        if not values or min(values) <= 0:
            raise ValueError(text)
        return values
    parsed.__name__ = "list of positive numbers"
    return parsed


def main():
    parser = argparse.ArgumentParser(prog="scaling.py", description="Time against size: see the script's head.")
    parser.add_argument("--scales", type=numbers(float), default=[0.1, 0.2, 0.4, 0.6, 0.8, 1.0])
    parser.add_argument("--workers", type=numbers(int), default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--draw", action="store_true")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "docs/performance/figures")
    options = parser.parse_args()
    if options.quick and options.out == parser.get_default("out"):
        options.out = ROOT / "runs/scaling"           # figures of tiny runs belong into no page
    milliseconds, warm_up = 1000, 100
    if options.quick:
        options.scales, options.rounds, milliseconds, warm_up = [0.03, 0.05], 1, 50, 10
    stored = options.out / f"{NAME}.json"
    if options.draw:
        draw(json.loads(stored.read_text())["runs"], options.out / f"{NAME}.svg")
        return 0
    facts = machine()
    warn_if_busy(facts)
    lines, skipped, failed = measured(options.scales, options.workers, options.rounds, milliseconds, warm_up)
    if not lines:
        raise Failed("no run came to an end")
    options.out.mkdir(parents=True, exist_ok=True)
    stored.write_text(json.dumps({"machine": facts, "skipped": skipped, "failed": failed, "runs": lines}, indent=1) + "\n")
    with open(options.out / f"{NAME}.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    draw(lines, options.out / f"{NAME}.svg")
    print(f"{'scale':>6} {'workers':>8} {'s per s':>9} {'ns per event':>13}")
    for scale in options.scales:
        for count in options.workers:
            rows = [row for row in lines if row["scale"] == scale and row["workers"] == count]
            if rows:
                events = [row["ns_per_event"] for row in rows if row["ns_per_event"]]
                print(f"{scale:>6g} {count:>8} {median(row['wall_s_per_s'] for row in rows):>9.3f} "
                      f"{median(events) if events else float('nan'):>13.2f}")
    for scale, reason in skipped.items():
        print(f"scale {scale:g} skipped: {reason}")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failed, ValueError, KeyError, OSError) as error:
        sys.exit(f"scaling.py: {error}")
