#!/usr/bin/env python3
"""Makes the samples iris, wine, breast-cancer and digits in datasets/ from the tables that come with scikit-learn.

    python3 -m venv runs/scikit
    runs/scikit/bin/pip install scikit-learn==1.9.1 h5py==3.16.0
    runs/scikit/bin/python scripts/make-scikit-samples.py

Nothing is downloaded beyond the packages, and the files are the same bytes each time with these versions. Numbers are stored as
scikit-learn has them, unscaled; the splits are scikit-learn's `train_test_split`, stratified, a fifth to test on.
"""
import hashlib
import pathlib

import h5py
import numpy as np
import sklearn
from sklearn import datasets
from sklearn.model_selection import train_test_split

ROOT = pathlib.Path(__file__).resolve().parent.parent / "datasets"
SEED = 0
TEST_SHARE = 0.2

SAMPLES = {
    "iris": {
        "load": datasets.load_iris,
        "title": "Iris: four measures of 150 flowers of three species",
        "source": "R. A. Fisher 1936, doi:10.1111/j.1469-1809.1936.tb02137.x; UCI doi:10.24432/C56C76; as in scikit-learn",
    },
    "wine": {
        "load": datasets.load_wine,
        "title": "Wine: thirteen chemical measures of 178 wines of three cultivars",
        "source": "S. Aeberhard, M. Forina 1992, UCI doi:10.24432/C5PC7J; as in scikit-learn",
    },
    "breast-cancer": {
        "load": datasets.load_breast_cancer,
        "title": "Breast cancer Wisconsin (diagnostic): thirty measures of cell nuclei of 569 tumours",
        "source": "W. Wolberg, O. Mangasarian, N. Street, W. Street 1993, UCI doi:10.24432/C5DW2B; as in scikit-learn",
    },
    "digits": {
        "load": datasets.load_digits,
        "title": "Handwritten digits: 1,797 grey pictures of 8 by 8 pixels from 0 to 16",
        "source": "E. Alpaydin, C. Kaynak 1998, UCI doi:10.24432/C50P49, its test set; as in scikit-learn",
    },
}


def write(name: str, sample: dict) -> None:
    bunch = sample["load"]()
    labels = bunch.target.astype(np.uint8)
    train, test = train_test_split(
        np.arange(len(labels)), test_size=TEST_SHARE, stratify=labels, random_state=SEED)
    target = ROOT / name / f"{name}.h5"
    with h5py.File(target, "w", libver=("earliest", "v110"), track_order=False) as file:
        packed = {"compression": "gzip", "compression_opts": 9, "shuffle": True, "track_times": False}
        if name == "digits":
            images = file.create_dataset("images", data=bunch.images.astype(np.uint8), chunks=(1797, 8, 8), **packed)
            assert np.array_equal(images[:], bunch.images)
            images.attrs["maximum"] = np.uint8(16)
        else:
            file.create_dataset("features", data=bunch.data, chunks=bunch.data.shape, **packed)
            file.create_dataset(
                "feature_names", data=[str(text) for text in bunch.feature_names], dtype=h5py.string_dtype(),
                track_times=False)
        file.create_dataset("labels", data=labels, track_times=False)
        file.create_dataset(
            "class_names", data=[str(text) for text in bunch.target_names], dtype=h5py.string_dtype(), track_times=False)
        splits = file.create_group("splits", track_order=False)
        for split, indices in [("train", train), ("test", test)]:
            splits.create_dataset(split, data=np.sort(indices).astype(np.uint16), track_times=False)
        for key, value in {
            "title": sample["title"],
            "source": sample["source"],
            "licence": "CC-BY-4.0 AND BSD-3-Clause",
            "layout": "synfire-images-1" if name == "digits" else "synfire-features-1",
            "made_with": f"scikit-learn {sklearn.__version__}",
            "splits": f"train_test_split(test_size={TEST_SHARE}, stratify=labels, random_state={SEED})",
        }.items():
            file.attrs[key] = value
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    (target.parent / "SHA256SUMS").write_text(f"{digest}  {target.name}\n")
    print(f"{digest}  {target.name} ({target.stat().st_size} bytes, {len(train)} to train, {len(test)} to test)")


if __name__ == "__main__":
    for name, sample in SAMPLES.items():
        write(name, sample)
