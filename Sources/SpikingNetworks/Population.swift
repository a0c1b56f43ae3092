import SpikingModels
import Units

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

    /// Makes a population; what is not given takes the schema's default.
    ///
    /// - Parameters:
    ///   - name: A name that is unique in the network, not empty, without `/`.
    ///   - shape: One to three extents, each at least 1.
    ///   - model: The model, from the catalog or of the caller's own.
    ///   - parameters: Numbers by symbol of the schema.
    ///   - options: Choices by symbol of the schema.
    ///   - initialValues: Numbers for state variables, by symbol of the schema.
    /// - Throws: ``SpikingNetworkError`` for an unknown symbol (with the nearest one), a value outside its range (with the
    ///   neuron), or a column of another length than the population's.
    public init(
        _ name: String, shape: [Int], model: any NeuronModel.Type, parameters: [String: Column] = [:],
        options: [String: String] = [:], initialValues: [String: Column] = [:]
    ) throws(SpikingNetworkError) {
        guard !name.isEmpty, !name.contains("/"), name != "." else { throw .badName(name) }
        guard (1...3).contains(shape.count), shape.allSatisfy({ $0 >= 1 }), checkedProduct(shape) != nil else {
            throw .badShape(population: name, shape)
        }
        let schema = model.schema
        var columns: [String: Column] = [:]
        let given = parameters.merging(initialValues) { first, _ in first }
        let rows = schema.parameters + schema.state
        for symbol in given.keys.sorted() where !rows.contains(where: { $0.symbol == symbol }) {
            throw .unknownParameter(population: name, model: schema.name, symbol, valid: rows.map(\.symbol))
        }
        for row in rows {
            let column = given[row.symbol] ?? .uniform(row.defaultValue)
            try Population.check(column, row: row, population: name, shape: shape)
            columns[row.symbol] = column
        }
        var choices: [String: String] = [:]
        for symbol in options.keys.sorted() where !schema.options.contains(where: { $0.symbol == symbol }) {
            throw .unknownParameter(population: name, model: schema.name, symbol, valid: schema.options.map(\.symbol))
        }
        for row in schema.options {
            let choice = options[row.symbol] ?? row.choices[0]
            guard row.choices.contains(choice) else {
                throw .unknownChoice(population: name, option: row.symbol, choice, valid: row.choices)
            }
            choices[row.symbol] = choice
        }
        self.name = name
        self.shape = shape
        self.model = model
        self.values = ModelValues(schema: schema, columns: columns, options: choices)
    }

    private static func check(
        _ column: Column, row: ParameterRow, population: String, shape: [Int]
    ) throws(SpikingNetworkError) {
        let expected: Int
        switch column {
        case .uniform: expected = 1
        case .perChannel: expected = shape[0]
        case .perNeuron: expected = shape.reduce(1, *)
        }
        let stored = column.storedValues
        guard stored.count == expected else {
            throw .columnLength(population: population, row.symbol, found: stored.count, expected: expected)
        }
        if let index = stored.firstIndex(where: { !row.allowed.contains($0) }) {
            throw .valueOutOfRange(
                population: population, parameter: row.symbol, index: index, value: stored[index],
                allowed: row.allowed)
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
