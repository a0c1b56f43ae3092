#!/usr/bin/env bash
# The event engine beside the clock engine over the number of events a neuron gets: a table, a figure, and where they cross.
#
# usage: crossover.sh [--models NAME,...] [--rounds N] [--write PAGE.md] [--quick] [--out FOLDER] [--draw]
#
# crossover.py says what is measured. All of it takes some twenty minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(Benchmarks/peers.sh nest)
exec "$python" Benchmarks/crossover.py "$@"
