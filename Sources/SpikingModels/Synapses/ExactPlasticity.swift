/// What is known of a source's spike when it reaches its synapses, in continuous time.
public struct ExactSourceSpike: BitwiseCopyable, Sendable {
    /// The source, within the projection.
    public var source: Int
    /// When it was emitted [ms].
    public var time: Double
    /// When the spike before was; −∞ where there was none.
    public var previous: Double
    /// The source's trace just after the spike before, 0 where there was none.
    public var trace: Double
}

/// Long-term plasticity of the synapses onto the neurons of one worker, in continuous time and double precision.
///
/// Calls come in order of time for each synapse: a source's spikes, a target's spikes, and what reaches a target.
public protocol ExactPlasticityKernel: AnyObject {
    /// Notes a spike of a source, in order of time.
    func sourceSpiked(_ source: Int, time: Double) -> ExactSourceSpike

    /// Notes a spike of a target.
    func targetSpiked(_ target: Int, time: Double)

    /// The weight that a source's spike transmits, brought up to date with what has happened since its spike before.
    ///
    /// - Parameters:
    ///   - weight: The weight as it was left by the spike before.
    ///   - target: The target, among the worker's.
    ///   - spike: The source's spike, which now arrives.
    ///   - delay: The synapse's delay [ms].
    func updated(_ weight: Double, target: Int, by spike: ExactSourceSpike, delay: Double) -> Double
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
    open func targetSpiked(_ target: Int, time: Double) {}
}
