"""Converts fashion-cnn in SpikingJelly and simulates it: accuracy over T, and images a second. One JSON line.

usage: spikingjelly_conversion.py WEIGHTS.h5 DATA_FOLDER [images] [threads] [steps]

`reached` is the first T at which the accuracy is within 0.2 points of the trained network's, null where no step gets
there; `accuracy` has it, some powers of two, and the last step.

The weights are those of Synfire's model file, the images the first of Fashion-MNIST's test set; calibration on the first
1,000 training images, as Synfire's side of the comparison does it.
"""
import gzip
import json
import sys
import time

import h5py
import numpy as np
import torch
import torch.nn as nn
from spikingjelly.activation_based import ann2snn, functional

weights, folder = sys.argv[1], sys.argv[2]
images = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
torch.set_num_threads(int(sys.argv[4]) if len(sys.argv) > 4 else 2)


def read(name, offset):
    return np.frombuffer(gzip.open(f"{folder}/{name}.gz").read(), np.uint8, offset=offset)


def pictures(name):
    return torch.from_numpy(read(name, 16).reshape(-1, 1, 28, 28).astype(np.float32) / 255)


test = pictures("t10k-images-idx3-ubyte")[:images]
labels = torch.from_numpy(read("t10k-labels-idx1-ubyte", 8).astype(np.int64))[:images]
calibration = pictures("train-images-idx3-ubyte")[:1000]
net = nn.Sequential(
    nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.AvgPool2d(2),
    nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.AvgPool2d(2),
    nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10))
places = {"conv1": 0, "bn1": 1, "conv2": 4, "bn2": 5, "fc1": 9, "fc2": 11}
with h5py.File(weights) as file:
    state = net.state_dict()
    for layer, place in places.items():
        for name, data in file["weights"][layer].items():
            state[f"{place}.{name}"] = torch.from_numpy(data[()])
    net.load_state_dict(state)
net.eval()


class Calibration(torch.utils.data.Dataset):
    def __len__(self):
        return len(calibration)

    def __getitem__(self, index):
        return calibration[index], 0


loader = torch.utils.data.DataLoader(Calibration(), batch_size=100)
with torch.no_grad():
    guesses = torch.cat([net(test[i:i + 100]).argmax(1) for i in range(0, images, 100)])
result = {"peer": "SpikingJelly, 99.9%", "images": images, "threads": torch.get_num_threads(),
          "ann": round((guesses == labels).float().mean().item(), 4)}
spiking = ann2snn.FXConverter(ann2snn.RateCodingRecipe(loader, mode="99.9%")).convert(net)
spiking.eval()
steps = int(sys.argv[5]) if len(sys.argv) > 5 else 64
hits = np.zeros(steps)
start = time.perf_counter()
with torch.no_grad():
    for i in range(0, images, 100):
        functional.reset_net(spiking)
        total = 0
        for t in range(steps):
            total = total + spiking(test[i:i + 100])
            hits[t] += (total.argmax(1) == labels[i:i + 100]).sum().item()
seconds = time.perf_counter() - start
enough = (guesses == labels).sum().item() - 0.002 * images
reached = next((t + 1 for t in range(steps) if hits[t] >= enough), None)
shown = sorted({t for t in (4, 8, 16, 32, 64, 128, reached, steps) if t is not None and t <= steps})
result["steps"] = steps
result["reached"] = reached
result["accuracy"] = {t: round(hits[t - 1] / images, 4) for t in shown}
result["images_per_second"] = round(images / seconds, 1)
print(json.dumps(result))
