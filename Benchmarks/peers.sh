#!/usr/bin/env bash
# Says which Python has the peers, making an environment for it if there is none.
#
# usage: peers.sh [ann|brian2|nest]      prints the path of the interpreter
#
#   ann      PyTorch and SpikingJelly, the peers for trained networks, in .build/peers (several GB)
#   brian2   Brian2, in .build/peers-brian2
#   nest     NEST, and what reads and draws its spikes, in .build/peers-nest
#
# SYNFIRE_PEERS_ANN, SYNFIRE_PEERS_BRIAN2 and SYNFIRE_PEERS_NEST name environments that are there already, folders with
# bin/python; SYNFIRE_PEERS names one for those of the three that are not named.
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-ann}" in
    ann) folder=.build/peers given=${SYNFIRE_PEERS_ANN:-} packages="torch==2.15.0 spikingjelly==2.0.0 h5py==3.16.0" module="torch, spikingjelly, h5py" ;;
    brian2) folder=.build/peers-brian2 given=${SYNFIRE_PEERS_BRIAN2:-} packages="brian2==2.9.0 numpy==2.3.5 sympy==1.14.0" module=brian2 ;;
    nest) folder=.build/peers-nest given=${SYNFIRE_PEERS_NEST:-} packages="nest-simulator==3.10.0 numpy==2.4.6 scipy h5py==3.16.0 matplotlib" module="nest, numpy, scipy, h5py, matplotlib" ;;
    *)
        printf "peers.sh: '%s' is none of ann, brian2, nest\n" "$1" >&2
        exit 2
        ;;
esac
given=${given:-${SYNFIRE_PEERS:-}}
if [ -n "$given" ]; then
    if [ ! -x "$given/bin/python" ]; then
        printf "peers.sh: '%s' is named as the environment of %s, but has no bin/python\n" "$given" "${1:-ann}" >&2
        exit 1
    fi
    printf '%s\n' "$given/bin/python"
    exit 0
fi
# The stamp says what was installed: an environment whose making was cut short, or is older than this list, is completed.
stamp=$folder/installed.txt
if [ ! -x "$folder/bin/python" ] || [ "$(cat "$stamp" 2>/dev/null)" != "$packages" ]; then
    python3 -m venv "$folder" >&2
    # shellcheck disable=SC2086 # a list of words
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check $packages >&2
    # What cannot be imported would fail each row that needs it, with a word that says nothing of why.
    if ! why=$("$folder/bin/python" -c "import $module" 2>&1); then
        printf "peers.sh: %s were installed into '%s', but cannot be imported: %s\n" "$packages" "$folder" \
            "$(printf '%s\n' "$why" | tail -n 1)" >&2
        exit 1
    fi
    printf '%s\n' "$packages" >"$stamp"
fi
printf '%s\n' "$PWD/$folder/bin/python"
