#!/usr/bin/env bash
# The converted fashion-cnn, Synfire beside SpikingJelly: the same weights, images and cores, in turn; conversion.py says more.
#
# usage: conversion.sh [--images N] [--rounds N] [--peer-steps N]      needs the full Fashion-MNIST (make data)
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 Benchmarks/conversion.py "$@"
