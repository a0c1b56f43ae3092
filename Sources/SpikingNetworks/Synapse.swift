import SynfireParallel
import SynfireSpikingModels
import SynfireUnits

/// What each synapse of a projection has: its weight, its delay, and how its weight changes.
///
///     Synapse(weight: 87.8, delay: .milliseconds(1.5))
///     Synapse(weight: .drawn(.redrawnNormal(mean: 87.8, standardDeviation: 8.8, low: 0, high: .infinity)), delay: 1.5)
public struct Synapse: Sendable {
    /// The weight at the start, in the unit of the receptor (pA, nS, mV).
    public var weight: SynapseValue
    /// The delay [ms].
    public var delay: SynapseValue
    /// Short-term plasticity, where there is any.
    public var shortTerm: PlasticityMechanism<any ShortTermModel.Type>?
    /// Long-term plasticity, where there is any.
    public var longTerm: PlasticityMechanism<any LongTermModel.Type>?
    /// Whether connections are stored, or drawn again at each spike.
    public var storage: SynapseStorage

    /// Describes synapses; without plasticity, static ones.
    public init(
        weight: SynapseValue, delay: SynapseValue,
        shortTerm: PlasticityMechanism<any ShortTermModel.Type>? = nil,
        longTerm: PlasticityMechanism<any LongTermModel.Type>? = nil, storage: SynapseStorage = .stored
    ) {
        self.weight = weight
        self.delay = delay
        self.shortTerm = shortTerm
        self.longTerm = longTerm
        self.storage = storage
    }
}

/// Where the synapses of a projection are kept.
public enum SynapseStorage: String, Sendable, CaseIterable {
    /// In memory, 8 bytes each.
    case stored
    /// Nowhere: a source's synapses are drawn from its random streams again at each of its spikes. That takes no memory
    /// and several times as long, and needs a ``ProceduralConnector`` and no long-term plasticity.
    case procedural
}

/// A number for each synapse of a projection.
public enum SynapseValue: Sendable, Equatable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    /// One number for all.
    case uniform(Double)
    /// Drawn for each synapse.
    case drawn(Distribution)
    /// A function of the distance between the two neurons; its variable is `d`.
    case ofDistance(Expression)
    /// The numbers that the connector brings with its list or file.
    case listed

    /// One number for all.
    public init(floatLiteral value: Double) { self = .uniform(value) }
    /// One number for all.
    public init(integerLiteral value: Int) { self = .uniform(Double(value)) }
    /// One time for all.
    public static func milliseconds(_ value: Double) -> Self { .uniform(value) }
}

/// A model of plasticity with its parameters, complete and checked.
public struct PlasticityMechanism<Model: Sendable>: Sendable {
    /// The model.
    public let model: Model
    /// The parameters and options.
    public let values: ModelValues
    /// The units of parameters that are weights, where they were given with one, by symbol.
    let weightUnits: [String: String]

    init(model: Model, values: ModelValues, weightUnits: [String: String] = [:]) {
        self.model = model
        self.values = values
        self.weightUnits = weightUnits
    }
}

extension PlasticityMechanism where Model == any ShortTermModel.Type {
    /// Sets the parameters of a model of short-term plasticity; what is not given takes its default.
    public init(
        _ model: any ShortTermModel.Type, _ parameters: [String: ParameterValue] = [:], options: [String: String] = [:]
    ) throws(SpikingNetworkError) {
        self.init(
            model: model,
            values: try ModelValues.checked(
                model.schema, owner: "short-term plasticity", shape: [1], parameters: parameters, options: options))
    }
}

extension PlasticityMechanism where Model == any LongTermModel.Type {
    /// Sets the parameters of a model of long-term plasticity; what is not given takes its default.
    public init(
        _ model: any LongTermModel.Type, _ parameters: [String: ParameterValue] = [:], options: [String: String] = [:]
    ) throws(SpikingNetworkError) {
        let values = try ModelValues.checked(
            model.schema, owner: "long-term plasticity", shape: [1], parameters: parameters, options: options)
        if let fault = model.fault(values) {
            throw .unfitParameters("long-term plasticity '\(model.schema.name)'", fault)
        }
        self.init(model: model, values: values, weightUnits: parameters.compactMapValues(\.weightUnit))
    }
}
