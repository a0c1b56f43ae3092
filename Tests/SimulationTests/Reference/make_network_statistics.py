"""Firing rates and irregularity of recurrent networks in NEST 3.10 and Brian2 2.9, over seeds.

usage: make_network_statistics.py nest|brian2 NETWORK SEEDS > part.json
NETWORK: cuba, coba (Brette et al. 2007, doi:10.1007/s10827-007-0038-6, 4,000 neurons, p = 0.02), brunel_delta,
brunel_alpha (Brunel 2000, doi:10.1023/A:1008925309027, 4,000 + 1,000 neurons, in-degrees 400 + 100, J = 0.2 mV, g = 5, eta = 2).
Prints one JSON object: for each seed the mean rate of excitatory and inhibitory neurons [Hz] and the mean coefficient of
variation of intervals over neurons with five spikes or more, in a window of time.
network_statistics.json holds the parts, by simulator and network.
"""
import json, math, sys
import numpy as np

# When counting begins and ends [ms].
WINDOW = dict(cuba=(500.0, 5500.0), coba=(500.0, 5500.0), brunel_delta=(300.0, 1800.0), brunel_alpha=(300.0, 1800.0))
N_E, N_I = 3200, 800


def statistics(senders, times, n_e, n_i, window):
    """senders from 0 on, excitatory first"""
    keep = (times > window[0]) & (times <= window[1])
    senders, times = senders[keep], times[keep]
    seconds = (window[1] - window[0]) / 1000
    order = np.lexsort((times, senders))
    senders, times = senders[order], times[order]
    cvs = []
    for train in np.split(times, np.flatnonzero(np.diff(senders)) + 1):
        if len(train) >= 5:
            isi = np.diff(train)
            cvs.append(isi.std() / isi.mean())
    return dict(rate_e=float((senders < n_e).sum() / n_e / seconds), rate_i=float((senders >= n_e).sum() / n_i / seconds),
                cv=float(np.mean(cvs)) if cvs else None)


def nest_run(network, seed):
    import nest
    nest.set_verbosity("M_ERROR")
    nest.ResetKernel()
    nest.resolution = 0.1
    nest.rng_seed = seed
    nest.local_num_threads = 2
    rng = np.random.default_rng(seed)
    if network in ("cuba", "coba"):
        n_e, n_i = N_E, N_I
        common = dict(C_m=200.0, V_th=-50.0, V_reset=-60.0, t_ref=5.0, tau_syn_ex=5.0, tau_syn_in=10.0)
        if network == "cuba":
            cells = nest.Create("iaf_psc_exp", n_e + n_i, dict(common, E_L=-49.0, tau_m=20.0))
            cells.V_m = list(rng.uniform(-60, -50, n_e + n_i))
            w_e, w_i = 16.2, -90.0
        else:
            cells = nest.Create("iaf_cond_exp", n_e + n_i, dict(common, E_L=-60.0, g_L=10.0, E_ex=0.0, E_in=-80.0))
            cells.V_m = list(rng.normal(-65, 5, n_e + n_i))
            cells.g_ex = list(np.maximum(0, rng.normal(40, 15, n_e + n_i)))
            cells.g_in = list(np.maximum(0, rng.normal(200, 120, n_e + n_i)))
            w_e, w_i = 6.0, -67.0
        rule = dict(rule="pairwise_bernoulli", p=0.02)
        nest.Connect(cells[:n_e], cells, rule, dict(weight=w_e, delay=0.1))
        nest.Connect(cells[n_e:], cells, rule, dict(weight=w_i, delay=0.1))
    else:
        n_e, n_i, c_e, c_i = 4000, 1000, 400, 100
        g, eta, j, tau, theta, delay = 5.0, 2.0, 0.2, 20.0, 20.0, 1.5
        neuron = dict(C_m=250.0, tau_m=tau, t_ref=2.0, E_L=0.0, V_reset=0.0, V_m=0.0, V_th=theta)
        if network == "brunel_delta":
            model, weight = "iaf_psc_delta", j
            nu_th = theta / (j * c_e * tau)
        else:
            model, tau_s = "iaf_psc_alpha", 0.5
            neuron.update(tau_syn_ex=tau_s, tau_syn_in=tau_s)
            # Peak current of a potential that peaks at 1 mV.
            a, b = tau / tau_s, 1 / tau_s - 1 / tau
            w = lambda t: math.exp(1) / (tau_s * 250.0 * b) * ((math.exp(-t / tau) - math.exp(-t / tau_s)) / b - t * math.exp(-t / tau_s))
            grid = np.linspace(0.01, 20, 200001)
            weight = j / max(w(t) for t in grid)
            nu_th = theta * 250.0 / (weight * c_e * math.exp(1) * tau * tau_s)
        cells = nest.Create(model, n_e + n_i, neuron)
        drive = nest.Create("poisson_generator", params=dict(rate=1000 * eta * nu_th * c_e))
        nest.Connect(drive, cells, syn_spec=dict(weight=weight, delay=delay))
        nest.Connect(cells[:n_e], cells, dict(rule="fixed_indegree", indegree=c_e), dict(weight=weight, delay=delay))
        nest.Connect(cells[n_e:], cells, dict(rule="fixed_indegree", indegree=c_i), dict(weight=-g * weight, delay=delay))
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells, recorder)
    nest.Simulate(WINDOW[network][1])
    events = recorder.events
    result = statistics(np.asarray(events["senders"]) - cells[0].global_id, np.asarray(events["times"]), n_e, n_i, WINDOW[network])
    if network == "brunel_alpha": result["weight"] = weight; result["rate_drive"] = 1000 * eta * nu_th * c_e
    return result


def brian_run(network, seed):
    from brian2 import (NeuronGroup, Synapses, SpikeMonitor, Network, ms, mV, second, defaultclock, prefs, start_scope)
    import brian2
    start_scope()
    prefs.codegen.target = "cython"
    defaultclock.dt = 0.1 * ms
    brian2.seed(seed)
    n = N_E + N_I
    names = dict(taum=20 * ms, taue=5 * ms, taui=10 * ms, Vt=-50 * mV, Vr=-60 * mV)
    if network == "cuba":
        names.update(El=-49 * mV)
        eqs = """dv/dt = (ge+gi-(v-El))/taum : volt (unless refractory)
        dge/dt = -ge/taue : volt
        dgi/dt = -gi/taui : volt"""
        cells = NeuronGroup(n, eqs, threshold="v>Vt", reset="v = Vr", refractory=5 * ms, method="exact", namespace=names)
        cells.v = "Vr + rand() * (Vt - Vr)"
        w_e, w_i = 1.62 * mV, -9 * mV
    else:
        names.update(El=-60 * mV, Ee=0 * mV, Ei=-80 * mV)
        eqs = """dv/dt = (-(v-El) + ge*(Ee-v) + gi*(Ei-v))/taum : volt (unless refractory)
        dge/dt = -ge/taue : 1
        dgi/dt = -gi/taui : 1"""
        cells = NeuronGroup(n, eqs, threshold="v>Vt", reset="v = Vr", refractory=5 * ms, method="exponential_euler", namespace=names)
        cells.v = "Vr + (randn() * 5 - 5) * mV"
        cells.ge = "clip(randn() * 1.5 + 4, 0, 100)"
        cells.gi = "clip(randn() * 12 + 20, 0, 1000)"
        w_e, w_i = 0.6, 6.7
    ex = Synapses(cells, cells, on_pre="ge += w", namespace=dict(w=w_e)); ex.connect("i<%d" % N_E, p=0.02)
    inh = Synapses(cells, cells, on_pre="gi += w", namespace=dict(w=w_i)); inh.connect("i>=%d" % N_E, p=0.02)
    monitor = SpikeMonitor(cells)
    Network(cells, ex, inh, monitor).run(WINDOW[network][1] * ms)
    return statistics(np.asarray(monitor.i), np.asarray(monitor.t / ms), N_E, N_I, WINDOW[network])


if __name__ == "__main__":
    simulator, network, seeds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    run = nest_run if simulator == "nest" else brian_run
    print(json.dumps({simulator: {network: [dict(run(network, seed), seed=seed) for seed in range(1, seeds + 1)]}}))
