import CSynfireSupport
import SynfireParallel
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits

/// A network that is built once and then runs on a grid of time, with delays, plasticity and recurrence.
///
///     let simulation = try ClockSimulation(network, step: .milliseconds(0.1), seed: 1, pool: pool, recorders: recorders)
///     try simulation.run(for: .seconds(1)) { segment in try writer.append(segment) }
///
/// Neurons advance on a grid of steps h; a spike is stamped with the end of its step and reaches its targets a delay of
/// whole steps later. Workers advance their strips side by side for as long as the least delay, in which no neuron can
/// feel another, and then exchange spikes (Morrison et al. 2005, doi:10.1162/0899766054026648).
///
/// Results are the same bits for any number of workers: what is drawn goes by names and indices, and each neuron sums
/// its input by time of the spikes and then by source.
public final class ClockSimulation: RecurrentSimulation {
    /// The network, with numbers in place of distributions.
    public let network: Network
    /// The length of a step.
    public let step: Milliseconds
    /// The seed of everything random.
    public let seed: UInt64
    /// What is recorded, in the order of the recorders and their views.
    public let channels: [RecordingChannel]
    /// How many neurons there are, sources among them.
    public var neuronCount: Int { index.count }
    /// How many synapses there are; of procedural projections, how many there are on average.
    public let synapseCount: Int
    /// The least delay of all synapses, in steps, or a bound below it where they are procedural; `nil` where there is none.
    public let leastDelay: Int?
    /// How many spikes each population has emitted so far, by its index in the network.
    public private(set) var spikeCounts: [Int]

    let index: NeuronIndex
    let strips: [WorkerStrip]
    let projections: [ProjectionPlan]
    let connections: [Connections]
    let pool: WorkerPool
    let recording: ChannelBook

    /// The steps done so far.
    private var stepsDone = 0
    /// The steps whose spikes are in the logs and not yet on their way.
    private var pending: Range<Int> = 0..<0
    private var logInUse = 0

    /// About how much memory it takes, as told before it was built.
    public let memoryEstimate: MemoryEstimate
    /// How long runs have taken [ns].
    private var wallTime: UInt64 = 0

    /// How far building has come.
    public struct BuildProgress: Sendable {
        /// Stored synapses made so far.
        public let synapses: Int
        /// How many there will be, exactly or on average.
        public let expected: Int
        /// About how much memory the network takes.
        public let memory: MemoryEstimate
    }

    /// Builds a network.
    ///
    /// - Parameters:
    ///   - network: The network.
    ///   - step: The length of a step.
    ///   - seed: The seed of everything random: connections, weights, delays, parameters, initial values, sources.
    ///   - pool: The workers.
    ///   - recorders: What is recorded.
    ///   - memoryLimit: The most bytes that synapses may take; `nil` for what the machine has free.
    ///   - tables: Where stored synapses are read from, as ``writeTables(to:progress:)`` wrote them, in place of making
    ///     them. That they are of this network, step and seed, the caller must know.
    ///   - profiling: Whether ``profile`` is measured, which takes a per cent or so where steps are short.
    ///   - progress: Told how building goes on; what it throws ends it.
    /// - Throws: ``SimulationError``, `SpikingNetworkError`, what a connector's file throws.
    /// - Complexity: O(neurons + synapses).
    public init(
        _ network: Network, step: Milliseconds, seed: UInt64 = 1, pool: WorkerPool, recorders: [Recorder] = [],
        memoryLimit: Int? = nil, tables: (any SynapseTableReader)? = nil, profiling: Bool = false,
        progress: (BuildProgress) throws -> Void = { _ in }
    ) throws {
        guard step.value.isFinite, step.value > 0 else {
            throw SimulationError.badTime(what: "the step", value: step.value)
        }
        try MemoryEstimate.check(network, engine: .clock, workers: pool.workers, limit: memoryLimit)
        let drawn = try network.drawn(seed: seed)
        let index = NeuronIndex(drawn, workers: pool.workers)
        let recording = try ChannelBook(recorders, index: index, step: step.value, seed: seed)
        let built = try ClockBuilder(index: index, network: drawn, step: step.value, seed: seed, pool: pool)
            .build(memoryLimit: memoryLimit, tables: tables, profiling: profiling, progress: progress)
        self.network = drawn
        self.step = step
        self.seed = seed
        self.pool = pool
        self.index = index
        self.recording = recording
        channels = recording.channels
        strips = built.strips
        projections = built.projections
        connections = built.connections
        memoryEstimate = built.memory
        synapseCount = built.synapses
        leastDelay = built.leastDelay == Int.max ? nil : built.leastDelay
        spikeCounts = Array(repeating: 0, count: drawn.populations.count)
    }

    /// The biological time that has been simulated.
    public var time: Milliseconds { .milliseconds(time(ofStep: stepsDone)) }

    /// The end of a step [ms].
    ///
    /// Where a millisecond has a whole number of steps, the quotient is the double nearest to the time that people write:
    /// 0.3, not 3 · 0.1 = 0.30000000000000004.
    private func time(ofStep number: Int) -> Double {
        let perMillisecond = (1 / step.value).rounded()
        let isWhole = perMillisecond >= 1 && abs(perMillisecond * step.value - 1) < 1e-12
        return isWhole ? Double(number) / perMillisecond : Double(number) * step.value
    }

    /// The most steps between two exchanges, where delays are long or there are none: recordings are handed on then.
    private static let longestEpoch = 64

    /// Goes on for a while; a run of a and then one of b is a run of a + b, bit by bit.
    ///
    /// - Parameters:
    ///   - duration: How long, in whole steps.
    ///   - receive: Gets what was recorded, in order of time, in parts.
    ///   - progress: Told now and then how far it is; what it throws ends the run after a whole step.
    /// - Throws: ``SimulationError``, and what `receive` and `progress` throw. What was recorded before has been received
    ///   then.
    public func run(
        for duration: Milliseconds, receive: (RecordedSegment) throws -> Void = { _ in },
        progress: (SimulationProgress) throws -> Void = { _ in }
    ) throws {
        let steps = try RunPlan.wholeSteps(duration.value, "the duration", step: step.value)
        let end = stepsDone + steps
        let start = stepsDone
        let epoch = min(leastDelay ?? Self.longestEpoch, Self.longestEpoch)
        let spikesBefore = spikeCounts.reduce(0, +)
        var throttle = Throttle()
        var handingOn = Throttle.handingOn
        let began = synfire_nanoseconds()
        defer { wallTime += synfire_nanoseconds() - began }
        do {
            while stepsDone < end {
                try advance(to: min(stepsDone + epoch, end))
                if handingOn.isDue || recording.isFull {
                    try receive(recording.takeSegment())
                    strips[0].stopwatch.lap(.recording)
                }
                if throttle.isDue {
                    try progress(
                        SimulationProgress(
                            done: step * Double(stepsDone - start), of: duration,
                            spikes: spikeCounts.reduce(0, +) - spikesBefore))
                }
            }
            try checkFinite()
        } catch {
            // Where it was `receive` that failed, its first failure is the one to tell.
            try? receive(recording.takeSegment())
            throw error
        }
        try receive(recording.takeSegment())
        strips[0].stopwatch.lap(.recording)
        try progress(SimulationProgress(done: duration, of: duration, spikes: spikeCounts.reduce(0, +) - spikesBefore))
    }

    /// Advances all neurons up to a step that no spike can reach before it has been exchanged.
    private func advance(to end: Int) throws {
        // Step k goes from (k − 1)·h to k·h.
        let steps = stepsDone + 1..<end + 1
        let (last, next) = (logInUse, 1 - logInUse)
        let (pending, strips, samplers) = (pending, strips, recording.samplers)
        for sampler in samplers { sampler.prepare(steps: steps) }
        // A strip is always its worker's, whose caches hold its columns.
        pool.forEachWorker { worker in
            let strip = strips[worker]
            strip.send(log: last, of: strips, steps: pending)
            strip.advance(steps: steps, log: strip.logs[next], samplers: samplers, worker: worker)
        }
        // The calling thread is worker 0.
        strips[0].stopwatch.lap(.waiting)
        self.pending = steps
        logInUse = next
        let isDue = steps.contains { $0 % Self.stepsBetweenChecks == 0 }
        stepsDone = end
        record(steps)
        strips[0].stopwatch.lap(.recording)
        // The earliest spike that failed, whoever drew it.
        if let first = strips.compactMap(\.failure).min(by: DrawFailure.isEarlier) { throw first.error }
        if isDue { try checkFinite() }
    }

    private func record(_ steps: Range<Int>) {
        for position in 0..<steps.count {
            for population in spikeCounts.indices {
                for strip in strips {
                    let spikes = strip.logs[logInUse].spikes(step: position, population: population)
                    guard !spikes.isEmpty else { continue }
                    spikeCounts[population] += spikes.count
                    recording.note(
                        spikes, population: population, first: index.offsets[population],
                        step: steps.lowerBound + position, time: time(ofStep: steps.lowerBound + position))
                }
            }
        }
        recording.noteSamples()
    }

    /// What the runs so far have spent their time on; `nil` where that was not asked for.
    public var profile: RunProfile? {
        guard strips[0].stopwatch.isRunning else { return nil }
        let wall = Double(wallTime) * 1e-9
        var seconds: [RunProfile.Phase: Double] = [:]
        for phase in RunProfile.Phase.allCases {
            seconds[phase] = strips.reduce(0) { $0 + $1.stopwatch.seconds(phase) }
        }
        // What a worker is not seen to do, it waits.
        let seen = seconds.filter { $0.key != .waiting }.values.reduce(0, +)
        seconds[.waiting] = max(0, wall * Double(strips.count) - seen)
        return RunProfile(
            seconds: seconds, wallSeconds: wall, workers: strips.count,
            staticEvents: strips.reduce(0) { $0 + $1.constant.events },
            plasticEvents: strips.reduce(0) { $0 + $1.plastic.reduce(0) { $0 + $1.events } },
            regeneratedEvents: strips.reduce(0) { $0 + $1.regenerated.reduce(0) { $0 + $1.events } },
            neuronUpdates: neuronCount * stepsDone)
    }

    /// How many synapses are stored.
    public var storedSynapseCount: Int {
        strips.reduce(0) { $0 + $1.constant.rows.count + $1.plastic.reduce(0) { $0 + $1.rows.count } }
    }

    /// The bytes that the tables of stored synapses take.
    public var synapseBytes: Int {
        strips.reduce(0) { $0 + $1.constant.rows.bytes + $1.plastic.reduce(0) { $0 + $1.rows.bytes } }
    }

    private static let stepsBetweenChecks = 256

    /// Looks for state that is no number any more, in the order of populations and neurons.
    private func checkFinite() throws(SimulationError) {
        for population in index.populations.indices {
            for strip in strips {
                if let failure = strip.populations[population].kernel.failure {
                    throw .neuronStopped(
                        population: index.populations[population].name,
                        neuron: strip.populations[population].neurons.lowerBound + failure.neuron,
                        reason: failure.reason, time: time.value)
                }
                guard let found = strip.populations[population].firstNotFinite() else { continue }
                throw .notFinite(
                    population: index.populations[population].name, neuron: found.neuron, variable: found.name,
                    time: time.value)
            }
        }
    }
}
