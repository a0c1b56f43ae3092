"""models/brunel-precise in NEST: Brunel's network with exponential currents and spike times off the grid (iaf_psc_exp_ps).

usage: nest_precise_brunel.py [seed] [threads] [milliseconds] [milliseconds before] [order]

10,000 excitatory and 2,500 inhibitory neurons (`order` 2,500), with 1,000 and 250 inputs each; `order` below 2,500 makes fewer neurons
and inputs. A Poisson train of its own drives each neuron off the grid. Every spike is recorded; those of the first `milliseconds before`
(100) are not counted. NEST looks for crossings at the ends of its steps of 0.1 ms and at inputs, and misses the few that come and go
between two of those. Prints one line of JSON: the wall time of the run after the time before, without making synapses (run_s), rates
and irregularity of the two populations, and the peak of memory.
"""
import json
import resource
import sys
import time

import nest
import numpy as np

arguments = dict(enumerate(sys.argv))
seed = int(arguments.get(1, 1))
threads = int(arguments.get(2, 2))
duration = float(arguments.get(3, 1000.0))
transient = float(arguments.get(4, 100.0))
order = int(arguments.get(5, 2500))

g, eta, delay, theta = 5.0, 2.0, 1.5, 20.0
c_m, tau_m, tau_syn = 250.0, 20.0, 0.5
counts, degrees = (4 * order, order), (round(0.4 * order), round(0.1 * order))
# The current whose potential peaks at 0.1 mV; the external rate that alone takes the mean to eta times the threshold.
ratio = tau_m / tau_syn
unit = (tau_m - tau_syn) * c_m / (tau_m * tau_syn) / (
    ratio ** (-tau_syn / (tau_m - tau_syn)) - ratio ** (-tau_m / (tau_m - tau_syn)))
J = 0.1 * unit * 1000 / degrees[0]
rate = 1000 * eta * theta * c_m / (J * tau_syn * tau_m)

nest.verbosity = nest.VerbosityLevel.ERROR
nest.ResetKernel()
nest.local_num_threads = threads
nest.resolution = 0.1
nest.rng_seed = seed
start = time.perf_counter()
exc, inh = (nest.Create("iaf_psc_exp_ps", count, params=dict(
    C_m=c_m, tau_m=tau_m, E_L=0.0, V_th=theta, V_reset=0.0, t_ref=2.0, I_e=0.0, tau_syn_ex=tau_syn, tau_syn_in=tau_syn))
    for count in counts)
for population in (exc, inh):
    population.V_m = nest.random.uniform(0.0, theta)
noise = nest.Create("poisson_generator_ps", params={"rate": rate})
recorder = nest.Create("spike_recorder")
for source, degree, weight in ((exc, degrees[0], J), (inh, degrees[1], -g * J)):
    nest.Connect(source, exc + inh, {"rule": "fixed_indegree", "indegree": degree},
                 {"synapse_model": "static_synapse", "weight": weight, "delay": delay})
nest.Connect(noise, exc + inh, "all_to_all", {"synapse_model": "static_synapse", "weight": J, "delay": delay})
nest.Connect(exc + inh, recorder)
nest.Prepare()
built = time.perf_counter()
nest.Run(transient)
started_run = time.perf_counter()
nest.Run(duration)
finished = time.perf_counter()
nest.Cleanup()

events = recorder.get("events")
kept = events["times"] > transient
times, senders = events["times"][kept], events["senders"][kept]
by_neuron = np.lexsort((times, senders))
times, senders = times[by_neuron], senders[by_neuron]


def population(first, count):
    """The mean rate and the mean coefficient of variation of neurons with three spikes or more."""
    low, high = np.searchsorted(senders, [first, first + count])
    trains = np.split(times[low:high], np.flatnonzero(np.diff(senders[low:high])) + 1)
    variations = [np.std(np.diff(train)) / np.mean(np.diff(train)) for train in trains if len(train) >= 3]
    return {"rate": round((high - low) * 1000 / duration / count, 3), "cv": round(float(np.mean(variations)), 3) if variations else None}


print(json.dumps({
    "simulator": f"NEST {nest.__version__}", "network": "brunel-precise", "seed": seed, "threads": threads, "neurons": sum(counts),
    "milliseconds": duration, "synapses": sum(counts) * sum(degrees), "external_rate": round(rate, 1), "weight": J,
    "build_s": round(built - start, 1), "warm_up_s": round(started_run - built, 3), "run_s": round(finished - started_run, 3),
    "spikes": len(times), "exc": population(exc[0].global_id, counts[0]), "inh": population(inh[0].global_id, counts[1]),
    "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)}))
