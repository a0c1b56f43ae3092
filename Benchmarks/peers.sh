#!/usr/bin/env bash
# Says which Python has the peers, making an environment for it if there is none: peers.sh [ann|brian2]  ->  path of the interpreter
#
# SYNFIRE_PEERS names an environment that is there already; otherwise one is made in .build: of the peers for trained networks in
# .build/peers (several GB: PyTorch), of Brian2 in .build/peers-brian2.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -n "${SYNFIRE_PEERS:-}" ]; then
    printf '%s\n' "$SYNFIRE_PEERS/bin/python"
    exit 0
fi
case "${1:-ann}" in
    ann) folder=.build/peers packages="torch spikingjelly h5py" ;;
    brian2) folder=.build/peers-brian2 packages="brian2" ;;
    *)
        printf "peers.sh: '%s' is neither ann nor brian2\n" "$1" >&2
        exit 2
        ;;
esac
if [ ! -x "$folder/bin/python" ]; then
    python3 -m venv "$folder" >&2
    # shellcheck disable=SC2086 # a list of words
    "$folder/bin/pip" install --quiet $packages >&2
fi
printf '%s\n' "$PWD/$folder/bin/python"
