"""Makes solver_traces.json: single neurons computed by SciPy's DOP853 with a relative tolerance of 1e-10.

    python make_solver_traces.py solver_traces.json          (pip install numpy scipy)

Between input spikes the equations are smooth and are solved piece by piece; conductances are in closed form.
"""

import json
import sys

import numpy
import scipy
from scipy.integrate import solve_ivp

from neuron_cases import case, train

SOLVER = {"method": "DOP853", "rtol": 1e-10, "atol": 1e-10}

CASES = [
    case("lif_cond_exp fast synapses", "lif_cond_exp", {"v_threshold": 0}, inputs={
        "excitatory": train(201, 0.1, 0, 20), "inhibitory": train(202, 0.1, 0, 30)}),
    case("lif_cond_exp strong", "lif_cond_exp", {"v_threshold": 0.5, "tau_syn_ex": 5, "tau_syn_in": 10}, inputs={
        "excitatory": train(203, 0.2, 0, 6), "inhibitory": train(204, 0.1, 0, 67)}),
    case("lif_cond_alpha fast synapses", "lif_cond_alpha", {"v_threshold": 0}, inputs={
        "excitatory": train(205, 0.1, 0, 20), "inhibitory": train(206, 0.1, 0, 30)}),
    case("adex_cond_exp current", "adex_cond_exp", {"i_e": 800}, record=("v", "w")),
    case("adex_cond_exp spikes", "adex_cond_exp", {"tau_syn_ex": 2, "tau_syn_in": 6}, record=("v", "w"), inputs={
        "excitatory": train(207, 0.3, 0, 12), "inhibitory": train(208, 0.2, 0, 8)}),
    case("adex_cond_exp bursts", "adex_cond_exp",
         {"c_m": 200, "g_l": 10, "e_l": -58, "v_threshold": -50, "delta_t": 2, "a": 2, "tau_w": 120, "b": 100,
          "v_reset": -46, "i_e": 210, "v_peak": 0}, record=("v", "w")),
    case("adex_cond_alpha spikes", "adex_cond_alpha", {"tau_syn_ex": 2, "tau_syn_in": 6}, record=("v", "w"), inputs={
        "excitatory": train(209, 0.3, 0, 6), "inhibitory": train(210, 0.2, 0, 4)}),
    case("hh_cond_exp_traub current", "hh_cond_exp_traub", {"i_e": 400}, steps=1000, record=("v", "m", "h", "n")),
    case("hh_cond_exp_traub spikes", "hh_cond_exp_traub", record=("v", "m", "h", "n"), inputs={
        "excitatory": train(211, 0.1, 0, 12), "inhibitory": train(212, 0.1, 0, 30)}),
]

DEFAULTS = {
    "lif": {"c_m": 250, "g_l": 16.6667, "e_l": -70, "v_threshold": -55, "e_ex": 0, "e_in": -85, "i_e": 0,
            "tau_syn_ex": 0.2, "tau_syn_in": 2},
    "adex": {"c_m": 281, "g_l": 30, "e_l": -70.6, "v_threshold": -50.4, "delta_t": 2, "v_peak": 0, "v_reset": -60,
             "a": 4, "b": 80.5, "tau_w": 144, "i_e": 0, "e_ex": 0, "e_in": -85, "tau_syn_ex": 0.2, "tau_syn_in": 2},
    "hh": {"c_m": 200, "g_na": 20000, "g_k": 6000, "g_l": 10, "e_na": 50, "e_k": -90, "e_l": -60, "v_t": -63,
           "t_ref": 2, "i_e": 0, "e_ex": 0, "e_in": -80, "tau_syn_ex": 5, "tau_syn_in": 10},
}


def rates(v):
    def ratio(x):
        return 1 - x / 2 if abs(x) < 1e-7 else x / numpy.expm1(x)
    return ((1.28 * ratio((13 - v) / 4), 1.4 * ratio((v - 40) / 5)),
            (0.128 * numpy.exp((17 - v) / 18), 4 / (1 + numpy.exp((40 - v) / 5))),
            (0.16 * ratio((15 - v) / 5), 0.5 * numpy.exp((10 - v) / 40)))


def slope(family, p, y, g_ex, g_in):
    v = y[0]
    synapses = g_ex * (p["e_ex"] - v) + g_in * (p["e_in"] - v) + p["i_e"]
    if family == "lif":
        return [(p["g_l"] * (p["e_l"] - v) + synapses) / p["c_m"]]
    if family == "adex":
        upstroke = p["g_l"] * p["delta_t"] * numpy.exp((min(v, p["v_peak"]) - p["v_threshold"]) / p["delta_t"])
        return [(p["g_l"] * (p["e_l"] - v) + upstroke + synapses - y[1]) / p["c_m"],
                (p["a"] * (v - p["e_l"]) - y[1]) / p["tau_w"]]
    m, h, n = y[1:]
    dv = (p["g_na"] * m**3 * h * (p["e_na"] - v) + p["g_k"] * n**4 * (p["e_k"] - v) + p["g_l"] * (p["e_l"] - v)
          + synapses) / p["c_m"]
    return [dv] + [alpha * (1 - x) - beta * x for x, (alpha, beta) in zip((m, h, n), rates(v - p["v_t"]))]


def run(case):
    family, h, alpha = case["model"].split("_")[0], case["step"], case["model"].endswith("alpha")
    p = DEFAULTS[family] | case["parameters"]
    y = [float(p["e_l"])]
    if family == "adex":
        y.append(0.0)
    if family == "hh":
        y += [a / (a + b) for a, b in rates(p["e_l"] - p["v_t"])]
        case["initial"] = dict(zip("mhn", y[1:]))
    synapses = {"excitatory": [0.0, 0.0, p["tau_syn_ex"]], "inhibitory": [0.0, 0.0, p["tau_syn_in"]]}
    arrivals = {}
    for receptor, spikes in case["inputs"].items():
        for k, w in spikes:
            arrivals.setdefault(k, []).append((receptor, w))
    stops = sorted(set(arrivals) | set(range(0, case["steps"] + 1)))
    traces = [[] for _ in y]
    potentials, times = [], []
    for first, last in zip(stops, stops[1:]):
        t, end = 0.0, (last - first) * h
        (g1, d1, t1), (g2, d2, t2) = synapses["excitatory"], synapses["inhibitory"]

        def right(s, z):
            return slope(family, p, z, (g1 + d1 * s) * numpy.exp(-s / t1), (g2 + d2 * s) * numpy.exp(-s / t2))

        def peak(s, z):
            return z[0] - p["v_peak"]
        peak.terminal, peak.direction = True, 1
        while t < end:
            found = solve_ivp(right, (t, end), y, events=peak if family == "adex" else None, **SOLVER)
            t, y = found.t[-1], found.y[:, -1]
            if family == "adex" and found.status == 1:
                times.append(first * h + t)
                y = numpy.array([p["v_reset"], y[1] + p["b"]])
        for s in synapses.values():
            level, rise, tau = s
            s[0], s[1] = (level + rise * end) * numpy.exp(-end / tau), rise * numpy.exp(-end / tau)
        for receptor, w in arrivals.get(last, []):
            tau = synapses[receptor][2]
            synapses[receptor][1 if alpha else 0] += w * numpy.e / tau if alpha else w
        potentials.append(y[0])
        if last % case["every"] == 0:
            for values, x in zip(traces, y):
                values.append(float(f"{x:.9g}"))
    if family == "hh":
        case["spikes"], held = [], 0
        for k in range(1, len(potentials)):
            if held > 0:
                held -= 1
            elif potentials[k] >= p["v_t"] + 30 and potentials[k - 1] > potentials[k]:
                case["spikes"].append(k + 1)
                held = round(p["t_ref"] / h)
    elif family == "adex":
        case["spikes"] = [int(numpy.ceil(t / h - 1e-9)) for t in times]
    else:
        case["spikes"] = []
        assert max(potentials) < p["v_threshold"]
    case["traces"] = dict(zip(case["record"], traces))
    return case


result = {"tool": "SciPy " + scipy.__version__, "cases": [run(c) for c in CASES]}
with open(sys.argv[1], "w") as file:
    json.dump(result, file, separators=(",", ":"))
