#!/usr/bin/env python3
"""Makes resized.json: small images, and what PyTorch makes of them at other sizes (torch 2.15.0, CPU).

    python3 Tests/DatasetsTests/Reference/make_resized.py
"""
import json
import pathlib

import torch
from torch.nn.functional import interpolate

TARGET = pathlib.Path(__file__).resolve().parent / "resized.json"
SIZES = [((5, 7), (10, 14)), ((5, 7), (8, 9)), ((9, 12), (3, 4)), ((9, 12), (4, 5)), ((11, 6), (4, 13)), ((3, 3), (1, 1)),
         ((1, 1), (2, 3)), ((28, 28), (32, 32)), ((16, 16), (16, 7))]


def main() -> None:
    torch.manual_seed(3)
    cases = []
    for source, target in SIZES:
        image = torch.randint(0, 256, (1, 2, *source)).float()
        for antialias in (False, True):
            result = interpolate(image, size=target, mode="bilinear", align_corners=False, antialias=antialias)
            cases.append({
                "source": source, "target": target, "antialias": antialias,
                "image": [int(value) for value in image.flatten()],
                "result": [round(float(value), 4) for value in result.flatten()],
            })
    TARGET.write_text(json.dumps(cases, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
