#!/usr/bin/env bash
# Checks the event engine against NEST's precise models and the clock engine against the event engine: the tables of
# docs/validation/events.md and its figure.
#
# usage: validate-events.sh [--no-nest]
#
# Takes a minute or two. NEST is found, or installed, by Benchmarks/peers.sh, which also has what draws; with --no-nest the neurons are
# compared with NEST's stored times only.
set -euo pipefail
cd "$(dirname "$0")/.."
nest=(--nest)
for word in "$@"; do
    case "$word" in
        --no-nest) nest=() ;;
        *)
            printf "validate-events.sh: '%s' is not --no-nest\n" "$word" >&2
            exit 2
            ;;
    esac
done
python=$(Benchmarks/peers.sh nest)
page=docs/validation/events.md
"$python" scripts/compare-precise.py "${nest[@]}" --write "$page"
"$python" scripts/event-convergence.py --write "$page" --figure docs/validation/figures/event-convergence.svg
