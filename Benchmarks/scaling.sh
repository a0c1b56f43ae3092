#!/usr/bin/env bash
# The microcircuit at parts of its size, with one worker and with two: numbers and a figure; scaling.py says more.
#
# usage: scaling.sh [--scales 0.1,0.2,...] [--workers 1,2] [--rounds N] [--quick] [--out FOLDER] [--draw]
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(Benchmarks/peers.sh nest)
exec "$python" Benchmarks/scaling.py "$@"
