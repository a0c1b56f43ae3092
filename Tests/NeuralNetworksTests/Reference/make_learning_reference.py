"""Writes learning.json: losses, optimisers, schedules and whole steps of training as PyTorch computes them.

usage: python3 make_learning_reference.py        (needs torch; the tests read only the JSON file)
"""
import json
import os
import warnings

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim import lr_scheduler
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

torch.manual_seed(20260301)
torch.set_num_threads(1)
warnings.filterwarnings("ignore")


def numbers(tensor, digits=9):
    values = tensor.detach().flatten().tolist()
    return {"shape": list(tensor.shape), "values": [float(f"{v:.{digits}g}") for v in values]}


# Losses, in double precision: value and gradient by the outputs.
LABELS = torch.tensor([2, 0, 4, 2, 1, 3])
OUTPUTS = (torch.randn(6, 5, dtype=torch.float32) * 2).double()
DENSE = torch.randn(6, 5, dtype=torch.float32).double()
PROBABILITIES = F.softmax(torch.randn(6, 5), dim=1).double()
PROBABILITIES[1] = torch.tensor([0.0, 1.0, 0.0, 0.0, 0.0])
WEIGHT = torch.tensor([0.5, 1.0, 2.0, 0.25, 1.5], dtype=torch.float64)
ONE_HOT = F.one_hot(LABELS, 5).double()
SMOOTHED = ONE_HOT * 0.8 + 0.2 / 5


def kl(x, t):
    return nn.KLDivLoss(reduction="batchmean")(F.log_softmax(x, dim=1), t)


LOSSES = {
    "cross-entropy": (nn.CrossEntropyLoss(), LABELS),
    "cross-entropy-smoothed": (nn.CrossEntropyLoss(label_smoothing=0.1), LABELS),
    "cross-entropy-weighted": (nn.CrossEntropyLoss(weight=WEIGHT), LABELS),
    "cross-entropy-weighted-smoothed": (nn.CrossEntropyLoss(weight=WEIGHT, label_smoothing=0.2), LABELS),
    "cross-entropy-dense": (nn.CrossEntropyLoss(), PROBABILITIES),
    "cross-entropy-dense-weighted-smoothed": (nn.CrossEntropyLoss(weight=WEIGHT, label_smoothing=0.2), PROBABILITIES),
    "mse": (nn.MSELoss(), ONE_HOT),
    "mse-dense": (nn.MSELoss(), DENSE),
    "l1": (nn.L1Loss(), ONE_HOT),
    "l1-dense": (nn.L1Loss(), DENSE),
    "huber": (nn.HuberLoss(), ONE_HOT),
    "huber-dense": (nn.HuberLoss(delta=0.5), DENSE),
    "bce": (nn.BCEWithLogitsLoss(), ONE_HOT),
    "bce-weighted": (nn.BCEWithLogitsLoss(pos_weight=WEIGHT), ONE_HOT),
    "bce-dense": (nn.BCEWithLogitsLoss(pos_weight=torch.tensor([3.0], dtype=torch.float64)), PROBABILITIES),
    "kl": (kl, ONE_HOT),
    "kl-smoothed": (kl, SMOOTHED),
    "kl-dense": (kl, PROBABILITIES),
}


def loss_case(loss, target):
    x = OUTPUTS.clone().requires_grad_()
    value = loss(x, target)
    value.backward()
    return {"loss": value.item(), "gradient": numbers(x.grad)}


# Optimisers: parameters after each of eight steps along given gradients.
def optimizer_case(make):
    p = nn.Parameter(torch.tensor([1.0, -2.0, 0.5, 3.0]))
    optimizer = make([p])
    start = numbers(p)
    generator = torch.Generator().manual_seed(5)
    steps = []
    for _ in range(8):
        p.grad = torch.randn(4, generator=generator)
        gradient = numbers(p.grad)
        optimizer.step()
        steps.append({"gradient": gradient, "after": numbers(p)})
    return {"start": start, "steps": steps}


OPTIMIZERS = {
    "sgd-dampening": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, dampening=0.3, weight_decay=0.01),
    "adam-amsgrad": lambda p: torch.optim.Adam(p, 0.05, betas=(0.8, 0.7), amsgrad=True),
    "adamw": lambda p: torch.optim.AdamW(p),
    "adamw-amsgrad": lambda p: torch.optim.AdamW(p, 0.05, betas=(0.8, 0.7), weight_decay=0.1, amsgrad=True),
    "rmsprop": lambda p: torch.optim.RMSprop(p),
    "rmsprop-momentum": lambda p: torch.optim.RMSprop(p, 0.02, alpha=0.9, eps=1e-5, weight_decay=0.1, momentum=0.8),
    "rmsprop-centered": lambda p: torch.optim.RMSprop(p, 0.02, alpha=0.9, momentum=0.5, centered=True),
    "adagrad": lambda p: torch.optim.Adagrad(p),
    "adagrad-decay": lambda p: torch.optim.Adagrad(
        p, 0.1, lr_decay=0.1, weight_decay=0.05, initial_accumulator_value=0.2, eps=1e-6),
}

# Schedules: the rate at each of 5 steps of each of 6 epochs, and after each epoch where PyTorch steps once an epoch.
STEPS, EPOCHS = 5, 6
LOSS_SERIES = [1.0, 0.9, 0.9, 0.89999, 0.95, 0.8, 0.81, 0.82, 0.83, 0.84, 0.7, 0.75, 0.75, 0.75, 0.75, 0.75]


def by_step(make, rate=0.1, steps=STEPS, epochs=EPOCHS):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], rate)
    scheduler = make(optimizer)
    rates = []
    for _ in range(steps * epochs):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(rates) < steps * epochs:
            scheduler.step()
    return rates


def by_epoch(make, rate=0.1):
    return [r for r in by_step(make, rate, steps=1) for _ in range(STEPS)]


def plateau(rate=0.1, **settings):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], rate)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, **settings)
    rates = []
    for loss in LOSS_SERIES:
        rates.append(optimizer.param_groups[0]["lr"])
        scheduler.step(loss)
    return rates


def warmed(optimizer, warm, rest):
    first = lr_scheduler.LinearLR(optimizer, start_factor=1 / (warm + 1), total_iters=warm)
    return lr_scheduler.SequentialLR(optimizer, [first, rest(optimizer)], milestones=[warm])


TOTAL = STEPS * EPOCHS
SCHEDULES = {
    "constant-warm-up": by_step(lambda o: lr_scheduler.LinearLR(o, start_factor=1 / 8, total_iters=7)),
    "step": by_epoch(lambda o: lr_scheduler.StepLR(o, 2, gamma=0.5)),
    "multi-step": by_epoch(lambda o: lr_scheduler.MultiStepLR(o, [1, 4, 4], gamma=0.3)),
    "exponential": by_epoch(lambda o: lr_scheduler.ExponentialLR(o, 0.9)),
    "cosine": by_step(lambda o: lr_scheduler.CosineAnnealingLR(o, TOTAL, eta_min=0.01)),
    "cosine-warm-up": by_step(
        lambda o: warmed(o, 10, lambda o: lr_scheduler.CosineAnnealingLR(o, TOTAL - 10, eta_min=0.01))),
    "one-cycle": by_step(lambda o: lr_scheduler.OneCycleLR(o, 0.3, total_steps=TOTAL, cycle_momentum=False)),
    "one-cycle-linear": by_step(
        lambda o: lr_scheduler.OneCycleLR(
            o, 0.3, total_steps=TOTAL, pct_start=0.25, anneal_strategy="linear", div_factor=10, final_div_factor=100,
            cycle_momentum=False)),
    "one-cycle-three-phase": by_step(
        lambda o: lr_scheduler.OneCycleLR(
            o, 0.3, total_steps=TOTAL, pct_start=0.4, three_phase=True, cycle_momentum=False)),
    "plateau": plateau(factor=0.5, patience=1),
    "plateau-cooldown": plateau(factor=0.1, patience=0, cooldown=2, min_lr=1e-3, threshold=0.05),
    "plateau-absolute": plateau(factor=0.3, patience=2, threshold=0.08, threshold_mode="abs"),
}


# Training of a small network with all that happens between gradient and parameter.
def state(module):
    return {k: numbers(v) for k, v in module.state_dict().items() if not k.endswith("num_batches_tracked")}


def training_case(make, loss=F.cross_entropy, accumulate=1, l1=0.0, l2=0.0, norm=None, value=None, decay=None,
                  dense=False, frozen=()):
    net = nn.Sequential(
        nn.Conv2d(1, 6, 3, bias=False), nn.BatchNorm2d(6), nn.ReLU(), nn.Flatten(), nn.Linear(96, 8), nn.ReLU(),
        nn.Linear(8, 4))
    images, labels = torch.randn(24, 1, 6, 6), torch.randint(0, 4, (24,))
    targets = torch.randn(24, 4) if dense else labels
    before, losses = state(net), []
    for index in frozen:
        for p in net[index].parameters():
            p.requires_grad_(False)
    trained = [p for p in net.parameters() if p.requires_grad]
    optimizer = make(trained)
    average = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=True) if decay else None
    # Every batch is the same images, in the same order, for the tests too.
    for _ in range(5):
        total, penalty = 0.0, 0.0
        optimizer.zero_grad()
        for _ in range(accumulate):
            weights = [p for p in net.parameters() if p.requires_grad and p.dim() > 1]
            penalty = l1 * sum(w.abs().sum() for w in weights) + l2 * sum((w * w).sum() for w in weights)
            value_of_batch = loss(net(images), targets) + penalty
            (value_of_batch / accumulate).backward()
            total += float(value_of_batch) / accumulate
        if norm:
            nn.utils.clip_grad_norm_(trained, norm)
        if value:
            nn.utils.clip_grad_value_(trained, value)
        optimizer.step()
        if average:
            average.update_parameters(net)
        losses.append(total)
    final = average.module if average else net
    result = {
        "images": numbers(images), "labels": labels.tolist(), "targets": numbers(targets) if dense else None,
        "state": before, "losses": losses, "state_after": state(final),
    }
    return result


def sgd(p):
    return torch.optim.SGD(p, 0.05, momentum=0.9)


TRAINING = {
    "penalty": training_case(sgd, l1=2e-3, l2=5e-3),
    "clip-norm": training_case(sgd, norm=0.3),
    "clip-value": training_case(sgd, value=0.02),
    "average": training_case(lambda p: torch.optim.AdamW(p, 1e-2), decay=0.6),
    "frozen": training_case(lambda p: torch.optim.RMSprop(p, 1e-3), frozen=[0, 4]),
    "regression": training_case(lambda p: torch.optim.Adagrad(p, 1e-2), loss=F.mse_loss, dense=True, norm=1.0),
    "all": training_case(sgd, accumulate=3, l2=1e-3, norm=0.5, value=0.05, decay=0.5),
}

reference = {
    "torch": torch.__version__,
    "outputs": numbers(OUTPUTS), "labels": LABELS.tolist(), "dense": numbers(DENSE),
    "probabilities": numbers(PROBABILITIES),
    "losses": {name: loss_case(*case) for name, case in LOSSES.items()},
    "optimizers": {name: optimizer_case(make) for name, make in OPTIMIZERS.items()},
    "schedules": SCHEDULES, "loss_series": LOSS_SERIES, "training": TRAINING,
}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "learning.json")
with open(path, "w") as file:
    json.dump(reference, file, separators=(",", ":"))
    file.write("\n")
