/// How the strength of a source's spikes changes with its own past: short-term plasticity.
///
/// All synapses of a source in a projection share its parameters, and so its state: it is advanced once a spike, not
/// once a synapse. A model is one file with one conforming type, and one line in ``SynapseCatalog``.
public protocol ShortTermModel: Sendable {
    /// The rows that describe the model.
    static var schema: ModelSchema { get }

    /// The state of some sources.
    ///
    /// - Parameters:
    ///   - values: Parameters that all sources share, checked.
    ///   - sources: How many sources there are.
    ///   - step: The length of a step [ms].
    static func makeKernel(_ values: ModelValues, sources: Int, step: Double) -> any ShortTermKernel
}

/// The short-term state of the sources of a projection.
public protocol ShortTermKernel: AnyObject {
    /// The factor on the weights of a spike, which is noted.
    ///
    /// - Parameters:
    ///   - source: The source, within the projection; its spikes come in order of time.
    ///   - step: The step at whose end it spiked.
    func factor(source: Int, step: Int) -> Float

    /// The same in continuous time.
    ///
    /// - Parameter time: When it spiked [ms].
    func factor(source: Int, time: Double) -> Double
}

/// How weights change with the spikes on both sides of a synapse, or with more: long-term plasticity.
///
/// A model is one file with one conforming type, and one line in ``SynapseCatalog``.
public protocol LongTermModel: Sendable {
    /// The rows that describe the model.
    static var schema: ModelSchema { get }

    /// What is wrong with parameters that are each in their range but not together.
    static func fault(_ values: ModelValues) -> String?

    /// The weights that plasticity may lead to, and that a weight may start with.
    static func weightBounds(_ values: ModelValues) -> ClosedRange<Double>

    /// The plasticity of the synapses of a projection onto the neurons of one worker.
    static func makeKernel(_ setup: PlasticitySetup) -> any PlasticityKernel

    /// The same in continuous time.
    ///
    /// - Parameter setup: Its step is 0.
    /// - Returns: `nil` where plasticity is known in steps only.
    static func makeExactKernel(_ setup: PlasticitySetup) -> (any ExactPlasticityKernel)?
}

extension LongTermModel {
    /// None.
    public static func makeExactKernel(_ setup: PlasticitySetup) -> (any ExactPlasticityKernel)? { nil }
    /// Nothing.
    public static func fault(_ values: ModelValues) -> String? { nil }
    /// Any.
    public static func weightBounds(_ values: ModelValues) -> ClosedRange<Double> {
        -Double.infinity...Double.infinity
    }
}

/// What a plasticity kernel is made from.
public struct PlasticitySetup {
    /// Parameters that all synapses share, checked.
    public let values: ModelValues
    /// How many sources the projection has.
    public let sources: Int
    /// How many targets the worker has.
    public let targets: Int
    /// The length of a step [ms].
    public let step: Double
    /// The longest delay of the synapses, in steps; `nil` where it is not known, and no spike can be forgotten.
    public let maximumDelay: Int?
    /// The shortest delay of the synapses, in steps; `nil` where it is not known.
    public let minimumDelay: Int?

    /// In continuous time, no delay is longer [ticks].
    public var longestExactDelay: Int64 = 0

    /// Describes the synapses of a projection that one worker has.
    public init(
        values: ModelValues, sources: Int, targets: Int, step: Double, maximumDelay: Int? = nil,
        minimumDelay: Int? = nil
    ) {
        self.values = values
        self.sources = sources
        self.targets = targets
        self.step = step
        self.maximumDelay = maximumDelay
        self.minimumDelay = minimumDelay
    }
}

/// What is known of a source's spike when it reaches its synapses.
public struct SourceSpike {
    /// The source, within the projection.
    public var source: Int
    /// The step at whose end it spiked.
    public var step: Int
    /// The step of the spike before; `Int.min` where there was none.
    public var previousStep: Int
    /// The source's trace just after the spike before, 0 where there was none.
    public var trace: Float

    /// Describes a spike.
    public init(source: Int, step: Int, previousStep: Int, trace: Float) {
        self.source = source
        self.step = step
        self.previousStep = previousStep
        self.trace = trace
    }
}

/// Synapses of one source with one delay onto the neurons of one worker.
public struct PlasticRun {
    /// The target of each synapse, among the worker's targets of the projection.
    public let targets: UnsafePointer<Int32>
    /// The weights, which the kernel changes.
    public let weights: UnsafeMutablePointer<Float>
    /// How many there are.
    public let count: Int
    /// The delay, in steps.
    public let delay: Int

    /// Describes synapses.
    public init(
        targets: UnsafePointer<Int32>, weights: UnsafeMutablePointer<Float>, count: Int, delay: Int
    ) {
        self.targets = targets
        self.weights = weights
        self.count = count
        self.delay = delay
    }
}

/// Long-term plasticity of the synapses onto the neurons of one worker.
///
/// The engine calls it in one order for any number of workers: in each step first ``deliver(_:of:factor:into:)`` for
/// the spikes that arrive at its end, by time of emission and then by source; then ``targetSpiked(_:step:)`` for the
/// neurons that spike at its end; and ``sourceSpiked(_:step:)`` for spikes of sources, always before they are
/// delivered.
public protocol PlasticityKernel: AnyObject {
    /// Notes a spike of a source, in order of time.
    func sourceSpiked(_ source: Int, step: Int) -> SourceSpike

    /// Notes a spike of a target.
    func targetSpiked(_ target: Int, step: Int)

    /// Brings weights up to date with what has happened since the source's spike before, and adds each, times `factor`,
    /// to its target's input.
    func deliver(_ run: PlasticRun, of spike: SourceSpike, factor: Float, into input: UnsafeMutablePointer<Float>)
}

/// Every synapse model that Synfire has, besides constant weights.
public enum SynapseCatalog {
    /// Short-term plasticity, in the order of the documentation.
    public static let shortTerm: [any ShortTermModel.Type] = [
        TsodyksMarkram.self
    ]
    /// Long-term plasticity.
    public static let longTerm: [any LongTermModel.Type] = [
        PairSTDP.self
    ]

    /// The short-term model of a name.
    public static func shortTerm(named name: String) -> (any ShortTermModel.Type)? {
        shortTerm.first { $0.schema.name == name }
    }

    /// The long-term model of a name.
    public static func longTerm(named name: String) -> (any LongTermModel.Type)? {
        longTerm.first { $0.schema.name == name }
    }
}
