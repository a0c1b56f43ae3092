/// A kind of neuron or source: its schema and the family of dynamics that it belongs to.
///
/// A model is one file with one conforming type, and one line in ``ModelCatalog``. The engines never ask which model a
/// population has: they ask for its ``Dynamics``.
public protocol NeuronModel: Sendable {
    /// The rows that describe the model.
    static var schema: ModelSchema { get }

    /// The family of closed forms that the model belongs to, from parameters that have been checked against the schema.
    ///
    /// By default ``Dynamics/stepped``: only its ``makeKernel(_:)`` knows.
    static func dynamics(_ values: ModelValues) -> Dynamics

    /// The number of steps, parameters and memory of some neurons, made ready to be advanced on a grid of time.
    ///
    /// - Returns: `nil` where the model cannot be advanced in steps.
    static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)?

    /// Some neurons, made ready to be advanced in continuous time; see ``EventDrivenModel``.
    ///
    /// - Returns: `nil` where the model has no closed form.
    static func makeEventKernel(_ setup: KernelSetup) -> (any EventKernel)?

    /// What is wrong with parameters that are each in their range but not together; `nil` by default.
    ///
    /// - Returns: A sentence that names the parameters, such as "v_reset (-40) is not below v_threshold (-50)".
    static func fault(_ values: ModelValues, neuron: Int) -> String?

    /// Why a population cannot be advanced in steps of a length [ms], in words; `nil` by default.
    static func stepFault(_ values: ModelValues, step: Double) -> String?
}

extension NeuronModel {
    /// Only in steps.
    public static func dynamics(_ values: ModelValues) -> Dynamics { .stepped }
    /// Not in steps.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? { nil }
    /// Not in continuous time.
    public static func makeEventKernel(_ setup: KernelSetup) -> (any EventKernel)? { nil }
    /// Nothing.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { nil }
    /// Nothing.
    public static func stepFault(_ values: ModelValues, step: Double) -> String? { nil }
}

/// The parameters, options and initial values of one population, complete and checked.
public struct ModelValues: Sendable {
    /// A column for each row of the schema's parameters and state variables, by symbol.
    public let columns: [String: Column]
    /// A choice for each row of the schema's options, by symbol.
    public let options: [String: String]
    /// For each row of the schema's tables, one list for all neurons or one for each.
    public let tables: [String: [[Double]]]

    /// Takes values that have a column for each row and a choice for each option.
    ///
    /// - Precondition: nothing of the schema is missing.
    public init(
        schema: ModelSchema, columns: [String: Column], options: [String: String], tables: [String: [[Double]]] = [:]
    ) {
        if let row = (schema.parameters + schema.state).first(where: { columns[$0.symbol] == nil }) {
            fatalError("values of model '\(schema.name)' lack the row '\(row.symbol)'")
        }
        if let row = schema.options.first(where: { options[$0.symbol] == nil }) {
            fatalError("values of model '\(schema.name)' lack the option '\(row.symbol)'")
        }
        self.columns = columns
        self.options = options
        self.tables = tables
    }

    /// The column of a parameter or state variable of the schema.
    public subscript(symbol: String) -> Column {
        guard let column = columns[symbol] else { fatalError("the schema has no row '\(symbol)'") }
        return column
    }
}

extension ModelValues {
    /// Whether all neurons have the same parameters, initial values and tables.
    public var isUniform: Bool {
        columns.values.allSatisfy { if case .uniform = $0 { true } else { false } }
            && tables.values.allSatisfy { $0.count <= 1 }
    }

    /// The number of one neuron, where columns are uniform or have one number for each neuron.
    subscript(neuron: Int, symbol: String) -> Double {
        switch self[symbol] {
        case .perNeuron(let values): values[neuron]
        case let column: column.storedValues.first ?? 0
        }
    }
}

/// A family of dynamics with one closed form, which an engine implements once for all the models in it.
public enum Dynamics: Sendable {
    /// Emits a number that is constant over a trial and is given from outside; never spikes.
    case analog
    /// A potential that grows linearly between inputs.
    case integrating(IntegratingDynamics)
    /// Known only to the model's own kernel, which the clock engine runs.
    case stepped
}

/// Potentials with a constant slope between inputs, which spike and are reset at a threshold, or only add up.
///
///     dv/dt = i                       between inputs                      (mV/ms)
///     v ← v + r·w                     at an input spike of weight w       (mV)
///     v ≥ θ and t ≥ onset: spike, then v ← v − θ  or  v ← v_reset
public struct IntegratingDynamics: Sendable {
    /// What happens to the potential at a spike.
    public enum Reset: Sendable, Equatable {
        /// The threshold is taken off, so that what was above it is kept.
        case subtraction
        /// The potential is set to a fixed value.
        case toValue
    }

    /// θ [mV]; `nil` where the population never spikes.
    public let threshold: Column?
    /// What happens at a spike.
    public let reset: Reset
    /// The potential after a reset to a value [mV].
    public let resetPotential: Column
    /// r, the factor on everything that comes in [1].
    public let resistance: Column
    /// The constant current, before the factor r [mV/ms].
    public let current: Column
    /// The potential at the start of a trial [mV].
    public let initialPotential: Column
    /// The time before which nothing spikes [ms].
    public let onset: Column
}
