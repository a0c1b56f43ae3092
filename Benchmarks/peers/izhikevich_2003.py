"""The network of Izhikevich (2003) in NumPy, after the equations and the order of operations in the paper: the peer of
models/izhikevich-2003.

usage: izhikevich_2003.py [seeds] [seconds]

Prints one line of JSON: the mean and the standard deviation, over seeds, of the rates of the two populations.
"""
import json
import sys

import numpy as np

seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
excitatory, inhibitory = 800, 200
steps = round(seconds * 1000)

rates = []
for seed in range(1, seeds + 1):
    random = np.random.default_rng(seed)
    re, ri = random.random(excitatory), random.random(inhibitory)
    a = np.concatenate([np.full(excitatory, 0.02), 0.02 + 0.08 * ri])
    b = np.concatenate([np.full(excitatory, 0.2), 0.25 - 0.05 * ri])
    c = np.concatenate([-65 + 15 * re**2, np.full(inhibitory, -65.0)])
    d = np.concatenate([8 - 6 * re**2, np.full(inhibitory, 2.0)])
    weights = np.hstack([0.5 * random.random((1000, excitatory)), -random.random((1000, inhibitory))])
    deviation = np.repeat([5.0, 2.0], [excitatory, inhibitory])
    v = np.full(1000, -65.0)
    u = b * v
    counts = np.zeros(1000)
    for _ in range(steps):
        fired = v >= 30
        counts += fired
        v[fired] = c[fired]
        u[fired] += d[fired]
        current = deviation * random.standard_normal(1000) + weights[:, fired].sum(axis=1)
        for _ in range(2):
            v += 0.5 * (0.04 * v**2 + 5 * v + 140 - u + current)
        u += a * (b * v - u)
    rates.append((counts[:excitatory].mean() / seconds, counts[excitatory:].mean() / seconds))
rates = np.array(rates)
print(json.dumps({
    "seeds": seeds, "seconds": seconds, "exc": round(rates[:, 0].mean(), 2), "exc_sd": round(rates[:, 0].std(), 2),
    "inh": round(rates[:, 1].mean(), 2), "inh_sd": round(rates[:, 1].std(), 2)}))
