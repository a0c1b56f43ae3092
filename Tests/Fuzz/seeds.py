"""Small valid files of every format, made by the command itself where it writes the format, else by hand."""
import gzip, os, shutil, signal, struct, subprocess, time, zlib

import h5py
import nir
import numpy as np

NETWORK = """network: small
constants: {n: 6, w: 90 pA}
run: {time: 5 ms, seed: 2}
populations:
  noise: {size: 4, model: poisson_source, parameters: {rate: 300}}
  exc:
    size: n
    model: lif_curr_exp
    parameters: {tau_m: 10 ms, i_e: {normal: [300 pA, 20 pA]}}
    initial: {v: {uniform: [-65 mV, -55 mV]}}
projections:
  drive: {from: noise, to: exc, connect: all_to_all, weight: 2 * w, delay: 1.5 ms, receptor: excitatory}
  loop:
    {from: exc, to: exc, connect: {fixed_probability: 0.5}, weight: 20 pA, delay: 1 ms, receptor: excitatory,
     long_term: {stdp_pair: {a_plus: 0.01, a_minus: 0.009, w_max: 200}}}
stimuli:
  background: {model: poisson_input, to: exc, receptor: excitatory, parameters: {rate: 3000, weight: 100}}
record:
  - {spikes: all}
  - {variable: v, of: "exc[0-2]", every: 1 ms}
"""

MODEL = """name: small
input: [4]
layers:
  - {name: fc1, type: Linear, in_features: 4, out_features: 5}
  - {name: relu, type: ReLU}
  - {name: fc2, type: Linear, in_features: 5, out_features: 3}
training:
  epochs: 1
  batch_size: 10
  optimizer: {type: Adam, lr: 0.01}
  schedule: {type: cosine}
"""


def by_hand(path, shape, classes):
    """A trained network of one layer, for data of a shape."""
    rng, size = np.random.default_rng(1), int(np.prod(shape))
    with h5py.File(path, "w") as file:
        file.attrs["format"], file.attrs["format_version"], file.attrs["synfire_version"] = "synfire-model", 1, "by hand"
        file["description"] = (
            f"name: flat\ninput: {list(shape)}\nlayers:\n  - {{name: flat, type: Flatten}}\n"
            f"  - {{name: fc, type: Linear, in_features: {size}, out_features: {classes}}}\n")
        file["weights/fc/weight"] = rng.normal(0, 0.1, (classes, size)).astype("f4")
        file["weights/fc/bias"] = np.zeros(classes, "f4")


def png_bytes(pixels):
    rows, columns = pixels.shape[:2]
    raw = b"".join(b"\0" + row.tobytes() for row in pixels)
    def chunk(name, body): return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    head = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def idx(values):
    return struct.pack(">HBB", 0, 8, values.ndim) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


def make(folder, synfire, root):
    """Fills `folder`; whatever the command refuses here is an error of ours."""
    here = lambda name: os.path.join(folder, name)
    def run(*arguments):
        done = subprocess.run([synfire, *arguments], cwd=folder, capture_output=True, text=True)
        if done.returncode: raise SystemExit(f"seed: synfire {' '.join(arguments)}: {done.stderr}")
    rng = np.random.default_rng(7)
    with open(here("table.csv"), "w") as file:
        file.write("a,b,c,d,label\n")
        for row in range(30): file.write(",".join(f"{v:.3f}" for v in rng.normal(row % 3, 0.3, 4)) + f",{'xyz'[row % 3]}\n")
    with open(here("table.csv"), "rb") as plain, open(here("table.csv.gz"), "wb") as file: file.write(gzip.compress(plain.read(), mtime=0))
    with open(here("model.yaml"), "w") as file: file.write(MODEL)
    with open(here("network.yaml"), "w") as file: file.write(NETWORK)
    with h5py.File(here("features.h5"), "w") as file:
        file["features"], file["labels"] = rng.normal(0, 1, (30, 4)).astype("f4"), np.arange(30) % 3
        file["class_names"], file["feature_names"], file["splits/test"] = list("xyz"), list("abcd"), np.arange(10)
    with h5py.File(here("images.h5"), "w") as file:
        file.create_dataset("images", data=rng.integers(0, 256, (12, 28, 28), "u1"), chunks=(6, 28, 28), compression="gzip")
        file["labels"], file["class_names"] = (np.arange(12) % 10).astype("u1"), [f"c{n}" for n in range(10)]
    run("train", "model.yaml", "--data", "./table.csv", "--out", "model.h5", "--workers", "1")
    run("convert", "model.h5", "--calibrate", "./table.csv", "--out", "spiking.nir", "--workers", "1")
    run("simulate", "spiking.nir", "--data", "./table.csv:4", "--time", "8ms", "--record", "spikes,v:fc2", "--out", "trials.h5")
    run("simulate", "network.yaml", "--out", "traces.h5", "--save-network", "built.h5")
    training = subprocess.Popen(
        [synfire, "train", "model.yaml", "--data", "./table.csv", "--epochs", "100000", "--out", "kept.h5", "--workers", "1"],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not os.path.exists(here("kept.h5.checkpoint")) and training.poll() is None: time.sleep(0.01)
    training.send_signal(signal.SIGTERM)
    training.wait()
    with h5py.File(here("sonata.h5"), "w") as file:
        file["spikes/p/timestamps"], file["spikes/p/node_ids"] = np.sort(rng.uniform(0, 50, 40)), rng.integers(0, 8, 40).astype("u8")
        file["spikes/p"].attrs["sorting"] = "by_time"
        file["report/p/data"], file["report/p/mapping/time"] = rng.normal(-60, 3, (50, 2)).astype("f4"), [0.0, 50.0, 1.0]
        file["report/p/mapping/node_ids"], file["report/p/mapping/index_pointer"] = np.array([0, 3], "u8"), np.array([0, 1, 2], "u8")
        file["report/p/mapping/element_ids"], file["report/p/data"].attrs["units"] = np.array([0, 0], "u4"), "mV"
    full, weight = (lambda v: np.full(3, v)), rng.normal(0.4, 0.4, (3, 4)).astype("f4")
    nir.write(here("foreign.nir"), nir.NIRGraph(
        {"in": nir.Input(np.array([4])), "a": nir.Affine(weight, np.ones(3)), "n": nir.IF(full(1e4), full(1.0), full(0.0)), "out": nir.Output(np.array([3]))},
        [("in", "a"), ("a", "n"), ("n", "out")]))
    conv = rng.normal(0.3, 0.3, (3, 2, 3, 3)).astype("f4")
    nir.write(here("camera.nir"), nir.NIRGraph(
        {"in": nir.Input(np.array([2, 5, 5])), "c": nir.Conv2d((5, 5), conv, 1, 0, 1, 1, np.zeros(3)), "n": nir.IF(np.ones((3, 3, 3)), np.ones((3, 3, 3))),
         "f": nir.Flatten({"input": np.array([3, 3, 3])}, 0, -1), "l": nir.Linear(rng.normal(0, 1, (3, 27)).astype("f4")), "out": nir.Output(np.array([3]))},
        [("in", "c"), ("c", "n"), ("n", "f"), ("f", "l"), ("l", "out")]))
    events = sorted((int(t), *rng.integers(0, 5, 2), int(rng.integers(2))) for t in rng.integers(0, 9000, 40))
    with open(here("events.bin"), "wb") as file:
        for t, x, y, p in events: file.write(bytes([x, y, p << 7 | t >> 16, t >> 8 & 255, t & 255]))
    with open(here("events.aedat"), "wb") as file:
        file.write(b"#!AER-DAT2.0\r\n# HardwareInterface: DVS128\r\n")
        for t, x, y, p in events: file.write(struct.pack(">II", y << 8 | (127 - x) << 1 | 1 - p, t))
    with h5py.File(here("events.h5"), "w") as file:
        for name, column in zip("txyp", zip(*events)): file[name] = np.array(column)
        file.attrs["width"], file.attrs["height"], file["t"].attrs["unit"] = 5, 5, "us"
    for name in ("mnist", "cifar-10-batches-bin", "pictures/a", "pictures/b"): os.makedirs(here(name))
    images, labels = rng.integers(0, 256, (6, 28, 28), "u1"), np.arange(6, dtype="u1")
    for kind, values in (("images-idx3", images), ("labels-idx1", labels)):
        with open(here(f"mnist/t10k-{kind}-ubyte"), "wb") as file: file.write(idx(values))
        with open(here(f"t10k-{kind}-ubyte.gz"), "wb") as file: file.write(gzip.compress(idx(values), mtime=0))
    with open(here("cifar-10-batches-bin/test_batch.bin"), "wb") as file:
        for label in range(4): file.write(bytes([label]) + rng.integers(0, 256, 3072, "u1").tobytes())
    with open(here("cifar-10-batches-bin/batches.meta.txt"), "w") as file: file.write("\n".join(f"c{n}" for n in range(10)) + "\n")
    for name in "ab":
        with open(here(f"pictures/{name}/0.png"), "wb") as file: file.write(png_bytes(rng.integers(0, 256, (8, 8, 3), "u1")))
    shutil.copy(here("pictures/a/0.png"), here("picture.png"))
    for name in ("smooth-420", "progressive"): shutil.copy(f"{root}/Tests/DatasetsTests/Reference/{name}.jpg", here(f"{name}.jpg"))
    by_hand(here("flat28.h5"), (1, 28, 28), 10)
    by_hand(here("flat32.h5"), (3, 32, 32), 10)
    by_hand(here("flat8.h5"), (3, 8, 8), 2)
