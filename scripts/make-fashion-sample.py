#!/usr/bin/env python3
"""Makes datasets/fashion-mnist-sample/fashion-mnist-sample.h5 from the published test set, byte for byte the same each time.

    make deps data
    .venv/bin/python scripts/make-fashion-sample.py [FOLDER WITH THE IDX FILES]

The bytes depend on the versions of h5py and of the HDF5 library in it; those of scripts/requirements-test.txt made the file in the
repository.
"""
import gzip
import hashlib
import pathlib
import sys

import h5py
import numpy as np

COUNT = 1000
CLASSES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
TARGET = pathlib.Path(__file__).resolve().parent.parent / "datasets/fashion-mnist-sample/fashion-mnist-sample.h5"


def unpacked(folder: pathlib.Path, name: str) -> bytes:
    packed = folder / f"{name}.gz"
    return gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / name).read_bytes()


def array(data: bytes) -> np.ndarray:
    assert data[:3] == b"\0\0\x08", "not an IDX file of bytes"
    shape = np.frombuffer(data, ">u4", count=data[3], offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape)


def main() -> None:
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/datasets/fashion-mnist")
    images = unpacked(folder, "t10k-images-idx3-ubyte")
    labels = unpacked(folder, "t10k-labels-idx1-ubyte")
    with h5py.File(TARGET, "w", libver=("earliest", "v110"), track_order=False) as file:
        file.create_dataset(
            "images", data=array(images)[:COUNT], chunks=(100, 28, 28), compression="gzip", compression_opts=9,
            shuffle=True, track_times=False)
        file.create_dataset("labels", data=array(labels)[:COUNT], track_times=False)
        file.create_dataset("class_names", data=CLASSES, dtype=h5py.string_dtype(), track_times=False)
        for name, value in {
            "title": f"Fashion-MNIST, the first {COUNT} test images",
            "source": "Zalando Research, Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747)",
            "licence": "MIT",
            "layout": "synfire-images-1",
            "sha256_t10k_images_idx3_ubyte": hashlib.sha256(images).hexdigest(),
            "sha256_t10k_labels_idx1_ubyte": hashlib.sha256(labels).hexdigest(),
        }.items():
            file.attrs[name] = value
    digest = hashlib.sha256(TARGET.read_bytes()).hexdigest()
    (TARGET.parent / "SHA256SUMS").write_text(f"{digest}  {TARGET.name}\n")
    print(f"{digest}  {TARGET} ({TARGET.stat().st_size} bytes)")


if __name__ == "__main__":
    main()
