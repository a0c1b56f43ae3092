#!/usr/bin/env bash
# Says which Python has the peers, making an environment for it if there is none: peers.sh  ->  path of the interpreter
#
# SYNFIRE_PEERS names an environment that is there already; otherwise one is made in .build/peers (several GB: PyTorch).
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -n "${SYNFIRE_PEERS:-}" ]; then
    printf '%s\n' "$SYNFIRE_PEERS/bin/python"
    exit 0
fi
if [ ! -x .build/peers/bin/python ]; then
    python3 -m venv .build/peers >&2
    .build/peers/bin/pip install --quiet torch spikingjelly h5py >&2
fi
printf '%s\n' "$PWD/.build/peers/bin/python"
