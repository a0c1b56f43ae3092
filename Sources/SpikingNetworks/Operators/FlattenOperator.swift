/// Joins neighbouring axes into one, without moving anything: row-major order stays.
public struct FlattenOperator: ConnectionOperator {
    /// The name in descriptions and files.
    public static let kind = "flatten"

    /// The first axis to be joined, counted without a batch axis; negative from the end.
    public let startAxis: Int
    /// The last axis to be joined; negative from the end.
    public let endAxis: Int

    /// Joins the axes from `startAxis` through `endAxis`; by default all.
    public init(startAxis: Int = 0, endAxis: Int = -1) {
        self.startAxis = startAxis
        self.endAxis = endAxis
    }

    /// The shape with the axes joined.
    public func outputShape(for input: [Int]) throws(SpikingNetworkError) -> [Int] {
        let first = startAxis < 0 ? startAxis + input.count : startAxis
        let last = endAxis < 0 ? endAxis + input.count : endAxis
        guard input.indices.contains(first), input.indices.contains(last), first <= last else {
            throw shapeError(input, "it joins the axes \(startAxis) through \(endAxis)")
        }
        return input[..<first] + [input[first...last].reduce(1, *)] + input[(last + 1)...]
    }

    /// Nothing moves.
    public func kernel(for input: [Int]) -> OperatorKernel { .identity }
}
