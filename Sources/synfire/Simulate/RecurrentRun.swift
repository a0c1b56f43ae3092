import CSynfireSupport
import Foundation
import SynfireFormats
import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits

/// A run of a network that is described in YAML: built once, then advanced on a clock or by events.
struct RecurrentRun {
    let command: SimulateCommand

    /// What is printed; times of biology in ms, of the wall in seconds.
    struct Summary: Encodable {
        struct Row: Encodable {
            let name: String
            let model: String
            let neurons: Int
            let spikes: Int
            let rate: Double
        }
        let network: String
        let neurons: Int
        let synapses: Int
        let time: Double
        /// `event` or `clock`.
        let engine: String
        /// Why this engine.
        let engineReason: String
        /// [ms]; none in continuous time.
        let step: Double?
        let seed: UInt64
        let workers: Int
        let buildSeconds: Double
        let runSeconds: Double
        /// Wall time by biological time; below 1 is faster than life.
        let realTimeFactor: Double
        /// Biological time that was simulated before, and is in none of the other numbers.
        let warmUp: Double
        /// The estimate before building, the tables of synapses, and the most that the process has had [bytes].
        let memoryEstimate: Double?
        let synapseMemory: Int
        let peakMemory: UInt64
        let spikes: Int
        /// In continuous time: how many synapses spikes have passed, and how many spikes stimuli have brought.
        let synapticEvents: Int?
        let drivenEvents: Int?
        let populations: [Row]
        let profile: ProfileReport?
        let out: String?
    }

    private struct Request {
        var network: Network
        /// What the description records, where nobody asks for a file.
        var unwritten: [Recorder]
        var recorders: [Recorder]
        var warmUp: Milliseconds
        var duration: Milliseconds
        var step: Milliseconds
        var seed: UInt64
        var engine: EngineDecision

        /// Whether weights change while it runs.
        var learns: Bool { !network.learningProjections.isEmpty }
    }

    func run() throws {
        let request = try request()
        let pool = try command.workers.pool()
        try Output.beginWork()
        let clock = ContinuousClock()
        let started = clock.now
        if command.workers.count > WorkerPool.availableCores {
            Console.note(
                "\(command.workers.count) workers share the processor cores, of which there are "
                    + "\(WorkerPool.availableCores): results are the same, but come later than with as many workers")
        }
        let simulation: any RecurrentSimulation
        let buildSeconds: Double
        var saveLearned: () throws -> Void = {}
        if request.engine.engine == .event {
            simulation = try buildEvents(request, pool: pool)
            buildSeconds = (clock.now - started) / .seconds(1)
        } else {
            // Files of connections are read while building: what they were before is what counts.
            let fingerprint = NetworkFingerprint(request.network, step: request.step, seed: request.seed)
            let built = try build(request, fingerprint, pool: pool)
            buildSeconds = (clock.now - started) / .seconds(1)
            if request.learns {
                saveLearned = { try save(built, request, fingerprint) }
            } else {
                try save(built, request, fingerprint)
            }
            simulation = built
        }
        if !request.unwritten.isEmpty {
            let what = request.unwritten.map(\.words).joined(separator: ", ")
            Console.note("the records of '\(command.network)' (\(what)) are not written: give --out")
        }
        try warmUp(simulation, request)
        let before = Before(simulation)
        // Connections and spike times are read while the network is built.
        try Output.refuseInputs()
        let writer = try command.out.map {
            try SegmentWriter(
                path: $0, replacing: command.force, network: simulation.network, channels: simulation.channels,
                compressing: command.compress, facts: facts(request))
        }
        let start = clock.now
        func wall() -> Double { (clock.now - start) / .seconds(1) }
        do {
            try advance(simulation, request, writer: writer)
        } catch is Stop {
            let done = Milliseconds.milliseconds(simulation.time.value - request.warmUp.value)
            let text = "interrupted after \(Format.biological(done)) of \(Format.biological(request.duration))"
            guard done.value > 0, writer != nil || command.saveWeights != nil else {
                throw InterruptError(text + nothingElse(request))
            }
            // First the traces, which a second Ctrl-C would cut.
            let partial = try writer?.finishPartial(duration: simulation.time.value, wallTime: wall())
            let traces = partial.map { "; what was recorded until then is in \($0)" } ?? ""
            throw InterruptError(text + traces + (try saveWeightsAtStop(simulation)))
        } catch let error where error is SimulationError || error is SpikingNetworkError {
            // What led there is what one wants to see, or what hours have computed.
            guard let writer, simulation.time.value > request.warmUp.value else { throw error }
            let partial = try writer.finishPartial(duration: simulation.time.value, wallTime: wall())
            throw FailedRun(description: "\(error); what was recorded until then is in \(partial)")
        }
        let seconds = wall()
        try writer?.finish(duration: simulation.time.value, wallTime: seconds)
        try saveLearned()
        try command.saveWeights.map { try saveWeights(simulation, to: $0, replacing: command.force) }
        try report(
            summary(simulation, request, build: buildSeconds, run: seconds, before: before))
    }

    /// What had happened before the part of a run that counts.
    private struct Before {
        let spikes: [Int]
        let profile: RunProfile?
        let events: (synaptic: Int, driven: Int)?

        init(_ simulation: any RecurrentSimulation) {
            spikes = simulation.spikeCounts
            profile = (simulation as? ClockSimulation)?.profile
            events = (simulation as? EventSimulation)?.eventCounts
        }
    }

    /// A run that failed and left something.
    private struct FailedRun: Error, CustomStringConvertible {
        let description: String
    }

    /// What there is besides traces.
    private func nothingElse(_ request: Request) -> String {
        guard let path = command.saveNetwork, !request.learns else { return "; nothing was written" }
        return "; the built network is in \(path), nothing else was written"
    }

    /// What ends a run after Ctrl-C.
    private struct Stop: Error {}

    // MARK: What is asked for

    private func request() throws -> Request {
        let experiment = try Input.experiment(command.network, settings: command.settings)
        let network =
            command.synapses == .procedural ? try experiment.network.procedural() : experiment.network
        guard let duration = try command.time.map({ try Milliseconds(parsing: $0) }) ?? experiment.settings.duration
        else {
            throw RequestError("'\(command.network)' does not say how long to run: give --time, such as --time 1s")
        }
        let step = try command.step.map { try Milliseconds(parsing: $0) } ?? experiment.settings.step
        let interval = try Milliseconds(parsing: command.interval ?? "1ms")
        let warmUp = try command.warmUp.map { try Milliseconds(parsing: $0) } ?? .milliseconds(0)
        guard warmUp.value >= 0, warmUp.value.isFinite else {
            throw RequestError("--warm-up is \(warmUp): it must be at least 0 ms")
        }
        for (what, value) in [("--time", duration), ("--step", step), ("--interval", interval)] where value.value <= 0 {
            throw RequestError("\(what) is \(value): it must be above 0 ms")
        }
        var recorders: [Recorder] = []
        if command.out != nil {
            if let record = command.record {
                recorders = try RecorderOption.read(record, network: network, interval: interval)
            } else if experiment.recorders.isEmpty {
                let spiking = RecorderOption.spiking(network)
                recorders = spiking.isEmpty ? [] : [Recorder(.spikes, of: Assembly(spiking))]
            } else {
                recorders = experiment.recorders
            }
        }
        // Before anything is looked at neuron by neuron, as the choice of the engine does.
        try MemoryEstimate.check(network, engine: .automatic, workers: command.workers.count)
        if command.saveWeights != nil, network.learningProjections.isEmpty {
            throw RequestError(
                "--save-weights writes learned weights, but no projection of '\(command.network)' learns")
        }
        for index in recorders.indices { recorders[index].start = max(recorders[index].start, warmUp.value) }
        let engine = try engine(experiment, network, step: step)
        return Request(
            network: network, unwritten: command.out == nil ? experiment.recorders : [], recorders: recorders,
            warmUp: warmUp, duration: duration, step: step,
            seed: command.seed ?? experiment.settings.seed,
            engine: engine)
    }

    /// The engine that is asked for, or fits.
    private func engine(_ experiment: Experiment, _ network: Network, step: Milliseconds) throws -> EngineDecision {
        var choice: EngineChoice
        var reason: String
        if let name = command.engine {
            guard let asked = EngineChoice(rawValue: name) else {
                let known = EngineChoice.allCases.map(\.rawValue)
                throw RequestError("--engine is '\(name)'; \(NearestName.hint(name, among: known))")
            }
            (choice, reason) = (asked, "--engine asks for it")
        } else if let asked = experiment.settings.engine {
            (choice, reason) = (asked, "the description asks for it")
        } else if command.step != nil {
            (choice, reason) = (.clock, "--step gives a step")
        } else if experiment.settings.stepIsGiven {
            (choice, reason) = (.clock, "the description gives a step")
        } else {
            (choice, reason) = (.automatic, "")
        }
        // What only the clock engine has decides where nobody asks for an engine.
        let onlyClock = [
            ("--save-network", command.saveNetwork != nil), ("--network-file", command.networkFile != nil),
            ("--synapses procedural", command.synapses == .procedural), ("--profile", command.profile),
        ].first { $0.1 }?.0
        if let onlyClock {
            guard choice != .event else {
                throw RequestError(
                    "\(onlyClock) is for the clock engine, but \(reason.replacingOccurrences(of: "it", with: "the event engine"))"
                )
            }
            return EngineDecision(.clock, because: "\(onlyClock) is for it")
        }
        if choice == .event, command.step != nil {
            throw RequestError("--step is for the clock engine; continuous time has no steps")
        }
        if choice == .automatic { return .automatic(for: network, step: step) }
        return EngineDecision(choice, because: reason)
    }

    private func buildEvents(_ request: Request, pool: WorkerPool) throws -> EventSimulation {
        let bar = ProgressBar("building", unit: "synapses")
        defer { bar.finish() }
        return try EventSimulation(
            request.network, seed: request.seed, pool: pool, recorders: request.recorders
        ) { synapses, expected in
            if Interrupt.isRequested {
                throw InterruptError("interrupted while the network was built; nothing was written")
            }
            bar.update(synapses, of: expected)
        }
    }

    private func facts(_ request: Request) -> [String: String] {
        [
            "engine": request.engine.engine == .event ? "event" : "clock, step \(request.step)",
            "seed": "\(request.seed)",
            "synfire_version": SynfireCommand.version,
            "network_file": URL(fileURLWithPath: command.network).lastPathComponent,
            "set": command.settings.joined(separator: " "),
        ].merging(request.network.metadata) { own, _ in own }.filter { !$0.value.isEmpty }
    }

    // MARK: Building and running

    private func build(
        _ request: Request, _ fingerprint: NetworkFingerprint, pool: WorkerPool
    ) throws -> ClockSimulation {
        let tables = try command.networkFile.map { path in
            let file = try NetworkTableFile(try Input.file(path))
            try file.check(fingerprint)
            return file
        }
        let bar = ProgressBar(tables == nil ? "building" : "reading", unit: "synapses")
        defer { bar.finish() }
        return try ClockSimulation(
            request.network, step: request.step, seed: request.seed, pool: pool, recorders: request.recorders,
            tables: tables, profiling: command.profile
        ) { progress in
            if Interrupt.isRequested {
                throw InterruptError("interrupted while the network was built; nothing was written")
            }
            bar.update(
                progress.synapses, of: progress.expected, note: "about \(Format.bytes(progress.memory.total)) in all")
        }
    }

    private func save(
        _ simulation: ClockSimulation, _ request: Request, _ fingerprint: NetworkFingerprint
    ) throws {
        guard let path = command.saveNetwork else { return }
        try Output.refuseInputs()
        let bar = ProgressBar("writing the network", unit: "synapses")
        defer { bar.finish() }
        let writer = try NetworkTableWriter(
            path: path, replacing: command.force, network: request.network.name, step: request.step.value,
            seed: request.seed, fingerprint: fingerprint, synfireVersion: SynfireCommand.version)
        try simulation.writeTables(to: writer) { done in
            if Interrupt.isRequested {
                throw InterruptError("interrupted while the network was written; nothing was kept")
            }
            bar.update(done, of: simulation.storedSynapseCount)
        }
        try writer.finish()
    }

    private func warmUp(_ simulation: any RecurrentSimulation, _ request: Request) throws {
        guard request.warmUp.value > 0 else { return }
        let bar = ProgressBar("warming up", unit: "ms")
        defer { bar.finish() }
        try simulation.run(for: request.warmUp, receive: { _ in }) { progress in
            if Interrupt.isRequested {
                throw InterruptError("interrupted while the network was warming up" + nothingElse(request))
            }
            bar.update(Int(progress.done.value), of: Int(progress.of.value.rounded(.up)))
        }
    }

    private func advance(_ simulation: any RecurrentSimulation, _ request: Request, writer: SegmentWriter?) throws {
        let bar = ProgressBar("simulating", unit: "ms")
        defer { bar.finish() }
        let clock = ContinuousClock()
        let start = clock.now
        try simulation.run(for: request.duration) { segment in
            try writer?.append(segment, until: simulation.time.value)
        } progress: { progress in
            // What was recorded up to here is handed on before the run ends.
            if Interrupt.isRequested { throw Stop() }
            let seconds = (clock.now - start) / .seconds(1)
            let factor = progress.done.value > 0 ? seconds * 1000 / progress.done.value : 0
            bar.update(
                Int(progress.done.value), of: Int(progress.of.value.rounded(.up)),
                note: "real-time factor \(Format.count(factor))")
        }
    }

    // MARK: What is printed

    private func summary(
        _ simulation: any RecurrentSimulation, _ request: Request, build: Double, run: Double, before: Before
    ) -> Summary {
        let clock = simulation as? ClockSimulation
        let events = (simulation as? EventSimulation)?.eventCounts
        let time = Milliseconds.milliseconds(simulation.time.value - request.warmUp.value)
        let seconds = time.value / 1000
        let counts = zip(simulation.spikeCounts, before.spikes).map { $0 - $1 }
        let rows = zip(simulation.network.populations, counts).map { population, spikes in
            Summary.Row(
                name: population.name, model: population.model.schema.name, neurons: population.count, spikes: spikes,
                rate: seconds > 0 ? Double(spikes) / Double(population.count) / seconds : 0)
        }
        return Summary(
            network: simulation.network.name, neurons: simulation.neuronCount, synapses: simulation.synapseCount,
            time: time.value, engine: request.engine.engine.rawValue, engineReason: request.engine.reason,
            step: clock?.step.value, seed: request.seed, workers: command.workers.count,
            buildSeconds: build, runSeconds: run, realTimeFactor: seconds > 0 ? run / seconds : 0,
            warmUp: request.warmUp.value, memoryEstimate: clock?.memoryEstimate.total,
            synapseMemory: simulation.synapseBytes, peakMemory: synfire_peak_memory(),
            spikes: rows.reduce(0) { $0 + $1.spikes },
            synapticEvents: events.map { $0.synaptic - (before.events?.synaptic ?? 0) },
            drivenEvents: events.map { $0.driven - (before.events?.driven ?? 0) }, populations: rows,
            profile: clock?.profile.flatMap { after in before.profile.map { ProfileReport(after - $0) } },
            out: command.out)
    }

    private func report(_ summary: Summary) throws {
        if command.output.json { return try Output.json(summary) }
        Console.print(
            "\(summary.network): \(summary.neurons) neurons, \(Format.count(Double(summary.synapses))) synapses, "
                + "\(command.networkFile == nil ? "built" : "read") in \(Format.seconds(summary.buildSeconds)), "
                + "\(Format.bytes(Double(summary.peakMemory))) of memory at most")
        Console.print(
            "\(Format.biological(.milliseconds(summary.time))) in \(Format.seconds(summary.runSeconds)) with "
                + "\(summary.workers) workers: real-time factor \(Format.count(summary.realTimeFactor)) "
                + "(wall time by biological time)")
        Console.print(
            summary.engine == "event"
                ? "event engine, continuous time: \(summary.engineReason)"
                : "clock engine, steps of \(summary.step ?? 0) ms: \(summary.engineReason)")
        Console.print(
            Format.table(
                [["population", "model", "neurons", "spikes", "spikes/s"]]
                    + summary.populations.map {
                        [$0.name, $0.model, "\($0.neurons)", "\($0.spikes)", String(format: "%.3f", $0.rate)]
                    }))
        if let profile = summary.profile { Console.print(profile.text) }
        if let out = summary.out { Console.print("traces written to \(out)") }
    }
}
