import CSynfireSupport
import SynfireParallel
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits

/// A network that is built once and then runs in continuous time: spikes happen and arrive when they do, not at the end of a step.
///
///     let simulation = try EventSimulation(network, seed: 1, pool: pool, recorders: recorders)
///     try simulation.run(for: .seconds(1)) { segment in try writer.append(segment) }
///
/// Neurons follow their closed forms in double precision from event to event; a spike is where the potential reaches the
/// threshold, and no excursion above it is missed. Delays are any times, and may be 0 where no circle of populations is without delay.
///
/// Workers advance their strips side by side for as long as the least delay within a circle of populations, and then exchange spikes
/// (Morrison et al. 2005, doi:10.1162/0899766054026648; Hanuschkin et al. 2010, doi:10.3389/fninf.2010.00113). Events at one
/// neuron are taken in the order of time, projection, source and synapse, so that results are the same bits for any number
/// of workers.
public final class EventSimulation: RecurrentSimulation {
    /// The network, with numbers in place of distributions.
    public let network: Network
    /// The seed of everything random.
    public let seed: UInt64
    /// What is recorded, in the order of the recorders and their views.
    public let channels: [RecordingChannel]
    /// How many neurons there are, sources among them.
    public var neuronCount: Int { index.count }
    /// How many synapses there are.
    public let synapseCount: Int
    /// The bytes that the tables of synapses take.
    public let synapseBytes: Int
    /// How many spikes each population has emitted so far, by its index in the network.
    public var spikeCounts: [Int] { recording.spikeCounts }
    /// How long workers go on before they exchange spikes [ms].
    public var epochLength: Double { Ticks.milliseconds(schedule.epoch) }

    /// Whether the queues are checked in each slice, for tests: what is wrong traps.
    package var checksInvariants = false {
        didSet {
            for strip in strips {
                for population in strip.populations { population.checksInvariants = checksInvariants }
            }
        }
    }

    private let index: NeuronIndex
    let strips: [EventStrip]
    private let schedule: EventSchedule
    private let pool: WorkerPool
    private let recording: EventChannelBook
    /// The spikes of each population in the present epoch and in the one before.
    private var present: [[EventSpike]]
    private var before: [[EventSpike]]
    private var epochsDone = 0
    /// How far it has been run [ticks].
    private(set) var end: Int64 = 0

    /// Builds a network.
    ///
    /// - Parameters:
    ///   - network: The network.
    ///   - seed: The seed of everything random: connections, weights, delays, parameters, initial values, sources.
    ///   - pool: The workers.
    ///   - recorders: What is recorded.
    ///   - memoryLimit: The most bytes that synapses may take; `nil` for what the machine has free.
    ///   - progress: Told how many synapses have been made, and of how many; what it throws ends building.
    /// - Throws: ``SimulationError``, `SpikingNetworkError`, what a connector's file throws.
    /// - Complexity: O(neurons + synapses).
    public convenience init(
        _ network: Network, seed: UInt64 = 1, pool: WorkerPool, recorders: [Recorder] = [], memoryLimit: Int? = nil,
        progress: (_ synapses: Int, _ expected: Int) throws -> Void = { _, _ in }
    ) throws {
        try self.init(
            network, seed: seed, pool: pool, recorders: recorders, memoryLimit: memoryLimit, allowsSums: true,
            progress: progress)
    }

    /// - Parameter allowsSums: Whether neurons that share their parameters may be advanced by kernels that add up their
    ///   input; otherwise each follows its closed form from event to event, which gives the same but for rounding.
    package init(
        _ network: Network, seed: UInt64, pool: WorkerPool, recorders: [Recorder], memoryLimit: Int? = nil,
        allowsSums: Bool, progress: (_ synapses: Int, _ expected: Int) throws -> Void = { _, _ in }
    ) throws {
        try MemoryEstimate.check(network, engine: .event, workers: pool.workers, limit: memoryLimit)
        let drawn = try network.drawn(seed: seed)
        let index = NeuronIndex(drawn, workers: pool.workers)
        let recording = try EventChannelBook(recorders, index: index, seed: seed)
        let built = try EventBuilder(index: index, network: drawn, seed: seed, pool: pool, allowsSums: allowsSums)
            .build(memoryLimit: memoryLimit, progress: progress)
        self.network = drawn
        self.seed = seed
        self.pool = pool
        self.index = index
        self.recording = recording
        channels = recording.channels
        strips = built.strips
        schedule = built.schedule
        synapseCount = built.synapses
        synapseBytes = built.bytes
        present = Array(repeating: [], count: drawn.populations.count)
        before = present
    }

    /// The biological time that has been simulated.
    public var time: Milliseconds { .milliseconds(Ticks.milliseconds(end)) }

    /// Goes on for a while; a run of a and then one of b is a run of a + b, bit by bit.
    ///
    /// - Parameters:
    ///   - duration: How long.
    ///   - receive: Gets what was recorded, in order of time, in parts: spikes up to the end, samples before it.
    ///   - progress: Told now and then how far it is; what it throws ends the run.
    /// - Throws: ``SimulationError``, and what `receive` and `progress` throw. What was recorded before has been received
    ///   then.
    public func run(
        for duration: Milliseconds, receive: (RecordedSegment) throws -> Void = { _ in },
        progress: (SimulationProgress) throws -> Void = { _ in }
    ) throws {
        guard duration.value.isFinite, duration.value > 0 else {
            throw SimulationError.badTime(what: "the duration", value: duration.value)
        }
        let start = end
        let goal = Ticks.later(end, by: Ticks.count(duration.value))
        guard goal > start, goal <= Ticks.reach else {
            throw SimulationError.beyondReach(
                duration: duration.value, start: Ticks.milliseconds(start), reach: Ticks.milliseconds(Ticks.reach))
        }
        // More epochs than these do not end.
        guard goal / schedule.epoch < 100_000_000_000 else {
            throw SimulationError.tooLong(duration: duration.value, step: Ticks.milliseconds(schedule.slice))
        }
        let spikesBefore = spikeCounts.reduce(0, +)
        var throttle = Throttle()
        var handingOn = Throttle.handingOn
        func report() throws {
            try progress(
                SimulationProgress(
                    done: .milliseconds(Ticks.milliseconds(end - start)), of: duration,
                    spikes: spikeCounts.reduce(0, +) - spikesBefore))
        }
        recording.begin(until: goal)
        do {
            while Int64(epochsDone) * schedule.epoch < goal {
                try advance(until: goal)
                end = min(goal, Int64(epochsDone) * schedule.epoch)
                if handingOn.isDue || recording.isFull { try receive(recording.takeSegment()) }
                if throttle.isDue { try report() }
            }
        } catch {
            // Where it was `receive` that failed, its first failure is the one to tell.
            try? receive(recording.takeSegment())
            throw error
        }
        end = goal
        try receive(recording.takeSegment())
        try report()
    }

    /// Advances all neurons by an epoch.
    private func advance(until goal: Int64) throws(SimulationError) {
        let (length, slices) = (schedule.slice, schedule.slicesPerEpoch)
        let firstSlice = epochsDone * slices
        let start = Int64(firstSlice) * length
        for sampler in recording.samplers {
            let samples = sampler.prepare(to: start + schedule.epoch)
            for (worker, own) in samples.enumerated() {
                strips[worker].populations[sampler.population].samples.append(contentsOf: own)
            }
        }
        swap(&present, &before)
        let (levels, index, strips) = (schedule.levels, index, strips)
        for level in 0..<schedule.levelCount {
            let (present, before) = (present, before)
            pool.forEachWorker { worker in
                for population in strips[worker].populations where levels[population.index] == level {
                    for table in population.tables {
                        table.beginEpoch(goal: goal)
                        for source in table.sourcePopulations {
                            // A group that was advanced before has told of this epoch, its own of the last.
                            let isSooner = levels[source] < level
                            table.take(
                                isSooner ? present[source] : before[source], first: index.offsets[source])
                        }
                        table.plastic?.forget(at: start)
                    }
                    population.advance(first: firstSlice, slices: slices, length: length)
                    population.samples.removeAll(keepingCapacity: true)
                }
            }
            collect(level)
        }
        epochsDone += 1
        try tellFailure()
        recording.noteSamples(until: goal)
        for population in present.indices {
            recording.note(present[population], population: population, until: goal)
        }
    }

    /// Puts the spikes of all workers together, in order of time and then of neuron.
    private func collect(_ level: Int) {
        for population in present.indices where schedule.levels[population] == level {
            present[population].removeAll(keepingCapacity: true)
            for strip in strips { present[population].append(contentsOf: strip.populations[population].spikes) }
            if present[population].count > 1 { present[population].sort { $0.precedes($1) } }
        }
    }

    /// The first failure, by time, then population and neuron.
    private func tellFailure() throws(SimulationError) {
        var first: (time: Int64, population: Int, neuron: Int, kind: EventFailure.Kind)?
        for strip in strips {
            for population in strip.populations {
                guard let (time, failure) = population.failure else { continue }
                let neuron = population.neurons.lowerBound + failure.neuron
                if let known = first, (known.time, known.population, known.neuron) < (time, population.index, neuron) {
                    continue
                }
                first = (time, population.index, neuron, failure.kind)
            }
        }
        guard let first else { return }
        let name = index.populations[first.population].name
        let time = Ticks.milliseconds(first.time)
        switch first.kind {
        case .unboundedSpikes: throw .unboundedSpikes(population: name, neuron: first.neuron, time: time)
        case .notFinite:
            throw .notFinite(population: name, neuron: first.neuron, variable: "v", time: time)
        }
    }

    /// How many synapses spikes have passed so far, and how many spikes stimuli have brought.
    public var eventCounts: (synaptic: Int, driven: Int) {
        strips.reduce((0, 0)) { sum, strip in
            strip.populations.reduce(sum) { sum, population in
                (
                    sum.0 + population.tables.reduce(0) { $0 + $1.events }, sum.1 + population.driveEvents
                )
            }
        }
    }

    /// How many spikes are kept for synapses whose weights change.
    package var storedPlasticSpikes: Int {
        strips.reduce(0) { sum, strip in
            strip.populations.reduce(sum) { $1.tables.reduce($0) { $0 + ($1.plastic?.storedSpikes ?? 0) } }
        }
    }
}
