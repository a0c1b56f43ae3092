import Synchronization
import SynfireParallel
import SynfireSpikingNetworks
import SynfireUnits

/// A network made ready to run: trials from rest, each with its own input, spread over workers.
///
///     let simulation = try NetworkSimulation(network, engine: .event, duration: .milliseconds(64))
///     try simulation.run(trials: 100, pool: pool) { trial in [images[trial]] } receive: { result in
///         print(result.checkpoints[0].prediction ?? -1)
///     }
///
/// Results are the same bits for any number of workers, and come in the order of their trials.
public struct NetworkSimulation: Sendable {
    /// The network.
    public let network: Network
    /// How time is advanced.
    public let engine: Engine
    /// How long a trial lasts.
    public let duration: Milliseconds

    /// The length of the event engine's slices [ms], for tests that show that it has no influence.
    package var sliceLength: Double?

    private let plan: Plan
    private let run: RunPlan
    /// How many times a step of the clock adds the constant currents.
    private let currentsPerStep: Double

    /// Lowers and checks everything.
    ///
    /// A network that counts time in steps (``NetworkTiming/steps(dt:)``) takes one of them in each step of the clock; in
    /// continuous time one of its steps is a millisecond.
    ///
    /// - Parameters:
    ///   - network: The network.
    ///   - engine: How time is advanced.
    ///   - duration: How long a trial lasts; whole steps with the clock engine.
    ///   - checkpoints: Times at which intermediate results are taken; the end is always one.
    ///   - recording: What is recorded.
    ///   - countsPerNeuron: Whether results have the spike count of each neuron.
    ///   - takesEvents: Whether the network's sources are given events, which run through operators as spikes do,
    ///     instead of numbers.
    /// - Throws: ``SimulationError``.
    /// - Complexity: O(neurons + weights + entries of pooling tables).
    public init(
        _ network: Network, engine: Engine, duration: Milliseconds, checkpoints: [Milliseconds] = [],
        recording: RecordingRequest = RecordingRequest(), countsPerNeuron: Bool = false, takesEvents: Bool = false
    ) throws(SimulationError) {
        var step: Double?
        if case .clock(let length) = engine {
            guard length.value.isFinite, length.value > 0 else { throw .badTime(what: "the step", value: length.value) }
            step = length.value
        }
        // What a tool of discrete time means by a current is what one step adds, however long that is here.
        if case .steps = network.timing { currentsPerStep = 1 } else { currentsPerStep = step ?? 1 }
        try MemoryEstimate.checkTrials(of: network, workers: 0)
        plan = try Plan(network, takesEvents: takesEvents)
        run = try RunPlan(
            plan, duration: duration.value, step: step, checkpoints: checkpoints.map(\.value), recording: recording,
            countsPerNeuron: countsPerNeuron)
        self.network = network
        self.engine = engine
        self.duration = duration
    }

    /// How many potentials each requested probe samples a trial.
    public var samplesPerTrial: [Int] { run.probes.map(\.samples) }

    /// Runs trials 0 ..< `trials` and hands over each result in turn.
    ///
    /// - Parameters:
    ///   - trials: How many trials there are.
    ///   - pool: The workers.
    ///   - shouldStop: Asked from time to time; where it says so, no further trial is begun.
    ///   - input: The numbers of each analog source of a trial, row-major, in the order of the network's
    ///     ``Network/analogInputs``. Called on any worker.
    ///   - receive: Gets the results, in the order of trials, on the calling thread.
    ///   - handedOn: Called after some results, at least twice a second if trials are that short.
    /// - Throws: ``SimulationError``, among it ``SimulationError/interrupted(trials:of:)`` after results that were
    ///   complete have been received; and what `input` and `receive` throw.
    public func run(
        trials: Int, pool: WorkerPool, shouldStop: @Sendable () -> Bool = { false },
        input: @Sendable (Int) throws -> [[Float]], receive: (TrialResult) throws -> Void,
        handedOn: () throws -> Void = {}
    ) throws {
        guard !plan.takesEvents else { fatalError("the simulation was made for events: call replay") }
        try runEach(trials: trials, pool: pool, shouldStop: shouldStop) { trial in
            let numbers = try input(trial)
            try check(numbers, trial: trial)
            return .numbers(numbers)
        } receive: {
            try receive($0)
        } handedOn: {
            try handedOn()
        }
    }

    /// Runs trials 0 ..< `trials` of a simulation that was made with `takesEvents`, and hands over each result in turn.
    ///
    /// Each event is a spike of its element: it reaches the targets of its kernel at its time, and costs what they are,
    /// whatever the size of the source. Events that come after the end of a trial are left out.
    ///
    /// - Parameters:
    ///   - trials: How many trials there are.
    ///   - pool: The workers.
    ///   - shouldStop: Asked from time to time; where it says so, no further trial is begun.
    ///   - events: The events of each source of a trial by ascending time, in the order of the network's
    ///     ``Network/analogInputs``. Called on any worker.
    ///   - receive: Gets the results, in the order of trials, on the calling thread.
    ///   - handedOn: Called after some results, at least twice a second if trials are that short.
    /// - Throws: As for numbers.
    public func replay(
        trials: Int, pool: WorkerPool, shouldStop: @Sendable () -> Bool = { false },
        events: @Sendable (Int) throws -> [[InputEvent]], receive: (TrialResult) throws -> Void,
        handedOn: () throws -> Void = {}
    ) throws {
        guard plan.takesEvents else { fatalError("the simulation was made for numbers: call run") }
        try runEach(trials: trials, pool: pool, shouldStop: shouldStop) { trial in
            let lists = try events(trial)
            try check(lists, trial: trial)
            return .events(lists)
        } receive: {
            try receive($0)
        } handedOn: {
            try handedOn()
        }
    }

    private func runEach(
        trials: Int, pool: WorkerPool, shouldStop: @Sendable () -> Bool,
        input: @Sendable (Int) throws -> TrialInput, receive: (TrialResult) throws -> Void,
        handedOn: () throws -> Void
    ) throws {
        try MemoryEstimate.checkTrials(of: network, workers: pool.workers)
        let shelf = EngineShelf(engines: (0..<pool.workers).map { _ in makeEngine() })
        // Long enough that workers seldom wait for each other at the end of a round, short enough that recordings of a
        // round fit in memory, and few are lost if the process is killed.
        var round = pool.workers
        var first = 0
        while first < trials {
            let began = ContinuousClock.now
            let count = min(round, trials - first)
            let results = Mutex<[TrialResult?]>(Array(repeating: nil, count: count))
            let base = first
            try pool.parallelFor(count) { (worker: Int, range: Range<Int>) throws in
                let engine = shelf.engines[worker]
                for index in range where !shouldStop() {
                    let trial = base + index
                    let result = try engine.run(trial: trial, input: try input(trial))
                    results.withLock { $0[index] = result }
                }
            }
            for (index, result) in results.withLock({ $0 }).enumerated() {
                guard let result else { throw SimulationError.interrupted(trials: base + index, of: trials) }
                try receive(result)
            }
            try handedOn()
            first += count
            let time = ContinuousClock.now - began
            if time > .milliseconds(500) { round = max(round / 2, pool.workers) }
            if time < .milliseconds(250) { round = min(round * 2, pool.workers * 8) }
        }
    }

    private func makeEngine() -> any TrialEngine {
        switch engine {
        case .event: EventEngine(plan: plan, run: run, slice: sliceLength)
        case .clock(let step):
            ClockEngine(plan: plan, run: run, step: step.value, currentsPerStep: currentsPerStep)
        }
    }

    private func check(_ lists: [[InputEvent]], trial: Int) throws(SimulationError) {
        let sources = plan.analogInputs.map { plan.populations[$0] }
        guard lists.count == sources.count else {
            throw .inputCount(found: lists.count, expected: sources.map(\.name))
        }
        for (events, source) in zip(lists, sources) {
            var last = 0.0
            for (index, event) in events.enumerated() {
                let isInside = event.element >= 0 && event.element < source.count
                guard isInside, event.time >= last, event.time.isFinite else {
                    throw .badEvent(
                        population: source.name, index: index, time: event.time, element: event.element, trial: trial)
                }
                last = event.time
            }
        }
    }

    private func check(_ numbers: [[Float]], trial: Int) throws(SimulationError) {
        let sources = plan.analogInputs.map { plan.populations[$0] }
        guard numbers.count == sources.count else {
            throw .inputCount(found: numbers.count, expected: sources.map(\.name))
        }
        for (values, source) in zip(numbers, sources) {
            guard values.count == source.count else {
                throw .inputSize(
                    population: source.name, found: values.count, expected: source.count, shape: source.layout.shape,
                    trial: trial)
            }
            if let index = values.firstIndex(where: { !$0.isFinite }) {
                throw .badInput(population: source.name, index: index, value: values[index], trial: trial)
            }
        }
    }
}

/// One engine a worker.
///
/// It is unchecked because an engine is not safe to share: a pool runs no two bodies on one worker at once, and each
/// body takes its own worker's engine.
private struct EngineShelf: @unchecked Sendable {
    let engines: [any TrialEngine]
}
