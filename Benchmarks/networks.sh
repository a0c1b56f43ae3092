#!/usr/bin/env bash
# A recurrent network of Brette et al. (2007), Synfire beside Brian2 (compiled as C++): 4,000 neurons, the same connection
# probability, weights, step, biological time and number of threads, every spike recorded, in turn.
#
# usage: networks.sh [rounds] [cuba|coba|cobahh] [seconds] [threads]
#
# The times are of the run alone: without compiling (Brian2) and without making synapses (both). Rates are printed beside them, and
# must agree within what the random connections of a run leave open.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-5}
network=${2:-cuba}
seconds=${3:-10}
threads=${4:-1}
python=$(Benchmarks/peers.sh brian2)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
synfire=.build/release/synfire
for round in $(seq "$rounds"); do
    echo "round $round" >&2
    "$synfire" simulate "models/$network/$network.yaml" --time "${seconds}s" --seed "$round" --workers "$threads" \
        --out "$folder/traces.h5" --force --json >"$folder/synfire-$round.json"
    "$python" Benchmarks/peers/brian2_balanced.py "$network" "$seconds" "$threads" "$round" 2>/dev/null |
        tail -n 1 >"$folder/brian2-$round.json"
done
"$python" - "$folder" "$rounds" "$network" "$seconds" "$threads" <<'PYTHON'
import json, statistics, sys

folder, rounds, network, seconds, threads = sys.argv[1:]
def runs(name):
    return [json.load(open(f"{folder}/{name}-{round}.json")) for round in range(1, int(rounds) + 1)]
def spread(values, places):
    return f"{statistics.median(values):.{places}f} ({min(values):.{places}f}–{max(values):.{places}f})"

ours, theirs = runs("synfire"), runs("brian2")
rows = [("Synfire", [run["runSeconds"] for run in ours],
         [run["spikes"] / run["neurons"] / float(seconds) for run in ours]),
        (theirs[0]["simulator"], [run["run_s"] for run in theirs],
         [run["spikes"] / 4000 / float(seconds) for run in theirs])]
print(f"{network}, 4,000 neurons, {seconds} s, threads: {threads}, rounds: {rounds}; medians, least and greatest in brackets")
for name, times, rates in rows:
    print(f"{name}: run {spread(times, 3)} s, {spread(rates, 2)} spikes/s per neuron")
print(f"ratio: {statistics.median(rows[1][1]) / statistics.median(rows[0][1]):.2f}")
PYTHON
