"""Writes reference-conv.json: what PyTorch computes for convolutions, poolings and resampling of odd shapes.

usage: python3 make_reference_conv.py        (needs torch; the tests read only the JSON file)

Each case holds a layer's kind and settings as Synfire spells them, so that the tests need no list of their own.
Paddings that PyTorch does not have (another one on each side, `same` with strides as in Keras) are done in PyTorch by
padding first.
"""
import json
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(20241105)
torch.set_num_threads(1)


def numbers(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.8g}") for v in tensor.detach().flatten().tolist()]}


def same(n, kernel, stride, dilation=1):
    """Keras' rule: what is added in front and behind so that an axis of n becomes ceil(n / stride)."""
    total = max((-(-n // stride) - 1) * stride + dilation * (kernel - 1) + 1 - n, 0)
    return total // 2, total - total // 2


class Padded(nn.Module):
    """A layer without padding behind one: `sides` is left, right, top, bottom, as F.pad wants it."""

    def __init__(self, layer, sides, value=0.0):
        super().__init__()
        self.layer, self.sides, self.value = layer, sides, value

    def forward(self, x):
        return self.layer(F.pad(x, self.sides, value=self.value))


class AverageOfValues(nn.Module):
    """A mean over windows that leaves the padding out, with another padding on each side."""

    def __init__(self, kernel, stride, sides):
        super().__init__()
        self.pool, self.sides = nn.AvgPool2d(kernel, stride), sides

    def forward(self, x):
        return self.pool(F.pad(x, self.sides)) / self.pool(F.pad(torch.ones_like(x), self.sides))


class GlobalMax(nn.Module):
    def forward(self, x):
        return x.amax(dim=tuple(range(2, x.dim())))


class GlobalMean(nn.Module):
    def forward(self, x):
        return x.mean(dim=tuple(range(2, x.dim())))


def conv(kind, module, shape, **settings):
    return kind, module, shape, settings


CASES = {
    # Convolutions of maps.
    "conv2d-point": conv("Conv2d", nn.Conv2d(1, 3, 1), (1, 1, 1, 1), in_channels=1, out_channels=3, kernel_size=1),
    "conv2d-17-9": conv("Conv2d", nn.Conv2d(17, 9, 1), (2, 17, 3, 2), in_channels=17, out_channels=9, kernel_size=1),
    "conv2d-first": conv(
        "Conv2d", nn.Conv2d(1, 16, 5, padding=2), (2, 1, 6, 7), in_channels=1, out_channels=16, kernel_size=5,
        padding=2),
    "conv2d-stride-over-kernel": conv(
        "Conv2d", nn.Conv2d(3, 4, (2, 3), stride=(3, 4), bias=False), (2, 3, 8, 9), in_channels=3, out_channels=4,
        kernel_size=[2, 3], stride=[3, 4], bias=False),
    "conv2d-larger-than-image": conv(
        "Conv2d", nn.Conv2d(2, 3, 5, padding=2), (2, 2, 2, 3), in_channels=2, out_channels=3, kernel_size=5,
        padding=2),
    "conv2d-same": conv(
        "Conv2d", nn.Conv2d(3, 5, (2, 3), padding="same", dilation=(3, 2)), (2, 3, 7, 6), in_channels=3,
        out_channels=5, kernel_size=[2, 3], padding="same", dilation=[3, 2]),
    "conv2d-same-stride": conv(
        "Conv2d", Padded(nn.Conv2d(4, 8, 3, stride=2), [*same(7, 3, 2), *same(6, 3, 2)]), (2, 4, 6, 7),
        in_channels=4, out_channels=8, kernel_size=3, stride=2, padding="same"),
    "conv2d-asymmetric": conv(
        "Conv2d", Padded(nn.Conv2d(16, 8, 3), [0, 2, 1, 0]), (2, 16, 4, 5), in_channels=16, out_channels=8,
        kernel_size=3, padding=[1, 0, 0, 2]),
    "conv2d-valid": conv(
        "Conv2d", nn.Conv2d(2, 3, 3, padding="valid"), (2, 2, 4, 5), in_channels=2, out_channels=3, kernel_size=3,
        padding="valid"),
    "conv2d-depthwise": conv(
        "Conv2d", nn.Conv2d(8, 8, 3, stride=2, padding=1, groups=8), (2, 8, 7, 6), in_channels=8, out_channels=8,
        kernel_size=3, stride=2, padding=1, groups=8),
    "conv2d-depthwise-multiplier": conv(
        "Conv2d", nn.Conv2d(5, 15, 3, padding=1, groups=5), (2, 5, 4, 5), in_channels=5, out_channels=15,
        kernel_size=3, padding=1, groups=5),
    # Convolutions of signals.
    "conv1d": conv("Conv1d", nn.Conv1d(1, 4, 3), (2, 1, 9), in_channels=1, out_channels=4, kernel_size=3),
    "conv1d-stride-dilation": conv(
        "Conv1d", nn.Conv1d(3, 8, 4, stride=3, padding=2, dilation=2), (3, 3, 11), in_channels=3, out_channels=8,
        kernel_size=4, stride=3, padding=2, dilation=2),
    "conv1d-causal": conv(
        "Conv1d", Padded(nn.Conv1d(8, 6, 3, dilation=2), [4, 0]), (2, 8, 7), in_channels=8, out_channels=6,
        kernel_size=3, padding=[4, 0], dilation=2),
    "conv1d-same-groups": conv(
        "Conv1d", nn.Conv1d(6, 4, 4, padding="same", groups=2, bias=False), (2, 6, 5), in_channels=6,
        out_channels=4, kernel_size=4, padding="same", groups=2, bias=False),
    "conv1d-depthwise": conv(
        "Conv1d", nn.Conv1d(16, 16, 3, padding=1, groups=16), (2, 16, 6), in_channels=16, out_channels=16,
        kernel_size=3, padding=1, groups=16),
    # Transposed convolutions.
    "transposed2d": conv(
        "ConvTranspose2d", nn.ConvTranspose2d(3, 5, 3, stride=2, padding=1, output_padding=1), (2, 3, 3, 4),
        in_channels=3, out_channels=5, kernel_size=3, stride=2, padding=1, output_padding=1),
    "transposed2d-blocked": conv(
        "ConvTranspose2d", nn.ConvTranspose2d(8, 16, (2, 3), stride=(2, 1), padding=(0, 1)), (2, 8, 3, 4),
        in_channels=8, out_channels=16, kernel_size=[2, 3], stride=[2, 1], padding=[0, 1]),
    "transposed2d-groups-dilation": conv(
        "ConvTranspose2d", nn.ConvTranspose2d(6, 4, 3, groups=2, bias=False, dilation=(2, 1)), (2, 6, 3, 2),
        in_channels=6, out_channels=4, kernel_size=3, groups=2, bias=False, dilation=[2, 1]),
    "transposed2d-stride-over-kernel": conv(
        "ConvTranspose2d", nn.ConvTranspose2d(2, 3, 2, stride=3, output_padding=(2, 0)), (2, 2, 2, 3),
        in_channels=2, out_channels=3, kernel_size=2, stride=3, output_padding=[2, 0]),
    "transposed2d-depthwise": conv(
        "ConvTranspose2d", nn.ConvTranspose2d(8, 8, 4, stride=2, padding=1, groups=8), (1, 8, 3, 3), in_channels=8,
        out_channels=8, kernel_size=4, stride=2, padding=1, groups=8),
    "transposed2d-to-one": conv(
        "ConvTranspose2d", nn.ConvTranspose2d(16, 1, 3, padding=(1, 2)), (2, 16, 4, 5), in_channels=16,
        out_channels=1, kernel_size=3, padding=[1, 2]),
    "transposed1d": conv(
        "ConvTranspose1d", nn.ConvTranspose1d(4, 6, 5, stride=3, padding=2, output_padding=1), (2, 4, 6),
        in_channels=4, out_channels=6, kernel_size=5, stride=3, padding=2, output_padding=1),
    # Maxima.
    "maxpool2d-ceil": conv("MaxPool2d", nn.MaxPool2d(2, 3, ceil_mode=True), (2, 3, 4, 6), kernel_size=2, stride=3,
                           ceil_mode=True),
    "maxpool2d-ceil-blocked": conv(
        "MaxPool2d", nn.MaxPool2d(3, 2, padding=1, ceil_mode=True), (2, 8, 6, 5), kernel_size=3, stride=2, padding=1,
        ceil_mode=True),
    "maxpool2d-ceil-small": conv(
        "MaxPool2d", nn.MaxPool2d(3, 2, ceil_mode=True), (2, 2, 2, 4), kernel_size=3, stride=2, ceil_mode=True),
    "maxpool2d-dilation": conv(
        "MaxPool2d", nn.MaxPool2d(3, 2, padding=1, dilation=2), (2, 8, 7, 8), kernel_size=3, stride=2, padding=1,
        dilation=2),
    "maxpool2d-same": conv(
        "MaxPool2d", Padded(nn.MaxPool2d(3, 2), [*same(7, 3, 2), *same(6, 3, 2)], -1e30), (2, 3, 6, 7),
        kernel_size=3, stride=2, padding="same"),
    "maxpool2d-asymmetric": conv(
        "MaxPool2d", Padded(nn.MaxPool2d(3, 1), [0, 1, 1, 0], -1e30), (2, 8, 4, 3), kernel_size=3, stride=1,
        padding=[1, 0, 0, 1]),
    "maxpool1d": conv("MaxPool1d", nn.MaxPool1d(3), (2, 3, 10), kernel_size=3),
    "maxpool1d-all": conv(
        "MaxPool1d", nn.MaxPool1d(2, 2, padding=1, dilation=2, ceil_mode=True), (2, 8, 6), kernel_size=2, stride=2,
        padding=1, dilation=2, ceil_mode=True),
    # Means.
    "avgpool2d-ceil": conv(
        "AvgPool2d", nn.AvgPool2d(3, 2, padding=1, ceil_mode=True), (2, 8, 6, 7), kernel_size=3, stride=2, padding=1,
        ceil_mode=True),
    "avgpool2d-ceil-exclude": conv(
        "AvgPool2d", nn.AvgPool2d(3, 2, padding=1, ceil_mode=True, count_include_pad=False), (2, 3, 6, 7),
        kernel_size=3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
    "avgpool2d-ceil-rest": conv(
        "AvgPool2d", nn.AvgPool2d(2, 3, ceil_mode=True), (2, 2, 7, 4), kernel_size=2, stride=3, ceil_mode=True),
    "avgpool2d-same": conv(
        "AvgPool2d", AverageOfValues((2, 3), (2, 3), [*same(4, 3, 3), *same(5, 2, 2)]), (2, 8, 5, 4),
        kernel_size=[2, 3], padding="same", count_include_pad=False),
    "avgpool2d-asymmetric": conv(
        "AvgPool2d", Padded(nn.AvgPool2d((2, 3), 1), [0, 1, 1, 0]), (2, 4, 3, 5), kernel_size=[2, 3], stride=1,
        padding=[1, 0, 0, 1]),
    "avgpool1d": conv("AvgPool1d", nn.AvgPool1d(3, 2, padding=1), (2, 3, 8), kernel_size=3, stride=2, padding=1),
    "avgpool1d-ceil": conv(
        "AvgPool1d", nn.AvgPool1d(4, 3, padding=1, ceil_mode=True), (2, 8, 9), kernel_size=4, stride=3, padding=1,
        ceil_mode=True),
    # Whatever the size.
    "adaptiveavg2d": conv("AdaptiveAvgPool2d", nn.AdaptiveAvgPool2d((3, 2)), (2, 8, 7, 5), output_size=[3, 2]),
    "adaptiveavg2d-even": conv("AdaptiveAvgPool2d", nn.AdaptiveAvgPool2d(2), (2, 3, 4, 6), output_size=2),
    "adaptiveavg2d-larger": conv("AdaptiveAvgPool2d", nn.AdaptiveAvgPool2d((4, 5)), (2, 2, 3, 2), output_size=[4, 5]),
    "adaptivemax2d": conv("AdaptiveMaxPool2d", nn.AdaptiveMaxPool2d((2, 3)), (2, 8, 5, 7), output_size=[2, 3]),
    "adaptiveavg1d": conv("AdaptiveAvgPool1d", nn.AdaptiveAvgPool1d(3), (2, 4, 8), output_size=3),
    "adaptivemax1d": conv("AdaptiveMaxPool1d", nn.AdaptiveMaxPool1d(4), (2, 3, 9), output_size=4),
    "globalavg2d": conv("GlobalAvgPool2d", GlobalMean(), (2, 5, 3, 4)),
    "globalavg2d-kept": conv("GlobalAvgPool2d", nn.AdaptiveAvgPool2d(1), (2, 8, 7, 7), keepdims=True),
    "globalmax2d": conv("GlobalMaxPool2d", GlobalMax(), (2, 16, 4, 3)),
    "globalavg1d": conv("GlobalAvgPool1d", GlobalMean(), (2, 6, 9)),
    "globalmax1d": conv("GlobalMaxPool1d", GlobalMax(), (2, 6, 9)),
    # Another size.
    "upsample-nearest": conv("Upsample", nn.Upsample(scale_factor=2), (2, 3, 2, 3), scale_factor=2),
    "upsample-nearest-size": conv("Upsample", nn.Upsample(size=(5, 3)), (2, 8, 3, 4), size=[5, 3]),
    "upsample-nearest-odd": conv("Upsample", nn.Upsample(scale_factor=2.3), (2, 2, 3, 7), scale_factor=2.3),
    "upsample-nearest-exact": conv(
        "Upsample", nn.Upsample(scale_factor=1.5, mode="nearest-exact"), (2, 2, 3, 5), scale_factor=1.5,
        mode="nearest-exact"),
    # So little that the size stays: PyTorch copies, whatever the factor.
    "upsample-nearest-little": conv("Upsample", nn.Upsample(scale_factor=1.2), (2, 2, 4, 3), scale_factor=1.2),
    "upsample-bilinear-little": conv(
        "Upsample", nn.Upsample(scale_factor=1.3, mode="bilinear"), (2, 2, 4, 3), scale_factor=1.3, mode="bilinear"),
    "upsample-bilinear": conv(
        "Upsample", nn.Upsample(scale_factor=2, mode="bilinear"), (2, 8, 3, 2), scale_factor=2, mode="bilinear"),
    "upsample-bilinear-aligned": conv(
        "Upsample", nn.Upsample(size=(7, 5), mode="bilinear", align_corners=True), (2, 3, 4, 2), size=[7, 5],
        mode="bilinear", align_corners=True),
    "upsample-bilinear-aligned-one": conv(
        "Upsample", nn.Upsample(size=(1, 4), mode="bilinear", align_corners=True), (2, 3, 3, 2), size=[1, 4],
        mode="bilinear", align_corners=True),
    "upsample-bilinear-odd": conv(
        "Upsample", nn.Upsample(scale_factor=2.3, mode="bilinear"), (2, 2, 3, 4), scale_factor=2.3, mode="bilinear"),
    "upsample-bilinear-down": conv(
        "Upsample", nn.Upsample(scale_factor=0.6, mode="bilinear"), (2, 2, 7, 5), scale_factor=0.6, mode="bilinear"),
    "upsample-linear": conv(
        "Upsample", nn.Upsample(scale_factor=3, mode="linear"), (2, 8, 4), scale_factor=3, mode="linear"),
    "upsample-linear-aligned": conv(
        "Upsample", nn.Upsample(size=6, mode="linear", align_corners=True), (2, 3, 4), size=6, mode="linear",
        align_corners=True),
}


def case(kind, module, shape, settings):
    """Output, and gradients of sum(weights * output)."""
    x = torch.randn(shape) * 1.5 + 0.3
    x.requires_grad_()
    y = module(x)
    w = torch.randn_like(y)
    (w * y).sum().backward()
    parameters = [(name.split(".")[-1], p) for name, p in module.named_parameters()]
    return {
        "kind": kind, "settings": settings, "input": numbers(x), "output": numbers(y), "weights": numbers(w),
        "input_gradient": numbers(x.grad), "state": {name: numbers(p) for name, p in parameters},
        "gradients": {name: numbers(p.grad) for name, p in parameters},
    }


reference = {"torch": torch.__version__, "cases": {name: case(*entry) for name, entry in CASES.items()}}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference-conv.json")
with open(path, "w") as file:
    json.dump(reference, file, separators=(",", ":"))
    file.write("\n")
