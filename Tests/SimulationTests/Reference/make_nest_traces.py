"""Makes nest_traces.json: single neurons computed by NEST 3.10 (pip install nest-simulator numpy).

    python make_nest_traces.py nest_traces.json
"""

import json
import sys

import nest
import numpy

from neuron_cases import CASES

MODELS = {
    "lif_curr_exp": "iaf_psc_exp", "lif_curr_delta": "iaf_psc_delta", "lif_curr_alpha": "iaf_psc_alpha",
    "lif_cond_exp": "iaf_cond_exp", "lif_cond_alpha": "iaf_cond_alpha", "adex_cond_exp": "aeif_cond_exp",
    "adex_cond_alpha": "aeif_cond_alpha", "adex_curr_exp": "aeif_psc_exp", "izhikevich": "izhikevich",
    "hh_cond_exp_traub": "hh_cond_exp_traub", "glif_psc": "glif_psc", "parrot": "parrot_neuron",
}
NAMES = {
    "tau_m": "tau_m", "c_m": "C_m", "e_l": "E_L", "v_threshold": "V_th", "v_reset": "V_reset", "t_ref": "t_ref",
    "i_e": "I_e", "tau_syn_ex": "tau_syn_ex", "tau_syn_in": "tau_syn_in", "g_l": "g_L", "delta_t": "Delta_T",
    "v_peak": "V_peak", "a": "a", "b": "b", "tau_w": "tau_w", "c": "c", "d": "d",
}
RECORDED = {"v": "V_m", "w": "w", "u": "U_m", "m": "Act_m", "h": "Inact_h", "n": "Act_n",
            "threshold_spike": "threshold_spike", "threshold_voltage": "threshold_voltage"}
DELAY = 0.1


def settings(case):
    if case["model"] == "glif_psc":
        p, level = case["parameters"], int(case["options"]["level"])
        return {"t_ref": p["t_ref"], "tau_syn": [p["tau_syn_ex"], p["tau_syn_in"]],
                "asc_r": [p["asc_r_1"], p["asc_r_2"]], "spike_dependent_threshold": level in (2, 4, 5),
                "after_spike_currents": level >= 3, "adapting_threshold": level == 5}
    values = {NAMES[k]: float(v) for k, v in case["parameters"].items()}
    if case["options"].get("refractory_input") == "kept":
        values["refractory_input"] = True
    if case["options"].get("integration") == "izhikevich_2003":
        values["consistent_integration"] = False
    if "e_l" in case["parameters"]:
        values["V_m"] = float(case["parameters"]["e_l"])
    return values


def run(case):
    h = case["step"]
    nest.ResetKernel()
    nest.resolution = h
    neuron = nest.Create(MODELS[case["model"]], params=settings(case))
    neuron.set({RECORDED[k]: v for k, v in case["initial"].items()})
    if case["model"] == "hh_cond_exp_traub":
        case["initial"] = {k: neuron.get(RECORDED[k]) for k in ("m", "h", "n")}
    for receptor, spikes in case["inputs"].items():
        times = [round(k * h - DELAY, 10) for k, _ in spikes]
        if case["model"] == "parrot":
            source = nest.Create("spike_generator", params={
                "spike_times": times, "spike_multiplicities": [w for _, w in spikes]})
            nest.Connect(source, neuron, syn_spec={"delay": DELAY})
            continue
        # The conductances of NEST tell the receptor by the sign of the weight.
        sign = -1.0 if "_cond_" in case["model"] and receptor == "inhibitory" else 1.0
        if receptor == "inhibitory" and case["model"] in ("lif_curr_exp", "lif_curr_alpha", "adex_curr_exp"):
            assert all(w <= 0 for _, w in spikes)
        source = nest.Create("spike_generator", params={
            "spike_times": times, "spike_weights": [sign * w for _, w in spikes]})
        port = {"receptor_type": 1 if receptor == "excitatory" else 2} if case["model"] == "glif_psc" else {}
        nest.Connect(source, neuron, syn_spec={"delay": DELAY, **port})
    for first, last, amplitude in case["current"]:
        # A current of a generator from t on reaches a neuron at t plus the delay.
        source = nest.Create("dc_generator", params={
            "amplitude": amplitude, "start": round((first - 1) * h - DELAY, 10), "stop": round(last * h - DELAY, 10)})
        nest.Connect(source, neuron, syn_spec={"delay": DELAY})
    recorder = nest.Create("spike_recorder")
    nest.Connect(neuron, recorder)
    if case["record"]:
        meter = nest.Create("multimeter", params={
            "record_from": [RECORDED[k] for k in case["record"]], "interval": h * case["every"]})
        nest.Connect(meter, neuron)
    # The recorder and the meter get what happened a delay of one step ago.
    nest.Simulate(case["steps"] * h + 2)
    spikes = [int(round(t / h)) for t in recorder.events["times"]]
    case["spikes"] = [k for k in spikes if k <= case["steps"]]
    case["traces"] = {}
    for symbol in case["record"]:
        values = meter.events[RECORDED[symbol]][:case["steps"] // case["every"]]
        case["traces"][symbol] = [float(f"{x:.9g}") for x in numpy.asarray(values)]
    return case


nest.verbosity = nest.VerbosityLevel.ERROR
result = {"tool": "NEST " + nest.__version__, "cases": [run(case) for case in CASES]}
with open(sys.argv[1], "w") as file:
    json.dump(result, file, separators=(",", ":"))
