import SynfireSpikingModels

/// A current or spikes that some neurons get from outside the network.
///
///     try Stimulus("drive", DirectCurrent.self, to: "exc", parameters: ["amplitude": .picoamperes(300)])
public struct Stimulus: Sendable {
    /// The name, unique in a network; it names the random streams.
    public let name: String
    /// The model.
    public let model: any StimulusModel.Type
    /// The neurons that it acts on.
    public let target: Assembly
    /// The receptor that it acts on, where the model's effect is spikes.
    ///
    /// `nil` takes the only one, or, where there are `excitatory` and `inhibitory`, the one that the sign of the weights
    /// tells, as for projections.
    public let receptor: String?
    /// Parameters, as given; they are completed and checked against the targets in a network.
    public let parameters: [String: ParameterValue]
    /// Options, as given.
    public let options: [String: String]
    /// Tables, as given: one list for all targets or one for each.
    public let tables: [String: [[Double]]]

    /// Describes a stimulus.
    public init(
        _ name: String, _ model: any StimulusModel.Type, to target: Assembly, receptor: String? = nil,
        parameters: [String: ParameterValue] = [:], options: [String: String] = [:], tables: [String: [[Double]]] = [:]
    ) {
        self.name = name
        self.model = model
        self.target = target
        self.receptor = receptor
        self.parameters = parameters
        self.options = options
        self.tables = tables
    }

    /// The parameters of all targets, complete, checked and drawn.
    ///
    /// - Parameters:
    ///   - count: How many targets there are.
    ///   - seed: The seed of the run.
    package func values(count: Int, seed: UInt64) throws(SpikingNetworkError) -> ModelValues {
        let owner = "stimulus '\(name)'"
        let checked = try ModelValues.checked(
            model.schema, owner: owner, shape: [count], parameters: parameters, options: options, tables: tables)
        let values =
            try checked.drawn(model.schema, owner: owner, name: name + "/stimulus", count: count, seed: seed)
            ?? checked
        let differs = values.columns.values.contains { if case .perNeuron = $0 { true } else { false } }
        for neuron in 0..<(differs ? count : 1) {
            if let fault = model.fault(values, neuron: neuron) {
                throw .unfitParameters(differs ? "\(owner), target \(neuron)" : owner, fault)
            }
        }
        return values
    }
}
