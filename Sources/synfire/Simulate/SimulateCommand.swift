import ArgumentParser
import Formats
import Foundation
import Parallel

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

            A network described in YAML runs once, on a clock; what --time, --step, --seed
            and --record do not say, the file does.
            """)

    @Argument(help: "A spiking network (.nir), or the description of one (.yaml).")
    var network: String

    @Option(help: "NIR: the images shown: NAME[:SPLIT][:COUNT or FIRST-LAST] or a file.")
    var data: String?

    @Option(help: "How long a trial or the run lasts, such as 64ms or 1s. Default: 64ms; for YAML what the file says.")
    var time: String?

    @Option(help: "NIR: how time is advanced: event (continuous) or clock (steps). Default: event.")
    var engine: String?

    @Option(help: "The step of the clock. Default: 1ms; for YAML what the file says, else 0.1ms.")
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

    @Option(name: [.customLong("out"), .customShort("o")], help: "The traces (.h5, SONATA layout).")
    var out: String?

    @Flag(help: "Compress the traces; h5py and Synfire read them then, libsonata from PyPI does not.")
    var compress = false

    @Flag(help: "Replace the output if it exists.")
    var force = false

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var workers: WorkerOptions
    @OptionGroup var output: PrintOptions

    func run() throws {
        if let out { try Output.check(out, force: force) }
        if Input.isDescription(network) {
            for (option, value) in [("--data", data), ("--engine", engine), ("--at", at)] where value != nil {
                throw RequestError("\(option) is for networks in NIR, but '\(network)' is a description in YAML")
            }
            return try ClockRun(command: self).run()
        }
        guard settings.isEmpty else {
            throw RequestError("--set is for descriptions in YAML, but '\(network)' is none")
        }
        try TrialRun(command: self).run()
    }
}
