"""An exact simulation of a small network of integrate-and-fire neurons, in rational arithmetic.

usage: exact_events.py NETWORK.json DURATION  ->  one line a spike: population neuron time

Written from the definition alone, with no thought of speed: potentials are fractions, every operator is a plain list of
(source, target, weight), the next crossing is the minimum over all neurons. Rules: a crossing by the constant current
comes before spikes that arrive at the same instant; all that arrive at one instant is added before the threshold is
looked at; a neuron that is still at its threshold after a subtraction spikes again at once. Before the onset of its
population a neuron has no threshold.
"""
import json
import sys
from fractions import Fraction


def connections(operators, shape):
    """The chain of operators as a list of (source, target, weight), and the shape behind it."""
    count = 1
    for extent in shape:
        count *= extent
    links = [(i, i, Fraction(1)) for i in range(count)]
    for op in operators:
        step = {}
        if op["kind"] == "flatten":
            shape = [count]
            continue
        channels, height, width = (shape + [1, 1])[:3]
        if op["kind"] == "average":
            k = op["size"]
            shape = [channels, height // k, width // k]
            for c in range(channels):
                for y in range(shape[1] * k):
                    for x in range(shape[2] * k):
                        target = (c * shape[1] + y // k) * shape[2] + x // k
                        step[(c * height + y) * width + x] = [(target, Fraction(1, k * k))]
        elif op["kind"] == "conv":
            out, per_group, rows, columns = op["shape"]
            stride, padding, dilation, groups = op["stride"], op["padding"], op["dilation"], op["groups"]
            oh = (height + 2 * padding - dilation * (rows - 1) - 1) // stride + 1
            ow = (width + 2 * padding - dilation * (columns - 1) - 1) // stride + 1
            for o in range(out):
                for i in range(per_group):
                    c = o // (out // groups) * per_group + i
                    for r in range(rows):
                        for q in range(columns):
                            w = Fraction(op["weight"][((o * per_group + i) * rows + r) * columns + q])
                            for oy in range(oh):
                                for ox in range(ow):
                                    y = oy * stride - padding + r * dilation
                                    x = ox * stride - padding + q * dilation
                                    if 0 <= y < height and 0 <= x < width:
                                        step.setdefault((c * height + y) * width + x, []).append(
                                            ((o * oh + oy) * ow + ox, w))
            shape = [out, oh, ow]
        elif op["kind"] == "dense":
            out, inputs = op["shape"]
            for o in range(out):
                for i in range(inputs):
                    step.setdefault(i, []).append((o, Fraction(op["weight"][o * inputs + i])))
            shape = [out]
        else:
            raise ValueError(op["kind"])
        links = [(s, t, a * w) for s, m, a in links for t, w in step.get(m, [])]
        count = 1
        for extent in shape:
            count *= extent
    return links, shape


def main():
    network = json.load(open(sys.argv[1]))
    end = Fraction(sys.argv[2])
    populations = network["populations"]
    for p in populations:
        p["theta"] = Fraction(p["threshold"]) if p["threshold"] is not None else None
        p["x"] = [Fraction(v) for v in p["initial"]]
        p["start"] = Fraction(p.get("onset", 0))
        p["b"] = [Fraction(v) for v in p["current"]]
    fan_out = {}
    for projection in network["projections"]:
        links, _ = connections(projection["operators"], projection["shape"])
        target = projection["target"]
        if projection["source"] is None:
            for s, t, w in links:
                populations[target]["b"][t] += w * Fraction(network["input"][s])
        else:
            for s, t, w in links:
                fan_out.setdefault((projection["source"], s), []).append((target, t, w))

    def reset(p, n):
        if p["reset"] is None:
            p["x"][n] -= p["theta"]
        else:
            p["x"][n] = Fraction(p["reset"])

    now = Fraction(0)
    spikes = []
    while True:
        # The next instant at which anything crosses by its constant current (or is at its threshold already).
        wait = None
        for p in populations:
            if p["theta"] is None:
                continue
            for n, x in enumerate(p["x"]):
                if x >= p["theta"]:
                    due = max(Fraction(0), p["start"] - now)
                elif p["b"][n] > 0:
                    due = max((p["theta"] - x) / p["b"][n], p["start"] - now)
                else:
                    continue
                wait = due if wait is None else min(wait, due)
        if wait is None or now + wait > end:
            break
        now += wait
        for p in populations:
            p["x"] = [x + b * wait for x, b in zip(p["x"], p["b"])]
        # All crossings of this instant, layer after layer: what a layer sends arrives in the next at once.
        for index, p in enumerate(populations):
            if p["theta"] is None or now < p["start"]:
                continue
            arriving = p.pop("arriving", {})
            fired = []
            for n in range(len(p["x"])):
                while p["x"][n] >= p["theta"]:
                    fired.append(n)
                    reset(p, n)
                    if p["reset"] is not None:
                        break
            for n, w in arriving.items():
                p["x"][n] += w
            for n in sorted(arriving):
                while p["x"][n] >= p["theta"]:
                    fired.append(n)
                    reset(p, n)
                    if p["reset"] is not None:
                        break
            for n in fired:
                spikes.append((now, index, n))
                for target, t, w in fan_out.get((index, n), []):
                    waiting = populations[target].setdefault("arriving", {})
                    waiting[t] = waiting.get(t, Fraction(0)) + w
        for p in populations:
            for n, w in p.pop("arriving", {}).items():
                p["x"][n] += w
    for time, index, n in spikes:
        print(index, n, repr(float(time)))


main()
