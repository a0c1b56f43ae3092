"""The converted fashion-cnn by Synfire beside SpikingJelly, in turn: the T that each needs, and images a second there.

usage: conversion.py [--images N] [--rounds N] [--peer-steps N]      through conversion.sh; needs `make data`

Both convert the same weights, calibrate on the same 1,000 training images, and classify the same test images with two
threads or workers each. The accuracy asked for is the trained network's less 0.2 points. SpikingJelly's T is the first
that reaches it, found in one run of 100 steps, or given. The event engine runs the recipe `rate-economical` with late
onsets, chosen on training images that calibration does not use; the clock engine the recipe `rate` for as many steps as
SpikingJelly.
"""
import argparse
import json
import os
import sys
import tempfile

from measure import ROOT, SYNFIRE, call, last_json, machine, median, python_of, say, spread, warn_if_busy

MODEL = "models/fashion-cnn/weights.h5"
WORKERS = 2
# Milliseconds; see docs/guides/convert.md for what an onset is.
EVENT_TIME, EVENT_ONSETS = 7, "0,6.5,6.75"
# What a spike reads and writes at an awake target: a weight of single and a potential of double precision.
BYTES_PER_EVENT = 4 + 8 + 8


def synfire(*words):
    command = [SYNFIRE, *words, "--json"]
    return json.loads(call(command))


def peer(images, steps):
    folder = os.environ.get("SYNFIRE_DATA", "/usr/share/datasets/fashion-mnist")
    command = [python_of("ann"), ROOT / "Benchmarks/spikingjelly_conversion.py", ROOT / MODEL, folder, images, WORKERS, steps]
    return last_json(call(command), "spikingjelly_conversion.py")


def simulated(network, images, engine, milliseconds):
    found = synfire("simulate", network, "--data", f"fashion-mnist:test:{images}", "--engine", engine, "--workers", WORKERS,
                    "--time", f"{milliseconds}ms")
    return {"accuracy": found["rows"][-1]["accuracy"], "speed": found["trialsPerSecond"],
            "operations": found["rows"][-1]["synapticOperations"]}


def converted(folder, name, *choices):
    path = f"{folder}/{name}.nir"
    synfire("convert", ROOT / MODEL, "--calibrate", "fashion-mnist:train:1000", "--out", path, "--diagnostic-images", 0, *choices)
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=10_000, help="how many test images (default 10000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often the sides take turns (default 3)")
    parser.add_argument("--peer-steps", type=int, help="SpikingJelly's T, if known (default: the first that is accurate enough)")
    chosen = parser.parse_args()
    facts = machine()
    warn_if_busy(facts)
    steps = chosen.peer_steps
    if steps is None:
        found = peer(chosen.images, 100)
        say(json.dumps(found))
        steps = found["reached"]
        if steps is None:
            sys.exit("conversion.py: SpikingJelly does not get within 0.2 points in 100 steps")
    with tempfile.TemporaryDirectory() as folder:
        rate = converted(folder, "rate")
        economical = converted(folder, "economical", "--recipe", "rate-economical", "--onset", EVENT_ONSETS)
        sides = {
            "SpikingJelly 2.0, 99.9%": lambda: peer(chosen.images, steps),
            "Synfire, event, rate-economical": lambda: simulated(economical, chosen.images, "event", EVENT_TIME),
            "Synfire, clock, rate": lambda: simulated(rate, chosen.images, "clock", steps),
        }
        times = {"SpikingJelly 2.0, 99.9%": steps, "Synfire, event, rate-economical": EVENT_TIME, "Synfire, clock, rate": steps}
        results = {name: [] for name in sides}
        for _ in range(chosen.rounds):
            for name, side in sides.items():
                found = side()
                if "images_per_second" in found:
                    ann = found["ann"]
                    found = {"accuracy": found["accuracy"][str(steps)], "speed": found["images_per_second"]}
                results[name].append(found)
                say(f"{name}: {json.dumps(found)}")
    base = median(r["speed"] for r in results["SpikingJelly 2.0, 99.9%"])
    print(f"{chosen.images} test images, trained network {100 * ann:.2f} %, {json.dumps(facts)}\n")
    print("| | T | accuracy | images a second | ratio |\n|---|---|---|---|---|")
    for name, rows in results.items():
        speeds = [r["speed"] for r in rows]
        print(f"| {name} | {times[name]} | {100 * rows[0]['accuracy']:.2f} % | {spread(speeds, 1)} | {median(speeds) / base:.2f} |")
    event = results["Synfire, event, rate-economical"]
    rate = median(r["speed"] for r in event) * event[0]["operations"] / WORKERS
    memory = synfire("bench", "memory", "--workers", WORKERS)["median"] / WORKERS
    print(f"\nevent engine: {event[0]['operations'] / 1e6:.2f} M synaptic events an image, {rate / 1e9:.2f} G a second and core.")
    print(f"One at a time, each would move {BYTES_PER_EVENT} bytes: {rate * BYTES_PER_EVENT / 1e9:.1f} GB/s a core, where memory "
          f"gives {memory / 1e9:.1f} GB/s a core ({memory / BYTES_PER_EVENT / 1e9:.2f} G events a second).")


main()
