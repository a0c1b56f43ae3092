import SynfireUnits

/// One number for each neuron of a population, stored as sparsely as it was given.
///
/// Converted networks have one threshold or one bias current for each channel of a feature map; keeping them so saves
/// memory and lets the engines hold them in registers.
public enum Column: Sendable, Equatable {
    /// One number for all neurons.
    case uniform(Double)
    /// One number for each index of the population's first axis (the channel of a feature map).
    case perChannel([Double])
    /// One number for each neuron, in row-major order of the population's shape.
    case perNeuron([Double])
    /// One number for each neuron, drawn when a network is made ready to run; see `Network.drawn(seed:)`.
    case drawn(Distribution)
    /// One number for each neuron, computed then from numbers that are drawn for it.
    case computed(ComputedColumn)

    /// The number of one neuron; of a distribution its mean, as it has none yet, of one
    /// to be computed NaN.
    ///
    /// - Parameters:
    ///   - neuron: The row-major index of the neuron.
    ///   - neuronsPerChannel: How many neurons one index of the first axis has.
    @inlinable public func value(at neuron: Int, neuronsPerChannel: Int) -> Double {
        switch self {
        case .uniform(let value): value
        case .perChannel(let values): values[neuron / neuronsPerChannel]
        case .perNeuron(let values): values[neuron]
        case .drawn(let distribution): distribution.mean
        case .computed: .nan
        }
    }

    /// How many numbers are stored; `nil` where one number or one distribution serves all.
    public var storedCount: Int? {
        switch self {
        case .uniform, .drawn, .computed: nil
        case .perChannel(let values), .perNeuron(let values): values.count
        }
    }

    /// The numbers that are stored: one, one a channel, or one a neuron; of a distribution none.
    public var storedValues: [Double] {
        switch self {
        case .uniform(let value): [value]
        case .perChannel(let values), .perNeuron(let values): values
        case .drawn, .computed: []
        }
    }

    /// One number for each neuron of a population of `shape`, in row-major order.
    ///
    /// - Complexity: O(neurons).
    public func expanded(shape: [Int]) -> [Double] {
        let count = shape.reduce(1, *)
        switch self {
        case .uniform(let value): return Array(repeating: value, count: count)
        case .perNeuron(let values): return values
        case .drawn(let distribution): return Array(repeating: distribution.mean, count: count)
        case .computed: return Array(repeating: .nan, count: count)
        case .perChannel(let values):
            let each = count / max(values.count, 1)
            return values.flatMap { Array(repeating: $0, count: each) }
        }
    }

    /// The sparsest column with the same numbers for a population of `shape`.
    public static func compact(_ values: [Double], shape: [Int]) -> Column {
        guard let first = values.first else { return .perNeuron(values) }
        if values.allSatisfy({ $0 == first }) { return .uniform(first) }
        guard shape.count > 1, let channels = shape.first, channels > 0, values.count % channels == 0 else {
            return .perNeuron(values)
        }
        let each = values.count / channels
        let heads = stride(from: 0, to: values.count, by: each).map { values[$0] }
        let follows = values.indices.allSatisfy { values[$0] == heads[$0 / each] }
        return follows ? .perChannel(heads) : .perNeuron(values)
    }
}

extension Column {
    /// Whether its numbers are still to be drawn.
    public var isDrawn: Bool {
        switch self {
        case .drawn, .computed: true
        case .uniform, .perChannel, .perNeuron: false
        }
    }
}

/// A number for each neuron that follows from numbers drawn for it: `-65 + 15 * r^2` of a uniform `r`.
///
/// Columns of one population that name the same variable get the same draw for a neuron, so that parameters may depend on
/// each other. The name `index` is the neuron's index in the population.
public struct ComputedColumn: Sendable, Equatable {
    /// The expression.
    public var expression: Expression
    /// The distribution of each of its variables.
    public var variables: [String: Distribution]
    /// A factor on the value, for a change of unit.
    public var factor: Double

    /// Computes `expression` of `variables`.
    public init(_ expression: Expression, variables: [String: Distribution] = [:], factor: Double = 1) {
        self.expression = expression
        self.variables = variables
        self.factor = factor
    }

    /// What is wrong with it, in words; `nil` where nothing is.
    public var fault: String? {
        if let unknown = expression.names.subtracting(variables.keys).subtracting(["index"]).min() {
            return "'\(expression)' names '\(unknown)'; "
                + NearestName.hint(unknown, among: variables.keys.sorted() + ["index"])
        }
        for (name, distribution) in variables.sorted(by: { $0.key < $1.key }) {
            if let fault = distribution.fault { return "the distribution of '\(name)': \(fault)" }
        }
        return nil
    }
}
