#!/usr/bin/env bash
# The microcircuit on a busy machine: 1 and 2 workers in turn beside busy loops, twice as many as there are cores.
#
# usage: busy.sh [--pairs N] [--scale S] [--time T] [--loops N] [--old COMMAND]
#
# Prints the simulation's seconds of each pair, and the worst ratio of 2 workers to 1; at most 1.3 is asked for. With --old
# there are no busy loops: COMMAND, an earlier build, and this one take turns with 2 workers, and the median ratio of their
# times is printed; at least 0.98 is asked for.
set -euo pipefail
cd "$(dirname "$0")/.."

pairs=5 scale=0.2 time=1s loops=$((2 * $(nproc))) old=""
while [ $# -gt 0 ]; do
    case "$1 ${2:-}" in
        "--pairs "?*) pairs=$2 ;;
        "--scale "?*) scale=$2 ;;
        "--time "?*) time=$2 ;;
        "--loops "?*) loops=$2 ;;
        "--old "?*) old=$2 ;;
        *)
            printf "busy.sh: '%s' is no option with a value; see the top of the script\n" "$1" >&2
            exit 2
            ;;
    esac
    shift 2
done
new=.build/release/synfire
[ -x "$new" ] || { echo "busy.sh: there is no $new; run make build" >&2; exit 1; }

folder=$(mktemp -d)
burners=()
cleanup() {
    if [ ${#burners[@]} -gt 0 ]; then kill "${burners[@]}" 2>/dev/null || true; fi
    rm -rf "$folder"
}
trap cleanup EXIT

# Seconds of simulating, without building the network.
seconds() {
    "$1" simulate models/microcircuit/microcircuit.yaml --set "n_scaling=$scale" --set "k_scaling=$scale" --time "$time" --workers "$2" --json \
        --out "$folder/out.h5" --force 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["runSeconds"])'
}

if [ -n "$old" ]; then
    for ((k = 0; k < pairs; k++)); do
        printf '%s %s\n' "$(seconds "$old" 2)" "$(seconds "$new" 2)"
    done | tee "$folder/pairs"
    awk '{ print $1 / $2 }' "$folder/pairs" | sort -n | awk '{ r[NR] = $1 }
        END { m = NR % 2 ? r[(NR + 1) / 2] : (r[NR / 2] + r[NR / 2 + 1]) / 2; printf "old / new: median %.3f\n", m }'
    exit
fi

for ((k = 0; k < loops; k++)); do
    while :; do :; done &
    burners+=($!)
done
sleep 1
for ((k = 0; k < pairs; k++)); do
    printf '%s %s\n' "$(seconds "$new" 1)" "$(seconds "$new" 2)"
done | tee "$folder/pairs"
awk '{ r = $2 / $1; if (r > worst) worst = r } END { printf "2 workers / 1: worst %.2f\n", worst }' "$folder/pairs"
