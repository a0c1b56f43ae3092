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

    /// The number of one neuron.
    ///
    /// - Parameters:
    ///   - neuron: The row-major index of the neuron.
    ///   - neuronsPerChannel: How many neurons one index of the first axis has.
    @inlinable public func value(at neuron: Int, neuronsPerChannel: Int) -> Double {
        switch self {
        case .uniform(let value): value
        case .perChannel(let values): values[neuron / neuronsPerChannel]
        case .perNeuron(let values): values[neuron]
        }
    }

    /// How many numbers are stored; `nil` where one number serves all.
    public var storedCount: Int? {
        switch self {
        case .uniform: nil
        case .perChannel(let values), .perNeuron(let values): values.count
        }
    }

    /// The numbers that are stored: one, one a channel, or one a neuron.
    public var storedValues: [Double] {
        switch self {
        case .uniform(let value): [value]
        case .perChannel(let values), .perNeuron(let values): values
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
