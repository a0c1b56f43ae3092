"""The single neurons whose traces are stored: shared by the scripts that let NEST and SciPy compute them.

A case has Synfire's names. Steps are counted from 1; a spike of step k arrives at its end, at k*h; a current acts in the
steps from `first` to `last`.
"""

import random

STEP = 0.1


def train(seed, rate, low, high, first=20, last=1400):
    """Spikes at a rate per step, with weights between two bounds: a list of [step, weight]."""
    draws = random.Random(seed)
    return [[k, round(draws.uniform(low, high), 4)] for k in range(first, last) if draws.random() < rate]


def case(name, model, parameters=None, options=None, initial=None, inputs=None, current=None, steps=1500, record=("v",)):
    return {"name": name, "model": model, "parameters": parameters or {}, "options": options or {},
            "initial": initial or {}, "inputs": inputs or {}, "current": current or [], "steps": steps,
            "every": 10, "step": STEP, "record": list(record)}


def linear(model, weight):
    """The four cases of a leaky integrate-and-fire neuron with currents."""
    fast = {"tau_m": 15, "c_m": 200, "e_l": -65, "v_threshold": -50, "v_reset": -62, "t_ref": 1.5}
    if model != "lif_curr_delta":
        fast |= {"tau_syn_ex": 0.5, "tau_syn_in": 3}
    both = ("excitatory", "inhibitory") if model != "lif_curr_delta" else ("input", "input")

    def spikes(seed, rate, strength):
        # Inhibition lasts six times as long, where currents last.
        ex = train(seed, rate, 0, strength)
        inh = train(seed + 1, rate, -strength if both[0] == both[1] else -strength / 9, 0)
        return {both[0]: ex, both[1]: inh} if both[0] != both[1] else {both[0]: sorted(ex + inh)}

    return [
        case(model + " current", model, {"i_e": 500}),
        case(model + " weak spikes", model, fast, inputs=spikes(1, 0.1, weight)),
        case(model + " strong spikes", model, fast | {"i_e": 250}, inputs=spikes(3, 0.2, 4 * weight)),
        case(model + " equal times", model, {"i_e": 300} | ({} if model == "lif_curr_delta" else {
            "tau_m": 10, "tau_syn_ex": 10, "tau_syn_in": 9.9999}), inputs=spikes(5, 0.05, weight)),
    ]


def conductance(model, strong, seed):
    alpha = model.endswith("alpha")
    slow = {"tau_syn_ex": 2, "tau_syn_in": 6}
    scale = 1 if not alpha else 0.5
    return [
        case(model + " current", model, {"i_e": strong}),
        case(model + " weak spikes", model, inputs={
            "excitatory": train(seed, 0.1, 0, 12 * scale), "inhibitory": train(seed + 1, 0.1, 0, 8 * scale)}),
        case(model + " strong spikes", model, slow | {"t_ref": 1.2}, inputs={
            "excitatory": train(seed + 2, 0.3, 0, 12 * scale), "inhibitory": train(seed + 3, 0.2, 0, 8 * scale)}),
    ]


ADEX = ("v", "w")

CASES = [
    *linear("lif_curr_exp", 300), *linear("lif_curr_delta", 1.5), *linear("lif_curr_alpha", 200),
    case("lif_curr_delta kept input", "lif_curr_delta", {"t_ref": 4, "i_e": 350}, {"refractory_input": "kept"},
         inputs={"input": train(21, 0.1, 0, 3)}),
    *conductance("lif_cond_exp", 350, 31), *conductance("lif_cond_alpha", 350, 41),
    *[c | {"record": list(ADEX)} for c in conductance("adex_cond_exp", 900, 51)],
    *[c | {"record": list(ADEX)} for c in conductance("adex_cond_alpha", 900, 61)],
    case("adex_cond_exp bursts", "adex_cond_exp",
         {"c_m": 200, "g_l": 10, "e_l": -58, "v_threshold": -50, "delta_t": 2, "a": 2, "tau_w": 120, "b": 100,
          "v_reset": -46, "i_e": 210, "v_peak": 0}, record=ADEX),
    case("adex_cond_exp without upstroke", "adex_cond_exp", {"delta_t": 0, "i_e": 900, "t_ref": 2}, record=ADEX),
    case("adex_curr_exp current", "adex_curr_exp", {"i_e": 900}, record=ADEX),
    case("adex_curr_exp spikes", "adex_curr_exp", {"tau_syn_ex": 2, "tau_syn_in": 5, "i_e": 300}, record=ADEX,
         inputs={"excitatory": train(71, 0.3, 0, 500), "inhibitory": train(72, 0.1, -300, 0)}),
    case("izhikevich current", "izhikevich", {"i_e": 10}, record=("v", "u")),
    case("izhikevich spikes", "izhikevich", {"a": 0.1, "b": 0.2, "c": -65, "d": 2, "i_e": 3}, record=("v", "u"),
         initial={"u": -14}, inputs={"input": train(81, 0.1, -1, 3)}),
    case("izhikevich bursts", "izhikevich", {"c": -50, "d": 2, "i_e": 12}, record=("v", "u")),
    case("izhikevich paper", "izhikevich", {"i_e": 10}, {"integration": "izhikevich_2003"}, record=("v", "u"),
         inputs={"input": train(83, 0.05, -10, 30)}),
    case("hh_cond_exp_traub current", "hh_cond_exp_traub", {"i_e": 400}, steps=1000, record=("v", "m", "h", "n")),
    case("hh_cond_exp_traub spikes", "hh_cond_exp_traub", record=("v", "m", "h", "n"),
         inputs={"excitatory": train(91, 0.1, 0, 12), "inhibitory": train(92, 0.1, 0, 30)}),
    *[case(f"glif_psc level {level}", "glif_psc", options={"level": str(level)}, steps=2000,
           parameters={"t_ref": 3.7, "tau_syn_ex": 2, "tau_syn_in": 5, "asc_r_1": 0.8, "asc_r_2": 0.3},
           inputs={"excitatory": train(100 + level, 0.1, 0, 120), "inhibitory": train(110 + level, 0.05, -100, 0)},
           current=[[100, 1200, 400.0], [1201, 2000, 250.0]],
           record=("v", "threshold_spike", "threshold_voltage")) for level in (1, 2, 3, 4, 5)],
    case("parrot", "parrot", inputs={"input": [[10, 1], [11, 3], [50, 2], [51, 1]]}, steps=100, record=()),
]
