/// A way from one population to another: a chain of linear operators that each spike is pushed through.
///
/// A target's potential jumps by `r` times the sum of the weights along the chain when a spike arrives; an analog
/// source gives a constant current instead. There is no delay.
public struct Projection: Sendable {
    /// The name, unique in a network.
    public let name: String
    /// The name of the population that spikes come from.
    public let source: String
    /// The name of the population that they reach.
    public let target: String
    /// The operators, first the one next to the source; none at all connects element by element.
    public let operators: [any ConnectionOperator]

    /// Connects two populations of a network by name.
    public init(_ name: String, from source: String, to target: String, operators: [any ConnectionOperator]) {
        self.name = name
        self.source = source
        self.target = target
        self.operators = operators
    }

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
