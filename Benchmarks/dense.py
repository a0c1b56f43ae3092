"""Conventional networks by Synfire beside PyTorch: the same work on the same machine, in turn.

usage: dense.py [--rows NAME,NAME...] [--rounds N] [--workers N] [--quick] [--list] [--out FILE.json] [--write PAGE.md]

Prints a table in Markdown: of each row medians over its rounds, with the least and the greatest in brackets. All single runs go
into --out (runs/dense.json). --write puts the table into a page, between the comments `<!-- dense.py: begin -->` and
`<!-- dense.py: end -->`.

  --rows     which rows; all of them unless said. --list names them
  --rounds   how often Synfire and PyTorch take turns (default 3)
  --workers  workers and threads (default 2)
  --quick    few images and one round, bars not judged: whether the script works, not how fast anything is

Both train the same structure with the same optimiser, batch and images, without augmentation, and both shuffle. The time is
that of an epoch, the best one where there are several; PyTorch has ten batches before. Fashion-MNIST is read from
SYNFIRE_DATA, or where `make data` puts it.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import re
import sys
import tempfile

from measure import ROOT, SYNFIRE, Failed, Skipped, call, last_json, machine, median, python_of, say, spelled, spread, warn_if_busy

sys.path.insert(0, str(ROOT / "scripts"))
import tables  # noqa: E402

DATA = os.environ.get("SYNFIRE_DATA", "/usr/share/datasets/fashion-mnist")


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    work: str
    kind: str              # train or use
    network: str           # of torch_dense.py; models/fashion-NETWORK here
    batch: int
    unit: str
    bar: str
    limit: float
    images: int = 60_000
    epochs: int = 1
    less_is_better: bool = False

    def ratio(self, own, other):
        return own / other

    def met(self, ratio):
        return ratio <= self.limit if self.less_is_better else ratio >= self.limit


ROWS = [
    Row("train-cnn", "training fashion-cnn, batch 64, an epoch of 60,000", "train", "cnn", 64, "images/s", "≥ 1.5", 1.5),
    Row("train-mlp", "training MLP 784-512-256-10, batch 128, the best of 3 epochs of 60,000", "train", "mlp", 128, "images/s",
        "≥ 1.5", 1.5, epochs=3),
    Row("train-resnet", "training fashion-resnet, batch 64, an epoch of 19,200", "train", "resnet", 64, "images/s", "≥ 1.3", 1.3,
        images=19_200),
    Row("use-500", "fashion-cnn in use, batches of 500", "use", "cnn", 500, "images/s", "≥ 1.5", 1.5),
    Row("use-1", "fashion-cnn in use, one image: latency", "use", "cnn", 1, "ms", "≤ 0.5", 0.5, less_is_better=True),
    Row("use-resnet", "fashion-resnet in use, batches of 500", "use", "resnet", 500, "images/s", "≥ 1", 1),
]


def plain_recipe(network, folder):
    """The description in models/ with PyTorch's recipe: no augmentation, no validation, a constant rate."""
    text = (ROOT / f"models/fashion-{network}/network.yaml").read_text(encoding="utf-8")
    text = re.sub(r"\n  augmentation:(\n    .*)*", "", text)
    text = re.sub(r"\n  (schedule|validation|loss|ema|early_stopping): .*", "", text)
    text = re.sub(r"\n  optimizer: .*", "\n  optimizer: {type: Adam, lr: 0.001}", text)
    path = pathlib.Path(folder) / f"{network}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def run_own(row, workers, folder, quick):
    if row.kind == "train":
        images, epochs = (640, 1) if quick else (row.images, row.epochs)
        command = [SYNFIRE, "train", plain_recipe(row.network, folder), "--data", f"fashion-mnist:train:{images}", "--epochs",
                   epochs, "--workers", workers, "--out", f"{folder}/out.h5", "--force", "--json"]
        found = json.loads(call(command))
        return {"value": found["imagesPerSecond"], "command": spelled(command)}
    command = [SYNFIRE, "bench", "inference", f"models/fashion-{row.network}/network.yaml", "--batch", row.batch, "--workers",
               workers, "--seconds", 0.2 if quick else 3, "--json"]
    found = json.loads(call(command))
    value = found["latencyMedian"] * 1000 if row.unit == "ms" else found["imagesPerSecond"]
    return {"value": value, "start_s": found["loadSeconds"] + found["firstSeconds"], "command": spelled(command)}


def run_peer(row, workers, quick):
    script = ROOT / "Benchmarks/peers/torch_dense.py"
    if row.kind == "train":
        images, epochs = (640, 1) if quick else (row.images, row.epochs)
        words = ["train", row.network, DATA, workers, row.batch, images, epochs]
    else:
        words = ["use", row.network, workers, row.batch, 0.2 if quick else 3]
    command = [python_of("ann"), script, *words]
    found = last_json(call(command), command)
    value = found["latency_s"] * 1000 if row.unit == "ms" else found["images_per_second"]
    return {"value": value, "start_s": found["import_s"] + found["first_step_s"], "import_s": found["import_s"],
            "peer": found["peer"], "command": "Benchmarks/peers/torch_dense.py " + " ".join(map(str, words))}


def measure(row, rounds, workers, quick):
    own, other = [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            say(f"{row.name}, round {number + 1} of {rounds}")
            own.append(run_own(row, workers, folder, quick))
            other.append(run_peer(row, workers, quick))
    return {"row": row.name, "synfire": own, "peer": other}


def figure(runs, unit):
    values = [run["value"] for run in runs]
    digits = 3 if unit == "ms" else 0
    middle = f"{median(values):,.{digits}f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def table(results):
    lines, starts, failed = [], [], False
    for row, result in results:
        if "error" in result:
            lines.append([row.work, "–", "–", "–", row.bar, result["error"]])
            failed = failed or not result.get("skipped")
            continue
        own, other = (median([run["value"] for run in result[side]]) for side in ("synfire", "peer"))
        ratio = row.ratio(own, other)
        lines.append([f"{row.work}, {row.unit}", figure(result["synfire"], row.unit), figure(result["peer"], row.unit),
                      f"{ratio:.2f}", row.bar, "met" if row.met(ratio) else "missed"])
        if row.name == "use-500":
            own, other = (median([run["start_s"] for run in result[side]]) for side in ("synfire", "peer"))
            imports = median([run["import_s"] for run in result["peer"]])
            starts.append(["reading the network, or importing PyTorch, and the first batch, s", f"{own:.3f}",
                           f"{other:.2f} (import {imports:.2f})", f"{own / other:.3f}", "–", "reported"])
    return tables.markdown(["work", "Synfire", "PyTorch", "ratio", "bar", ""], lines + starts), failed


def convolutions():
    """A table of single convolutions of one core beside the most that it makes."""
    found = json.loads(call([SYNFIRE, "bench", "convolution", "--json"]))
    lines = []
    for timing in found["convolutions"]:
        ways = {way["name"]: f"{way['rate'] / 1e9:.0f} ({way['share']:.0%})" for way in timing["ways"]}
        lines.append([timing["shape"]["name"], *ways.values()])
    header = ["convolution", *(way["name"] + ", GFLOP/s" for way in found["convolutions"][0]["ways"])]
    return tables.markdown(header, lines) + f"\n\nThe most that a core makes: {found['peak'] / 1e9:.1f} GFLOP/s; oneDNN {found['library']}."


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--out", default=str(ROOT / "runs/dense.json"))
    parser.add_argument("--write")
    chosen = parser.parse_args()
    if chosen.list:
        print("\n".join(f"{row.name}: {row.work}" for row in ROWS))
        return
    names = chosen.rows.split(",") if chosen.rows else [row.name for row in ROWS]
    unknown = [name for name in names if name not in {row.name for row in ROWS}]
    if unknown:
        parser.error(f"there is no row '{unknown[0]}'; there are {', '.join(row.name for row in ROWS)}")
    facts = machine()
    warn_if_busy(facts)
    results = []
    for row in (row for row in ROWS if row.name in names):
        try:
            results.append((row, measure(row, 1 if chosen.quick else chosen.rounds, chosen.workers, chosen.quick)))
        except (Failed, Skipped) as error:
            say(f"{row.name}: {error}")
            results.append((row, {"row": row.name, "error": str(error).splitlines()[0], "skipped": isinstance(error, Skipped)}))
    peers = {run["peer"] for _, result in results for run in result.get("peer", [])}
    text, failed = table(results)
    text += (f"\n\n{facts['date']}, {facts['processor']}, {chosen.workers} workers and threads, "
             f"{' and '.join(sorted(peers)) or 'no peer'}, Synfire {facts['synfire']}, load {facts['load_at_start']} at the start")
    print(text)
    out = pathlib.Path(chosen.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"machine": facts, "rows": [result for _, result in results]}, indent=1), encoding="utf-8")
    if chosen.write:
        tables.replace(chosen.write, "dense.py", text)
        tables.replace(chosen.write, "convolution", convolutions())
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
