"""models/microcircuit in NEST: the cortical microcircuit of Potjans & Diesmann (2014), as the benchmark and the validation run it.

usage: nest_microcircuit.py [scale] [threads] [milliseconds] [poisson|dc] [seed] [milliseconds before] [FILE]

`scale` is the part of the neurons and of the inputs of each; below 1 weights grow and a current makes up for the mean of what is left
away, as in the reference implementation (github.com/INM-6/microcircuit-PD14-model), whose numbers are used. Spikes of the first
`milliseconds before` (100) count as transient. FILE.npz gets the spikes after it: `times` in ms from the end of the transient, `neurons`
from 0 in the order of the populations, `sizes`. Prints one line of JSON.
"""
import json
import resource
import sys
import time

import microcircuit as numbers
import nest
import numpy as np

arguments = dict(enumerate(sys.argv))
scale = float(arguments.get(1, 1.0))
threads = int(arguments.get(2, 2))
duration = float(arguments.get(3, 1000.0))
drive = arguments.get(4, "poisson")
seed = int(arguments.get(5, 55))
transient = float(arguments.get(6, 100.0))
if drive not in ("poisson", "dc"):
    sys.exit(f"nest_microcircuit.py: '{drive}' is neither poisson nor dc")

layers, full_sizes = numbers.LAYERS, np.array(numbers.FULL_SIZES)
external = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])
initial_mean = np.array([-68.28, -63.16, -63.33, -63.45, -63.11, -61.66, -66.72, -61.43])
initial_deviation = np.array([5.36, 4.57, 4.74, 4.94, 4.94, 4.55, 5.46, 4.48])
full_rates = np.array([0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829])
external_rate, g, tau_m, tau_syn, c_m = 8.0, -4.0, 10.0, 0.5, 250.0

full_synapses = np.array(numbers.full_synapses())
# The current whose potential peaks at 0.15 mV.
ratio = tau_m / tau_syn
unit = (tau_m - tau_syn) * c_m / (tau_m * tau_syn) / (
    ratio ** (-tau_syn / (tau_m - tau_syn)) - ratio ** (-tau_m / (tau_m - tau_syn)))
weight = 0.15 * unit
weights = np.full((8, 8), weight)
weights[:, 1::2] *= g
weights[0, 2] *= 2
sizes, synapses = np.array(numbers.sizes(scale)), np.array(numbers.synapses(scale))
strength = 1 / np.sqrt(scale)

nest.verbosity = nest.VerbosityLevel.ERROR
nest.ResetKernel()
nest.local_num_threads = threads
nest.resolution = 0.1
nest.rng_seed = seed
started = time.perf_counter()
populations, recorders = [], []
for x in range(8):
    current = 0.001 * tau_syn * (1 - np.sqrt(scale)) * float(
        np.sum(weights[x] * full_synapses[x] / full_sizes[x] * full_rates) + weight * external[x] * external_rate)
    if drive == "dc":
        current += 0.001 * tau_syn * external_rate * external[x] * scale * weight * strength
    population = nest.Create("iaf_psc_exp", int(sizes[x]), params=dict(
        tau_m=tau_m, tau_syn_ex=tau_syn, tau_syn_in=tau_syn, C_m=c_m, E_L=-65.0, V_th=-50.0, V_reset=-65.0, t_ref=2.0,
        I_e=current))
    population.V_m = nest.random.normal(initial_mean[x], initial_deviation[x])
    populations.append(population)
# Devices come after all neurons: NEST finds a node by its number at once only where numbers have no gaps.
for x, population in enumerate(populations):
    recorder = nest.Create("spike_recorder")
    nest.Connect(population, recorder)
    recorders.append(recorder)
    if drive == "poisson":
        source = nest.Create("poisson_generator", params=dict(rate=float(external_rate * external[x] * scale)))
        nest.Connect(source, population, syn_spec=dict(weight=float(weight * strength), delay=1.5))
# NEST holds at most 134 million synapses a thread and synapse model: one model for each population of sources.
for layer in layers:
    nest.CopyModel("static_synapse", "static_" + layer)
for y in range(8):
    for x in range(8):
        if synapses[y, x] == 0:
            continue
        w = float(weights[y, x] * strength)
        mean, deviation = (1.5, 0.75) if x % 2 == 0 else (0.75, 0.375)
        low, high = (0.0, np.inf) if w > 0 else (-np.inf, 0.0)
        nest.Connect(
            populations[x], populations[y], dict(rule="fixed_total_number", N=int(synapses[y, x])),
            dict(synapse_model="static_" + layers[x],
                 weight=nest.math.redraw(nest.random.normal(mean=w, std=abs(w) * 0.1), min=low, max=high),
                 delay=nest.math.redraw(nest.random.normal(mean=mean, std=deviation), min=0.05, max=np.inf)))
nest.Prepare()
built = time.perf_counter()
nest.Run(transient)
before = [recorder.n_events for recorder in recorders]
started_run = time.perf_counter()
nest.Run(duration)
finished = time.perf_counter()
counts = [recorder.n_events - count for recorder, count in zip(recorders, before)]
nest.Cleanup()
if 7 in arguments:
    times, neurons = [], []
    for population, recorder, first in zip(populations, recorders, np.cumsum(sizes) - sizes):
        events = recorder.get("events")
        kept = events["times"] > transient
        times.append(events["times"][kept] - transient)
        neurons.append(events["senders"][kept] - population[0].global_id + first)
    times, neurons = np.concatenate(times), np.concatenate(neurons)
    order = np.lexsort((neurons, times))
    np.savez_compressed(
        arguments[7], times=times[order].astype(np.float32), neurons=neurons[order].astype(np.uint32), sizes=sizes)
print(json.dumps({
    "simulator": f"NEST {nest.__version__}", "network": "microcircuit", "scale": scale, "drive": drive, "threads": threads,
    "seed": seed, "milliseconds": duration, "synapses": int(nest.num_connections), "build_s": round(built - started, 1),
    "run_s": round(finished - started_run, 2), "spikes": int(sum(counts)),
    "neurons": int(sizes.sum()), "counts": {layer: int(count) for layer, count in zip(layers, counts)},
    "rates": {layer: round(count * 1000 / duration / int(size), 3) for layer, count, size in zip(layers, counts, sizes)},
    "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)}))
