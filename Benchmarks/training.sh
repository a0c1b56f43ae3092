#!/usr/bin/env bash
# fashion-cnn trained with Adam, batches of 64, Synfire beside PyTorch: the same images and cores, in turn.
#
# usage: training.sh [epochs] [rounds]      needs the full Fashion-MNIST (make data)
set -euo pipefail
cd "$(dirname "$0")/.."
epochs=${1:-1}
rounds=${2:-3}
data=${SYNFIRE_DATA:-/usr/share/datasets/fashion-mnist}
python=$(Benchmarks/peers.sh)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# The recipe of the peer: no augmentation, a constant rate.
sed -e '/^  schedule:/d' -e '/^  augmentation:/,$d' -e 's/, weight_decay: [^}]*//' models/fashion-cnn/network.yaml >"$folder/network.yaml"
for round in $(seq "$rounds"); do
    echo "round $round"
    "$python" Benchmarks/torch_training.py "$data" "$epochs" 2 64
    .build/release/synfire train "$folder/network.yaml" --data fashion-mnist:train --epochs "$epochs" --workers 2 \
        --test fashion-mnist:test --out "$folder/model.h5" --force --json 2>/dev/null
done
