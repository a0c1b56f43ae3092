#!/usr/bin/env bash
# Compares the full microcircuit with NEST's: three seeds of Synfire, 10 s each after 0.5 s, and NEST's stored distributions.
#
# usage: validate-microcircuit.sh [--nest]
#
# Writes the tables of docs/validation/microcircuit.md, its figure, and docs/validation/data/microcircuit-comparison.json. Traces
# stay in runs/microcircuit. Synfire takes 3 GB of memory and a minute or two a seed. With --nest the stored distributions
# (docs/validation/data/microcircuit-nest.npz) are made anew first: NEST takes 15 GiB and, with two threads, about 40 minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
synfire=${SYNFIRE_COMMAND:-.build/release/synfire}
runs=runs/microcircuit
data=docs/validation/data
with_nest=no
for word in "$@"; do
    case "$word" in
        --nest) with_nest=yes ;;
        *)
            printf "validate-microcircuit.sh: '%s' is not --nest\n" "$word" >&2
            exit 2
            ;;
    esac
done
mkdir -p "$runs" "$data" docs/validation/figures
python=$(Benchmarks/peers.sh nest)
if [ "$with_nest" = yes ]; then
    "$python" Benchmarks/peers/nest_microcircuit.py 1 2 10000 poisson 55 500 "$runs/nest.npz" | tail -n 1
    "$python" scripts/compare-microcircuit.py --nest "$runs/nest.npz" --from 500 --to 10500 --compact "$data/microcircuit-nest.npz"
fi
traces=()
for seed in 1 2 3; do
    printf 'seed %s\n' "$seed" >&2
    "$synfire" simulate models/microcircuit/microcircuit.yaml --time 10500ms --seed "$seed" --out "$runs/seed-$seed.h5" --force \
        --json >"$runs/seed-$seed.json"
    traces+=("$runs/seed-$seed.h5")
done
"$python" scripts/compare-microcircuit.py --synfire "${traces[@]}" --nest "$data/microcircuit-nest.npz" --from 500 --to 10500 \
    --json "$data/microcircuit-comparison.json" --write docs/validation/microcircuit.md \
    --figure docs/validation/figures/microcircuit-distributions.svg
