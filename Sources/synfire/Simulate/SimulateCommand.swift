import ArgumentParser
import Foundation
import SynfireFormats
import SynfireParallel

/// `synfire simulate`: runs a spiking network and writes what it did.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Simulates a spiking network and records traces.",
        discussion: """
            Examples:
              synfire simulate spiking.nir --data fashion-mnist-sample:20 \\
                --time 64ms --out traces.h5

            A network in NIR is shown images: each is a trial from rest; trial k of the
            traces starts at k times --time.

              synfire simulate FILE.yaml --time 1s --record spikes,v:exc[0-9] \\
                --out run.h5

            With --events each trial is the recording of an event camera instead, in place of
            --data.

            A network described in YAML runs once; what --time, --step, --seed, --engine
            and --record do not say, the file does.

              synfire simulate models/cuba/cuba.yaml --time 50ms \\
                --save-network built.h5
              synfire simulate models/cuba/cuba.yaml --time 100ms \\
                --network-file built.h5 --out cuba.h5

            The synapses of a large network are built once and then only read. Where weights
            are learned, --save-network and --save-weights write them as they are at the end.

              synfire simulate models/brunel/brunel.yaml --engine event --time 50ms

            Spikes are where potentials reach the threshold, not at the end of a step.
            """)

    @Argument(help: "A spiking network (.nir), or the description of one (.yaml).", completion: .spikingNetworks)
    var network: String

    @Option(help: "NIR: the images shown: NAME[:SPLIT][:COUNT or FIRST-LAST] or a file.", completion: .data)
    var data: String?

    @Option(
        help: """
            NIR: recordings of an event camera, each a trial, separated by commas: .bin (N-MNIST), .aedat (AEDAT 2.0 of a \
            DVS128) or .h5 (lists t, x, y, p).
            """, completion: .file(extensions: ["bin", "aedat", "h5", "hdf5"]))
    var events: String?

    @Option(
        help: """
            How long a trial or the run lasts, such as 64ms or 1s. Default: 64ms; with --events until the last event; for \
            YAML what the file says.
            """)
    var time: String?

    @Option(
        help: """
            How time is advanced: event (continuous, exact), clock (steps) or, for YAML, auto (whichever fits the \
            network; the summary says why). Default: what the file says, clock where it or --step gives a step, else \
            event; for YAML auto.
            """, completion: .list(["event", "clock", "auto"]))
    var engine: String?

    @Option(
        help: """
            The step of the clock. Default: 1ms, which is one step of a NIR file whose tool counts in steps; for YAML what \
            the file says, else 0.1ms.
            """)
    var step: String?

    @Option(help: "NIR: times at which the accuracy is taken besides the end, such as 4,8,16,32.")
    var at: String?

    @Option(
        help: """
            What is recorded with --out: spikes, spikes:POPULATION, v:POPULATION, v:POPULATION[FIRST-LAST,…] or none, \
            separated by commas; for YAML any state variable. Default: spikes; for YAML what the file says, else spikes.
            """)
    var record: String?

    @Option(help: "The time between two samples that --record asks for. Default: 1ms.")
    var interval: String?

    @Option(help: "The seed of everything random, stored with the traces. Default: 1; for YAML what the file says.")
    var seed: UInt64?

    @Option(name: .customLong("set"), help: "YAML: NAME=VALUE takes the place of a constant of the file; repeatable.")
    var settings: [String] = []

    @Option(
        help:
            "YAML: simulated before, such as 100ms: not recorded, not counted, not timed; times of traces count from its start. Default: 0ms."
    )
    var warmUp: String?

    @Option(
        help: "YAML: writes the built synapses (.h5), for --network-file; learned weights as they are at the end.",
        completion: .files(.builtNetwork))
    var saveNetwork: String?

    @Option(
        help: """
            YAML: writes the synapses of the projections that learn, with their weights at the end of the run (.h5, SONATA's \
            layout for edges).
            """, completion: .files(.synapses))
    var saveWeights: String?

    @Option(
        help: "YAML: reads the synapses that --save-network wrote instead of building them.",
        completion: .files(.builtNetwork))
    var networkFile: String?

    @Option(
        help: """
            YAML: 'procedural' draws constant synapses again at each spike, wherever their connector allows it: slower, \
            but without memory; 'as-described' leaves it to the file. Default: as-described.
            """)
    var synapses: SynapseChoice = .asDescribed

    @Flag(help: "YAML: measure what the run spends its time on.")
    var profile = false

    @Option(
        name: [.customLong("out"), .customShort("o")], help: "The traces (.h5, SONATA layout).",
        completion: .files(.traces))
    var out: String?

    @Flag(help: "Compress the traces; h5py and Synfire read them then, libsonata from PyPI does not.")
    var compress = false

    @Flag(help: "Replace the output if it exists.")
    var force = false

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var workers: WorkerOptions
    @OptionGroup var output: PrintOptions

    func run() throws {
        if let out {
            try Output.check(out, force: force)
            try OutputKind.traces.check(out)
        }
        if let saveNetwork {
            try Output.check(saveNetwork, force: force, option: "--save-network")
            try OutputKind.builtNetwork.check(saveNetwork, option: "--save-network")
            guard networkFile == nil else {
                throw RequestError("--network-file reads what --save-network would write: give one of them")
            }
        }
        if let saveWeights {
            try Output.check(saveWeights, force: force, option: "--save-weights")
            try OutputKind.synapses.check(saveWeights, option: "--save-weights")
        }
        try checkPlaces()
        if out == nil {
            // 'none' is what happens.
            for (option, isGiven) in [
                ("--record", record != nil && record != "none"), ("--interval", interval != nil),
                ("--compress", compress),
            ] where isGiven {
                throw RequestError("\(option) says how to record, but nothing is recorded without --out")
            }
        }
        if Input.isDescription(network) {
            for (option, value) in [("--data", data), ("--events", events), ("--at", at)] where value != nil {
                throw RequestError("\(option) is for networks in NIR, but '\(network)' is a description in YAML")
            }
            return try RecurrentRun(command: self).run()
        }
        for (option, isGiven) in [
            ("--set", !settings.isEmpty), ("--warm-up", warmUp != nil), ("--save-network", saveNetwork != nil),
            ("--save-weights", saveWeights != nil), ("--network-file", networkFile != nil),
            ("--synapses", synapses != .asDescribed), ("--profile", profile),
        ] where isGiven {
            throw RequestError("\(option) is for descriptions in YAML, but '\(network)' is none")
        }
        if data != nil, events != nil {
            throw RequestError("--data shows images and --events recordings: give one of them")
        }
        try TrialRun(command: self).run()
    }

    /// Refuses two options that name one file.
    private func checkPlaces() throws {
        let named = [
            ("--out", out), ("--save-network", saveNetwork), ("--save-weights", saveWeights),
            ("--network-file", networkFile),
        ]
        var seen: [String: String] = [:]
        for (option, path) in named {
            guard let path else { continue }
            if let other = seen.updateValue(option, forKey: Self.resolved(path)) {
                throw RequestError("\(option) and \(other) both name '\(path)': give two files")
            }
        }
    }

    private static func resolved(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
    }
}

/// What `--synapses` asks for.
enum SynapseChoice: String, ExpressibleByArgument, CaseIterable {
    case asDescribed = "as-described"
    case procedural
}
