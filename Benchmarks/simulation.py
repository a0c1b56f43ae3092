"""How fast networks are simulated: Synfire beside other simulators, the same work on the same machine, in turn.

usage: simulation.py [--rows NAME,NAME...] [--rounds N] [--peer-rounds N] [--no-peers] [--quick] [--profile]
                     [--out FILE.json] [--add] [--write PAGE.md]

Prints a table in Markdown: of each row medians over its rounds, with the least and the greatest in brackets. All single runs go
into --out (runs/simulation.json); with --add the rows that are in that file from earlier runs stay, and the table has them too.
--write puts the table into a page, between the comments `<!-- simulation.py: begin -->` and `<!-- simulation.py: end -->`.

  --rows         which rows; all of them unless said. --list names them
  --rounds       how often Synfire and peer take turns, in place of the row's own number (3 to 7)
  --peer-rounds  how often the peer takes part; once where NEST simulates the full microcircuit (8 minutes a run), unless said
  --no-peers     Synfire alone
  --quick        tiny networks and times, one round, bars not judged: whether the script works, not how fast anything is
  --profile      one more run of each row, not counted, that says where the time went

Every round has a seed of its own, the same for all sides. The time is that of the run: without making synapses, without
compiling, and without the part before (--warm-up) where the row has one. Where a row says so, both sides record every spike,
Synfire into a file of traces. A synaptic event is a spike that reaches one target: spikes times the mean out-degree of their
population.

A peer that cannot be installed or that needs more memory than is free is skipped, and the table says why. If a run fails, the
others go on, and the script ends with 1. SYNFIRE_COMMAND names another command than .build/release/synfire; SYNFIRE_AURYN names
Auryn's sim_coba_benchmark, which no package registry has; Benchmarks/peers.sh says which environments Brian2 and NEST are in.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import sys
import tempfile
import time
from typing import Callable

from measure import (ROOT, Failed, Skipped, call, machine, median, peer, require_disk, require_memory, say, spelled, spread,
                     synfire, warn_if_busy)

sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "Benchmarks/peers")]
import microcircuit  # noqa: E402
import tables  # noqa: E402

AURYN_EARLIER = "2.34 s (median of 8) were measured earlier on this kind of machine, with Auryn 0.8.4"


@dataclasses.dataclass(frozen=True)
class Side:
    """One of the two that take turns: its name, and what makes a run from a seed, a folder and further options."""
    name: str
    run: Callable
    is_peer: bool = False


@dataclasses.dataclass(frozen=True)
class Bar:
    """What is asked of a row: a key of its summary, the limit, the unit, and whether the limit is the least."""
    key: str
    limit: float
    unit: str
    at_least: bool = False

    def text(self, value):
        if value is None:
            return f"{self.key}: no figure"
        sign = "≥" if self.at_least else "≤"
        met = value >= self.limit if self.at_least else value <= self.limit
        return f"{self.key} {sign} {self.limit:g}{self.unit and ' ' + self.unit}: {value:.3g}, {'met' if met else 'missed'}"


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    work: str
    sides: list
    bars: list
    rounds: int = 5
    peer_rounds: int = 0          # 0: as many as rounds
    first_seed: int = 1
    measure: str = "run_s"        # what is compared
    meaning: str = "ratio"        # ratio: second over first; cost: the same less 1, in %; events: first over second, an event
    same_spikes: bool = False     # the two sides must have the same spikes
    least_rate: float = 0.0       # a run with fewer spikes/s a neuron has died out, and the next seed takes its place
    events: Callable = lambda run: run["spikes"] * run["synapses"] / run["neurons"]
    prepare: Callable = None      # once before the rounds, from the folder; tells a note
    note: str = ""


def layered_events(scale):
    degrees = microcircuit.out_degrees(scale)
    return lambda run: sum(count * degrees[layer] for layer, count in run["counts"].items())


def nest(script, gib, *arguments):
    """A run of a script of NEST's; `seed` among the arguments stands for the seed."""
    def run(seed, folder, options=()):
        require_memory(gib, "NEST")
        return peer("nest", script, *[seed if word == "seed" else word for word in arguments])
    return Side("NEST 3.10", run, is_peer=True)


def brian2(network, seconds, threads, *more):
    def run(seed, folder, options=()):
        return peer("brian2", "brian2_balanced.py", network, seconds, threads, seed, *more)
    return Side("Brian2 2.9", run, is_peer=True)


def brian2_sparse(seconds, threads, neurons):
    def run(seed, folder, options=()):
        return peer("brian2", "brian2_sparse.py", seconds, threads, seed, neurons)
    return Side("Brian2 2.9", run, is_peer=True)


def auryn(seconds):
    def run(seed, folder, options=()):
        binary = os.environ.get("SYNFIRE_AURYN")
        if not binary:
            raise Skipped("no package registry has Auryn, and SYNFIRE_AURYN does not name its sim_coba_benchmark; "
                          + AURYN_EARLIER)
        command = [pathlib.Path(binary).resolve(), "--fast", "--simtime", seconds, "--dir", folder]
        say(f"  {spelled(command)}")
        started = time.perf_counter()
        call(command)
        whole = time.perf_counter() - started
        elapsed = float((pathlib.Path(folder) / "elapsed.dat").read_text())
        # It takes no seed and, with --fast, tells no rates. Its clock is checked against ours.
        if not 0 < elapsed <= whole:
            raise Failed(f"Auryn says that it ran for {elapsed} s, of {whole:.2f} s in all")
        return {"side": "Auryn", "seed": seed, "command": f"sim_coba_benchmark --fast --simtime {seconds}", "run_s": elapsed,
                "build_s": whole - elapsed, "rates": {}}
    return Side("Auryn 0.8.4", run, is_peer=True)


def ours(name, network, milliseconds, workers, settings=(), warm_up=0, record=True, options=None, gib=0.0):
    """A run of Synfire; `options` makes further ones from the folder."""
    def run(seed, folder, more=()):
        require_memory(gib, "Synfire")
        traces = f"{folder}/traces.h5" if record else None
        chosen = [*(options(folder) if options else ()), *more]
        return synfire(network, milliseconds, seed, workers, settings, warm_up, traces, chosen)
    return Side(name, run)


def all_rows(quick):
    """The rows, or tiny versions of them."""
    def q(normal, tiny):
        return tiny if quick else normal

    def scaled(part):
        return () if part == 1 else (f"n_scaling={part}", f"k_scaling={part}")

    full, fifth, ms, before = q(1, 0.05), q(0.2, 0.05), q(1000, 20), q(100, 10)
    synfire_gib = q(3.5, 0)
    cuba_s, many, p_many = q(10, 0.1), q(100000, 8000), q(0.0008, 0.01)
    hpc_k, hpc_ms = q(1, 0.02), q(300, 10)
    hpc = () if hpc_k == 1 else (f"k_scale={hpc_k}",)
    whole = q("the microcircuit in full, 77,169 neurons and 299 million synapses", "a twentieth of the microcircuit")

    lasting = f"{ms:g} ms after {before:g} ms"

    def columns(drive):
        settings = scaled(full) + (("poisson=0",) if drive == "dc" else ())
        return [ours("Synfire", "microcircuit", ms, 2, settings, before, gib=synfire_gib),
                nest("nest_microcircuit.py", q(15, 0.5), full, 2, ms, drive, "seed", before)]

    order, few = q(2500, 100), q(100000, 2000)
    of_order = () if order == 2500 else (f"order={order}",)
    of_few = () if few == 100000 else (f"n={few}",)

    def by_events(folder):
        return ("--engine", "event")

    def hpc_events(run):
        return run["spikes"] * 11250 * hpc_k

    def saved(folder):
        require_memory(synfire_gib, "Synfire")
        require_disk(folder, q(8, 0.1))
        started = time.perf_counter()
        synfire("microcircuit", before, 55, 2, scaled(full), options=("--save-network", f"{folder}/network.h5"))
        took, size = time.perf_counter() - started, os.path.getsize(f"{folder}/network.h5") / 2**30
        return f"the file has {size:.2f} GiB; making it took {took:.1f} s, with building and {before:g} ms of simulation"

    return [
        Row("microcircuit", f"{whole}, Poisson background, {lasting}, 2 workers or threads, every spike recorded",
            columns("poisson"), [Bar("run", 4, "s"), Bar("memory", 3, "GiB"), Bar("build", 20, "s")], rounds=3, peer_rounds=1,
            first_seed=55, events=layered_events(full)),
        Row("microcircuit-dc", "the same with the constant background", columns("dc"), [Bar("run", 2.2, "s")], rounds=3,
            peer_rounds=1, first_seed=55, events=layered_events(full)),
        Row("microcircuit-0.2", f"{q('a fifth', 'a twentieth')} of the neurons and of the inputs, Poisson background, {lasting}, "
            "2 workers or threads, every spike recorded",
            [ours("Synfire", "microcircuit", ms, 2, scaled(fifth), before),
             nest("nest_microcircuit.py", 1.5, fifth, 2, ms, "poisson", "seed", before)],
            [Bar("run", 0.6, "s")], first_seed=55, events=layered_events(fifth)),
        Row("cuba", f"4,000 neurons, {cuba_s:g} s, 1 worker or thread, every spike recorded",
            [ours("Synfire", "cuba", cuba_s * 1000, 1), brian2("cuba", cuba_s, 1)], [Bar("run", 0.45, "s")], rounds=7),
        Row("coba", f"4,000 neurons, {cuba_s:g} s, 1 worker or thread, every spike recorded",
            [ours("Synfire", "coba", cuba_s * 1000, 1), brian2("coba", cuba_s, 1)], [Bar("run", 0.8, "s")], least_rate=q(10, 0),
            note="A run whose activity dies out (fewer than 10 spikes/s a neuron) is not counted; another seed takes its place."),
        Row("cobahh", f"4,000 Hodgkin–Huxley neurons, {q(1, 0.1):g} s, 1 worker or thread, every spike recorded; Synfire takes "
            "two Runge-Kutta steps, ten in spikes, for each exponential Euler step of Brian2",
            [ours("Synfire", "cobahh", q(1000, 100), 1), brian2("cobahh", q(1, 0.1), 1)], [], rounds=3),
        Row("cuba-100k", f"{many:,} neurons with 80 inputs each, {q(1, 0.1):g} s, 2 workers or threads, every spike recorded",
            [ours("Synfire", "cuba", q(1000, 100), 2, (f"n={many}", f"p={p_many}")), brian2("cuba", q(1, 0.1), 2, many, p_many)],
            [Bar("run", 0.5, "s")]),
        Row("hpc-benchmark", f"11,250 neurons with {11250 * hpc_k:,.0f} inputs each, plastic between excitatory ones, "
            f"{hpc_ms:g} ms, 2 workers or threads, every spike recorded",
            [ours("Synfire", "hpc-benchmark", hpc_ms, 2, hpc, gib=synfire_gib),
             nest("nest_networks.py", q(8, 1), "hpc-benchmark", "seed", 2, hpc_k, hpc_ms)],
            [Bar("ratio", 10, "", at_least=True), Bar("ratio per event", 10, "", at_least=True)], events=hpc_events,
            note="Rates differ between seeds by a factor of two, in both: the time of an event says more than that of the run."),
        Row("hpc-benchmark-static",
            "hpc-benchmark in Synfire with plasticity and without (`--set stdp=0`): the wall time of a synaptic event",
            [ours("Synfire, plastic", "hpc-benchmark", hpc_ms, 2, hpc, gib=synfire_gib),
             ours("Synfire, static", "hpc-benchmark", hpc_ms, 2, (*hpc, "stdp=0"), gib=synfire_gib)],
            [Bar("plastic per static event", 1.5, "")], meaning="events", events=hpc_events),
        Row("vogels-abbott", f"4,000 neurons, conductances, {cuba_s:g} s, 1 worker, nothing recorded",
            [ours("Synfire", "vogels-abbott", cuba_s * 1000, 1, record=False), auryn(cuba_s)], [Bar("run", 1.0, "s")]),
        Row("precise", f"models/brunel-precise in continuous time: {5 * order:,} neurons with {order // 2:,} inputs each, exponential "
            f"currents, {lasting}, 2 workers or threads, every spike recorded",
            [ours("Synfire, events", "brunel-precise", ms, 2, of_order, before, options=by_events),
             nest("nest_precise_brunel.py", q(6, 1), "seed", 2, ms, before, order)],
            [Bar("ratio", 20, "", at_least=True)], peer_rounds=1),
        Row("sparse", f"models/sparse in continuous time: {few:,} neurons with 100 inputs each that spike once a second, {cuba_s:g} s "
            "after 100 ms, 2 workers or threads, every spike recorded",
            [ours("Synfire, events", "sparse", cuba_s * 1000, 2, of_few, 100, options=by_events),
             brian2_sparse(cuba_s, 2, few)],
            [Bar("ratio", 5, "", at_least=True)]),
        Row("sparse-clock", "the same in Synfire by events and in steps of 0.1 ms",
            [ours("Synfire, events", "sparse", cuba_s * 1000, 2, of_few, 100, options=by_events),
             ours("Synfire, steps", "sparse", cuba_s * 1000, 2, of_few, 100)],
            [Bar("ratio", 5, "", at_least=True)]),
        Row("recording", f"{whole}: what recording every spike costs, {lasting}",
            [ours("Synfire, nothing recorded", "microcircuit", ms, 2, scaled(full), before, record=False, gib=synfire_gib),
             ours("Synfire, every spike recorded", "microcircuit", ms, 2, scaled(full), before, gib=synfire_gib)],
            [Bar("cost", 5, "%")], first_seed=55, meaning="cost", same_spikes=True, events=layered_events(full)),
        Row("loading", f"{whole}: built, and read from the file that `--save-network` wrote",
            [ours("Synfire, read", "microcircuit", before, 2, scaled(full), record=False, gib=synfire_gib,
                  options=lambda folder: ("--network-file", f"{folder}/network.h5")),
             ours("Synfire, built", "microcircuit", before, 2, scaled(full), record=False, gib=synfire_gib)],
            [], rounds=3, first_seed=55, measure="build_s", same_spikes=True, events=layered_events(full), prepare=saved,
            note="The file was written just before: it is read from the system's memory as far as that holds it. One seed."),
    ]


def mean_rate(run):
    """Spikes/s a neuron over all of them, from the rates of populations where these are all that is known."""
    return sum(run["rates"].values()) / max(1, len(run["rates"]))


def one_run(row, side, seed, folder, dead):
    """A run that did not die out, from this seed or one of three others; those that did go to `dead`."""
    for candidate in (seed, seed + 1000, seed + 2000, seed + 3000):
        run = side.run(candidate, folder)
        if not row.least_rate or mean_rate(run) >= row.least_rate:
            return run
        say(f"  died out: {mean_rate(run):.2f} spikes/s")
        dead.append(run)
    raise Failed(f"{side.name}: activity died out with seeds {seed}, {seed + 1000}, {seed + 2000} and {seed + 3000}")


def measured(row, options):
    """All runs of a row, and what came between."""
    rounds = options.rounds or (1 if options.quick else row.rounds)
    peer_rounds = options.peer_rounds or row.peer_rounds or rounds
    result = {"work": row.work, "note": row.note, "sides": [side.name for side in row.sides], "runs": [[] for _ in row.sides],
              "skipped": {}, "failed": [], "died_out": []}
    stopped = {index for index, side in enumerate(row.sides) if side.is_peer and options.no_peers}
    result["skipped"] = {row.sides[index].name: "not asked for (--no-peers)" for index in stopped}

    def attempt(index, work):
        """What the work gives; None, and the reason kept, where it is skipped or fails."""
        try:
            return work()
        except Skipped as reason:
            say(f"  skipped: {reason}")
            result["skipped"][row.sides[index].name] = str(reason)
        except Failed as reason:
            say(f"  failed: {reason}")
            result["failed"].append(str(reason))
        stopped.add(index)
        return None

    (ROOT / "runs").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="simulation-", dir=ROOT / "runs") as folder:
        if row.prepare:
            told = attempt(0, lambda: row.prepare(folder))
            if told is None:
                return result
            result["note"] = f"{row.note} Here {told}."
        for number in range(rounds):
            say(f"{row.name}, round {number + 1} of {rounds}")
            seed = row.first_seed + (0 if row.prepare else number)      # what was prepared is of one seed
            for index, side in enumerate(row.sides):
                if index in stopped or (side.is_peer and number >= peer_rounds):
                    continue
                run = attempt(index, lambda: one_run(row, side, seed, folder, result["died_out"]))
                if run:
                    if run.get("spikes"):
                        run["events"] = row.events(run)
                    result["runs"][index].append(run)
            last = [runs[-1] for runs in result["runs"] if len(runs) == number + 1]
            if row.same_spikes and len(last) == 2 and last[0]["counts"] != last[1]["counts"]:
                result["failed"].append(f"{row.name}, seed {seed}: both sides must have the same spikes, and have "
                                        f"{last[0]['counts']} and {last[1]['counts']}")
        if options.profile and 0 not in stopped:
            run = attempt(0, lambda: row.sides[0].run(row.first_seed, folder, ("--profile",)))
            result["profile"] = run and run["profile"]
    result["quick"] = options.quick
    result["summary"] = summary(row, *result["runs"])
    result["bars"] = [bar.text(result["summary"].get(bar.key)) for bar in row.bars]
    return result


def event_ns(run):
    return 1e9 * run["run_s"] / run["events"]


def summary(row, first, second):
    """The figures that bars are about, as far as there are runs for them."""
    figures = {}
    if first:
        figures = {"run": median(run["run_s"] for run in first), "build": median(run["build_s"] for run in first),
                   "memory": max(run["peak_gib"] for run in first)}
    if not (first and second):
        return figures
    have_events = all("events" in run for run in first + second)
    if row.meaning == "cost":
        figures["cost"] = median(100 * (b[row.measure] / a[row.measure] - 1) for a, b in zip(first, second))
    elif row.meaning == "events":
        if have_events:
            figures["plastic per static event"] = median(map(event_ns, first)) / median(map(event_ns, second))
    else:
        figures["ratio"] = median(run[row.measure] for run in second) / median(run[row.measure] for run in first)
        if row.measure == "run_s" and have_events:
            figures["ratio per event"] = median(map(event_ns, second)) / median(map(event_ns, first))
    return figures


def rates(runs):
    """The median of each population's rate, in the order of populations."""
    return ", ".join(f"{median(run['rates'][name] for run in runs):.2f}" for name in runs[0]["rates"]) or "not told"


def table(rows):
    """The rows in Markdown: a line a side, the first with what is compared."""
    lines = []
    for name, row in rows.items():
        figures = row.get("summary", {})
        compared = [f"cost {figures['cost']:.1f} %"] if "cost" in figures else []
        compared += [f"{figures[key]:.2f} {words}".strip() for key, words in (
            ("ratio", ""), ("ratio per event", "an event"), ("plastic per static event", "an event")) if key in figures]
        bars = ["not judged (--quick)"] if row.get("quick") and row.get("bars") else row.get("bars", [])
        for index, (side, runs) in enumerate(zip(row["sides"], row["runs"])):
            shown = name if index == 0 else ""
            last = ["; ".join(compared) or "–", "; ".join(bars) or "–"] if index == 0 else ["", ""]
            if not runs:
                why = row["skipped"].get(side)
                why = f"skipped: {why}" if why else "failed" if row["failed"] else "–"
                lines.append([shown, side, why, "", "", "", "", "", *last])
                continue
            label = runs[0]["side"] if side.split()[0] in ("NEST", "Brian2") else side
            memory = [run["peak_gib"] for run in runs if run.get("peak_gib")]
            lines.append([
                shown, label, spread(run["run_s"] for run in runs), len(runs), rates(runs),
                spread((run["build_s"] for run in runs), 2), f"{max(memory):.2f}" if memory else "not told",
                spread(map(event_ns, runs), 2) if all("events" in run for run in runs) else "not told", *last])
    header = ["Row", "Side", "Run, s", "Rounds", "Rates, spikes/s", "Build, s", "Memory, GiB", "Wall ns a synaptic event",
              "Ratio", "Bar"]
    return tables.markdown(header, lines)


def flat(profile, before=""):
    """The numbers of a profile by name; those of an object in it have its name in front."""
    for key, value in profile.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{key}.")
        elif isinstance(value, (int, float)):
            yield before + key, value


def page(rows):
    """The table with what is needed to read it."""
    parts = [table(rows), "\n".join(f"- `{name}`: {row['work']}. {row['note']}".rstrip() for name, row in rows.items())]
    profiles = {name: dict(flat(row["profile"])) for name, row in rows.items() if row.get("profile")}
    if profiles:
        keys = list(dict.fromkeys(key for profile in profiles.values() for key in profile))
        parts.append("Where the time of one run goes (`--profile`; seconds are summed over workers):\n\n" + tables.markdown(
            ["Row", *keys], [[name, *(f"{profile[key]:,.4g}" if key in profile else "–" for key in keys)]
                             for name, profile in profiles.items()]))
    for name, row in rows.items():
        if row["died_out"]:
            died = ", ".join(f"{run['side']} seed {run['seed']}" for run in row["died_out"])
            parts.append(f"Died out and not counted in `{name}`: {died}.")
        parts += [f"Failed in `{name}`:\n\n```text\n{reason}\n```" for reason in row["failed"]]
    places = {}
    for row in rows.values():
        facts = row["machine"]
        place = (f"{facts['processor']}, {facts['cores']} cores, SYNFIRE_CPU {facts['cpu']}, Synfire {facts['synfire']}, "
                 f"{facts['date']}")
        places[place] = max(places.get(place, 0), facts["load_at_start"])
    parts.append("Measured on: " + "; ".join(f"{place}, load before it {load:g}" for place, load in places.items()) + ".")
    return "\n\n".join(parts)


def arguments(names):
    parser = argparse.ArgumentParser(prog="simulation.py", description="Synfire beside other simulators: see the script's head.")
    parser.add_argument("--rows", default="", help="names, separated by commas")
    parser.add_argument("--list", action="store_true", help="name the rows and end")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--peer-rounds", type=int, default=0)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "runs/simulation.json")
    parser.add_argument("--add", action="store_true")
    parser.add_argument("--write", type=pathlib.Path)
    options = parser.parse_args()
    options.rows = [name for name in options.rows.split(",") if name] or names
    unknown = [name for name in options.rows if name not in names]
    if unknown:
        parser.error(f"no row is called '{unknown[0]}'; there are {', '.join(names)}")
    if options.rounds < 0 or options.peer_rounds < 0:
        parser.error("rounds cannot be negative")
    if options.write and options.quick:
        parser.error("--quick measures nothing that belongs into a page: leave --write away")
    return options


def main():
    names = [row.name for row in all_rows(quick=False)]
    options = arguments(names)
    rows = {row.name: row for row in all_rows(options.quick)}
    if options.list:
        print("\n".join(f"{name}: {row.work}" for name, row in rows.items()))
        return 0
    results = json.loads(options.out.read_text())["rows"] if options.add and options.out.exists() else {}
    facts = machine()
    warn_if_busy(facts)
    failed = False
    options.out.parent.mkdir(parents=True, exist_ok=True)
    for name in options.rows:
        results[name] = {"machine": facts, **measured(rows[name], options)}
        failed = failed or bool(results[name]["failed"])
        # After every row, so that an interruption costs one row at most.
        results = {name: results[name] for name in names if name in results}
        options.out.write_text(json.dumps({"rows": results}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = page(results)
    print(text)
    if options.write and any(row.get("quick") for row in results.values()):
        raise Failed(f"{options.out} has rows of --quick, which belong into no page: measure them, or leave --add away")
    if options.write:
        tables.replace(options.write, "simulation.py", text)
    if failed:
        say("simulation.py: at least one run failed; see above")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failed, ValueError, OSError) as error:
        sys.exit(f"simulation.py: {error}")
