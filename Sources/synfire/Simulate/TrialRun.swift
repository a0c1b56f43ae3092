import Foundation
import SynfireDatasets
import SynfireFormats
import SynfireParallel
import SynfireSimulation
import SynfireSpikingNetworks
import SynfireUnits

/// A run of trials: a network that is shown one image or recording after the other, each from rest.
struct TrialRun {
    let command: SimulateCommand

    private struct Result: Encodable {
        struct Row: Encodable {
            let time: Double
            let accuracy: Double?
            let spikesPerNeuron: Double
            let synapticOperations: Double
        }
        let network: String
        let engine: String
        let timing: String?
        let trials: Int
        let seconds: Double
        let trialsPerSecond: Double
        let events: Int?
        let eventsLeftOut: Int?
        let predictions: [Int?]?
        let rows: [Row]
        let out: String?
    }

    func run() throws {
        let out = command.out
        let checkpoints = try (command.at ?? "").split(separator: ",").map { try Milliseconds(parsing: String($0)) }
        let network = try Input.spikingNetwork(command.network)
        let (engine, timing) = try EngineForTrials(command, network).choice
        let recordings = try command.events.map { try EventInput($0, for: network) }
        let images = recordings == nil ? try openImages(network) : nil
        let duration =
            try command.time.map { try Milliseconds(parsing: $0) } ?? recordings?.duration(engine) ?? .milliseconds(64)
        let request =
            out == nil
            ? RecordingRequest()
            : try RecordingOption.read(
                command.record ?? "spikes", network: network,
                interval: Milliseconds(parsing: command.interval ?? "1ms"))
        let simulation: NetworkSimulation
        do {
            simulation = try NetworkSimulation(
                network, engine: engine, duration: duration, checkpoints: checkpoints, recording: request,
                takesEvents: recordings != nil)
        } catch {
            guard let timing, case .notWholeSteps = error else { throw error }
            throw RequestError("\(error): \(timing)")
        }
        let trials = recordings?.count ?? images?.count ?? 1
        let facts = [
            "engine": engine.description, "seed": "\(command.seed ?? 1)", "synfire_version": SynfireCommand.version,
            "data": recordings?.name ?? images?.name ?? "",
            "network_file": URL(fileURLWithPath: command.network).lastPathComponent,
        ].merging(network.metadata) { own, _ in own }
        try Output.beginWork()
        let writer = try out.map {
            try TraceWriter(
                path: $0, replacing: command.force, network: network, recording: request, trialDuration: duration.value,
                samplesPerTrial: simulation.samplesPerTrial, trials: trials, compressing: command.compress,
                facts: facts)
        }
        // Only a readout with a number for each class says which class it is.
        let readout = network.readout.flatMap { network.population(named: $0)?.count }
        let classifies = readout != nil && (recordings != nil || readout == images?.classNames.count)
        var tally = AccuracyTally(sources: recordings?.sources ?? [])
        var predictions: [Int?] = []
        let bar = ProgressBar("simulating", unit: "trials")
        let clock = ContinuousClock()
        let start = clock.now
        func wall() -> Double { (clock.now - start) / .seconds(1) }
        do {
            func receive(_ result: TrialResult) throws {
                let label = images?.labels(of: [result.trial])[0]
                let prediction = classifies ? result.checkpoints.last?.prediction : nil
                tally.add(result, label: classifies ? label : nil)
                predictions.append(prediction)
                try writer?.append(result.trace, label: label, prediction: prediction, flushes: false)
                bar.update(result.trial + 1, of: trials, note: tally.note)
            }
            let pool = try command.workers.pool()
            if let recordings {
                try simulation.replay(
                    trials: trials, pool: pool, shouldStop: { Interrupt.isRequested },
                    events: { [recordings.trials[$0]] }, receive: { try receive($0) },
                    handedOn: { try writer?.flushIfDue() })
            } else {
                try simulation.run(
                    trials: trials, pool: pool, shouldStop: { Interrupt.isRequested },
                    input: { trial in images.map { [$0.scalars(of: [trial])] } ?? [] },
                    receive: { try receive($0) }, handedOn: { try writer?.flushIfDue() })
            }
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
            network: network.name, engine: engine.description, timing: timing, trials: trials,
            seconds: seconds,
            trialsPerSecond: Double(trials) / seconds, events: recordings.map { _ in tally.events },
            eventsLeftOut: recordings.map { $0.eventCount - tally.events },
            predictions: recordings != nil && classifies ? predictions : nil,
            rows: tally.rows(neurons: network.neuronCount).map {
                Result.Row(
                    time: $0.time, accuracy: $0.accuracy, spikesPerNeuron: $0.spikesPerNeuron,
                    synapticOperations: $0.synapticOperations)
            }, out: out)
        if command.output.json { return try Output.json(result) }
        Console.print(
            "\(network.name), \(engine) engine: \(trials) trials of \(duration) in \(Format.seconds(seconds)), "
                + "\(Format.count(result.trialsPerSecond)) trials/s")
        if let timing { Console.print("time: \(timing)") }
        Console.print(tally.table(neurons: network.neuronCount))
        if let recordings {
            let late = recordings.eventCount - tally.events
            Console.print(
                "events: \(tally.events)" + (late > 0 ? "; \(late) after the end of their trial left out" : ""))
        }
        if let out { Console.print("traces written to \(out)") }
    }

    private func openImages(_ network: Network) throws -> LabelledDataset? {
        let inputs = network.analogInputs
        guard let input = inputs.first else {
            if command.data != nil {
                throw RequestError("--data is given, but '\(network.name)' has no input to show it to")
            }
            return nil
        }
        guard inputs.count == 1 else {
            throw RequestError("'\(network.name)' has \(inputs.count) inputs; --data can serve one")
        }
        guard let data = command.data else {
            throw RequestError(
                "'\(network.name)' takes input of shape \(input.shape): give images with --data or --events")
        }
        let images = try ClassNames.match(
            command.dataOptions.open(data, defaultSplit: "test"),
            to: ClassNames.read(network, file: command.network), of: command.network)
        guard images.shape == input.shape else {
            throw RequestError(
                "'\(images.name)' has images of shape \(images.shape), but '\(network.name)' takes \(input.shape)")
        }
        return images
    }
}
