#!/usr/bin/env python3
"""Kills runs with SIGKILL at random moments, and says what of them is readable.

    scripts/kill-test.py [--kills 100] [--seed 1] [--synfire .build/release/synfire] [--margin 2]

Runs on the clock, in continuous time and of trials take turns, each once to the end, and then killed. A partial file must
open with plain h5py.File and `synfire inspect`, hold a prefix of the whole run, and lack at most the last 2 s of wall time:
the runs' progress in biological time by wall time is taken from the partial file itself, which says at which wall time
its last flush was. Needs h5py and numpy. Exit status 1 if a file is unreadable, wrong, or lacks more.
"""
import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

RUNS = {
    "clock": ["simulate", "noisy.yaml", "--engine", "clock"],
    "clock, compressed": ["simulate", "noisy.yaml", "--engine", "clock", "--compress"],
    "event": ["simulate", "noisy.yaml", "--engine", "event"],
    "silent": ["simulate", "silent.yaml"],
    "trials": ["simulate", "spiking.nir", "--data", "digits:200"],
}
NOISY = """
network: noisy
run: {time: 1 s, step: 0.1 ms, seed: 1}
populations:
  p: {size: 200, model: lif_curr_exp, initial: {v: {uniform: [-70 mV, -55 mV]}}}
projections:
  r: {from: p, to: p, connect: {fixed_probability: 0.1}, weight: -20 pA, delay: 1.5 ms}
stimuli:
  s: {to: p, model: poisson_input, parameters: {rate: 8000 Hz, weight: 40 pA}}
record:
  - {spikes: all}
  - {variable: v, of: "p[0-49]", every: 1 ms}
"""
SILENT = """
network: silent
run: {time: 1 s, step: 0.1 ms, seed: 1, engine: clock}
populations:
  quiet:
    size: 20000
    model: lif_curr_exp
record:
  - {spikes: all}
  - {variable: v, of: "quiet[0]", every: 10 ms}
"""


def lists(path):
    """All that is recorded, and what the file says of the run."""
    with h5py.File(path) as file:
        found = {}
        if len(file) == 0:
            # Killed before the recording began.
            return found, {}
        for name, group in file.get("spikes", {}).items():
            found[f"{name} times"], found[f"{name} neurons"] = group["timestamps"][:], group["node_ids"][:]
            assert len(found[f"{name} times"]) == len(found[f"{name} neurons"]), "times and neurons differ in number"
        for name, group in file.get("report", {}).items():
            found[f"{name} samples"] = group["data"][:]
            start, end, interval = group["mapping/time"][:]
            assert round((end - start) / interval) == len(group["data"]), "mapping/time does not fit the samples"
        if "synfire/trials" in file:
            for name in ["index", "start_time", "label", "prediction"]:
                found[name] = file[f"synfire/trials/{name}"][:]
            for name, rows in file["synfire/trials/spike_rows"].items():
                assert len(rows) == len(found["index"]) + 1, "spike_rows does not fit the trials"
                assert rows[-1] == len(found[f"{name} times"]), "spike_rows does not fit the spikes"
        about = dict(file["synfire"].attrs)
    return found, about


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--synfire", default=f"{root}/.build/release/synfire")
    parser.add_argument("--margin", type=float, default=2.0, help="the most wall time that may be lost [s]")
    parser.add_argument("--seconds", type=float, default=6.0, help="how long a run is to take, about [s]")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    failures = 0
    synfire = os.path.abspath(options.synfire)

    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ["SYNFIRE_DATA"] = f"{root}/datasets"
        for name, text in [("silent.yaml", SILENT), ("noisy.yaml", NOISY)]:
            with open(name, "w") as file:
                file.write(text)

        def run(*arguments):
            return subprocess.run([synfire, *arguments], capture_output=True, text=True, check=True)

        run("train", f"{root}/models/digits/network.yaml", "--data", "digits", "--epochs", "1", "--out", "weights.h5")
        run("convert", "weights.h5", "--calibrate", "digits:20",
            "--diagnostic-images", "0", "--out", "spiking.nir")
        wholes = {}
        for name, arguments in RUNS.items():
            # A first, short run says how much is as long as is asked for.
            biological = 4.0
            for _ in range(5):
                began = time.monotonic()
                run(*arguments, "--time", f"{biological}ms", "--out", "whole.h5", "--force")
                took = time.monotonic() - began
                if took > options.seconds / 2:
                    break
                biological = round(biological * min(20, max(1.2, options.seconds / took)))
            wholes[name] = (lists("whole.h5")[0], biological, took)
            print(f"{name}: {biological:g} ms in {took:.1f} s", file=sys.stderr)

        tallies = {name: dict(kills=0, readable=0, none=0, complete=0, lost=[]) for name in RUNS}
        for kill in range(options.kills):
            name = list(RUNS)[kill % len(RUNS)]
            whole, biological, took = wholes[name]
            tally = tallies[name]
            for left in ["x.h5", "x.h5.partial"]:
                if os.path.exists(left):
                    os.remove(left)
            process = subprocess.Popen(
                [synfire, *RUNS[name], "--time", f"{biological}ms", "--out", "x.h5"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            # When the recording began, by this clock.
            began = time.monotonic()
            moment = began + chance.uniform(0, 1.05 * took)
            start = None
            while time.monotonic() < moment and process.poll() is None:
                if start is None and os.path.exists("x.h5.partial"):
                    start = time.monotonic()
                time.sleep(0.002)
            process.send_signal(signal.SIGKILL)
            killed = time.monotonic()
            process.wait()
            tally["kills"] += 1
            try:
                assert not [name for name in os.listdir(".") if name.startswith(".")], "a hidden file is left"
                path = "x.h5" if os.path.exists("x.h5") else "x.h5.partial"
                if not os.path.exists(path):
                    assert start is None, "nothing is left of a recording"
                    tally["none"] += 1
                    continue
                found, about = lists(path)
                for key, values in found.items():
                    assert key in whole and len(values) <= len(whole[key]), f"{key} is longer than in the whole run"
                    assert np.array_equal(values, whole[key][: len(values)], equal_nan=True), f"{key} differs"
                inspected = subprocess.run([synfire, "inspect", path], capture_output=True, text=True)
                assert inspected.returncode == 0, inspected.stderr
                if path == "x.h5":
                    assert about["complete"] and all(len(found[key]) == len(whole[key]) for key in whole)
                    tally["complete"] += 1
                    continue
                tally["readable"] += 1
                # The file says at which wall time of the recording it was flushed.
                lost = killed - (start or killed) - float(about.get("wall_time_s", 0))
                tally["lost"].append(lost)
                assert lost <= options.margin, f"the last {lost:.2f} s are lost"
            except (OSError, KeyError, AssertionError) as error:
                failures += 1
                print(f"kill {kill} of '{name}': {error}", file=sys.stderr)
        print(f"{'run':<20}{'kills':>7}{'partial':>9}{'before':>8}{'after':>7}{'lost, median':>14}{'lost, most':>12}")
        for name, tally in tallies.items():
            lost = tally["lost"] or [float("nan")]
            print(f"{name:<20}{tally['kills']:>7}{tally['readable']:>9}{tally['none']:>8}{tally['complete']:>7}"
                  f"{np.median(lost):>12.2f} s{max(lost):>10.2f} s")
        print(f"unreadable, wrong or lacking more than {options.margin:g} s: {failures}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
