/// What is known of a source's spike when it reaches its synapses, in continuous time.
public struct ExactSourceSpike: BitwiseCopyable, Sendable {
    /// The source, within the projection.
    public var source: Int
    /// When it was emitted [ticks].
    public var time: Int64
    /// When the spike before was; `nil` where there was none.
    public var previous: Int64?
    /// The source's trace just after the spike before, 0 where there was none.
    public var trace: Double
}

/// A synapse between two spikes of its source.
public struct ExactSynapse: BitwiseCopyable, Sendable {
    /// The weight, with the target's spikes that are accounted for.
    public var weight: Double
    /// Spikes of the target are accounted for that a spike of the source emitted at this time would find [ticks].
    public var upTo: Int64
    /// Whether one of them came after the source's last spike.
    public var isPaired: Bool

    /// A synapse as a spike of the source emitted at `time` has left it.
    public init(weight: Double, after time: Int64) {
        self.weight = weight
        upTo = time
        isPaired = false
    }
}

/// Long-term plasticity of the synapses onto the neurons of one worker, in continuous time and double precision.
///
/// Sources may be far ahead of targets, and many of their spikes under way at once. Spikes of a source are noted in order of
/// time, those of a target too, and before anything is asked that arrives at the target later.
public protocol ExactPlasticityKernel: AnyObject {
    /// Notes a spike of a source.
    func sourceSpiked(_ source: Int, time: Int64) -> ExactSourceSpike

    /// Notes a spike of a target.
    func targetSpiked(_ target: Int, time: Int64)

    /// The spike that a source would emit at a time; it is not noted.
    func nextSpike(of source: Int, time: Int64) -> ExactSourceSpike

    /// Accounts for the target's spikes between the source's spike before and `spike`.
    ///
    /// Settling in one step or in several, with spikes that are never emitted, gives the same bits.
    func settle(_ synapse: inout ExactSynapse, target: Int, until spike: ExactSourceSpike, delay: Int64)

    /// The weight that a source's spike transmits, given what was settled until it.
    func transmitted(_ synapse: ExactSynapse, target: Int, by spike: ExactSourceSpike, delay: Int64) -> Double

    /// How many spikes are kept.
    var storedSpikes: Int { get }

    /// Forgets what nothing asks for any more.
    ///
    /// - Parameters:
    ///   - settled: Every synapse is settled until a spike of its source that is not emitted before this [ticks].
    ///   - previous: For each source, no spike that is still to be settled follows one before this [ticks].
    func forget(before settled: Int64, previous: [Int64])
}

extension ExactPlasticityKernel {
    /// The weight that a source's spike transmits, brought up to date with what has happened since its spike before.
    ///
    /// - Parameters:
    ///   - weight: The weight as it was left by the spike before.
    ///   - target: The target, among the worker's.
    ///   - spike: The source's spike, which now arrives.
    ///   - delay: The synapse's delay [ticks].
    public func updated(_ weight: Double, target: Int, by spike: ExactSourceSpike, delay: Int64) -> Double {
        var synapse = ExactSynapse(weight: weight, after: spike.previous ?? .min)
        settle(&synapse, target: target, until: spike, delay: delay)
        return transmitted(synapse, target: target, by: spike, delay: delay)
    }
}

/// Synapses whose weight is known when a spike arrives, not before: where kernels ask for it.
open class EventPlasticity {
    /// For subclasses.
    public init() {}

    /// The weight that a spike transmits through a synapse.
    ///
    /// - Parameters:
    ///   - synapse: The synapse, by its place in the tables.
    ///   - spike: The number of the spike that ``ArrivalRun`` brought.
    ///   - target: The target, counted in the kernel.
    open func weight(of synapse: Int, spike: Int, target: Int) -> Double { 0 }

    /// Notes a spike of a target.
    open func targetSpiked(_ target: Int, time: Int64) {}
}
