#!/usr/bin/env bash
# Conventional networks trained and used by Synfire beside PyTorch, in turn: a table of all rows; dense.py says more.
#
# usage: dense.sh [--rows NAME,...] [--rounds N] [--quick] [--write PAGE.md] ...      needs the full Fashion-MNIST (make data)
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 Benchmarks/dense.py "$@"
