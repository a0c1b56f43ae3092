"""Weights that NEST's plastic synapses send, spike by spike: the numbers in nest_synapses.json.

usage: make_nest_synapses.py nest_synapses.json   (needs NEST 3 and numpy; the stored file was made with NEST 3.10.0)

Source and target are parrots that repeat given trains; the synapse under test ends in the target's port 1, which ignores
it. Trains lie on a grid of 1 ms at a resolution of 0.1 ms, so that spikes often coincide. The first spike of the source
comes before all of the target's, because the nearest-neighbour synapses of NEST take time 0 for a spike of the source.
"""
import json
import sys

import nest
import numpy

STEP = 0.1
SEED = 20261124


def train(rng, count, first, span):
    times = first + numpy.sort(rng.choice(numpy.arange(1, span), size=count - 1, replace=False))
    return [float(first)] + [float(t) for t in times]


def run(model, parameters, common, weight, delay, pre, post, tau_minus):
    nest.ResetKernel()
    nest.set_verbosity("M_ERROR")
    nest.resolution = STEP
    generators = [nest.Create("spike_generator", params={"spike_times": t}) for t in (pre, post)]
    source = nest.Create("parrot_neuron")
    target = nest.Create("parrot_neuron", params={"tau_minus": tau_minus})
    for generator, neuron in zip(generators, (source, target)):
        nest.Connect(generator, neuron, syn_spec={"delay": 1.0})
    recorder = nest.Create("weight_recorder")
    nest.CopyModel(model, "tested", {"weight_recorder": recorder, **common})
    nest.Connect(source, target, syn_spec={
        "synapse_model": "tested", "weight": weight, "delay": delay, "receptor_type": 1, **parameters})
    nest.Simulate(max(pre + post) + 50.0)
    return [float(f"{w:.12g}") for w in recorder.events["weights"]]


def steps(times):
    # The parrots repeat a millisecond later.
    return [round((t + 1.0) / STEP) for t in times]


rng = numpy.random.default_rng(SEED)
pre, post = train(rng, 160, 1, 700), train(rng, 160, 9, 690)
cases = []
guetig = {"lambda": 0.05, "alpha": 0.9, "tau_plus": 15.0, "Wmax": 100.0, "mu_plus": 0.4, "mu_minus": 0.6}
tests = [
    ("stdp_synapse", {**guetig, "mu_plus": 0.0, "mu_minus": 0.0}, 50.0, 1.5),
    ("stdp_synapse", {**guetig, "mu_plus": 1.0, "mu_minus": 1.0}, 50.0, 1.0),
    ("stdp_synapse", guetig, 50.0, 3.0),
    ("stdp_synapse", {**guetig, "Wmax": -100.0}, -50.0, 2.0),
    ("stdp_nn_symm_synapse", guetig, 50.0, 2.0),
    ("stdp_nn_pre_centered_synapse", guetig, 50.0, 2.0),
    ("stdp_nn_restr_synapse", guetig, 50.0, 2.0),
    ("stdp_pl_synapse_hom", {"lambda": 0.1, "alpha": 0.0513, "mu": 0.4, "tau_plus": 15.0}, 45.0, 2.0),
]
for model, parameters, weight, delay in tests:
    shared = parameters if model.endswith("_hom") else {}
    own = {} if shared else parameters
    cases.append({
        "model": model, "parameters": parameters, "weight": weight, "tauMinus": 30.0, "delay": round(delay / STEP),
        "weights": run(model, own, shared, weight, delay, pre, post, 30.0)})
for parameters in (
        {"U": 0.5, "tau_rec": 800.0, "tau_fac": 0.0, "u": 0.5, "x": 1.0},
        {"U": 0.1, "tau_rec": 100.0, "tau_fac": 1000.0, "u": 0.1, "x": 1.0}):
    cases.append({
        "model": "tsodyks2_synapse", "parameters": parameters, "weight": 1.0, "tauMinus": 30.0, "delay": 10,
        "weights": run("tsodyks2_synapse", parameters, {}, 1.0, 1.0, pre, post, 30.0)})

result = {"nest": nest.__version__, "step": STEP, "seed": SEED, "source": steps(pre), "target": steps(post),
          "cases": cases}
for case in cases:
    assert len(case["weights"]) == len(pre), case["model"]
with open(sys.argv[1], "w") as file:
    json.dump(result, file, separators=(",", ":"))
    file.write("\n")
