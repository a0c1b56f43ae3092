"""Makes counts.json and expressions.json: probabilities by scipy, values of expressions by Python.

Run with scipy 1.17.1 and Python 3; the numbers are compared to 1e-11 (counts) and 1e-14 (expressions), relatively.
"""
import json
import math
from scipy import stats

binomial = []
for n, p in [(1, 0.3), (7, 0.5), (16, 0.01), (100, 0.99), (5000, 1e-4), (10**6, 0.3), (10**9, 5e-5), (10**9, 0.7)]:
    mean, sd = n * p, math.sqrt(n * p * (1 - p))
    for x in sorted({0, n, *(min(n, max(0, round(mean + k * sd))) for k in (-4, -1, 0, 1, 3))}):
        value = float(stats.binom.pmf(x, n, p))
        if value > 1e-250:
            binomial.append({"x": x, "n": n, "p": p, "probability": value})
hypergeometric = []
for population, marked, drawn in [(10, 4, 3), (50, 50, 7), (1000, 20, 400), (10**6, 1000, 5000), (4 * 10**8, 20000, 4 * 10**7)]:
    mean = drawn * marked / population
    sd = math.sqrt(mean * (1 - marked / population) * (population - drawn) / max(population - 1, 1))
    low, high = max(0, drawn - (population - marked)), min(drawn, marked)
    for x in sorted({min(high, max(low, round(mean + k * sd))) for k in (-3, -1, 0, 1, 4)}):
        value = float(stats.hypergeom.pmf(x, population, marked, drawn))
        hypergeometric.append({"x": x, "population": population, "marked": marked, "drawn": drawn, "probability": value})
json.dump({"binomial": binomial, "hypergeometric": hypergeometric}, open("counts.json", "w"), indent=1)

names = {k: getattr(math, k) for k in "exp log log10 sqrt sin cos tan atan tanh floor ceil pi".split()}
names.update(abs=abs, min=min, max=max, pow=math.pow, d=37.25, a=-0.625, tau_m=12.5)
texts = [
    "1 + 2 * 3 - 4 / 8", "2^3^2", "-2^2", "(-2)^2", "2^-3", "-d^2 / 4", "8 / 4 / 2", "8 - 4 - 2", "2 * -3", "- - 3", "1e-3 + 2.5E+2",
    "0.1 * exp(-d / 200)", "exp(-d^2 / (2 * 150^2))", "sqrt(d) + log(d) - log10(d)", "sin(a) * cos(a) + tan(a) / atan(a)",
    "tanh(a) + floor(a) - ceil(a)", "min(d, a, 3) + max(d, a, tau_m)", "pow(d, a) * abs(a)", "2 * pi * tau_m", "d**2 - d^2", "(d > 10) + (d <= 10) * 5",
    "((((d))))*((a)+(1))", "3 - -2^-2^2", "d < 37.25", "d <= 37.25", "d == 37.25", "a != d", "a >= -0.625", ".5 + 2.", "1 - 2 + 3 * 4^2 / 8 - -1",
]
values = [{"text": t, "value": float(eval(t.replace("^", "**"), names))} for t in texts]
json.dump(values, open("expressions.json", "w"), indent=1)
