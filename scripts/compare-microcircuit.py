"""Whether the microcircuit's activity is NEST's: distributions of rates, irregularity and correlation, population by population.

usage: compare-microcircuit.py --synfire TRACES.h5 [...] --nest SPIKES.npz [...] [--from 500] [--to 10500]
                               [--json FILE] [--write PAGE.md] [--figure FILE.svg]
       compare-microcircuit.py --nest SPIKES.npz --from 500 --to 10500 --compact FILE.npz

TRACES.h5 are traces of models/microcircuit, of which the window from --from to --to (ms) is taken; SPIKES.npz is what
Benchmarks/peers/nest_microcircuit.py wrote, which begins behind its transient and must be as long as the window, or what
--compact made of that. --compact stores what is compared, small enough for the repository: counts, CVs, the sample's spikes.

Of each population:
  rate  spikes/s of every neuron, also of silent ones
  CV    standard deviation over mean of the intervals between spikes, of neurons with three spikes or more in the window
  CC    Pearson's correlation of the numbers of spikes in bins of 2 ms, of all pairs among 250 neurons that spike in the window,
        chosen at random (seed 1)

The distance of two distributions is Kolmogorov's and Smirnov's, the greatest difference of the cumulative ones. Rule: NEST agrees
if the mean of its distances to the seeds of Synfire is at most the greatest distance between two of these seeds. A run that
differs by chance alone breaks such a rule now and then: so the script also puts every seed of Synfire into NEST's place, among
the other seeds and NEST, and tells how often each breaks the rule.

Prints tables in Markdown. --write puts them into a page, between the comments `<!-- compare-microcircuit.py: begin -->` and
`<!-- compare-microcircuit.py: end -->`. Needs NumPy and h5py, and matplotlib for --figure: run it with the Python that
`Benchmarks/peers.sh nest` names.
"""
import argparse
import itertools
import json
import pathlib
import sys

import numpy as np

import tables

LAYERS = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"]
STEP, BIN, SAMPLE, SAMPLE_SEED, LEAST_SPIKES = 0.1, 2.0, 250, 1, 3     # ms, ms, neurons, seed, spikes
STATISTICS = {"rate": "rates", "CV": "CVs of intervals", "CC": "correlation coefficients"}
# Between seeds of one simulator at 900 s, as published for the reference implementation:
# github.com/INM-6/microcircuit-PD14-model
PUBLISHED = {
    "rate": [0.02, 0.02, 0.01, 0.01, 0.02, 0.03, 0.02, 0.02],
    "CV": [0.01, 0.02, 0.01, 0.01, 0.02, 0.03, 0.01, 0.02],
    "CC": [0.05, 0.04, 0.05, 0.02, 0.06, 0.02, 0.04, 0.02]}


class Population:
    """What is compared of one population of one run: spike counts, CVs, and the binned spikes of the sample."""

    def __init__(self, counts, variations, sample, milliseconds):
        self.counts, self.variations, self.sample, self.milliseconds = counts, variations, sample, milliseconds
        self.values = {"rate": counts * 1000.0 / milliseconds, "CV": variations[np.isfinite(variations)],
                       "CC": correlations(sample, round(milliseconds / BIN))}


def from_spikes(steps, neurons, size, milliseconds):
    """A population from its spikes: the step of each, from 1 to the end of the window, and its neuron."""
    order = np.lexsort((steps, neurons))
    steps, neurons = steps[order], neurons[order]
    counts = np.bincount(neurons, minlength=size)
    ends = np.cumsum(counts)
    variations = np.full(size, np.nan)
    for neuron in np.flatnonzero(counts >= LEAST_SPIKES):
        intervals = np.diff(steps[ends[neuron] - counts[neuron]:ends[neuron]])
        variations[neuron] = intervals.std() / intervals.mean()
    active = np.flatnonzero(counts)
    chosen = np.sort(np.random.default_rng(SAMPLE_SEED).choice(active, min(SAMPLE, len(active)), replace=False))
    bins = (steps - 1) // round(BIN / STEP)
    sample = [bins[ends[neuron] - counts[neuron]:ends[neuron]] for neuron in chosen]
    return Population(counts, variations, sample, milliseconds)


def correlations(sample, bins):
    """Pearson's coefficients of all pairs."""
    if len(sample) < 2:
        return np.array([])
    counts = np.array([np.bincount(train, minlength=bins) for train in sample], dtype=np.float32)
    return np.corrcoef(counts)[np.triu_indices(len(sample), 1)]


def windowed(times, neurons, start, stop):
    """Steps from 1 on, and neurons, of the spikes behind `start` up to and with `stop`; times lie on the grid."""
    steps = np.rint((np.asarray(times, dtype=np.float64) - start) / STEP).astype(np.int64)
    kept = (steps >= 1) & (steps <= round((stop - start) / STEP))
    return steps[kept], np.asarray(neurons)[kept].astype(np.int64)


def check_length(path, last, needed):
    if last < 0.99 * needed:
        sys.exit(f"compare-microcircuit.py: {path} has spikes up to {last:.0f} ms, and the window ends at {needed:.0f} ms")


def read_traces(path, start, stop):
    """The populations of a file of traces."""
    import h5py
    with h5py.File(path) as file:
        missing = [layer for layer in LAYERS if f"spikes/{layer}" not in file]
        if missing:
            sys.exit(f"compare-microcircuit.py: {path} has no spikes of {', '.join(missing)}; is it of models/microcircuit?")
        groups = {layer: file[f"spikes/{layer}"] for layer in LAYERS}
        check_length(path, max(group["timestamps"][-1] for group in groups.values() if len(group["timestamps"])), stop)
        return {layer: from_spikes(*windowed(group["timestamps"][:], group["node_ids"][:], start, stop),
                                   int(np.prod(group.attrs["shape"])), stop - start) for layer, group in groups.items()}


def read_nest(path, milliseconds):
    """The populations of NEST's spikes, or of what was made of them."""
    with np.load(path) as file:
        stored = dict(file)
    if "counts" in stored:
        if stored["milliseconds"] != milliseconds:
            sys.exit(f"compare-microcircuit.py: {path} is of {stored['milliseconds']:g} ms, the window of {milliseconds:g} ms")
        return unpacked(stored)
    if not {"times", "neurons", "sizes"} <= set(stored):
        sys.exit(f"compare-microcircuit.py: {path} has neither spikes of nest_microcircuit.py nor what --compact stores")
    check_length(path, stored["times"].max(initial=0), milliseconds)
    ends = np.cumsum(stored["sizes"])
    steps, neurons = windowed(stored["times"], stored["neurons"], 0, milliseconds)
    populations = {}
    for layer, size, end in zip(LAYERS, stored["sizes"], ends):
        own = (neurons >= end - size) & (neurons < end)
        populations[layer] = from_spikes(steps[own], neurons[own] - (end - size), int(size), milliseconds)
    return populations


def pack(populations, path):
    """Stores what is compared: CVs to four places (65535 for none), of the sample the bins of its spikes."""
    def joined(arrays, kind):
        return np.concatenate([np.asarray(array) for array in arrays]).astype(kind)

    everyone = list(populations.values())
    trains = [train for population in everyone for train in population.sample]
    np.savez_compressed(
        path, milliseconds=everyone[0].milliseconds, sizes=[len(population.counts) for population in everyone],
        counts=joined([population.counts for population in everyone], np.uint16),
        cv=joined([np.where(np.isfinite(p.variations), np.rint(p.variations * 1e4), 65535) for p in everyone], np.uint16),
        sample_sizes=[len(population.sample) for population in everyone],
        sample_counts=np.array([len(train) for train in trains], np.uint16), sample_bins=joined(trains, np.uint16))


def unpacked(stored):
    """The populations that pack() stored."""
    ends = np.cumsum(stored["sizes"])
    variations = np.where(stored["cv"] == 65535, np.nan, stored["cv"] / 1e4)
    trains = np.split(stored["sample_bins"].astype(np.int64), np.cumsum(stored["sample_counts"].astype(np.int64))[:-1])
    last = np.cumsum(stored["sample_sizes"])
    counts, milliseconds = stored["counts"].astype(np.int64), float(stored["milliseconds"])
    return {layer: Population(counts[end - size:end], variations[end - size:end], trains[to - count:to], milliseconds)
            for layer, size, end, count, to in zip(LAYERS, stored["sizes"], ends, stored["sample_sizes"], last)}


def distance(first, second):
    """Kolmogorov's and Smirnov's; nan where one of the two is empty."""
    if not (len(first) and len(second)):
        return float("nan")
    first, second = np.sort(first), np.sort(second)
    points = np.concatenate([first, second])
    parts = [np.searchsorted(values, points, side="right") / len(values) for values in (first, second)]
    return float(np.abs(parts[0] - parts[1]).max())


def judged(one, others, layer, statistic):
    """Distances of a run to others, of these among themselves, and whether the rule holds (None without a distance)."""
    def between(a, b):
        return distance(a[layer].values[statistic], b[layer].values[statistic])

    outside = [between(one, other) for other in others]
    inside = [between(a, b) for a, b in itertools.combinations(others, 2)]
    known = inside and np.isfinite(outside + inside).all()
    return outside, inside, bool(np.mean(outside) <= max(inside)) if known else None


def breaks(one, others):
    """How many of the comparisons break the rule."""
    return sum(judged(one, others, layer, statistic)[2] is False for layer in LAYERS for statistic in STATISTICS)


def spread(values, places=3):
    middle = f"{np.mean(values):.{places}f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.{places}f}–{max(values):.{places}f})"


def compared(seeds, peers, names):
    """All figures, and the page of tables."""
    means, distances = {}, {}
    for statistic in STATISTICS:
        means[statistic] = {layer: {side: [float(np.mean(run[layer].values[statistic])) if len(run[layer].values[statistic]) else
                                           float("nan") for run in runs] for side, runs in (("synfire", seeds), ("nest", peers))}
                            for layer in LAYERS}
        distances[statistic] = {}
        for index, layer in enumerate(LAYERS):
            rows = [judged(peer, seeds, layer, statistic) for peer in peers]
            outside, inside = sum((row[0] for row in rows), []), rows[0][1]
            agrees = None if any(row[2] is None for row in rows) else bool(np.mean(outside) <= max(inside))
            distances[statistic][layer] = {"synfire_nest": outside, "synfire_synfire": inside, "within": agrees,
                                           "published_at_900_s": PUBLISHED[statistic][index]}
    total = len(LAYERS) * len(STATISTICS)
    milliseconds = seeds[0][LAYERS[0]].milliseconds
    parts = [f"{milliseconds / 1000:g} s; Synfire: {len(seeds)} seeds, NEST: {len(peers)}. Means over neurons or pairs; of seeds "
             "the mean, with the least and the greatest in brackets."]
    places = {"rate": 3, "CV": 3, "CC": 4}
    parts.append(tables.markdown(["", *LAYERS], [
        [f"{statistic}, {side}", *(spread(means[statistic][layer][key], places[statistic]) for layer in LAYERS)]
        for statistic in STATISTICS for key, side in (("synfire", "Synfire"), ("nest", "NEST"))]))
    verdicts = {True: "yes", False: "no", None: "cannot be said"}
    parts.append("Kolmogorov–Smirnov distances; *within*: whether the mean distance of Synfire and NEST is at most the greatest "
                 "distance between two seeds of Synfire. The published ones, between seeds, are of 900 s: in shorter runs "
                 "distances are larger.")
    parts.append(tables.markdown(
        ["Population", "Of", "Synfire and NEST", "seeds of Synfire", "Within", "Published, 900 s"],
        [[layer if statistic == "rate" else "", statistic, spread(row["synfire_nest"]), spread(row["synfire_synfire"]) if
          row["synfire_synfire"] else "–", verdicts[row["within"]], f"{row['published_at_900_s']:.2f}"]
         for layer in LAYERS for statistic in STATISTICS for row in [distances[statistic][layer]]]))
    outliers = {}
    if len(seeds) > 1:
        outside = sum(row["within"] is False for rows in distances.values() for row in rows.values())
        parts.append(f"Of {total} comparisons, {outside} {'is' if outside == 1 else 'are'} not within.")
    if len(seeds) > 2 and len(peers) == 1:
        for name, seed in zip(names, seeds):
            outliers[name] = breaks(seed, [other for other in seeds if other is not seed] + peers)
        told = [f"{count} with {name}" for name, count in outliers.items()]
        parts.append("With a seed of Synfire in NEST's place, among the other seeds and NEST, there are "
                     f"{', '.join(told[:-1])} and {told[-1]}.")
    result = {"milliseconds": milliseconds, "synfire": names,
              "rule": "mean Synfire-NEST distance <= greatest seed-to-seed distance", "means": means, "distances": distances,
              "breaks_in_place_of_nest": outliers}
    return result, "\n\n".join(parts)


def draw(seeds, peers, path):
    """Box plots of the three statistics, Synfire (all seeds together) beside NEST."""
    import matplotlib
    matplotlib.use("svg")
    import matplotlib.pyplot as plt
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "microcircuit", "font.size": 10, "font.family": "sans-serif"})
    figure, axes = plt.subplots(1, 3, figsize=(11, 4.6), layout="constrained", sharey=True)
    labels = {"rate": "rate of a neuron (spikes/s)", "CV": "CV of its intervals", "CC": "correlation of two neurons, 2 ms bins"}
    sides = [("Synfire", seeds, "#1b6ca8", -0.18), ("NEST", peers, "#c8553d", 0.18)]
    places = np.arange(len(LAYERS))[::-1]
    for axis, (statistic, label) in zip(axes, labels.items()):
        for name, runs, color, shift in sides:
            values = [np.concatenate([run[layer].values[statistic] for run in runs]) for layer in LAYERS]
            boxes = axis.boxplot(
                values, positions=places - shift, widths=0.3, orientation="horizontal", whis=(5, 95), showfliers=False,
                showmeans=True, patch_artist=True, manage_ticks=False, medianprops={"color": "white", "linewidth": 1.4},
                boxprops={"facecolor": color, "edgecolor": color}, whiskerprops={"color": color}, capprops={"color": color},
                meanprops={"marker": "D", "markersize": 3.5, "markerfacecolor": "white", "markeredgecolor": "black",
                           "markeredgewidth": 0.6})
            boxes["boxes"][0].set_label(name + (f", {len(runs)} seeds" if len(runs) > 1 else ""))
        axis.set_xlabel(label)
        axis.grid(axis="x", color="#dddddd", linewidth=0.6)
        axis.set_axisbelow(True)
        for side in ("top", "right", "left"):
            axis.spines[side].set_visible(False)
        axis.tick_params(left=False)
    axes[0].set_yticks(places, LAYERS)
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper right", ncols=2, frameon=False)
    seconds = seeds[0][LAYERS[0]].milliseconds / 1000
    figure.suptitle(f"microcircuit, {seconds:g} s: boxes are quartiles, whiskers 5 and 95 %, diamonds means", x=0.01, ha="left",
                    fontsize=11)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=110)


def main():
    parser = argparse.ArgumentParser(prog="compare-microcircuit.py", description="Synfire's microcircuit beside NEST's.")
    parser.add_argument("--synfire", nargs="+", default=[], metavar="TRACES.h5")
    parser.add_argument("--nest", nargs="+", required=True, metavar="SPIKES.npz")
    parser.add_argument("--from", dest="start", type=float, default=500.0, metavar="MS")
    parser.add_argument("--to", dest="stop", type=float, default=10500.0, metavar="MS")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--write", type=pathlib.Path, metavar="PAGE.md")
    parser.add_argument("--figure", type=pathlib.Path, metavar="FILE.svg")
    parser.add_argument("--compact", type=pathlib.Path, metavar="FILE.npz")
    options = parser.parse_args()
    milliseconds = options.stop - options.start
    if options.start < 0 or milliseconds < 10 * BIN:
        parser.error("the window must begin at 0 or later and last 20 ms at least")
    if bool(options.synfire) == bool(options.compact) or (options.compact and len(options.nest) != 1):
        parser.error("give either --synfire with files to compare, or --compact with one file of NEST")
    peers = [read_nest(path, milliseconds) for path in options.nest]
    if options.compact:
        options.compact.parent.mkdir(parents=True, exist_ok=True)
        pack(peers[0], options.compact)
        print(f"{options.compact}: {options.compact.stat().st_size:,} bytes")
        return
    seeds = [read_traces(path, options.start, options.stop) for path in options.synfire]
    for path, run in zip(options.synfire + options.nest, seeds + peers):
        for layer in LAYERS:
            own, first = len(run[layer].counts), len(seeds[0][layer].counts)
            if own != first:
                sys.exit(f"compare-microcircuit.py: {layer} has {own:,} neurons in {path} and {first:,} in {options.synfire[0]}")
    names = [pathlib.Path(path).stem for path in options.synfire]
    result, page = compared(seeds, peers, names)
    print(page)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if options.write:
        tables.replace(options.write, "compare-microcircuit.py", page)
    if options.figure:
        draw(seeds, peers, options.figure)


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"compare-microcircuit.py: {error}")
