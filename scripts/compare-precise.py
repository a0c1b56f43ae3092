"""Spike times of single neurons in continuous time beside those of NEST's precise models.

usage: compare-precise.py [--nest] [--neurons N] [--write PAGE.md]

Builds the neurons of Tests/SimulationTests/Reference/nest_precise.json (four of each of iaf_psc_delta_ps, iaf_psc_exp_ps,
iaf_psc_exp_ps_lossless and iaf_psc_alpha_ps, with excitatory and inhibitory spikes off the grid) as a description in YAML, runs it with
--engine event, and prints for each model the largest difference of a spike time from what NEST gave with steps of 0.001 ms.

With --nest it also runs NEST with steps of 0.1 ms: N other neurons of each model (40) with parameters from the same table, t_ref and
delays in whole steps. A neuron is compared up to the first spike that only one of both has, and it is told which of both that is. NEST
looks for crossings at the ends of steps and at inputs, except in iaf_psc_exp_ps_lossless, and sometimes gives a neuron up: its search
for the time of a crossing ends with "numerical instability".

Needs numpy and h5py, with --nest NEST 3 too: Benchmarks/peers.sh nest has all of them. --write puts the tables into a page, between the
comments `<!-- compare-precise.py: begin -->` and `<!-- compare-precise.py: end -->`. SYNFIRE_COMMAND names another command than
.build/release/synfire.
"""
import argparse
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np

import tables

ROOT = pathlib.Path(__file__).resolve().parent.parent
SYNFIRE = os.environ.get("SYNFIRE_COMMAND", str(ROOT / ".build/release/synfire"))
REFERENCE = ROOT / "Tests/SimulationTests/Reference/nest_precise.json"
OURS = {"iaf_psc_delta_ps": "lif_curr_delta", "iaf_psc_exp_ps": "lif_curr_exp", "iaf_psc_exp_ps_lossless": "lif_curr_exp",
        "iaf_psc_alpha_ps": "lif_curr_alpha"}
NAMES = {"tau_m": "tau_m", "C_m": "c_m", "E_L": "e_l", "t_ref": "t_ref", "V_th": "v_threshold", "V_reset": "v_reset", "I_e": "i_e",
         "tau_syn_ex": "tau_syn_ex", "tau_syn_in": "tau_syn_in"}
COARSE, DURATION, SEED = 0.1, 1500.0, 20261128


def description(cases):
    """All neurons in one network; each weight of each has a source of its own."""
    populations, projections = [], []
    for number, case in enumerate(cases):
        values = ", ".join(f"{NAMES[name]}: {value!r}" for name, value in case["parameters"].items())
        populations.append(f"  n{number}: {{size: 1, model: {OURS[case['model']]}, parameters: {{{values}}}, "
                           f"initial: {{v: {case['v']!r}}}}}")
        for kind, receptor in (("exc", "excitatory"), ("inh", "inhibitory")):
            train = case[kind]
            for index, weight in enumerate(sorted(set(train["weights"]))):
                times = [t for t, w in zip(train["times"], train["weights"]) if w == weight]
                source = f"s{number}{kind}{index}"
                populations.append(f"  {source}: {{size: 1, model: spike_source_array, tables: {{spike_times: "
                                   f"[{', '.join(map(repr, times))}]}}}}")
                projections.append(
                    f"  {source}: {{from: {source}, to: n{number}, connect: all_to_all, weight: {weight!r}, delay: {train['delay']!r}, "
                    f"receptor: {'input' if case['model'] == 'iaf_psc_delta_ps' else receptor}}}")
    return "\n".join(["network: precise", "populations:", *populations, "projections:", *projections, ""])


def simulated(cases, duration):
    """The spikes of each neuron in continuous time."""
    with tempfile.TemporaryDirectory() as folder:
        path, out = pathlib.Path(folder) / "precise.yaml", pathlib.Path(folder) / "precise.h5"
        path.write_text(description(cases), encoding="utf-8")
        words = [SYNFIRE, "simulate", str(path), "--engine", "event", "--time", f"{duration!r}ms", "--record",
                 ",".join(f"spikes:n{number}" for number in range(len(cases))), "--out", str(out), "--json"]
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode:
            raise ValueError(done.stderr.strip())
        with h5py.File(out) as file:
            return [np.sort(file[f"spikes/n{number}/timestamps"][:]) for number in range(len(cases))]


def fine():
    """Against the stored times."""
    stored = json.loads(REFERENCE.read_text(encoding="utf-8"))
    trains = simulated(stored["cases"], stored["duration"])
    rows = []
    for model in OURS:
        spikes, missing, worst = 0, 0, 0.0
        for case, train in zip(stored["cases"], trains):
            if case["model"] != model:
                continue
            spikes += len(case["spikes"])
            missing += abs(len(train) - len(case["spikes"]))
            count = min(len(train), len(case["spikes"]))
            worst = max(worst, float(np.abs(train[:count] - case["spikes"][:count]).max()))
        rows.append([f"`{model}`", f"`{OURS[model]}`", spikes, missing, f"{worst:.1e}"])
    return (tables.markdown(["NEST", "Synfire", "Spikes", "Of one of both only", "Largest difference, ms"], rows)
            + f"\n\nNEST {stored['nest']} with steps of {stored['resolution']} ms.")


def drawn(rng, model, index):
    """A neuron from the table of make_nest_precise.py, with t_ref in steps of 0.1 ms."""
    kind = index % 4
    parameters = {"tau_m": (10.0, 20.0, 15.3, 2.5)[kind], "C_m": (250.0, 200.0, 317.5, 100.0)[kind],
                  "E_L": (-70.0, 0.0, -65.0, -60.0)[kind], "t_ref": (2.0, 1.7, 3.1, 1.0)[kind]}
    parameters["V_th"] = parameters["E_L"] + (15.0, 20.0, 12.5, 4.0)[kind]
    parameters["V_reset"] = parameters["E_L"] + (0.0, 10.0, -4.0, 0.0)[kind]
    parameters["I_e"] = (13.0, 21.0, 13.0, 2.0)[kind] * parameters["C_m"] / parameters["tau_m"]
    scale = (1.0, 1.0, 1.0, 0.5)[kind]
    weights = {"exc": scale * np.array([1.5, 2.25, 3.0, 4.5]), "inh": scale * np.array([-2.0, -3.25, -4.0, -6.5])}
    if model != "iaf_psc_delta_ps":
        parameters["tau_syn_ex"] = (0.5, 2.0, 1.3, 0.2)[kind]
        parameters["tau_syn_in"] = parameters["tau_syn_ex"] if model.endswith("lossless") else (0.5, 5.0, 0.4, 0.3)[kind]
        charge = np.e if model == "iaf_psc_alpha_ps" else 1.0
        for name, tau in (("exc", "tau_syn_ex"), ("inh", "tau_syn_in")):
            weights[name] = np.round(weights[name] * parameters["C_m"] / (parameters[tau] * charge))
    case = {"model": model, "parameters": parameters, "v": parameters["E_L"] + (0.0, 7.3, 11.1, 1.0)[kind]}
    for name, count in (("exc", (500, 500, 500, 900)[kind]), ("inh", (160, 160, 160, 400)[kind])):
        case[name] = {"times": [float(t) for t in np.sort(rng.uniform(0.5, DURATION - 5, count))],
                      "weights": [float(w) for w in rng.choice(weights[name], count)], "delay": float(rng.integers(1, 30)) / 10}
    return case


def in_nest(cases):
    """NEST's version, and the spikes of each neuron; None where NEST gives the neuron up."""
    import nest
    nest.verbosity = nest.VerbosityLevel.ERROR
    trains = []
    for case in cases:
        nest.ResetKernel()
        nest.resolution = COARSE
        neuron = nest.Create(case["model"], params={**case["parameters"], "V_m": case["v"]})
        for kind in ("exc", "inh"):
            generator = nest.Create("spike_generator", params={
                "precise_times": True, "spike_times": case[kind]["times"], "spike_weights": case[kind]["weights"]})
            nest.Connect(generator, neuron, syn_spec={"delay": case[kind]["delay"], "weight": 1.0})
        recorder = nest.Create("spike_recorder")
        nest.Connect(neuron, recorder)
        try:
            nest.Simulate(DURATION)
        except nest.NESTError as error:
            if "numerical instability" not in str(error):
                raise ValueError(f"NEST: {error}") from error
            trains.append(None)
            continue
        trains.append(np.sort(recorder.events["times"]))
    return nest.__version__, trains


def coarse(count):
    """Against NEST with steps of 0.1 ms."""
    rng = np.random.default_rng(SEED)
    cases = [drawn(rng, model, index) for model in OURS for index in range(count)]
    ours = simulated(cases, DURATION)
    version, theirs = in_nest(cases)
    rows = []
    for model in OURS:
        compared, worst, missed, extra, failed = 0, 0.0, 0, 0, 0
        for case, a, b in zip(cases, ours, theirs):
            if case["model"] != model:
                continue
            if b is None:
                failed += 1
                continue
            a, b = a[a < DURATION - 2], b[b < DURATION - 2]
            length = min(len(a), len(b))
            different = np.abs(a[:length] - b[:length]) > 1e-3
            first = int(np.argmax(different)) if different.any() else length
            compared += first
            if first:
                worst = max(worst, float(np.abs(a[:first] - b[:first]).max()))
            if first < max(len(a), len(b)):
                is_ours = first >= len(b) or first < len(a) and a[first] < b[first]
                missed, extra = missed + is_ours, extra + (not is_ours)
        rows.append([f"`{model}`", count, compared, f"{worst:.1e}", missed, extra, failed])
    header = ["NEST", "Neurons", "Spikes compared", "Largest difference, ms", "Neurons with a spike that NEST misses",
              "that Synfire misses", "given up by NEST"]
    return (tables.markdown(header, rows)
            + f"\n\nNEST {version} with steps of {COARSE} ms, {DURATION / 1000:g} s, a neuron up to its first miss.")


def main():
    parser = argparse.ArgumentParser(prog="compare-precise.py", description="Beside NEST's precise models: see the script's head.")
    parser.add_argument("--nest", action="store_true")
    parser.add_argument("--neurons", type=int, default=40)
    parser.add_argument("--write", type=pathlib.Path)
    options = parser.parse_args()
    text = fine()
    if options.nest:
        text += "\n\n" + coarse(options.neurons)
    text += f" {datetime.date.today().isoformat()}."
    print(text)
    if options.write:
        tables.replace(options.write, "compare-precise.py", text)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ValueError, KeyError, OSError) as error:
        sys.exit(f"compare-precise.py: {error}")
