#!/usr/bin/env bash
# fashion-cnn converted and simulated at T = 64, Synfire beside SpikingJelly: the same weights, images and cores, in turn.
#
# usage: conversion.sh [images] [rounds]      needs the full Fashion-MNIST (make data)
set -euo pipefail
cd "$(dirname "$0")/.."
images=${1:-1000}
rounds=${2:-3}
data=${SYNFIRE_DATA:-/usr/share/datasets/fashion-mnist}
model=models/fashion-cnn/weights.h5
python=$(Benchmarks/peers.sh)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
synfire=.build/release/synfire
"$synfire" convert "$model" --calibrate fashion-mnist:train:1000 --out "$folder/spiking.nir" --diagnostic-images 0 --json >"$folder/convert.json"
for round in $(seq "$rounds"); do
    echo "round $round"
    "$python" Benchmarks/spikingjelly_conversion.py "$model" "$data" "$images" 2 2>/dev/null | tail -n 1
    for engine in clock event; do
        "$synfire" simulate "$folder/spiking.nir" --data "fashion-mnist:test:$images" --engine "$engine" --workers 2 \
            --time 64ms --at 4,8,16,32 --json | "$python" -c '
import json, sys
r = json.load(sys.stdin)
accuracy = {int(row["time"]): row["accuracy"] for row in r["rows"]}
print(json.dumps({"engine": r["engine"], "images": r["trials"], "accuracy": accuracy,
                  "images_per_second": round(r["trialsPerSecond"], 1)}))'
    done
done
