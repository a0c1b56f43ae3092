"""When model neurons reach threshold for the first time, from random states and inputs, to 60 digits and more.

usage: exact_crossings.py MODEL CASES SEED OUT          MODEL: if, lif_curr_delta, lif_curr_exp, lif_curr_alpha,
                                                        lif_curr_exp_adapt, qif_delta
       exact_crossings.py --self-check [CASES [SEED]]   needs SciPy as well; 3 minutes

OUT gets a row of little-endian float64 for each case; one line of JSON says the columns: parameters, initial state, four slots
of inputs (time, receptor, weight; receptor -1 where a slot is not used, which are the last ones), horizon, and the results:

  spike_time  when v >= threshold for the first time in (0, horizon]; NaN where it never is, as in what follows
  slope       dv/dt just before; NaN where an input's jump crosses
  by_jump     1 where an input's jump crosses, 0 otherwise
  margin      how far v would go beyond threshold until the next input or the horizon, were there no reset (perhaps inf);
              without a spike, how far the greatest v of [0, horizon] stays below threshold
  NAME_end    the state at the horizon, where there is no spike

What is given is exact: the float64 numbers are the problem, and results are rounded once. Between inputs v is a sum of
polynomials times exponentials. Multiplied by an exponential and differentiated, such a sum loses a term or a degree, and has a
zero less at most (Rolle): from the last, which has none, the zeros of each lie one between two zeros of the next, and a sign
tells whether it is there. So no maximum of v is missed, however narrow. With v squared (qif_delta) v is monotone between inputs,
and the time to threshold has a closed form.

A third of the cases clearly spikes, a third clearly does not, and of a third a maximum of v is 1e-11 to 1e-3 mV from threshold.
Units are ms, mV, pF, pA, nS. Needs gmpy2 and numpy.
"""
import json
import multiprocessing
import sys
import time

import gmpy2
import numpy as np
from gmpy2 import mpfr

BITS = 256
SLOTS = 4
CATEGORIES = ("spike", "none", "grazing")
ZERO = mpfr(0)
NOISE, TINY = mpfr(2) ** -200, mpfr(2) ** -110


# Exponential polynomials: lists of (rate, coefficients) for the sum of (c0 + c1 t + c2 t^2 ...) exp(-rate t).

def both(terms, t):
    """The value at t, and the derivative."""
    value, slope = ZERO, ZERO
    for rate, coefficients in terms:
        p, dp = coefficients[-1], ZERO
        for c in coefficients[-2::-1]:
            dp = dp * t + p
            p = p * t + c
        if rate:
            factor = gmpy2.exp(-rate * t)
            value += p * factor
            slope += (dp - rate * p) * factor
        else:
            value += p
            slope += dp
    return value, slope


def derivative(terms):
    return [(rate, [(coefficients[i + 1] * (i + 1) if i + 1 < len(coefficients) else ZERO) - rate * c
                    for i, c in enumerate(coefficients)]) for rate, coefficients in terms]


def trimmed(terms):
    """Without terms and degrees that are zero, terms of equal rate in one."""
    sums = {}
    for rate, coefficients in terms:
        known = sums.setdefault(rate, [])
        for i, c in enumerate(coefficients):
            if i < len(known):
                known[i] += c
            else:
                known.append(c)
    result = []
    for rate, coefficients in sums.items():
        while coefficients and coefficients[-1] == 0:
            coefficients.pop()
        if coefficients:
            result.append((rate, coefficients))
    return result


def zeros(terms, end):
    """Points of (0, end) in ascending order, among them every one at which the sign changes."""
    terms = trimmed(terms)
    signs = {c > 0 for _, coefficients in terms for c in coefficients if c != 0}
    if len(signs) < 2:
        return []
    slowest = min(rate for rate, _ in terms)
    terms = [(rate - slowest, coefficients) for rate, coefficients in terms]
    points = [ZERO, *zeros(derivative(terms), end), end]
    values = [without_noise(terms, t) for t in points]
    result = []
    for i in range(1, len(points)):
        if values[i - 1] * values[i] < 0:
            result.append(root(terms, points[i - 1], points[i], values[i] > 0))
        if values[i] == 0 and i + 1 < len(points):
            result.append(points[i])
    return result


def without_noise(terms, t):
    """The value at t, 0 where it may as well be one. Rates are 0 or greater."""
    value, _ = both(terms, t)
    if abs(value) < NOISE * sum(abs(c) * t**i for _, coefficients in terms for i, c in enumerate(coefficients)):
        sizes = (abs(c) * t**i * gmpy2.exp(-rate * t) for rate, coefficients in terms for i, c in enumerate(coefficients))
        if abs(value) < NOISE * sum(sizes):
            return ZERO
    return value


def root(terms, low, high, is_rising):
    """The one zero between low and high: Newton's method, and halving where that would leave the bracket or is slow."""
    tiny = (high - low) * TINY
    t, step, step_before = (low + high) / 2, high - low, high - low
    while True:
        value, slope = both(terms, t)
        if value == 0:
            return t
        if (value > 0) == is_rising:
            high = t
        else:
            low = t
        newton = value / slope if slope != 0 else high - low
        if low < t - newton < high and 2 * abs(newton) <= abs(step_before):
            step_before, step = step, newton
            t -= newton
            if abs(newton) <= tiny:
                return t
        else:
            middle = (low + high) / 2
            if middle in (low, high):
                return middle
            step_before, step = step, (high - low) / 2
            t = middle


def driven(v, rate, drive):
    """v(t) with dv/dt = -rate v + drive, from v at 0."""
    result, at_zero = [], ZERO
    for r, p in drive:
        d = rate - r
        if d == 0:
            q = [ZERO] + [c / (i + 1) for i, c in enumerate(p)]
        else:
            q = [ZERO] * (len(p) + 1)
            for i in reversed(range(len(p))):
                q[i] = (p[i] - (i + 1) * q[i + 1]) / d
        result.append((r, q))
        at_zero += q[0]
    return trimmed([*result, (rate, [v - at_zero])])


class Exponentials:
    """What v does between two inputs where it is a sum of exponential polynomials."""

    def __init__(self, v, length):
        self.terms, self.length = v, length
        self.times = [ZERO, *zeros(derivative(v), length), length]
        self.values = [both(v, t)[0] for t in self.times]

    def crossing(self, threshold):
        """When threshold is reached first, and the slope there; None if it is not. At 0 v is below it."""
        for i in range(1, len(self.times)):
            if self.values[i] == threshold:
                t = self.times[i]
            elif self.values[i] > threshold:
                t = root([*self.terms, (ZERO, [-threshold])], self.times[i - 1], self.times[i], True)
            else:
                continue
            return t, both(self.terms, t)[1]
        return None


class Riccati:
    """What v does between two inputs where dv/dt = a ((v - middle)^2 - d)."""

    def __init__(self, v, a, middle, d, length):
        self.a, self.middle, self.d, self.length = a, middle, d, length
        self.y = v - middle
        self.times = [ZERO, length]
        self.values = [v, middle + self.at(length)]

    def duration(self, y):
        """How long it takes from the first y to a greater one that it reaches; y may be infinite."""
        first, root_d = self.y, gmpy2.sqrt(abs(self.d))
        if self.d > 0:
            far = ZERO + 1 if gmpy2.is_infinite(y) else (y - root_d) / (y + root_d)
            return gmpy2.log(far * (first + root_d) / (first - root_d)) / (2 * self.a * root_d)
        if self.d < 0:
            return (gmpy2.atan(y / root_d) - gmpy2.atan(first / root_d)) / (self.a * root_d)
        return (1 / first - 1 / y) / self.a

    def at(self, t):
        first, root_d = self.y, gmpy2.sqrt(abs(self.d))
        if (self.d < 0 or first > root_d) and t >= self.duration(gmpy2.inf()):
            return gmpy2.inf()
        if self.d > 0:
            grown = (first - root_d) * gmpy2.exp(2 * self.a * root_d * t)
            return root_d * (first + root_d + grown) / (first + root_d - grown)
        if self.d < 0:
            return root_d * gmpy2.tan(self.a * root_d * t + gmpy2.atan(first / root_d))
        return first / (1 - self.a * first * t)

    def crossing(self, threshold):
        if self.values[1] < threshold:
            return None
        y = threshold - self.middle
        return self.duration(y), self.a * (y * y - self.d)


# Models: names of parameters and states; `segment` gives v between inputs and the state behind it, `jump` what an input does.

class IntegrateAndFire:
    parameters, states, receptors = ("v_threshold", "r", "i"), ("v",), 1

    def segment(self, p, state, length):
        v = Exponentials(trimmed([(ZERO, [state[0], p["r"] * p["i"]])]), length)
        return v, [v.values[-1]]

    def jump(self, p, state, receptor, weight):
        state[0] += p["r"] * weight

    def derivative(self, p, state):
        return [p["r"] * p["i"]]

    def draw(self, rng, horizon):
        r = float(10 ** rng.uniform(-1, 1))
        speed = float(10 ** rng.uniform(-1, 1.5)) * (1 if rng.random() < 0.75 else -1)
        p = {"r": r, "i": 0.0 if rng.random() < 0.1 else speed / (r * horizon)}
        return p, [float(rng.uniform(-10, 10))], lambda receptor: amplitude(rng, 0.7) / r


class Leaky:
    """Those with dv/dt = -(v - e_l)/tau_m + (currents)/c_m, where `currents` gives exponential polynomials."""
    base = ("tau_m", "c_m", "e_l", "v_threshold", "i_e")

    def segment(self, p, state, length):
        rate = 1 / p["tau_m"]
        currents = self.currents(p, state)
        drive = [(ZERO, [rate * p["e_l"] + p["i_e"] / p["c_m"]])]
        drive += [(r, [sign * c / p["c_m"] for c in coefficients]) for sign, r, coefficients in currents]
        v = Exponentials(driven(state[0], rate, drive), length)
        return v, [v.values[-1], *self.evolved(p, state, length)]

    def leak(self, p, state, current):
        return -(state[0] - p["e_l"]) / p["tau_m"] + (current + p["i_e"]) / p["c_m"]

    def draw_membrane(self, rng):
        tau_m, c_m = float(np.exp(rng.uniform(0, np.log(50)))), float(np.exp(rng.uniform(np.log(20), np.log(1000))))
        e_l = 0.0 if rng.random() < 0.3 else float(rng.uniform(-80, -50))
        i_e = 0.0 if rng.random() < 0.3 else float(c_m / tau_m * rng.uniform(-10, 25))
        return {"tau_m": tau_m, "c_m": c_m, "e_l": e_l, "i_e": i_e}, float(e_l + rng.uniform(-15, 20))


class LeakyDelta(Leaky):
    parameters, states, receptors = Leaky.base, ("v",), 1

    def currents(self, p, state):
        return []

    def evolved(self, p, state, length):
        return []

    def jump(self, p, state, receptor, weight):
        state[0] += weight

    def derivative(self, p, state):
        return [self.leak(p, state, 0)]

    def draw(self, rng, horizon):
        p, v = self.draw_membrane(rng)
        return p, [v], lambda receptor: amplitude(rng, 0.7)


class LeakyExponential(Leaky):
    parameters, states, receptors = (*Leaky.base, "tau_syn_ex", "tau_syn_in"), ("v", "i_ex", "i_in"), 2

    def currents(self, p, state):
        return [(1, 1 / p["tau_syn_ex"], [state[1]]), (1, 1 / p["tau_syn_in"], [state[2]])]

    def evolved(self, p, state, length):
        return [state[1] * gmpy2.exp(-length / p["tau_syn_ex"]), state[2] * gmpy2.exp(-length / p["tau_syn_in"])]

    def jump(self, p, state, receptor, weight):
        state[1 + receptor] += weight

    def derivative(self, p, state):
        return [self.leak(p, state, state[1] + state[2]), -state[1] / p["tau_syn_ex"], -state[2] / p["tau_syn_in"]]

    def draw(self, rng, horizon):
        p, v = self.draw_membrane(rng)
        draw_synapses(rng, p)

        def weight(receptor, zero=0.0):
            if rng.random() < zero:
                return 0.0
            tau = min(p["tau_m"], p["tau_syn_in" if receptor else "tau_syn_ex"])
            return amplitude(rng, 0.15 if receptor else 0.85) * p["c_m"] / tau
        return p, [v, weight(0, 0.1), weight(1, 0.1)], weight


class LeakyAdapting(LeakyExponential):
    parameters = (*LeakyExponential.parameters, "tau_w")
    states = (*LeakyExponential.states, "w")

    def currents(self, p, state):
        return [*super().currents(p, state), (-1, 1 / p["tau_w"], [state[3]])]

    def evolved(self, p, state, length):
        return [*super().evolved(p, state, length), state[3] * gmpy2.exp(-length / p["tau_w"])]

    def derivative(self, p, state):
        v, *currents = super().derivative(p, state)
        return [v - state[3] / p["c_m"], *currents, -state[3] / p["tau_w"]]

    def draw(self, rng, horizon):
        p, state, weight = super().draw(rng, horizon)
        p["tau_w"] = near(rng, p["tau_m"]) if rng.random() < 0.1 else float(np.exp(rng.uniform(np.log(5), np.log(300))))
        w = 0.0 if rng.random() < 0.1 else amplitude(rng, 0.8) * p["c_m"] / min(p["tau_m"], p["tau_w"])
        return p, [*state, w], weight


class LeakyAlpha(Leaky):
    parameters, states, receptors = LeakyExponential.parameters, ("v", "di_ex", "i_ex", "di_in", "i_in"), 2

    def currents(self, p, state):
        return [(1, 1 / p["tau_syn_ex"], [state[2], state[1]]), (1, 1 / p["tau_syn_in"], [state[4], state[3]])]

    def evolved(self, p, state, length):
        result = []
        for tau, d, i in ((p["tau_syn_ex"], *state[1:3]), (p["tau_syn_in"], *state[3:5])):
            factor = gmpy2.exp(-length / tau)
            result += [d * factor, (i + d * length) * factor]
        return result

    def jump(self, p, state, receptor, weight):
        state[1 + 2 * receptor] += weight * gmpy2.exp(mpfr(1)) / p["tau_syn_in" if receptor else "tau_syn_ex"]

    def derivative(self, p, state):
        v, d, i, e, j = state
        return [self.leak(p, state, i + j), -d / p["tau_syn_ex"], d - i / p["tau_syn_ex"],
                -e / p["tau_syn_in"], e - j / p["tau_syn_in"]]

    def draw(self, rng, horizon):
        p, v = self.draw_membrane(rng)
        draw_synapses(rng, p)

        def weight(receptor):
            tau = min(p["tau_m"], p["tau_syn_in" if receptor else "tau_syn_ex"])
            return amplitude(rng, 0.15 if receptor else 0.85) * p["c_m"] / (tau * np.e)
        state = [v]
        for receptor, tau in ((0, p["tau_syn_ex"]), (1, p["tau_syn_in"])):
            state.append(0.0 if rng.random() < 0.1 else weight(receptor) * np.e / tau)
            state.append(0.0 if rng.random() < 0.1 else weight(receptor))
        return p, [float(x) for x in state], weight


class Quadratic:
    parameters, states, receptors = ("c_m", "g_l", "e_l", "v_c", "v_threshold", "i_e"), ("v",), 1

    def segment(self, p, state, length):
        width = p["v_c"] - p["e_l"]
        v = Riccati(state[0], p["g_l"] / (p["c_m"] * width), (p["e_l"] + p["v_c"]) / 2,
                    width * width / 4 - p["i_e"] * width / p["g_l"], length)
        return v, [v.values[-1]]

    def jump(self, p, state, receptor, weight):
        state[0] += weight

    def derivative(self, p, state):
        (v,) = state
        return [(p["g_l"] * (v - p["e_l"]) * (v - p["v_c"]) / (p["v_c"] - p["e_l"]) + p["i_e"]) / p["c_m"]]

    def draw(self, rng, horizon):
        c_m, g_l = (float(np.exp(rng.uniform(np.log(low), np.log(high)))) for low, high in ((20, 1000), (2, 50)))
        e_l = float(rng.uniform(-80, -50))
        v_c = float(e_l + rng.uniform(5, 40))
        kind, rheobase = rng.random(), g_l * (v_c - e_l) / 4
        if kind < 0.2:
            i_e = 0.0
        elif kind < 0.5:
            i_e = rheobase * (1 + 10 ** rng.uniform(-16, -1) * rng.choice([-1, 1]))
        elif kind < 0.6:
            # Without rounding on the way there, so that the two stationary points meet.
            e_l, v_c, g_l = float(round(e_l)), float(round(e_l)) + 4 * round((v_c - e_l) / 4 + 1), float(round(g_l))
            i_e = g_l * (v_c - e_l) / 4
        else:
            i_e = rheobase * rng.uniform(-3, 6)
        p = {"c_m": c_m, "g_l": g_l, "e_l": e_l, "v_c": v_c, "i_e": float(i_e)}
        return p, [float(rng.uniform(e_l - 20, v_c + 15))], lambda receptor: amplitude(rng, 0.7)


MODELS = {"if": IntegrateAndFire, "lif_curr_delta": LeakyDelta, "lif_curr_exp": LeakyExponential,
          "lif_curr_alpha": LeakyAlpha, "lif_curr_exp_adapt": LeakyAdapting, "qif_delta": Quadratic}


# Drawing cases.

def amplitude(rng, positive):
    """What a synapse does to v, in mV: from 0.1 to 30, above 0 with the probability given."""
    return float(10 ** rng.uniform(-1, 1.5)) * (1 if rng.random() < positive else -1)


def near(rng, tau):
    return float(tau * (1 + 10 ** rng.uniform(-9, -2) * rng.choice([-1, 1])))


def draw_synapses(rng, p):
    for name in ("tau_syn_ex", "tau_syn_in"):
        kind = rng.random()
        if kind < 0.1:
            p[name] = near(rng, p["tau_m"])
        elif kind < 0.12:
            p[name] = p["tau_m"]
        else:
            p[name] = float(np.exp(rng.uniform(np.log(0.1), np.log(30))))
    if rng.random() < 0.1:
        p["tau_syn_in"] = p["tau_syn_ex"]


def draw_times(rng, horizon):
    count = int(rng.choice(SLOTS + 1, p=[0.15, 0.2, 0.25, 0.2, 0.2]))
    while True:
        times = rng.uniform(0, horizon, count)
        if count > 1 and rng.random() < 0.1:
            times[1] = times[0] + horizon * 10 ** rng.uniform(-9, -2)
        # On the ticks in which kernels count time.
        times = sorted(round(float(t) * 1e12) / 1e12 for t in times)
        if all(a < b for a, b in zip([0.0, *times], [*times, horizon])):
            return times


def trajectory(model, p, state, inputs, horizon):
    """Where each segment begins, what v does in it, and the state at the end, as if there were no threshold."""
    state, segments = [mpfr(x) for x in state], []
    times = [ZERO, *(mpfr(t) for t, _, _ in inputs), mpfr(horizon)]
    for i in range(len(times) - 1):
        if i > 0:
            model.jump(p, state, inputs[i - 1][1], mpfr(inputs[i - 1][2]))
        segment, state = model.segment(p, state, times[i + 1] - times[i])
        segments.append((times[i], segment))
        if gmpy2.is_infinite(state[0]):
            break
    return segments, state


def draw_threshold(rng, category, segments, first):
    """A threshold above the first v with which the case is of its category, or None."""
    greatest, rises = first, []
    for _, segment in segments:
        for i, v in enumerate(segment.values):
            if v > greatest:
                is_inside = 0 < i < len(segment.values) - 1
                rises.append((greatest, v, max(greatest, segment.values[-1]) if is_inside else None, i == 0))
                greatest = v
    if category == "none":
        return None if gmpy2.is_infinite(greatest) else float(greatest) + float(10 ** rng.uniform(-2, 1.5))
    if not rises:
        return None
    # Rather maxima inside of a segment than those at its end, and rather those than jumps.
    inside = [rise for rise in rises if rise[2] is not None]
    smooth = [rise for rise in rises if not rise[3]] if rng.random() < 0.8 else []
    chosen = inside or smooth or rises
    below, v, end, _ = chosen[rng.integers(len(chosen))]
    if category == "spike":
        if end is not None and rng.random() < 0.7:
            below = end
        elif rng.random() < 0.3:
            below, v = first, greatest
        if gmpy2.is_infinite(v):
            v = below + float(10 ** rng.uniform(-1, 2.3))
        threshold = float(below + (v - below) * float(rng.uniform(0.02, 0.98)))
        return threshold if v - threshold > 1e-3 else None
    if gmpy2.is_infinite(v):
        return None
    threshold = float(v + float(10 ** rng.uniform(-11, -3) * rng.choice([-1, 1])))
    return threshold if threshold > below else None


def draw_case(model, seed, index):
    """One case: parameters, state, inputs, horizon, and the segments of its trajectory."""
    rng = np.random.default_rng([seed, index])
    category = CATEGORIES[index % len(CATEGORIES)]
    for attempt in range(1000):
        horizon = float(np.exp(rng.uniform(np.log(0.1), np.log(50))))
        given, state, weight = model.draw(rng, horizon)
        receptors = rng.integers(model.receptors, size=SLOTS)
        inputs = [(t, int(receptor), float(weight(int(receptor))))
                  for t, receptor in zip(draw_times(rng, horizon), receptors)]
        given = {name: float(x) for name, x in given.items()}
        p = {name: mpfr(x) for name, x in given.items()}
        segments, last = trajectory(model, p, state, inputs, horizon)
        if category == "grazing" and attempt < 6 and model.receptors > 1 and not has_maximum(segments):
            continue
        threshold = draw_threshold(rng, category, segments, mpfr(state[0]))
        if threshold is None or not np.isfinite(threshold) or threshold <= state[0]:
            continue
        if threshold <= 0 and isinstance(model, IntegrateAndFire):
            continue
        if isinstance(model, Quadratic) and threshold <= given["v_c"]:
            continue
        given["v_threshold"] = threshold
        p["v_threshold"] = mpfr(threshold)
        return given, p, state, inputs, horizon, segments, last
    raise RuntimeError(f"case {index}: none of {category} was found")


def has_maximum(segments):
    return any(len(segment.values) > 2 for _, segment in segments)


def first_crossing(threshold, segments):
    """(time, slope or None, margin), or None and the margin.

    The margin is how near the decision is: how far the crossing goes beyond the threshold, or how near the potential came to it
    before, as when an input takes it back in the last moment.
    """
    greatest = segments[0][1].values[0]
    for number, (start, segment) in enumerate(segments):
        top = max(segment.values)
        before = threshold - greatest if number else top - threshold
        if segment.values[0] >= threshold:
            return start, None, min(top - threshold, before)
        found = segment.crossing(threshold)
        if found:
            return start + found[0], found[1], min(top - threshold, before)
        greatest = max(greatest, top)
    return None, None, threshold - greatest


def solved(name, seed, index):
    """The row of one case."""
    model = MODELS[name]()
    given, p, state, inputs, horizon, segments, last = draw_case(model, seed, index)
    spike, slope, margin = first_crossing(p["v_threshold"], segments)
    row = [given[key] for key in model.parameters] + list(state)
    for slot in range(SLOTS):
        row += inputs[slot] if slot < len(inputs) else (0.0, -1, 0.0)
    nan = float("nan")
    row += [horizon, nan if spike is None else float(spike), nan if slope is None else float(slope),
            float(spike is not None and slope is None), float(margin)]
    return row + [float(x) if spike is None else nan for x in last]


def columns(name):
    model = MODELS[name]
    threshold = "v_peak" if name == "qif_delta" else "v_threshold"
    return [*(threshold if key == "v_threshold" else key for key in model.parameters), *model.states,
            *(f"{what}_{slot}" for slot in range(SLOTS) for what in ("time", "receptor", "weight")),
            "horizon", "spike_time", "slope", "by_jump", "margin", *(f"{key}_end" for key in model.states)]


def set_precision():
    gmpy2.get_context().precision = BITS


def solved_range(arguments):
    name, seed, first, last = arguments
    set_precision()
    return [solved(name, seed, index) for index in range(first, last)]


# The same by other means: Taylor series on a dense grid, to 60 digits too, and SciPy's DOP853.

def series(model, p, state):
    """v's Taylor series from a state, a step in which it holds, and the state behind that step."""
    order = 60
    if isinstance(model, Quadratic):
        a = p["g_l"] / ((p["v_c"] - p["e_l"]) * p["c_m"])
        x, y, v = state[0] - p["e_l"], state[0] - p["v_c"], [state[0]]
        for k in range(order):
            product = x * y if k == 0 else (x + y) * v[k] + sum(v[i] * v[k - i] for i in range(1, k))
            v.append((a * product + (p["i_e"] / p["c_m"] if k == 0 else 0)) / (k + 1))
        speed = a * (abs(x) + abs(y)) + gmpy2.sqrt(abs(a * p["i_e"] / p["c_m"]))
        step = 1 / (20 * speed) if speed else gmpy2.inf()
        return step, lambda t: [evaluated(v, t)], v
    constant = model.derivative(p, [ZERO] * len(state))
    rows, current = [list(state)], model.derivative(p, state)
    for k in range(order):
        rows.append([x / gmpy2.fac(k + 1) for x in current])
        current = [x - c for x, c in zip(model.derivative(p, current), constant)]
    taus = [x for name, x in p.items() if name.startswith("tau")]
    coefficients = list(zip(*rows))
    return min(taus, default=gmpy2.inf()) / 8, lambda t: [evaluated(c, t) for c in coefficients], coefficients[0]


def evaluated(coefficients, t):
    value = ZERO
    for c in reversed(coefficients):
        value = value * t + c
    return value


def halved(condition, low, high):
    """Where a condition that holds at high and not at low begins to hold."""
    for _ in range(180):
        middle = (low + high) / 2
        low, high = (low, middle) if condition(middle) else (middle, high)
    return high


def scanned(model, p, state, inputs, horizon):
    """(spike, margin, state at the end) by a scan; spike is (time, by jump) or None."""
    state, threshold, greatest = [mpfr(x) for x in state], p["v_threshold"], -gmpy2.inf()
    times = [ZERO, *(mpfr(t) for t, _, _ in inputs), mpfr(horizon)]
    for i in range(len(times) - 1):
        if i > 0:
            model.jump(p, state, inputs[i - 1][1], mpfr(inputs[i - 1][2]))
        spike, top, t = (times[i], True) if state[0] >= threshold else None, state[0], times[i]
        while t < times[i + 1]:
            step, advanced, v = series(model, p, state)
            step = min(step, (times[i + 1] - times[i]) / 50, times[i + 1] - t)
            slopes = [k * c for k, c in enumerate(v)][1:]
            points = [step * k / 8 for k in range(9)]
            for a, b in zip(points, points[1:]):
                is_peak = evaluated(slopes, a) > 0 > evaluated(slopes, b)
                peak = halved(lambda x: evaluated(slopes, x) < 0, a, b) if is_peak else b
                height = evaluated(v, peak)
                if spike is None and height >= threshold:
                    spike = t + halved(lambda x: evaluated(v, x) >= threshold, a, peak), False
                top = max(top, height)
            t, state = t + step, advanced(step)
            if spike and state[0] > threshold + 10**6:
                break
        if spike:
            return spike, top - threshold, state
        greatest = max(greatest, top)
    return None, threshold - greatest, state


def integrated(model, p, state, inputs, end):
    """The state at a time by DOP853; jumps at that time are in it."""
    from scipy.integrate import solve_ivp
    p = {name: float(x) for name, x in p.items()}
    state, times = list(state), [0.0, *(t for t, _, _ in inputs if t <= end), end]
    for i in range(len(times) - 1):
        if i > 0:
            model.jump(p, state, inputs[i - 1][1], inputs[i - 1][2])
        solution = solve_ivp(lambda t, x: model.derivative(p, x), times[i:i + 2], state, "DOP853", rtol=1e-13, atol=1e-12)
        state = [float(x) for x in solution.y[:, -1]]
    return state


def self_check(cases, seed):
    set_precision()
    failures = 0
    for name, kind in MODELS.items():
        model, worst, dop853, counts = kind(), 0.0, 0.0, dict.fromkeys(("spikes", "jumps", "returning", "grazing"), 0)
        for index in range(cases):
            _, p, state, inputs, horizon, segments, last = draw_case(model, seed, index)
            spike, slope, margin = first_crossing(p["v_threshold"], segments)
            other, other_margin, other_state = scanned(model, p, state, inputs, horizon)
            is_jump = spike is not None and slope is None
            bad = (other is None) != (spike is None)
            if spike is not None and not bad:
                bad = other[1] != is_jump or abs(other[0] - spike) > 1e-30 * horizon
                segment = next(segment for start, segment in segments if max(segment.values) >= p["v_threshold"])
                counts["spikes"] += 1
                counts["jumps"] += is_jump
                counts["returning"] += not is_jump and segment.values[-1] < p["v_threshold"]
                worst = max(worst, float(abs(other[0] - spike)))
            if spike is None and not bad:
                bad = any(abs(x - y) > 1e-30 * (1 + abs(x)) for x, y in zip(other_state, last))
            counts["grazing"] += margin < 1e-3
            if margin < 10**6:
                bad = bad or abs(margin - other_margin) > 1e-30 * (1 + margin)
            state_then = integrated(model, p, state, inputs, horizon if spike is None else float(spike))
            if spike is None:
                deviation = max(abs(x - y) / (1 + abs(y)) for x, y in zip(state_then, last))
            else:
                # Where v runs away, a rounded time already means another v.
                deviation = 0 if is_jump else abs(state_then[0] - p["v_threshold"]) / (1 + abs(slope))
            bad = bad or deviation > 1e-8
            dop853 = max(dop853, float(deviation))
            if bad:
                failures += 1
                print(f"{name} {seed} {index}: {spike} {other} {margin} {other_margin} {deviation}")
        print(f"{name}: {cases} cases {counts}; a scan's times differ by {worst:.0e} ms at most, "
              f"DOP853's states by {dop853:.0e}", flush=True)
    sys.exit(f"{failures} cases differ" if failures else 0)


def main():
    if len(sys.argv) > 1 and sys.argv[1] == "--self-check":
        numbers = [int(x) for x in sys.argv[2:]]
        self_check(*(numbers + [200, 1][len(numbers):]))
        return
    if len(sys.argv) != 5 or sys.argv[1] not in MODELS:
        sys.exit(__doc__.split("\n\n")[1])
    name, cases, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    started = time.perf_counter()
    parts = [(name, seed, first, min(first + 50, cases)) for first in range(0, cases, 50)]
    if len(parts) > 1:
        pool = multiprocessing.Pool(2)
        rows = [row for part in pool.map(solved_range, parts, chunksize=1) for row in part]
        # Not `with`, which ends workers by a signal: who started this script may have blocked it.
        pool.close()
        pool.join()
    else:
        rows = [row for part in parts for row in solved_range(part)]
    rows = np.array(rows, "<f8").reshape(cases, len(columns(name)))
    rows.tofile(sys.argv[4])
    print(json.dumps({
        "columns": columns(name), "cases": cases, "seconds": round(time.perf_counter() - started, 2),
        "spikes": int(np.isfinite(rows[:, columns(name).index("spike_time")]).sum())}))


if __name__ == "__main__":
    main()
