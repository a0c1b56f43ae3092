"""What the benchmarks share: runs of Synfire and of peers, each told as one dictionary, and facts about the machine.

A run is told by these keys: `side`, `seed`, `command`, `run_s` (wall time of the simulation, without warming up), `build_s`,
`spikes`, `neurons`, `synapses`, `rates` (spikes/s a neuron, by population), `counts` (spikes by population, where known),
`peak_gib`.
"""
import datetime
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SYNFIRE = os.environ.get("SYNFIRE_COMMAND", str(ROOT / ".build/release/synfire"))


class Skipped(Exception):
    """A measurement that cannot be made here, with the reason."""


class Failed(Exception):
    """A run that failed, with what it said."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def spelled(command):
    """A command as it is shown: files of this repository from its root."""
    return " ".join(map(str, command)).replace(SYNFIRE, "synfire", 1).replace(f"{ROOT}/", "")


def call(command, limit_s=3600):
    """What a command prints; Failed, with the end of its stderr, if it fails."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=limit_s)
    except FileNotFoundError as error:
        raise Failed(f"{words[0]}: there is no such command (make build?)") from error
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{spelled(words)}: did not end within {limit_s} s") from error
    if done.returncode != 0:
        end = "\n".join(done.stderr.strip().splitlines()[-15:]) or "it said nothing"
        raise Failed(f"{spelled(words)}: ended with {done.returncode}: {end}")
    return done.stdout


def last_json(text, command):
    """The last line that is a JSON object: NEST prints a banner before it."""
    for line in reversed(text.splitlines()):
        if line.startswith("{"):
            return json.loads(line)
    raise Failed(f"{spelled(command)}: printed no line of JSON")


def synfire(network, milliseconds, seed, workers, settings=(), warm_up=0, out=None, options=()):
    """One run of models/NETWORK; with `out` every spike is recorded into that file."""
    command = [SYNFIRE, "simulate", f"models/{network}/{network}.yaml", "--time", f"{milliseconds:g}ms", "--seed", seed,
               "--workers", workers, "--json"]
    for setting in settings:
        command += ["--set", setting]
    if warm_up:
        command += ["--warm-up", f"{warm_up:g}ms"]
    command += ["--out", out, "--force"] if out else ["--record", "none"]
    command += options
    say(f"  {spelled(command)}")
    result = json.loads(call(command))
    missing = {"runSeconds", "buildSeconds", "peakMemory", "synapseMemory", "populations"} - set(result)
    if missing:
        raise Failed(f"{spelled(command)}: its JSON lacks {', '.join(sorted(missing))}; is {SYNFIRE} of this version?")
    run = {"side": "Synfire", "seed": seed, "command": spelled(command), "run_s": result["runSeconds"],
           "build_s": result["buildSeconds"], "spikes": result["spikes"], "neurons": result["neurons"],
           "synapses": result["synapses"], "rates": {p["name"]: round(p["rate"], 3) for p in result["populations"]},
           "counts": {p["name"]: p["spikes"] for p in result["populations"]},
           "peak_gib": result["peakMemory"] / 2**30, "synapse_gib": result["synapseMemory"] / 2**30}
    if "profile" in result:
        run["profile"] = result["profile"]
    return run


def python_of(environment):
    """The interpreter of peers.sh, which makes the environment if there is none; Skipped where it cannot."""
    try:
        return call([ROOT / "Benchmarks/peers.sh", environment]).strip().splitlines()[-1]
    except Failed as error:
        raise Skipped(f"the environment '{environment}' could not be made: {str(error).splitlines()[-1]}") from error


def peer(environment, script, *arguments):
    """One run of a script of Benchmarks/peers in its environment: the dictionary that it prints."""
    command = [python_of(environment), ROOT / "Benchmarks/peers" / script, *arguments]
    shown = " ".join([f"Benchmarks/peers/{script}", *map(str, arguments)])
    say(f"  {shown}")
    result = last_json(call(command), command)
    rates = result.get("rates") or {name: result[name]["rate"] for name in ("exc", "inh")}
    run = {"side": result["simulator"], "command": shown, "rates": rates}
    told = ("seed", "run_s", "build_s", "compile_s", "spikes", "neurons", "synapses", "counts", "peak_gib")
    run.update({key: result[key] for key in told if result.get(key) is not None})
    return run


def available_gib():
    """Memory that is free for a run, or None where that is not known."""
    try:
        lines = pathlib.Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 2**20 for line in lines if line.startswith("MemAvailable")), None)


def require_memory(gib, whom):
    free = available_gib()
    if free is not None and free < gib:
        raise Skipped(f"{whom} needs {gib:g} GiB of free memory, and {free:.1f} GiB are free")


def require_disk(folder, gib):
    free = shutil.disk_usage(folder).free / 2**30
    if free < gib:
        raise Skipped(f"needs {gib:g} GiB of free disk in {folder}, and {free:.1f} GiB are free")


def machine():
    """What goes with a figure: the processor, the number of cores, how busy they were, and the version."""
    model = platform.processor() or platform.machine()
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    except OSError:
        pass
    return {"date": datetime.date.today().isoformat(), "processor": model, "cores": os.cpu_count(),
            "load_at_start": round(os.getloadavg()[0], 2), "cpu": os.environ.get("SYNFIRE_CPU", "default"),
            "synfire": call([SYNFIRE, "--version"]).strip()}


def warn_if_busy(facts):
    if facts["load_at_start"] > 0.5:
        say(f"note: other work is running (load {facts['load_at_start']}); figures of single runs may differ by a factor of two")


def median(values):
    return statistics.median(values)


def spread(values, places=3):
    """The median, with the least and the greatest in brackets where there are several."""
    values = list(values)
    middle = f"{median(values):.{places}f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.{places}f}–{max(values):.{places}f})"
