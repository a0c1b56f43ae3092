"""Writes augmentation.json: what PyTorch and torchvision make of images, for the tests of augmentation.

usage: python3 make_augmentation_reference.py        (needs torch and torchvision; the tests read only the JSON file)
"""
import json
import os

import torch
import torch.nn.functional as F
import torchvision.transforms.functional as T
from torchvision.transforms import InterpolationMode, RandomErasing
from torchvision.transforms.v2 import CutMix

torch.manual_seed(20240301)
torch.set_num_threads(1)


def numbers(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.8g}") for v in tensor.detach().flatten().tolist()]}


MODES = {"nearest": InterpolationMode.NEAREST, "bilinear": InterpolationMode.BILINEAR}


def affine_case(shape, angle, translate, scale, shear, mode, fill, turn=False):
    image = torch.randn(shape)
    # A fill other than zero is taken off before and added after: grid_sample pads with zeros.
    if turn:
        after = T.rotate(image - fill, angle, interpolation=MODES[mode]) + fill
    else:
        after = T.affine(image - fill, angle, list(translate), scale, list(shear), interpolation=MODES[mode]) + fill
    return {
        "before": numbers(image), "after": numbers(after), "angle": angle, "translate": list(translate),
        "scale": scale, "shear": list(shear), "interpolation": mode, "fill": fill, "turn": turn,
    }


AFFINE = [
    affine_case((1, 6, 6), 30, (0, 0), 1, (0, 0), "nearest", 0, turn=True),
    affine_case((2, 5, 7), -17.5, (0, 0), 1, (0, 0), "bilinear", 0, turn=True),
    affine_case((1, 8, 8), 90, (0, 0), 1, (0, 0), "bilinear", 0.5, turn=True),
    affine_case((3, 9, 4), 211, (0, 0), 1, (0, 0), "bilinear", -1, turn=True),
    affine_case((2, 5, 7), 12, (2, -1), 1, (0, 0), "bilinear", 0),
    affine_case((1, 7, 6), 0, (0, 0), 1.3, (0, 0), "nearest", 0.25),
    affine_case((2, 6, 9), 0, (0, 0), 0.7, (0, 0), "bilinear", 0.25),
    affine_case((1, 8, 8), 0, (0, 0), 1, (20, 0), "bilinear", 0),
    affine_case((1, 8, 8), 0, (0, 0), 1, (0, -25), "nearest", 0),
    affine_case((3, 7, 8), -40, (1, 2), 1.17, (15, -8), "bilinear", 0.75),
    affine_case((2, 9, 8), 123, (-3, 1), 0.83, (-31, 12), "nearest", -0.5),
]


# The part of 28 x 28 images that is erased, and how often none is, over many draws.
def erasing_case(count=40_000):
    erase = RandomErasing(p=1)
    parts = []
    for _ in range(count):
        parts.append(1 - float(erase(torch.ones(1, 28, 28)).mean()))
    parts = torch.tensor(parts, dtype=torch.float64)
    return {"count": count, "mean": float(parts.mean()), "deviation": float(parts.std())}


# The loss of mixed labels, and its gradient.
def mixed_loss_case():
    scores = (torch.randn(6, 5) * 2).requires_grad_()
    labels = torch.tensor([3, 1, 1, 4, 0, 2])
    partners = labels.roll(1)
    weight = 0.3125
    targets = weight * F.one_hot(labels, 5) + (1 - weight) * F.one_hot(partners, 5)
    loss = F.cross_entropy(scores, targets)
    loss.backward()
    return {
        "scores": numbers(scores), "labels": labels.tolist(), "weight": weight,
        "loss": float(loss.detach()), "gradient": numbers(scores.grad),
    }


# The share of an image's own class after CutMix, over many batches.
def cutmix_case(count=20_000):
    mix = CutMix(num_classes=2, alpha=1.0)
    images, labels = torch.zeros(2, 1, 28, 28), torch.tensor([0, 1])
    shares = torch.tensor([float(mix(images, labels)[1][0, 0]) for _ in range(count)], dtype=torch.float64)
    return {"count": count, "mean": float(shares.mean()), "deviation": float(shares.std())}


def jitter_case(shape, brightness, contrast):
    # Values far from the ends, where torchvision clamps.
    image = 0.3 + 0.2 * torch.rand(shape)
    after = T.adjust_contrast(T.adjust_brightness(image, brightness), contrast)
    assert 0 < after.min() and after.max() < 1
    return {"before": numbers(image), "after": numbers(after), "brightness": brightness, "contrast": contrast}


def pad_case(mode, padding):
    image = torch.randn(2, 4, 5)
    return {"before": numbers(image), "after": numbers(T.pad(image, padding, padding_mode=mode)), "mode": mode,
            "padding": padding}


reference = {
    "affine": AFFINE,
    "erasing": erasing_case(),
    "cutmix": cutmix_case(),
    "mixed_loss": mixed_loss_case(),
    "jitter": [jitter_case((1, 5, 7), 1.2, 0.7), jitter_case((3, 4, 6), 0.8, 1.4)],
    "padding": [pad_case("constant", 2), pad_case("edge", 3), pad_case("reflect", 3), pad_case("symmetric", 4)],
}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "augmentation.json")
with open(path + ".partial", "w") as file:
    json.dump(reference, file)
os.replace(path + ".partial", path)
