import CSynfireSupport

/// What a simulation in steps has spent its time on, summed over workers.
public struct RunProfile: Sendable, Equatable {
    /// A part of a step.
    public enum Phase: String, Sendable, CaseIterable {
        /// Putting the spikes of the last epoch on their way.
        case exchange
        /// Adding the weights of constant synapses to the input of their targets.
        case delivery
        /// The same for synapses with plasticity, whose weights change.
        case plasticity
        /// Drawing the connections of procedural projections again, and adding their weights.
        case regeneration
        /// Stimuli: Poisson input, currents.
        case drive
        /// Advancing neurons.
        case update
        /// Taking samples and handing on what is recorded.
        case recording
        /// Waiting for the other workers.
        case waiting
    }

    /// The time of each phase [s], summed over workers.
    public var seconds: [Phase: Double]
    /// How long the runs took [s].
    public var wallSeconds: Double
    /// How many workers there were.
    public var workers: Int
    /// How many synapses spikes have passed, by the way in which they are stored.
    public var staticEvents, plasticEvents, regeneratedEvents: Int
    /// How many times a neuron was advanced by a step.
    public var neuronUpdates: Int

    /// How many synapses spikes have passed in all.
    public var events: Int { staticEvents + plasticEvents + regeneratedEvents }

    /// The time of a phase by how often something was done [ns], on the worker that did it; 0 where it was not done.
    public func nanoseconds(_ phase: Phase, by count: Int) -> Double {
        count > 0 ? (seconds[phase] ?? 0) * 1e9 / Double(count) : 0
    }

    /// The part of all workers' time that a phase took.
    public func share(_ phase: Phase) -> Double {
        wallSeconds > 0 ? (seconds[phase] ?? 0) / (wallSeconds * Double(workers)) : 0
    }
}

extension RunProfile {
    /// What was spent between two profiles of a simulation.
    public static func - (later: RunProfile, earlier: RunProfile) -> RunProfile {
        RunProfile(
            seconds: later.seconds.merging(earlier.seconds) { $0 - $1 },
            wallSeconds: later.wallSeconds - earlier.wallSeconds, workers: later.workers,
            staticEvents: later.staticEvents - earlier.staticEvents,
            plasticEvents: later.plasticEvents - earlier.plasticEvents,
            regeneratedEvents: later.regeneratedEvents - earlier.regeneratedEvents,
            neuronUpdates: later.neuronUpdates - earlier.neuronUpdates)
    }
}

/// Tells the time of one worker to phases, one after the other.
///
/// Unchecked `Sendable`: its worker alone uses it while a loop runs.
final class Stopwatch: @unchecked Sendable {
    /// Without it nothing is measured, which costs nothing.
    let isRunning: Bool
    private let times: WorkBuffer<UInt64>
    private var last: UInt64 = 0

    init(isRunning: Bool) {
        self.isRunning = isRunning
        times = WorkBuffer(repeating: 0, count: RunProfile.Phase.allCases.count)
    }

    /// What follows is measured from here on.
    @inline(__always) func start() { if isRunning { last = synfire_nanoseconds() } }

    /// The time since the last call belongs to a phase.
    @inline(__always) func lap(_ phase: RunProfile.Phase) {
        guard isRunning else { return }
        let now = synfire_nanoseconds()
        times.base[phase.index] += now - last
        last = now
    }

    func seconds(_ phase: RunProfile.Phase) -> Double { Double(times.base[phase.index]) * 1e-9 }
}

extension RunProfile.Phase {
    fileprivate var index: Int {
        switch self {
        case .exchange: 0
        case .delivery: 1
        case .plasticity: 2
        case .regeneration: 3
        case .drive: 4
        case .update: 5
        case .recording: 6
        case .waiting: 7
        }
    }
}
