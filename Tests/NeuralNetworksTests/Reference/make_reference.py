"""Writes reference.json: what PyTorch computes for the networks and optimisers that the tests compare with.

usage: python make_reference.py        (needs torch; the tests read only the JSON file)
"""
import json
import math
import os
import zlib

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(20240229)
torch.set_num_threads(1)


def numbers(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.8g}") for v in tensor.detach().flatten().tolist()]}


def state(module):
    return {k: numbers(v) for k, v in module.state_dict().items() if not k.endswith("num_batches_tracked")}


# One layer at a time: output, and gradients of sum(weights * output).
LAYERS = {
    "conv-plain": (nn.Conv2d(3, 8, 3), (2, 3, 7, 6)),
    "conv-stride-padding": (nn.Conv2d(4, 6, (3, 2), stride=(2, 3), padding=(1, 0)), (2, 4, 9, 8)),
    "conv-dilation": (nn.Conv2d(2, 16, 3, dilation=(2, 3), padding=2, bias=False), (2, 2, 8, 11)),
    "conv-groups": (nn.Conv2d(32, 16, 3, padding=1, groups=2), (2, 32, 4, 5)),
    "conv-depthwise": (nn.Conv2d(16, 16, 3, padding=1, groups=16), (2, 16, 5, 5)),
    "linear": (nn.Linear(10, 7), (3, 10)),
    "batchnorm": (nn.BatchNorm2d(5, eps=1e-3, momentum=0.3), (4, 5, 3, 3)),
    "batchnorm-16": (nn.BatchNorm2d(16), (3, 16, 2, 5)),
    "avgpool": (nn.AvgPool2d(2), (2, 3, 5, 7)),
    "avgpool-padding": (nn.AvgPool2d((3, 4), stride=(2, 1), padding=(1, 2)), (2, 3, 6, 5)),
    "avgpool-exclude": (nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False), (2, 16, 6, 7)),
    "maxpool": (nn.MaxPool2d(3, stride=2, padding=1), (2, 3, 7, 6)),
    "maxpool-16": (nn.MaxPool2d(2), (2, 16, 6, 6)),
}


NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.LayerNorm, nn.GroupNorm, nn.PReLU)


def layer_case(module, shape, scale=1):
    with torch.no_grad():
        for name, p in module.named_parameters():
            if isinstance(module, NORMS):
                p.copy_(torch.rand_like(p) + 0.5)
    before = state(module)
    x = torch.randn(shape) * (1.5 * scale) + 0.3
    x.requires_grad_()
    y = module(x)
    w = torch.randn_like(y)
    (w * y).sum().backward()
    case = {
        "input": numbers(x), "output": numbers(y), "weights": numbers(w), "state": before,
        "state_after": state(module) if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)) else {},
        "input_gradient": numbers(x.grad),
        "gradients": {n: numbers(p.grad) for n, p in module.named_parameters()},
    }
    module.eval()
    case["output_in_use"] = numbers(module(x))
    return case


# Optimisers: parameters after each of five steps along given gradients.
def optimizer_case(make):
    p = nn.Parameter(torch.tensor([1.0, -2.0, 0.5, 3.0]))
    o = make([p])
    start = numbers(p)
    generator = torch.Generator().manual_seed(5)
    steps = []
    for _ in range(5):
        p.grad = torch.randn(4, generator=generator)
        gradient = numbers(p.grad)
        o.step()
        steps.append({"gradient": gradient, "after": numbers(p)})
    return {"start": start, "steps": steps}


OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, 0.1),
    "sgd-decay": lambda p: torch.optim.SGD(p, 0.1, weight_decay=0.01),
    "sgd-momentum": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, weight_decay=0.01),
    "sgd-nesterov": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, nesterov=True),
    "adam": lambda p: torch.optim.Adam(p, 0.05),
    "adam-decay": lambda p: torch.optim.Adam(p, 0.05, betas=(0.8, 0.95), eps=1e-4, weight_decay=0.1),
}


# A small network of many kinds of layers, trained for some steps on one batch. A bias before a normalisation has a
# gradient of nothing but rounding, which Adam would blow up: the convolutions have none.
def training_case(make, steps):
    net = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.AvgPool2d(2),
        nn.Conv2d(8, 20, 3, padding=1, bias=False), nn.BatchNorm2d(20), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(20 * 2 * 2, 12), nn.ReLU(), nn.Linear(12, 4))
    images, labels = torch.randn(21, 1, 8, 8), torch.randint(0, 4, (21,))
    before, losses = state(net), []
    optimizer = make(net.parameters())
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(images), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    after = state(net)
    net.eval()
    return {
        "images": numbers(images), "labels": labels.tolist(), "state": before, "losses": losses, "state_after": after,
        "output_in_use": numbers(net(images)),
    }


# Layers of several inputs: the inputs come as parts of one vector.
class Parts(nn.Module):
    def __init__(self, function, *shapes):
        super().__init__()
        self.function, self.shapes = function, shapes

    def forward(self, x):
        parts = torch.split(x, [math.prod(s) for s in self.shapes], dim=1)
        return self.function(*[p.reshape(-1, *s) for p, s in zip(parts, self.shapes)])

    def case(self):
        return self, (3, sum(math.prod(s) for s in self.shapes))


class Apply(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


# Each of these starts from a seed of its own, so that one more changes no other.
MORE_LAYERS = {
    "leakyrelu": lambda: (nn.LeakyReLU(), (3, 7)),
    "leakyrelu-slope": lambda: (nn.LeakyReLU(0.3), (2, 5, 2, 3)),
    "prelu": lambda: (nn.PReLU(), (3, 3, 4)),
    "prelu-channels": lambda: (nn.PReLU(5), (2, 5, 2, 3)),
    "prelu-features": lambda: (nn.PReLU(6), (4, 6)),
    "relu6": lambda: (nn.ReLU6(), (3, 9), 4),
    "elu": lambda: (nn.ELU(), (3, 7)),
    "elu-alpha": lambda: (nn.ELU(0.4), (2, 5, 2, 3)),
    "selu": lambda: (nn.SELU(), (3, 9)),
    "gelu": lambda: (nn.GELU(), (3, 3, 5)),
    "gelu-tanh": lambda: (nn.GELU(approximate="tanh"), (3, 3, 5)),
    "silu": lambda: (nn.SiLU(), (3, 9)),
    "mish": lambda: (nn.Mish(), (3, 9)),
    "softplus": lambda: (nn.Softplus(), (3, 9)),
    "softplus-beta": lambda: (nn.Softplus(beta=3, threshold=2), (3, 9)),
    "sigmoid": lambda: (nn.Sigmoid(), (2, 5, 3, 1)),
    "logsigmoid": lambda: (nn.LogSigmoid(), (3, 9)),
    "tanh": lambda: (nn.Tanh(), (3, 9)),
    "softsign": lambda: (nn.Softsign(), (3, 9)),
    "hardtanh": lambda: (nn.Hardtanh(), (3, 9)),
    "hardtanh-range": lambda: (nn.Hardtanh(0.2, 0.9), (2, 5, 3, 1)),
    "hardsigmoid": lambda: (nn.Hardsigmoid(), (3, 9), 3),
    "hardswish": lambda: (nn.Hardswish(), (3, 9), 3),
    "softmax": lambda: (nn.Softmax(1), (3, 7)),
    "softmax-channels": lambda: (nn.Softmax(1), (2, 5, 2, 3)),
    "softmax-last": lambda: (nn.Softmax(-1), (2, 2, 3, 11)),
    "logsoftmax": lambda: (nn.LogSoftmax(1), (3, 10)),
    "logsoftmax-rows": lambda: (nn.LogSoftmax(2), (2, 2, 5, 3)),
    "batchnorm1d": lambda: (nn.BatchNorm1d(5, eps=1e-3, momentum=0.3), (6, 5)),
    "batchnorm1d-16": lambda: (nn.BatchNorm1d(16), (9, 16)),
    "batchnorm1d-signal": lambda: (nn.BatchNorm1d(3), (4, 3, 7)),
    "batchnorm1d-plain": lambda: (nn.BatchNorm1d(4, affine=False), (4, 4, 3)),
    "batchnorm2d-plain": lambda: (nn.BatchNorm2d(4, affine=False), (4, 4, 3, 1)),
    "layernorm": lambda: (nn.LayerNorm(9), (3, 9)),
    "layernorm-image": lambda: (nn.LayerNorm((3, 2, 5), eps=1e-3), (3, 3, 2, 5)),
    "layernorm-sequence": lambda: (nn.LayerNorm(17, bias=False), (2, 4, 17)),
    "layernorm-plain": lambda: (nn.LayerNorm((2, 3), elementwise_affine=False), (2, 5, 2, 3)),
    "groupnorm": lambda: (nn.GroupNorm(2, 6), (3, 6, 3, 2)),
    "groupnorm-signal": lambda: (nn.GroupNorm(1, 5, eps=1e-3), (2, 5, 4)),
    "groupnorm-plain": lambda: (nn.GroupNorm(4, 8, affine=False), (2, 8, 2, 1)),
    "groupnorm-features": lambda: (nn.GroupNorm(3, 12), (3, 12)),
    "linear-sequence": lambda: (nn.Linear(5, 3), (2, 4, 5)),
    "linear-image": lambda: (nn.Linear(6, 7), (2, 2, 3, 6)),
    "flatten": lambda: (nn.Flatten(), (2, 3, 2, 4)),
    "flatten-rows": lambda: (nn.Flatten(2), (2, 3, 2, 4)),
    "flatten-channels": lambda: (nn.Flatten(1, 2), (2, 3, 2, 4)),
    "unflatten": lambda: (nn.Unflatten(1, (2, 2, 3)), (2, 12)),
    "permute": lambda: (Apply(lambda x: torch.permute(x, (0, 3, 1, 2))), (2, 5, 2, 3)),
    "zeropad1d": lambda: (nn.ZeroPad1d((2, 1)), (2, 3, 4)),
    "zeropad2d": lambda: (nn.ZeroPad2d((1, 0, 2, 3)), (2, 5, 1, 2)),
    "add": lambda: Parts(lambda a, b: a + b, (5, 2, 3), (5, 2, 3)).case(),
    "add-channels": lambda: Parts(lambda a, b: a + b, (5, 3, 2), (5, 1, 1)).case(),
    "multiply": lambda: Parts(lambda a, b: a * b, (5, 2, 3), (5, 2, 3)).case(),
    "multiply-channels": lambda: Parts(lambda a, b: a * b, (5, 2, 3), (5, 1, 1)).case(),
    "multiply-positions": lambda: Parts(lambda a, b: a * b, (3, 2, 4), (1, 2, 4)).case(),
    "concat": lambda: Parts(lambda *x: torch.cat(x, 1), (3, 2, 2), (8, 2, 2), (1, 2, 2)).case(),
    "concat-rows": lambda: Parts(lambda *x: torch.cat(x, 2), (5, 2, 3), (5, 1, 3)).case(),
}


def seeded_case(name, make):
    torch.manual_seed(zlib.crc32(name.encode()))
    return layer_case(*make())


reference = {
    "torch": torch.__version__,
    "layers": {name: layer_case(*case) for name, case in LAYERS.items()},
    "optimizers": {name: optimizer_case(make) for name, make in OPTIMIZERS.items()},
    "training": {
        "adam": training_case(lambda p: torch.optim.Adam(p, 1e-2), 6),
        "sgd": training_case(lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, nesterov=True, weight_decay=1e-3), 6),
    },
}
reference["layers"].update({name: seeded_case(name, make) for name, make in MORE_LAYERS.items()})
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference.json")
with open(path, "w") as file:
    json.dump(reference, file, separators=(",", ":"))
    file.write("\n")
