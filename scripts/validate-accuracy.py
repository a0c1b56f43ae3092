#!/usr/bin/env python3
"""Measures the trained networks in models/ on all test images of Fashion-MNIST, and writes the table of docs/validation/trained.md.

usage: validate-accuracy.py [PAGE]      needs `make build` and `make data`
"""
import json
import os
import pathlib
import subprocess
import sys

import tables

ROOT = pathlib.Path(__file__).resolve().parent.parent
SYNFIRE = os.environ.get("SYNFIRE_COMMAND", str(ROOT / ".build/release/synfire"))
# The network, the least accuracy that is asked for, and the network whose accuracy less 0.3 points is asked for.
NETWORKS = [
    ("fashion-mlp", 0.90, None), ("fashion-cnn", 0.925, None), ("fashion-resnet", 0.94, None),
    ("fashion-resnet-qcfs", None, "fashion-resnet"),
]


def measured(name):
    def call(*words):
        return json.loads(subprocess.run([SYNFIRE, *words, "--json"], cwd=ROOT, check=True, capture_output=True, text=True).stdout)

    path = f"models/{name}/weights.h5"
    evaluation = call("evaluate", path, "--data", "fashion-mnist:test")
    summary = call("inspect", path)["summary"]
    return evaluation["accuracy"], summary["trainable"], summary["multiplyAccumulates"]


def main():
    page = sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs/validation/trained.md"
    found = {name: measured(name) for name, _, _ in NETWORKS}
    rows, missed = [], False
    for name, least, other in NETWORKS:
        accuracy, parameters, products = found[name]
        limit = least if least is not None else found[other][0] - 0.003
        asked = f"≥ {limit:.2%}" + (f", 0.3 points below {other}" if other else "")
        missed = missed or accuracy < limit - 1e-9
        rows.append([f"[{name}](../../models/{name}/README.md)", f"{parameters:,}", f"{products / 1e6:.2f} M", f"{accuracy:.2%}", asked,
                     "met" if accuracy >= limit - 1e-9 else "missed"])
    text = tables.markdown(["network", "parameters", "multiply-accumulates", "accuracy", "asked for", ""], rows)
    print(text)
    tables.replace(page, "accuracy", text)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
