/// All-to-all weights: `y = W·x`.
public struct DenseOperator: ConnectionOperator {
    /// The name in descriptions and files.
    public static let kind = "dense"

    /// The number of elements in front.
    public let inputs: Int
    /// The number of elements behind.
    public let outputs: Int
    /// The weights, row-major `[outputs, inputs]`, as in PyTorch's `Linear`.
    public let weight: [Float]

    /// Takes weights of shape `[outputs, inputs]`.
    ///
    /// - Throws: ``SpikingNetworkError`` where their number is another or one is not finite.
    public init(inputs: Int, outputs: Int, weight: [Float]) throws(SpikingNetworkError) {
        guard inputs > 0, outputs > 0, checkedProduct([inputs, outputs]) == weight.count else {
            throw .operatorShape(
                kind: Self.kind, input: [inputs],
                reason: "[\(outputs), \(inputs)] weights are needed and \(weight.count) are there")
        }
        try Self.checkFinite(weight)
        self.inputs = inputs
        self.outputs = outputs
        self.weight = weight
    }

    /// `[outputs]` behind `[inputs]`.
    public func outputShape(for input: [Int]) throws(SpikingNetworkError) -> [Int] {
        guard input == [inputs] else { throw shapeError(input, "it has weights for [\(inputs)]") }
        return [outputs]
    }

    /// The weights as they are.
    public func kernel(for input: [Int]) -> OperatorKernel { .dense(self) }
}
