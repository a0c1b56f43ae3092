"""Trains fashion-cnn in PyTorch: images a second for training and inference. One JSON line.

usage: torch_training.py DATA_FOLDER [epochs] [threads] [batch]

The network, optimiser and batch size are those of Synfire's side of the comparison: Adam with a rate of 0.001.
"""
import gzip
import json
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

folder = sys.argv[1]
epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 1
torch.set_num_threads(int(sys.argv[3]) if len(sys.argv) > 3 else 2)
batch = int(sys.argv[4]) if len(sys.argv) > 4 else 64


def read(name, offset):
    return np.frombuffer(gzip.open(f"{folder}/{name}.gz").read(), np.uint8, offset=offset)


def pictures(name):
    return torch.from_numpy(read(name, 16).reshape(-1, 1, 28, 28).astype(np.float32) / 255)


images, test = pictures("train-images-idx3-ubyte"), pictures("t10k-images-idx3-ubyte")
labels = torch.from_numpy(read("train-labels-idx1-ubyte", 8).astype(np.int64))
truth = torch.from_numpy(read("t10k-labels-idx1-ubyte", 8).astype(np.int64))
torch.manual_seed(0)
net = nn.Sequential(
    nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.AvgPool2d(2),
    nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.AvgPool2d(2),
    nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10))
optimizer = torch.optim.Adam(net.parameters(), 1e-3)
times = []
for _ in range(epochs):
    net.train()
    order = torch.randperm(len(images))
    start = time.perf_counter()
    for i in range(0, len(images), batch):
        part = order[i:i + batch]
        optimizer.zero_grad()
        F.cross_entropy(net(images[part]), labels[part]).backward()
        optimizer.step()
    times.append(time.perf_counter() - start)
net.eval()
with torch.no_grad():
    start = time.perf_counter()
    guesses = torch.cat([net(test[i:i + 500]).argmax(1) for i in range(0, len(test), 500)])
    inference = time.perf_counter() - start
print(json.dumps({
    "peer": "PyTorch " + torch.__version__, "epochs": epochs, "threads": torch.get_num_threads(),
    "train_images_per_second": round(len(images) / min(times)),
    "inference_images_per_second": round(len(test) / inference),
    "accuracy": round((guesses == truth).float().mean().item(), 4)}))
