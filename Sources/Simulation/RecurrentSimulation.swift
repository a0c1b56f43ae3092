import SynfireSpikingNetworks
import SynfireUnits

/// A network that is built once and then advanced, by steps or by events.
public protocol RecurrentSimulation: AnyObject {
    /// The network, with numbers in place of distributions.
    var network: Network { get }
    /// What is recorded, in the order of the recorders and their views.
    var channels: [RecordingChannel] { get }
    /// How many neurons there are, sources among them.
    var neuronCount: Int { get }
    /// How many synapses there are.
    var synapseCount: Int { get }
    /// The bytes that the tables of stored synapses take.
    var synapseBytes: Int { get }
    /// How many spikes each population has emitted so far, by its index in the network.
    var spikeCounts: [Int] { get }
    /// The biological time that has been simulated.
    var time: Milliseconds { get }

    /// Goes on for a while; a run of a and then one of b is a run of a + b, bit by bit.
    func run(
        for duration: Milliseconds, receive: (RecordedSegment) throws -> Void,
        progress: (SimulationProgress) throws -> Void
    ) throws
}

/// How far a run has come.
public struct SimulationProgress: Sendable {
    /// The biological time since the start of the run.
    public let done: Milliseconds
    /// How long the run is.
    public let of: Milliseconds
    /// Spikes in this run so far.
    public let spikes: Int
}

/// Lets something through at most 20 times a second.
struct Throttle {
    /// How often recordings are handed on at least, however little there is: whoever is killed loses what was not.
    static var handingOn: Throttle { Throttle(interval: .milliseconds(500)) }

    private let interval: Duration
    private var last = ContinuousClock.now

    init(interval: Duration = .milliseconds(50)) { self.interval = interval }

    var isDue: Bool {
        mutating get {
            let now = ContinuousClock.now
            guard now - last >= interval else { return false }
            last = now
            return true
        }
    }
}
