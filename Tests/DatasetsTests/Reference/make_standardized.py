#!/usr/bin/env python3
"""Makes standardized.json: what scikit-learn's StandardScaler measures on the samples that ship, and their first rows by it.

    runs/scikit/bin/python Tests/DatasetsTests/Reference/make_standardized.py

in the environment of scripts/make-scikit-samples.py.
"""
import json
import pathlib

from sklearn import datasets
from sklearn.preprocessing import StandardScaler

TARGET = pathlib.Path(__file__).resolve().parent / "standardized.json"


def main() -> None:
    result = {}
    for name, load in [("iris", datasets.load_iris), ("wine", datasets.load_wine),
                       ("breast-cancer", datasets.load_breast_cancer)]:
        data = load()
        scaler = StandardScaler().fit(data.data)
        result[name] = {
            "mean": scaler.mean_.tolist(), "deviation": scaler.scale_.tolist(), "raw": data.data[:2].ravel().tolist(),
            "standardized": scaler.transform(data.data[:2]).ravel().tolist(), "labels": data.target.tolist(),
            "features": [str(name) for name in data.feature_names], "classes": [str(name) for name in data.target_names],
        }
    digits = datasets.load_digits()
    images = digits.images / 16
    result["digits"] = {
        "mean": [images.mean()], "deviation": [images.std()], "raw": images[:2].ravel().tolist(),
        "standardized": ((images[:2] - images.mean()) / images.std()).ravel().tolist(), "labels": digits.target.tolist(),
        "features": [], "classes": [str(name) for name in digits.target_names],
    }
    TARGET.write_text(json.dumps(result, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
