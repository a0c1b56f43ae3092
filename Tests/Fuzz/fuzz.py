#!/usr/bin/env python3
"""Gives mutated files of every format to the command, and counts how it takes them.

    Tests/Fuzz/fuzz.py [--count 10000] [--seed 1] [--synfire .build/release/synfire] [--only READER,…|READER:INDEX]

Each run has 10 s of processor time and 1 GiB of memory, and ends in a result or in one sentence. A signal, a limit that is
reached, several lines, a pointer or a control character in what is said are faults: the file and what was run are kept in
`.build/fuzz`, and the status is 1. Case INDEX of a reader depends on the seed, the reader and INDEX alone.
"""
import argparse, os, random, re, shutil, sys, tempfile, threading, zlib
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SECONDS, MEMORY = 10, 1 << 30
POINTER, CONTROL = re.compile(r"0x[0-9a-fA-F]{9,}"), re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
OUTCOMES = ["accepted", "refused", "crash", "hang", "memory", "message"]


class Reader:
    """Files of one format, how they are mutated, and the commands that read them (`X` stands for the file)."""

    def __init__(self, name, share, mutation, *uses):
        self.name, self.share, self.mutation, self.uses = name, share, mutation, uses


def readers(m):
    evaluate, plots = "evaluate model.h5 --data ./X", ["raster", "rate", "trace", "isi", "activity", "rates"]
    traces = ["inspect X", *[f"plot X --kind {kind} --out o.svg" for kind in plots]]
    shown = ["inspect X", "simulate X --data ./table.csv:2 --time 8ms", "simulate X --data ./table.csv:2 --time 8ms --engine clock"]
    mnist, pictures = ["evaluate flat28.h5 --data mnist:test --data-dir mnist", "inspect X"], ["evaluate flat8.h5 --data ./pictures@8x8"]
    return [
        Reader("models", 1500, m.hdf5, ("model.h5", ["evaluate X --data ./table.csv:6", "inspect X", "plot X --kind filters --out o.svg", "plot X --kind curves --out o.svg",
                                                     "convert X --calibrate ./table.csv:9 --diagnostic-images 2 --out o.nir"])),
        Reader("checkpoints", 700, m.hdf5, ("kept.h5.checkpoint", ["inspect X", "evaluate X --data ./table.csv:6", "plot X --kind curves --out o.svg",
                                                                   "train model.yaml --data ./table.csv --epochs 1 --resume X --out o.h5"])),
        Reader("traces", 1500, m.hdf5, ("traces.h5", traces), ("trials.h5", traces), ("sonata.h5", traces)),
        Reader("nir", 1400, m.hdf5, ("spiking.nir", shown), ("foreign.nir", shown), ("camera.nir", ["inspect X", "simulate X --events events.bin"])),
        Reader("synapses", 500, m.hdf5, ("built.h5", ["inspect X", "simulate network.yaml --network-file X --time 2ms"])),
        Reader("samples", 1000, m.hdf5, ("features.h5", [evaluate, "inspect X"]), ("images.h5", ["evaluate flat28.h5 --data ./X", "inspect X"])),
        Reader("events-hdf5", 400, m.hdf5, ("events.h5", ["simulate camera.nir --events X"])),
        Reader("events", 500, m.binary, ("events.bin", ["simulate camera.nir --events X --time 10ms"]), ("events.aedat", ["simulate camera.nir --events X --time 10ms"])),
        Reader("network-yaml", 700, m.text, ("network.yaml", ["inspect X", "simulate X --time 2ms", "simulate X --time 2ms --engine event"])),
        Reader("model-yaml", 600, m.text, ("model.yaml", ["inspect X", "train X --data ./table.csv --epochs 1 --out o.h5"])),
        Reader("csv", 400, m.text, ("table.csv", [evaluate])),
        Reader("csv-gz", 150, m.zipped(m.text), ("table.csv.gz", [evaluate])),
        Reader("idx", 150, m.binary, ("mnist/t10k-images-idx3-ubyte", mnist), ("mnist/t10k-labels-idx1-ubyte", mnist)),
        Reader("idx-gz", 100, m.zipped(m.binary), ("t10k-images-idx3-ubyte.gz", ["inspect X"]), ("t10k-labels-idx1-ubyte.gz", ["inspect X"])),
        Reader("cifar", 100, m.binary, ("cifar-10-batches-bin/test_batch.bin", ["evaluate flat32.h5 --data cifar-10:test --data-dir ."]),
               ("cifar-10-batches-bin/batches.meta.txt", ["evaluate flat32.h5 --data cifar-10:test --data-dir ."])),
        Reader("png", 150, m.png, ("pictures/a/0.png", pictures)),
        Reader("jpeg", 150, m.jpeg, ("pictures/a/smooth-420.jpg", pictures), ("pictures/a/progressive.jpg", pictures)),
    ]


def mutate(name, data, rng, path):
    """Writes a mutated file for a reader, and returns what is left of the random numbers.

    In a process of its own: h5py keeps memory, and the memory of whoever starts a command counts as the command's.
    """
    import mutators
    mutation = next(reader.mutation for reader in readers(mutators) if reader.name == name)
    with open(path, "wb") as file: file.write(data if mutation is mutators.hdf5 else mutation(data, rng))
    if mutation is mutators.hdf5: mutation(data, rng, path)
    return rng


def run(synfire, words, folder, is_sanitized):
    """How a command ends, and what it says. The address sanitizer needs terabytes of addresses, so that memory is not limited with it."""
    out, err = os.path.join(folder, ".out"), os.path.join(folder, ".err")
    limit = "" if is_sanitized else f"ulimit -v {3 * MEMORY // 1024};"
    shell = f'ulimit -t {SECONDS}; {limit} ulimit -f 200000; exec "$0" "$@" >.out 2>.err </dev/null'
    environment = dict(os.environ, SWIFT_BACKTRACE="enable=no", HDF5_PLUGIN_PATH="/nonexistent", LC_ALL="C.UTF-8")
    pid = os.posix_spawn("/bin/sh", ["/bin/sh", "-c", f"cd '{folder}' && {shell}", synfire, *words], environment)
    killed = []
    # Whoever waits for something uses no processor time.
    watch = threading.Timer(6 * SECONDS, lambda: (killed.append(1), os.kill(pid, 9)))
    watch.start()
    _, status, usage = os.wait4(pid, 0)
    watch.cancel()
    said = []
    for path in (out, err):
        with open(path, "rb") as file: said.append(file.read(1 << 20).decode("utf-8", "replace"))
    code = os.waitstatus_to_exitcode(status)
    spent = usage.ru_utime + usage.ru_stime
    if killed or spent >= 0.9 * SECONDS or code in (-9, -24): return "hang", said, f"{spent:.1f} s"
    if code < 0 or code > 128: return "crash", said, f"status {code}"
    if usage.ru_maxrss * 1024 > MEMORY and not is_sanitized: return "memory", said, f"{usage.ru_maxrss >> 10} MiB"
    everything = said[0] + said[1]
    if POINTER.search(everything) or CONTROL.search(everything): return "message", said, "a pointer or control character"
    if code == 0: return "accepted", said, ""
    lines = said[1].strip("\n").split("\n")
    if len(lines) != 1 or not lines[0].startswith(("synfire: ", '{"error":')) or len(lines[0]) > 2000: return "message", said, f"{len(lines)} lines"
    return "refused", said, ""


class Fuzz:
    def __init__(self, options, seeds):
        self.options, self.seeds = options, seeds
        self.writers = ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn"), max_tasks_per_child=200)
        self.free, self.lock = [], threading.Lock()
        self.counts, self.faults = {}, []

    def folder(self):
        """A folder of one run at a time, with links to all seeds."""
        with self.lock:
            if self.free: return self.free.pop()
        path = tempfile.mkdtemp(prefix="run-", dir=os.path.dirname(self.seeds))
        for name in os.listdir(self.seeds): os.symlink(os.path.join(self.seeds, name), os.path.join(path, name))
        return path

    def case(self, reader, index):
        rng = random.Random(zlib.crc32(f"{self.options.seed} {reader.name} {index}".encode()))
        if index < 0:
            name, command = [(name, command) for name, commands in reader.uses for command in commands][-1 - index]
        else:
            name, commands = reader.uses[index % len(reader.uses)]
            command = commands[index // len(reader.uses) % len(commands)]
        words = command.split()
        folder = self.folder()
        parts = name.split("/")
        top = os.path.join(folder, parts[0])
        # The mutated file takes the place of its link; what lies beside it in a folder is copied.
        os.unlink(top) if os.path.lexists(top) else None
        source = os.path.join(self.seeds, parts[-1] if not os.path.exists(os.path.join(self.seeds, name)) else name)
        if len(parts) > 1: shutil.copytree(os.path.join(self.seeds, parts[0]), top)
        path = os.path.join(folder, name)
        with open(source, "rb") as file: data = file.read()
        if index < 0:
            shutil.copy(source, path)
        else:
            rng = self.writers.submit(mutate, reader.name, data, rng, path).result()
        if words[0] == "evaluate" and "--json" not in words: words.append("--json") if rng.random() < 0.3 else None
        words = [word.replace("X", name) if word in ("X", "./X") else word for word in words]
        if words[0] in ("evaluate", "simulate", "train", "convert"): words += ["--workers", "1"]
        outcome, said, why = run(self.options.synfire, words, folder, self.options.sanitized)
        with self.lock:
            row = self.counts.setdefault(reader.name, dict.fromkeys(OUTCOMES, 0))
            row[outcome] += 1
            if outcome not in ("accepted", "refused") or index < 0 and outcome == "refused":
                kept = os.path.join(ROOT, ".build", "fuzz", f"{reader.name}-{index}-{parts[-1]}")
                os.makedirs(os.path.dirname(kept), exist_ok=True)
                shutil.copy(path, kept)
                self.faults.append((reader.name, index, outcome, why, " ".join(words), said[1][:300] or said[0][:300]))
        if self.options.verbose: print(reader.name, index, outcome, why, words, said[1][:300], file=sys.stderr)
        shutil.rmtree(top) if len(parts) > 1 else os.unlink(path)
        if len(parts) == 1 or os.path.exists(os.path.join(self.seeds, parts[0])): os.symlink(os.path.join(self.seeds, parts[0]), top)
        for left in os.listdir(folder):
            if left.startswith(("o.", ".o.")): os.unlink(os.path.join(folder, left))
        with self.lock: self.free.append(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--synfire", default=os.path.join(ROOT, ".build", "release", "synfire"))
    parser.add_argument("--only", help="readers, separated by commas, or READER:INDEX")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--sanitized", action="store_true", help="the command is built with the address sanitizer")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    options.synfire = os.path.abspath(options.synfire)
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    sys.dont_write_bytecode = True
    import mutators, seeds
    with tempfile.TemporaryDirectory(prefix="synfire-fuzz-") as folder:
        place = os.path.join(folder, "seeds")
        os.mkdir(place)
        seeds.make(place, options.synfire, ROOT)
        fuzz, cases = Fuzz(options, place), []
        names, _, index = (options.only or "").partition(":")
        known = readers(mutators)
        for name in filter(None, names.split(",")):
            if name not in [reader.name for reader in known]:
                raise SystemExit(f"no reader '{name}'; there are {', '.join(reader.name for reader in known)}")
        chosen = [reader for reader in known if not names or reader.name in names.split(",")]
        for reader in chosen:
            share = max(1, round(reader.share * options.count / sum(reader.share for reader in chosen)))
            # Indices below 0 are the files as they are, each with each command: those must be accepted.
            whole = [-number for number in range(1, 1 + sum(len(commands) for _, commands in reader.uses))]
            cases += [(reader, int(index))] if index else [(reader, number) for number in whole + list(range(share))]
        with ThreadPoolExecutor(options.jobs) as pool:
            for _ in pool.map(lambda case: fuzz.case(*case), cases): pass
    print(f"seed {options.seed}")
    print(f"{'reader':<14}{'inputs':>8}{'clean':>8}" + "".join(f"{name:>10}" for name in OUTCOMES))
    total = dict.fromkeys(OUTCOMES, 0)
    for name, row in [*fuzz.counts.items(), ("all", total)]:
        if row is not total:
            for key, value in row.items(): total[key] += value
        print(f"{name:<14}{sum(row.values()):>8}{row['accepted'] + row['refused']:>8}" + "".join(f"{row[key]:>10}" for key in OUTCOMES))
    for name, index, outcome, why, words, said in sorted(fuzz.faults):
        print(f"{outcome} ({why}): {name}:{index}: synfire {words}\n    {said.strip()!r}", file=sys.stderr)
    sys.exit(1 if fuzz.faults else 0)


if __name__ == "__main__":
    main()
