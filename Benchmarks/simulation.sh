#!/usr/bin/env bash
# Networks simulated by Synfire beside NEST, Brian2 and Auryn, in turn: a table of all rows; simulation.py says more.
#
# usage: simulation.sh [--rows NAME,...] [--rounds N] [--peer-rounds N] [--no-peers] [--quick] [--write PAGE.md] ...
#
# Peers are found, or installed, by peers.sh when a row needs them. All rows with NEST's full microcircuit take about an hour.
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 Benchmarks/simulation.py "$@"
