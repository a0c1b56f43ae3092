"""The numbers of the cortical microcircuit of Potjans & Diesmann (2014) that say who is connected to whom, as models/microcircuit
has them: NEST's side builds from them, and the benchmarks count synaptic events with them.
"""
import math

LAYERS = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"]
FULL_SIZES = [20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948]
# That two neurons are connected at least once: a row a target, a column a source.
PROBABILITIES = [
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0],
    [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0],
    [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0],
    [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0],
    [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
    [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443]]


def sizes(scale=1.0):
    """Neurons of each population; halves are rounded up, as the description in YAML does it."""
    return [math.floor(size * scale + 0.5) for size in FULL_SIZES]


def full_synapses():
    """Synapses between populations of the full network, not rounded; a row a target, a column a source."""
    return [[math.log(1 - p) / math.log(1 - 1 / (target * source)) for p, source in zip(row, FULL_SIZES)]
            for row, target in zip(PROBABILITIES, FULL_SIZES)]


def synapses(scale=1.0):
    """Synapses between populations, with `scale` as the part of the neurons and of the inputs of each."""
    return [[math.floor(count * scale * scale + 0.5) for count in row] for row in full_synapses()]


def out_degrees(scale=1.0):
    """How many synapses a neuron of each population has, in the mean."""
    return {layer: sum(row[x] for row in synapses(scale)) / size for x, (layer, size) in enumerate(zip(LAYERS, sizes(scale)))}
