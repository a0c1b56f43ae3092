import SynfireSpikingModels
import SynfireUnits

/// Neurons or sources of one model, with their parameters.
///
///     let hidden = try Population(
///         "hidden", shape: [64, 14, 14], model: IntegrateAndFire.self,
///         parameters: ["i": .perChannel(bias)], initialValues: ["v": .uniform(0.5)])
public struct Population: Sendable {
    /// The name, unique in a network.
    public let name: String
    /// The extent along each axis: `[neurons]`, or `[channels, height, width]` for a feature map.
    public let shape: [Int]
    /// What kind of neuron it consists of.
    public let model: any NeuronModel.Type
    /// The parameters, options and initial values, complete and checked.
    public let values: ModelValues

    /// How many neurons there are.
    public var count: Int { shape.reduce(1, *) }

    /// How many neurons one index of the first axis has.
    public var neuronsPerChannel: Int { shape.dropFirst().reduce(1, *) }

    /// The family of dynamics that the engines compute.
    public var dynamics: Dynamics { model.dynamics(values) }

    /// Where the neurons are, if anywhere.
    public let positions: Positions?

    /// Makes a population; what is not given takes the schema's default.
    ///
    /// - Parameters:
    ///   - name: A name that is unique in the network, not empty, without `/`.
    ///   - shape: One to three extents, each at least 1.
    ///   - model: The model, from the catalog or of the caller's own.
    ///   - parameters: Numbers by symbol of the schema.
    ///   - options: Choices by symbol of the schema.
    ///   - initialValues: Numbers for state variables, by symbol of the schema.
    ///   - tables: Lists by symbol of the schema: one for all neurons, or one for each.
    ///   - positions: Where the neurons are.
    /// - Throws: ``SpikingNetworkError`` for an unknown symbol (with the nearest one), a value outside its range (with the
    ///   neuron), a unit that does not fit, or a column of another length than the population's.
    public init(
        _ name: String, shape: [Int], model: any NeuronModel.Type, parameters: [String: ParameterValue] = [:],
        options: [String: String] = [:], initialValues: [String: ParameterValue] = [:],
        tables: [String: [[Double]]] = [:], positions: Positions? = nil
    ) throws(SpikingNetworkError) {
        guard !name.isEmpty, !name.contains("/"), name != "." else { throw .badName(name) }
        guard (1...3).contains(shape.count), shape.allSatisfy({ $0 >= 1 }), let count = checkedProduct(shape),
            count <= Int(Int32.max)
        else { throw .badShape(population: name, shape) }
        let owner = "population '\(name)'"
        let values = try ModelValues.checked(
            model.schema, owner: owner, shape: shape,
            parameters: parameters.merging(initialValues) { first, _ in first }, options: options, tables: tables)
        self.init(name, shape, model, values, positions)
        try checkTogether()
        if let positions, let fault = positions.fault(shape: shape) { throw .unfitParameters(owner, fault) }
    }

    /// Makes a population of `count` neurons in a row.
    public init(
        _ name: String, count: Int, model: any NeuronModel.Type, parameters: [String: ParameterValue] = [:],
        options: [String: String] = [:], initialValues: [String: ParameterValue] = [:],
        tables: [String: [[Double]]] = [:], positions: Positions? = nil
    ) throws(SpikingNetworkError) {
        try self.init(
            name, shape: [count], model: model, parameters: parameters, options: options, initialValues: initialValues,
            tables: tables, positions: positions)
    }

    private init(
        _ name: String, _ shape: [Int], _ model: any NeuronModel.Type, _ values: ModelValues, _ positions: Positions?
    ) {
        self.name = name
        self.shape = shape
        self.model = model
        self.values = values
        self.positions = positions
    }

    /// Whether parameters or initial values are still to be drawn.
    public var isDrawn: Bool { values.columns.values.contains(where: \.isDrawn) }

    /// The population with a number for each neuron in place of each distribution.
    ///
    /// A neuron's draw depends on the seed, the names of population and parameter, and its index only.
    ///
    /// - Throws: ``SpikingNetworkError`` for a draw that the parameter does not allow.
    public func drawn(seed: UInt64) throws(SpikingNetworkError) -> Population {
        let drawn = try values.drawn(model.schema, owner: "population '\(name)'", name: name, count: count, seed: seed)
        guard let drawn else { return self }
        let result = Population(name, shape, model, drawn, positions)
        try result.checkTogether()
        return result
    }

    private func checkTogether() throws(SpikingNetworkError) {
        let owner = "population '\(name)'"
        // One neuron stands for all where nothing that is checked differs between neurons.
        let differs = values.columns.values.contains { if case .perNeuron = $0 { true } else { false } }
        guard !isDrawn else { return }
        for neuron in 0..<(differs ? count : 1) {
            if let fault = model.fault(values, neuron: neuron) {
                throw .unfitParameters(differs ? "\(owner), neuron \(neuron)" : owner, fault)
            }
        }
    }
}

/// The product of extents, or `nil` where it does not fit.
func checkedProduct(_ extents: [Int]) -> Int? {
    var product = 1
    for extent in extents {
        let (next, overflow) = product.multipliedReportingOverflow(by: extent)
        if overflow { return nil }
        product = next
    }
    return product
}
