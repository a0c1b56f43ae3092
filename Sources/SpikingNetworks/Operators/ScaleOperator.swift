/// Multiplies each element by a factor of its own.
public struct ScaleOperator: ConnectionOperator {
    /// The name in descriptions and files.
    public static let kind = "scale"

    /// One factor for each element, row-major, or one for all.
    public let factors: [Float]

    /// Takes one factor for all elements, or one for each.
    ///
    /// - Throws: ``SpikingNetworkError`` where there is none or one is not finite.
    public init(factors: [Float]) throws(SpikingNetworkError) {
        guard !factors.isEmpty else {
            throw .operatorShape(kind: Self.kind, input: [], reason: "it has no factors")
        }
        try Self.checkFinite(factors)
        self.factors = factors
    }

    /// The shape in front.
    public func outputShape(for input: [Int]) throws(SpikingNetworkError) -> [Int] {
        guard factors.count == 1 || factors.count == input.reduce(1, *) else {
            throw shapeError(input, "it has \(factors.count) factors")
        }
        return input
    }

    /// One target an element.
    public func kernel(for input: [Int]) -> OperatorKernel {
        var map = SparseMap()
        for index in 0..<input.reduce(1, *) {
            map.append(target: index, factor: factors.count == 1 ? factors[0] : factors[index])
            map.endRow()
        }
        return .sparse(map)
    }
}
