/// A linear map from the elements of one shape to those of another, through which spikes are pushed.
///
/// An operator is one file with one conforming type, and one line in ``OperatorCatalog``. A spike of an element is
/// scattered to the targets that depend on it; weights that several targets share are stored once.
public protocol ConnectionOperator: Sendable {
    /// The name in descriptions and files, such as `conv2d`.
    static var kind: String { get }

    /// The shape behind the operator.
    ///
    /// - Throws: ``SpikingNetworkError`` where the operator cannot take `input`.
    func outputShape(for input: [Int]) throws(SpikingNetworkError) -> [Int]

    /// The form that the engines run.
    ///
    /// - Parameter input: A shape that ``outputShape(for:)`` accepts.
    func kernel(for input: [Int]) -> OperatorKernel
}

/// The forms of linear maps that the engines run, with row-major indices in the shapes before and behind.
public enum OperatorKernel: Sendable {
    /// Each element goes to the element of the same index.
    case identity
    /// Few targets an element, listed one by one.
    case sparse(SparseMap)
    /// Every element reaches every target.
    case dense(DenseOperator)
    /// Every element reaches the targets whose window covers it.
    case convolution(ConvolutionOperator)
}

/// Targets and factors of each element, in compressed rows.
public struct SparseMap: Sendable {
    /// The entries of element `i` are `rowStarts[i] ..< rowStarts[i + 1]`; one more number than elements.
    public internal(set) var rowStarts: [Int] = [0]
    /// The index of the target of each entry.
    public internal(set) var targets: [Int32] = []
    /// The factor of each entry.
    public internal(set) var factors: [Float] = []

    /// Appends the next element's entry; ``endRow()`` closes the element.
    mutating func append(target: Int, factor: Float) {
        targets.append(Int32(target))
        factors.append(factor)
    }

    /// Closes the entries of the current element.
    mutating func endRow() { rowStarts.append(targets.count) }
}

/// Every operator that Synfire has.
public enum OperatorCatalog {
    /// The operators, in the order of the documentation.
    public static let all: [any ConnectionOperator.Type] = [
        DenseOperator.self, ConvolutionOperator.self, PoolingOperator.self, FlattenOperator.self, ScaleOperator.self,
    ]
}

extension ConnectionOperator {
    func shapeError(_ input: [Int], _ reason: String) -> SpikingNetworkError {
        .operatorShape(kind: Self.kind, input: input, reason: reason)
    }

    static func checkFinite(_ weights: [Float]) throws(SpikingNetworkError) {
        if let index = weights.firstIndex(where: { !$0.isFinite }) {
            throw .badWeight(kind: kind, index: index, value: weights[index])
        }
    }
}
