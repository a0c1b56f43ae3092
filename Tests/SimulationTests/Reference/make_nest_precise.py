"""Spike times of NEST's precise models, with all digits: the numbers in nest_precise.json.

usage: make_nest_precise.py nest_precise.json   (needs NEST 3 and numpy; the stored file was made with NEST 3.10.0)

Single neurons get excitatory and inhibitory spikes off the grid, each kind by a delay of its own, and a constant current. Times
are in ms from the beginning, of spikes as they are sent: they arrive later by the delay. NEST rounds delays and t_ref to its
steps, and except in iaf_psc_delta_ps sees a crossing only where v is above threshold at the end of a step or at an input: so the
numbers are from steps of 0.001 ms, of which all delays and t_ref are multiples. What the same models give with steps of
0.1 ms is told by `coarse`: how many spikes there are, and how many of the first agree to 1e-6 ms.
"""
import json
import sys

import nest
import numpy

SEED = 20261127
FINE, COARSE = 0.001, 0.1
DURATION = 1500.0
MODELS = ("iaf_psc_delta_ps", "iaf_psc_exp_ps", "iaf_psc_exp_ps_lossless", "iaf_psc_alpha_ps")


def run(case, resolution):
    nest.ResetKernel()
    nest.resolution = resolution
    neuron = nest.Create(case["model"], params={**case["parameters"], "V_m": case["v"]})
    for kind in ("exc", "inh"):
        generator = nest.Create("spike_generator", params={
            "precise_times": True, "spike_times": case[kind]["times"], "spike_weights": case[kind]["weights"]})
        nest.Connect(generator, neuron, syn_spec={"delay": case[kind]["delay"], "weight": 1.0})
    recorder = nest.Create("spike_recorder")
    nest.Connect(neuron, recorder)
    nest.Simulate(DURATION)
    # What is emitted later than a millisecond before the end does not reach the recorder any more.
    return sorted(float(t) for t in recorder.events["times"] if t < DURATION - 2)


def train(rng, count, weights):
    times = numpy.sort(rng.uniform(0.5, DURATION - 5, count))
    return {"times": [float(t) for t in times], "weights": [float(w) for w in rng.choice(weights, count)],
            "delay": float(rng.integers(1, 30)) / 10}


# The last neuron of each model has potentials with short peaks, which steps of 0.1 ms sometimes miss; with this seed
# iaf_psc_exp_ps misses one. Other differences of the coarse runs come from t_ref.
def draw(rng, model, index):
    parameters = {
        "tau_m": (10.0, 20.0, 15.3, 2.5)[index], "C_m": (250.0, 200.0, 317.5, 100.0)[index], "E_L": (-70.0, 0.0, -65.0, -60.0)[index],
        "t_ref": (2.0, 1.737, 3.061, 1.0)[index]}
    parameters["V_th"] = parameters["E_L"] + (15.0, 20.0, 12.5, 4.0)[index]
    parameters["V_reset"] = parameters["E_L"] + (0.0, 10.0, -4.0, 0.0)[index]
    # Drives v to this many mV above e_l on its own: below threshold, above it twice, below it.
    parameters["I_e"] = (13.0, 21.0, 13.0, 2.0)[index] * parameters["C_m"] / parameters["tau_m"]
    v = parameters["E_L"] + (0.0, 7.3, 11.1, 1.0)[index]
    if model != "iaf_psc_delta_ps":
        tau_ex = (0.5, 2.0, 1.3, 0.2)[index]
        parameters["tau_syn_ex"] = tau_ex
        parameters["tau_syn_in"] = tau_ex if model.endswith("lossless") else (0.5, 5.0, 0.4, 0.3)[index]
    # Jumps in mV, or currents in whole pA with that effect.
    scale = (1.0, 1.0, 1.0, 0.5)[index]
    weights = [scale * numpy.array([1.5, 2.25, 3.0, 4.5]), scale * numpy.array([-2.0, -3.25, -4.0, -6.5])]
    if model != "iaf_psc_delta_ps":
        charge = numpy.e if model == "iaf_psc_alpha_ps" else 1.0
        weights = [numpy.round(w * parameters["C_m"] / (parameters[tau] * charge))
                   for w, tau in zip(weights, ("tau_syn_ex", "tau_syn_in"))]
    return {"model": model, "parameters": parameters, "v": v,
            "exc": train(rng, (500, 500, 500, 900)[index], weights[0]), "inh": train(rng, (160, 160, 160, 400)[index], weights[1])}


nest.verbosity = nest.VerbosityLevel.ERROR
rng = numpy.random.default_rng(SEED)
cases = []
for model in MODELS:
    for index in range(4):
        case = draw(rng, model, index)
        fine, coarse = run(case, FINE), run(case, COARSE)
        assert len(fine) >= 50, (model, index, len(fine))
        same = numpy.abs(numpy.subtract(*(train[:min(len(fine), len(coarse))] for train in (fine, coarse)))) < 1e-6
        case["spikes"] = fine
        case["coarse"] = {"spikes": len(coarse), "agreeing": int(numpy.argmin([*same, False]))}
        print(model, index, len(fine), case["coarse"], flush=True)
        cases.append(case)
result = {"nest": nest.__version__, "seed": SEED, "resolution": FINE, "coarse_resolution": COARSE, "duration": DURATION - 2,
          "cases": cases}
with open(sys.argv[1], "w") as file:
    json.dump(result, file, separators=(",", ":"))
    file.write("\n")
