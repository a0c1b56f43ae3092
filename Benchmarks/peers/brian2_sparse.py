"""models/sparse in Brian2, compiled as C++: 100,000 leaky neurons that spike once a second, with jumps of the potential.

usage: brian2_sparse.py [seconds] [threads] [seed] [neurons] [weight]

Four fifths of the neurons excite. Each has 80 excitatory and 20 inhibitory inputs, drawn with repetition, and a Poisson train of
20 spikes/s of its own whose spikes have the `weight` given in mV. Steps of 0.1 ms, 100 ms before what is counted, every spike recorded.
Prints one line of JSON: how long the run took without compiling, creating synapses, the time before and writing (run_s), how long
creating, the time before and writing took (build_s), the peak of the program's memory (peak_gib, on Linux), and rates and irregularity of
the two populations.
"""
import json
import os
import pathlib
import shutil
import sys
import tempfile
import threading
import time

import numpy as np
import brian2
from brian2 import *

WEIGHT = 6.9
seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
threads = int(sys.argv[2]) if len(sys.argv) > 2 else 2
number = int(sys.argv[3]) if len(sys.argv) > 3 else 1
neurons = int(sys.argv[4]) if len(sys.argv) > 4 else 100000
weight = float(sys.argv[5]) if len(sys.argv) > 5 else WEIGHT
transient = 0.1

excitatory = neurons * 4 // 5
folder = tempfile.mkdtemp()
set_device("cpp_standalone", directory=folder, build_on_run=False)
if threads > 1:
    prefs.devices.cpp_standalone.openmp_threads = threads
seed(number)
defaultclock.dt = 0.1 * ms
started = time.perf_counter()

group = NeuronGroup(
    neurons, "dv/dt = -v / (20*ms) : volt (unless refractory)", threshold="v > 15*mV", reset="v = 0*mV", refractory=2 * ms,
    method="exact")
drive = PoissonInput(group, "v", N=1, rate=20 * Hz, weight=weight * mV)
random = np.random.default_rng(number)


def connected(first, last, degree, jump):
    """Synapses by which each neuron has `degree` inputs from first to last; those of a source side by side, as they are used."""
    pathway = Synapses(group, group, on_pre="v += jump", delay=1.5 * ms, namespace=dict(jump=jump))
    sources = random.integers(first, last, neurons * degree, dtype=np.int32)
    order = np.argsort(sources, kind="stable")
    pathway.connect(i=sources[order], j=np.repeat(np.arange(neurons, dtype=np.int32), degree)[order])
    return pathway


from_e = connected(0, excitatory, 80, 0.5 * mV)
from_i = connected(excitatory, neurons, 20, -2 * mV)
monitor = SpikeMonitor(group)
run(transient * second)
run(seconds * second)
peaks, is_over = [0], threading.Event()


def watch():
    """Keeps the greatest memory, in KiB, of the compiled program, which runs as a child of this process."""
    while not is_over.wait(0.02):
        try:
            for child in pathlib.Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split():
                status = pathlib.Path(f"/proc/{child}/status").read_text()
                peaks.extend(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
        except OSError:
            pass                       # not Linux, or the program has just ended


prepared = time.perf_counter()
device.build(directory=folder, compile=True, run=False)
compiled = time.perf_counter()
watcher = threading.Thread(target=watch)
watcher.start()
try:
    device.run(folder, with_output=False, run_args=[])
finally:
    is_over.set()
    watcher.join()
finished = time.perf_counter()

times, sources = np.asarray(monitor.t / ms), np.asarray(monitor.i)
kept = times >= transient * 1000
order = np.lexsort((times[kept], sources[kept]))
times, sources = times[kept][order], sources[kept][order]
shutil.rmtree(folder)


def population(first, last):
    """The mean rate and the mean coefficient of variation of neurons with three spikes or more."""
    low, high = np.searchsorted(sources, [first, last])
    trains = np.split(times[low:high], np.flatnonzero(np.diff(sources[low:high])) + 1)
    variations = [np.std(np.diff(train)) / np.mean(np.diff(train)) for train in trains if len(train) >= 3]
    spikes = int(high - low)
    return {"rate": round(spikes / seconds / (last - first), 3), "cv": round(float(np.mean(variations)), 3) if variations else None}


print(json.dumps({
    "simulator": f"Brian2 {brian2.__version__}", "network": "sparse", "seconds": seconds, "threads": threads, "seed": number,
    "neurons": neurons, "weight": weight, "compile_s": round(compiled - prepared, 1), "run_s": round(float(device._last_run_time), 3),
    "build_s": round(prepared - started + finished - compiled - float(device._last_run_time), 3),
    "peak_gib": round(max(peaks) / 2**20, 3) or None, "spikes": len(times), "synapses": 100 * neurons,
    "exc": population(0, excitatory), "inh": population(excitatory, neurons)}))
