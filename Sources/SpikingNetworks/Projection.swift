/// A way from some neurons to others: synapses made by a connector, or a chain of linear operators.
public struct Projection: Sendable {
    /// The name, unique in a network; it names the random streams of its synapses.
    public let name: String
    /// The neurons that spikes come from.
    public let sources: Assembly
    /// The neurons that they reach.
    public let targets: Assembly
    /// How they are connected.
    public let transmission: Transmission

    /// How the neurons of a projection are connected.
    public enum Transmission: Sendable {
        /// By synapses with delays.
        case synapses(any Connector, Synapse, receptor: String?)
        /// By linear operators without delay, the one next to the source first; none at all connects element by element.
        case operators([any ConnectionOperator])
    }

    /// Connects neurons by synapses.
    ///
    /// - Parameters:
    ///   - name: The name, unique in the network.
    ///   - sources: The neurons that spikes come from.
    ///   - targets: The neurons that they reach.
    ///   - connector: Which of them are connected.
    ///   - synapse: Weight, delay and plasticity.
    ///   - receptor: Where weights go in, by a name of the target's model. `nil` takes the only one, or, where there are
    ///     `excitatory` and `inhibitory`, the one that the sign of the weights tells.
    public init(
        _ name: String, from sources: Assembly, to targets: Assembly, connector: any Connector, synapse: Synapse,
        receptor: String? = nil
    ) {
        self.name = name
        self.sources = sources
        self.targets = targets
        transmission = .synapses(connector, synapse, receptor: receptor)
    }

    /// Connects two populations of a network by a chain of linear operators that each spike is pushed through.
    ///
    /// A target's potential jumps by `r` times the sum of the weights along the chain when a spike arrives; an analog
    /// source gives a constant current instead. There is no delay.
    public init(_ name: String, from source: String, to target: String, operators: [any ConnectionOperator]) {
        self.name = name
        sources = Assembly(source)
        targets = Assembly(target)
        transmission = .operators(operators)
    }

    /// The name of the first population that spikes come from.
    public var source: String { sources.views.first?.population ?? "" }

    /// The name of the first population that they reach.
    public var target: String { targets.views.first?.population ?? "" }

    /// The chain of operators; `nil` where synapses connect.
    public var operatorChain: [any ConnectionOperator]? {
        if case .operators(let chain) = transmission { chain } else { nil }
    }

    /// The operators, first the one next to the source; none where synapses connect.
    public var operators: [any ConnectionOperator] { operatorChain ?? [] }

    /// The shapes in front of each operator, and behind the last.
    ///
    /// - Throws: ``SpikingNetworkError`` where an operator cannot take what comes.
    public func shapes(from input: [Int]) throws(SpikingNetworkError) -> [[Int]] {
        var shapes = [input]
        for item in operators {
            guard let shape = shapes.last else { break }
            shapes.append(try item.outputShape(for: shape))
        }
        return shapes
    }
}
