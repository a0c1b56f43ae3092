"""models/brunel-alpha and models/hpc-benchmark in NEST: what their rates are compared with.

usage: nest_networks.py brunel-alpha [seed] [threads]
       nest_networks.py hpc-benchmark [seed] [threads] [k_scale] [milliseconds]

Every neuron is recorded. Prints one line of JSON: the wall time of the run, without making synapses and sorting them (run_s),
rates and irregularity of the two populations, and of hpc-benchmark the mean of the plastic weights of a hundred sources at the end.
"""
import json
import resource
import sys
import time

import nest
import numpy as np

network = sys.argv[1] if len(sys.argv) > 1 else "brunel-alpha"
seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
threads = int(sys.argv[3]) if len(sys.argv) > 3 else 2
k_scale = float(sys.argv[4]) if len(sys.argv) > 4 else 1.0
if network not in ("brunel-alpha", "hpc-benchmark"):
    sys.exit(f"nest_networks.py: '{network}' is neither brunel-alpha nor hpc-benchmark")
is_plastic = network == "hpc-benchmark"

nest.verbosity = nest.VerbosityLevel.ERROR
nest.local_num_threads = threads
nest.resolution = 0.1
nest.rng_seed = seed
if is_plastic:
    duration, g, eta, tau_m, tau_syn, t_ref, J = 300.0, 5.0, 1.685, 10.0, 0.32582722403722841, 0.5, 45.609600316540956
    counts, degrees = (9000, 2250), (round(9000 * k_scale), round(2250 * k_scale))
else:
    duration, g, eta, tau_m, tau_syn, t_ref, J = 1000.0, 5.0, 2.0, 20.0, 0.5, 2.0, 20.68015524367846
    counts, degrees = (10000, 2500), (1000, 250)
if len(sys.argv) > 5:
    duration = float(sys.argv[5])
parameters = dict(C_m=250.0, tau_m=tau_m, E_L=0.0, V_th=20.0, V_reset=0.0, V_m=0.0, t_ref=t_ref, tau_syn_ex=tau_syn, tau_syn_in=tau_syn)
if is_plastic:
    parameters["tau_minus"] = 30.0
start = time.perf_counter()
exc, inh = (nest.Create("iaf_psc_alpha", count, params=parameters) for count in counts)
if is_plastic:
    for population in (exc, inh):
        population.V_m = nest.random.normal(5.7, 7.2)
rate = 1000 * eta * 20.0 * 250.0 / (J * np.e * tau_m * tau_syn)
noise = nest.Create("poisson_generator", params={"rate": rate})
static = {"synapse_model": "static_synapse", "weight": J, "delay": 1.5}
if is_plastic:
    nest.SetDefaults(
        "stdp_pl_synapse_hom_hpc", {"alpha": 0.0513, "lambda": 0.1, "mu": 0.4, "tau_plus": 15.0, "weight": J, "delay": 1.5})
    rules = [{"rule": "fixed_indegree", "indegree": degree, "allow_autapses": False} for degree in degrees]
    nest.Connect(exc, exc, rules[0], {"synapse_model": "stdp_pl_synapse_hom_hpc"})
    nest.Connect(exc, inh, rules[0], static)
else:
    rules = [{"rule": "fixed_indegree", "indegree": degree} for degree in degrees]
    nest.Connect(exc, exc + inh, rules[0], static)
nest.Connect(inh, exc + inh, rules[1], {**static, "weight": -g * J})
nest.Connect(noise, exc + inh, "all_to_all", static)
recorder = nest.Create("spike_recorder")
nest.Connect(exc + inh, recorder)
nest.Prepare()
built = time.perf_counter()
nest.Run(duration)
finished = time.perf_counter()
nest.Cleanup()

events = recorder.get("events")
order = np.lexsort((events["times"], events["senders"]))
times, senders = events["times"][order], events["senders"][order]


def population(first, count):
    """The mean rate and the mean coefficient of variation of neurons with three spikes or more."""
    low, high = np.searchsorted(senders, [first, first + count])
    trains = np.split(times[low:high], np.flatnonzero(np.diff(senders[low:high])) + 1)
    variations = [np.std(np.diff(train)) / np.mean(np.diff(train)) for train in trains if len(train) >= 3]
    return {"rate": round((high - low) * 1000 / duration / count, 3), "cv": round(float(np.mean(variations)), 3) if variations else None}


result = {"simulator": f"NEST {nest.__version__}", "network": network, "seed": seed, "threads": threads, "k_scale": k_scale,
          "milliseconds": duration, "build_s": round(built - start, 1), "run_s": round(finished - built, 3), "spikes": len(times),
          "exc": population(exc[0].global_id, counts[0]), "inh": population(inh[0].global_id, counts[1])}
if is_plastic:
    # Of all synapses NEST would make dictionaries: those of a hundred sources will do.
    weights = nest.GetConnections(exc[:100], exc).get("weight")
    result["plastic_weight"] = round(float(np.mean(weights)), 4)
result["peak_gib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)
print(json.dumps(result))
