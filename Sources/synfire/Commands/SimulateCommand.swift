import ArgumentParser
import Datasets
import Formats
import Foundation
import Parallel
import Simulation
import SpikingNetworks
import Units

/// `synfire simulate`: runs a spiking network and writes what it did.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Simulates a spiking network, on images where it takes any, and records traces.",
        discussion: """
            Example:
              synfire simulate spiking.nir --data fashion-mnist-sample:20 \\
                --time 64ms --out traces.h5

            Each image is a trial from rest; trial k of the traces starts at k times
            --time.
            """)

    @Argument(help: "A spiking network (.nir).")
    var network: String

    @Option(help: "The images shown: NAME[:SPLIT][:COUNT or FIRST-LAST] or a file.")
    var data: String?

    @Option(help: "How long a trial lasts, such as 64ms or 1s.")
    var time = "64ms"

    @Option(help: "How time is advanced: event (continuous) or clock (steps).")
    var engine = "event"

    @Option(help: "The step of the clock engine.")
    var step = "1ms"

    @Option(help: "Times at which the accuracy is taken besides the end, such as 4,8,16,32.")
    var at: String?

    @Option(
        help: """
            What is recorded with --out: spikes, spikes:POPULATION, v:POPULATION, v:POPULATION[FIRST-LAST,…] or none, \
            separated by commas.
            """)
    var record = "spikes"

    @Option(help: "The time between two samples of potentials.")
    var interval = "1ms"

    @Option(help: "The seed of random sources, stored with the traces; converted networks have none.")
    var seed: UInt64 = 1

    @Option(name: [.customLong("out"), .customShort("o")], help: "The traces (.h5, SONATA layout).")
    var out: String?

    @Flag(help: "Compress the traces; h5py and Synfire read them then, libsonata from PyPI does not.")
    var compress = false

    @Flag(help: "Replace the output if it exists.")
    var force = false

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var workers: WorkerOptions
    @OptionGroup var output: PrintOptions

    private struct Result: Encodable {
        struct Row: Encodable {
            let time: Double
            let accuracy: Double?
            let spikesPerNeuron: Double
            let synapticOperations: Double
        }
        let network: String
        let engine: String
        let trials: Int
        let seconds: Double
        let trialsPerSecond: Double
        let rows: [Row]
        let out: String?
    }

    func run() throws {
        if let out { try Output.check(out, force: force) }
        let engine = try chosenEngine()
        let duration = try Milliseconds(parsing: time)
        let checkpoints = try (at ?? "").split(separator: ",").map { try Milliseconds(parsing: String($0)) }
        let network = try Input.spikingNetwork(network)
        let images = try openImages(network)
        let request =
            out == nil
            ? RecordingRequest()
            : try RecordingOption.read(record, network: network, interval: Milliseconds(parsing: interval))
        let simulation = try NetworkSimulation(
            network, engine: engine, duration: duration, checkpoints: checkpoints, recording: request)
        let facts = [
            "engine": engine.description, "seed": "\(seed)", "synfire_version": SynfireCommand.version,
            "data": images?.name ?? "", "network_file": URL(fileURLWithPath: self.network).lastPathComponent,
        ].merging(network.metadata) { own, _ in own }
        let writer = try out.map {
            try TraceWriter(
                path: $0, replacing: force, network: network, recording: request, trialDuration: duration.value,
                samplesPerTrial: simulation.samplesPerTrial, trials: images?.count ?? 1, compressing: compress,
                facts: facts)
        }
        Interrupt.watch()
        // Only a readout with a number for each class says which class it is.
        let readout = network.readout.flatMap { network.population(named: $0)?.count }
        let classifies = readout != nil && readout == images?.classNames.count
        var tally = AccuracyTally()
        let trials = images?.count ?? 1
        let bar = ProgressBar("simulating", unit: "trials")
        let clock = ContinuousClock()
        let start = clock.now
        func wall() -> Double { (clock.now - start) / .seconds(1) }
        do {
            try simulation.run(
                trials: trials, pool: try workers.pool(), shouldStop: { Interrupt.isRequested },
                input: { trial in images.map { [$0.scalars(of: [trial])] } ?? [] },
                receive: { result in
                    let label = images?.labels(of: [result.trial])[0]
                    let prediction = classifies ? result.checkpoints.last?.prediction : nil
                    tally.add(result, label: classifies ? label : nil)
                    try writer?.append(result.trace, label: label, prediction: prediction)
                    bar.update(result.trial + 1, of: trials, note: tally.note)
                })
        } catch SimulationError.interrupted(let done, let all) {
            bar.finish()
            guard writer != nil, done > 0, let partial = try writer?.finishPartial(wallTime: wall()) else {
                throw InterruptError("interrupted after \(done) of \(all) trials; nothing was written")
            }
            throw InterruptError("interrupted after \(done) of \(all) trials; those are in \(partial)")
        }
        bar.finish()
        let seconds = wall()
        try writer?.finish(wallTime: seconds)
        let result = Result(
            network: network.name, engine: engine.description, trials: trials, seconds: seconds,
            trialsPerSecond: Double(trials) / seconds,
            rows: tally.rows(neurons: network.neuronCount).map {
                Result.Row(
                    time: $0.time, accuracy: $0.accuracy, spikesPerNeuron: $0.spikesPerNeuron,
                    synapticOperations: $0.synapticOperations)
            }, out: out)
        if output.json { return try Output.json(result) }
        print(
            "\(network.name), \(engine) engine: \(trials) trials of \(duration) in \(Format.seconds(seconds)), "
                + "\(Format.count(result.trialsPerSecond)) trials/s")
        print(tally.table(neurons: network.neuronCount))
        if let out { print("traces written to \(out)") }
    }

    private func chosenEngine() throws -> Engine {
        switch engine {
        case "event": return .event
        case "clock": return .clock(step: try Milliseconds(parsing: step))
        default: throw RequestError("--engine is '\(engine)'; \(NearestName.hint(engine, among: ["event", "clock"]))")
        }
    }

    private func openImages(_ network: Network) throws -> ImageDataset? {
        let inputs = network.analogInputs
        guard let input = inputs.first else {
            if data != nil { throw RequestError("--data is given, but '\(network.name)' has no input to show it to") }
            return nil
        }
        guard inputs.count == 1 else {
            throw RequestError("'\(network.name)' has \(inputs.count) inputs; --data can serve one")
        }
        guard let data else {
            throw RequestError("'\(network.name)' takes input of shape \(input.shape): give images with --data")
        }
        let images = try dataOptions.open(data, defaultSplit: "test")
        guard images.shape == input.shape else {
            throw RequestError(
                "'\(images.name)' has images of shape \(images.shape), but '\(network.name)' takes \(input.shape)")
        }
        return images
    }
}
