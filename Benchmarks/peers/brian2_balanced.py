"""The networks of Brette et al. (2007) in Brian2, compiled as C++: models/cuba, models/coba and models/cobahh as a peer runs them.

usage: brian2_balanced.py [cuba|coba|cobahh] [seconds] [threads] [seed] [neurons] [probability]

4,000 neurons, a synapse between any two with probability 0.02, steps of 0.1 ms, every spike recorded. Prints one line of JSON:
how long the run took without compiling, creating synapses and writing (run_s), how long creating and writing took (build_s), the
peak of the program's memory (peak_gib, on Linux), and rates and irregularity of the two populations.
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

NETWORKS = ("cuba", "coba", "cobahh")
kind = sys.argv[1] if len(sys.argv) > 1 else "cuba"
seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 10.0
threads = int(sys.argv[3]) if len(sys.argv) > 3 else 1
number = int(sys.argv[4]) if len(sys.argv) > 4 else 1
if kind not in NETWORKS:
    sys.exit(f"brian2_balanced.py: '{kind}' is none of {', '.join(NETWORKS)}")

neurons = int(sys.argv[5]) if len(sys.argv) > 5 else 4000
probability = float(sys.argv[6]) if len(sys.argv) > 6 else 0.02
excitatory = neurons * 4 // 5
folder = tempfile.mkdtemp()
set_device("cpp_standalone", directory=folder, build_on_run=False)
if threads > 1:
    prefs.devices.cpp_standalone.openmp_threads = threads
seed(number)
defaultclock.dt = 0.1 * ms
names = dict(tau_e=5 * ms, tau_i=10 * ms, v_reset=-60 * mV, v_threshold=-50 * mV)

if kind == "cuba":
    group = NeuronGroup(
        neurons,
        """dv/dt = (g_e + g_i - (v + 49*mV)) / (20*ms) : volt (unless refractory)
           dg_e/dt = -g_e / tau_e : volt
           dg_i/dt = -g_i / tau_i : volt""",
        threshold="v > v_threshold", reset="v = v_reset", refractory=5 * ms, method="exact", namespace=names)
    group.v = "v_reset + rand() * (v_threshold - v_reset)"
    weights = 1.62 * mV, -9 * mV
elif kind == "coba":
    group = NeuronGroup(
        neurons,
        """dv/dt = (-10*nS*(v + 60*mV) - g_e*v - g_i*(v + 80*mV)) / (200*pF) : volt (unless refractory)
           dg_e/dt = -g_e / tau_e : siemens
           dg_i/dt = -g_i / tau_i : siemens""",
        threshold="v > v_threshold", reset="v = v_reset", refractory=5 * ms, method="exponential_euler", namespace=names)
    weights = 6 * nS, 67 * nS
else:
    group = NeuronGroup(
        neurons,
        """dv/dt = (-10*nS*(v + 60*mV) - g_e*v - g_i*(v + 80*mV)
                    - 20*uS*m**3*h*(v - 50*mV) - 6*uS*n**4*(v + 90*mV)) / (200*pF) : volt
           u = v/mV + 63 : 1
           dm/dt = (0.32*(13 - u)/(exp((13 - u)/4) - 1)*(1 - m) - 0.28*(u - 40)/(exp((u - 40)/5) - 1)*m) / ms : 1
           dn/dt = (0.032*(15 - u)/(exp((15 - u)/5) - 1)*(1 - n) - 0.5*exp((10 - u)/40)*n) / ms : 1
           dh/dt = (0.128*exp((17 - u)/18)*(1 - h) - 4/(1 + exp((40 - u)/5))*h) / ms : 1
           dg_e/dt = -g_e / tau_e : siemens
           dg_i/dt = -g_i / tau_i : siemens""",
        threshold="v > -20*mV", refractory=3 * ms, method="exponential_euler", namespace=names)
    weights = 6 * nS, 67 * nS
if kind != "cuba":
    group.v = "(-65 + 5*randn()) * mV"
    group.g_e = "clip(40 + 15*randn(), 0, inf) * nS"
    group.g_i = "clip(200 + 120*randn(), 0, inf) * nS"

onto_e = Synapses(group, group, on_pre="g_e += w_e", namespace=dict(w_e=weights[0]))
onto_e.connect(f"i < {excitatory}", p=probability)
onto_i = Synapses(group, group, on_pre="g_i += w_i", namespace=dict(w_i=weights[1]))
onto_i.connect(f"i >= {excitatory}", p=probability)
monitor = SpikeMonitor(group)
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


start = time.perf_counter()
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
order = np.lexsort((times, sources))
times, sources = times[order], sources[order]
synapses = len(onto_e) + len(onto_i)
shutil.rmtree(folder)


def population(first, last):
    """The mean rate and the mean coefficient of variation of neurons with three spikes or more."""
    low, high = np.searchsorted(sources, [first, last])
    trains = np.split(times[low:high], np.flatnonzero(np.diff(sources[low:high])) + 1)
    variations = [np.std(np.diff(train)) / np.mean(np.diff(train)) for train in trains if len(train) >= 3]
    spikes = int(high - low)
    return {"rate": round(spikes / seconds / (last - first), 3), "cv": round(float(np.mean(variations)), 3) if variations else None}


print(json.dumps({
    "simulator": f"Brian2 {brian2.__version__}", "network": kind, "seconds": seconds, "threads": threads, "seed": number,
    "neurons": neurons, "compile_s": round(compiled - start, 1), "run_s": round(float(device._last_run_time), 3),
    "build_s": round(finished - compiled - float(device._last_run_time), 3), "peak_gib": round(max(peaks) / 2**20, 3) or None,
    "spikes": len(times), "synapses": synapses,
    "exc": population(0, excitatory), "inh": population(excitatory, neurons)}))
