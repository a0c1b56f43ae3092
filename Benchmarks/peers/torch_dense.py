"""Trains or uses one of Synfire's networks in PyTorch: images a second. One JSON line.

usage: torch_dense.py train NETWORK DATA_FOLDER THREADS BATCH IMAGES EPOCHS
       torch_dense.py use NETWORK THREADS BATCH SECONDS

NETWORK is cnn, mlp or resnet: the structures of models/fashion-cnn, fashion-mlp and fashion-resnet. Training takes the first IMAGES
training images of Fashion-MNIST, shuffled, as models/ says but without augmentation; ten batches go before the clock is
started. Use is eager, in evaluation mode, without gradients.
"""
import time

began = time.perf_counter()
import gzip  # noqa: E402
import json  # noqa: E402
import sys  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn as nn  # noqa: E402
import torch.nn.functional as F  # noqa: E402

imported = time.perf_counter()


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + x)


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.AvgPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10))


def mlp():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Dropout(0.3), nn.Linear(512, 256), nn.ReLU(), nn.Dropout(0.3),
        nn.Linear(256, 10))


def resnet():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU(), nn.AvgPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.ReLU(), Block(64), nn.AvgPool2d(2),
        nn.Flatten(), nn.Dropout(0.3), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10))


def train(name, folder, threads, batch, count, epochs):
    def read(file, offset):
        return np.frombuffer(gzip.open(f"{folder}/{file}.gz").read(), np.uint8, offset=offset)

    torch.set_num_threads(threads)
    images = torch.from_numpy(read("train-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28)[:count].astype(np.float32) / 255)
    labels = torch.from_numpy(read("train-labels-idx1-ubyte", 8)[:count].astype(np.int64))
    torch.manual_seed(0)
    net = NETWORKS[name]()
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)

    def step(part):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(images[part]), labels[part])
        loss.backward()
        optimizer.step()
        return loss.item()

    net.train()
    before = time.perf_counter()
    step(torch.arange(batch))
    first = time.perf_counter() - before
    for _ in range(9):
        step(torch.arange(batch))
    times, losses = [], []
    for _ in range(epochs):
        order = torch.randperm(count)
        start = time.perf_counter()
        losses = [step(order[i:i + batch]) for i in range(0, count, batch)]
        times.append(time.perf_counter() - start)
    return {"images_per_second": count / min(times), "first_step_s": first, "loss": sum(losses) / len(losses)}


def use(name, threads, batch, seconds):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    net = NETWORKS[name]().eval()
    images = torch.rand(batch, 1, 28, 28)
    times = []
    with torch.no_grad():
        start = time.perf_counter()
        net(images)
        first = time.perf_counter() - start
        for _ in range(20):
            net(images)
        end = time.perf_counter() + seconds
        while len(times) < 3 or time.perf_counter() < end:
            start = time.perf_counter()
            net(images)
            times.append(time.perf_counter() - start)
    times.sort()
    return {"images_per_second": batch * len(times) / sum(times), "latency_s": times[len(times) // 2], "first_step_s": first}


NETWORKS = {"cnn": cnn, "mlp": mlp, "resnet": resnet}

if __name__ == "__main__":
    kind, name = sys.argv[1:3]
    if kind == "train":
        told = train(name, sys.argv[3], *map(int, sys.argv[4:8]))
    else:
        told = use(name, int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
    print(json.dumps({"peer": "PyTorch " + torch.__version__, "import_s": imported - began, **told}))
