/// Single-precision numbers in row-major order, with a shape.
///
/// The plain form in which data enters and leaves: images are (N, C, H, W), convolution weights (O, I/groups, H, W),
/// linear weights (out, in). Inside a running network values may lie in other orders; a `Tensor` never does.
public struct Tensor: Sendable, Hashable {
    /// The extent of each axis, slowest first.
    ///
    /// Empty for a single number.
    public let shape: [Int]

    /// The numbers, row-major: the last axis is contiguous.
    ///
    /// There are as many as the product of `shape`.
    public private(set) var scalars: [Float]

    /// Puts numbers into a shape.
    ///
    /// - Throws: ``TensorError`` where the shape is not valid or holds another count of numbers.
    public init(shape: [Int], scalars: [Float]) throws(TensorError) {
        let count = try Self.count(of: shape)
        guard count == scalars.count else {
            throw .countMismatch(shape: shape, expected: count, found: scalars.count)
        }
        self.shape = shape
        self.scalars = scalars
    }

    /// Fills a shape with one number.
    ///
    /// - Throws: ``TensorError`` where the shape is not valid.
    public init(shape: [Int], repeating value: Float = 0) throws(TensorError) {
        scalars = [Float](repeating: value, count: try Self.count(of: shape))
        self.shape = shape
    }

    /// A vector.
    public init(_ scalars: [Float]) {
        shape = [scalars.count]
        self.scalars = scalars
    }

    /// The number of scalars.
    public var count: Int { scalars.count }

    /// How many numbers a shape holds.
    ///
    /// - Throws: ``TensorError`` where an extent is negative or the numbers would not fit into memory.
    public static func count(of shape: [Int]) throws(TensorError) -> Int {
        guard shape.allSatisfy({ $0 >= 0 }) else { throw .negativeExtent(shape: shape) }
        guard !shape.contains(0) else { return 0 }
        var count = 1
        for extent in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            guard !overflow, product <= Int.max / MemoryLayout<Float>.stride else { throw .tooLarge(shape: shape) }
            count = product
        }
        return count
    }

    /// The same numbers in another shape.
    ///
    /// - Throws: ``TensorError`` where the new shape holds another count of numbers.
    /// - Complexity: O(1).
    public func reshaped(to shape: [Int]) throws(TensorError) -> Tensor {
        try Tensor(shape: shape, scalars: scalars)
    }

    /// The number at a position, one index an axis.
    ///
    /// - Precondition: There are as many indices as axes, each within its extent.
    public subscript(indices: Int...) -> Float {
        get { scalars[offset(of: indices)] }
        set { scalars[offset(of: indices)] = newValue }
    }

    private func offset(of indices: [Int]) -> Int {
        guard indices.count == shape.count, zip(indices, shape).allSatisfy({ $0 >= 0 && $0 < $1 }) else {
            fatalError("the position \(indices) is outside a tensor of shape \(shape)")
        }
        return zip(indices, shape).reduce(0) { $0 * $1.1 + $1.0 }
    }

    /// The position of the scalar at `offset`, one index an axis.
    public func position(at offset: Int) -> [Int] {
        var rest = offset
        var indices: [Int] = []
        for extent in shape.reversed() where extent > 0 {
            indices.append(rest % extent)
            rest /= extent
        }
        return indices.reversed()
    }

    /// The position of the first scalar that is infinite or not a number, or nil.
    ///
    /// - Complexity: O(n).
    public var firstNonFinite: [Int]? {
        scalars.firstIndex { !$0.isFinite }.map { position(at: $0) }
    }

    /// Calls `body` with the scalars to change in place.
    public mutating func withMutableScalars<Result, Failure: Error>(
        _ body: (inout MutableSpan<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var span = scalars.mutableSpan
        return try body(&span)
    }

    /// Entries `range` of the first axis.
    ///
    /// - Precondition: The tensor has an axis and `range` lies within it.
    public subscript(rows range: Range<Int>) -> Tensor {
        guard let rows = shape.first, range.lowerBound >= 0, range.upperBound <= rows else {
            fatalError("the rows \(range) are outside a tensor of shape \(shape)")
        }
        let size = rows == 0 ? 0 : count / rows
        return Tensor(
            unchecked: [range.count] + shape.dropFirst(),
            Array(scalars[range.lowerBound * size..<range.upperBound * size]))
    }

    /// For results whose shape is right by construction.
    package init(unchecked shape: [Int], _ scalars: [Float]) {
        assert(shape.reduce(1, *) == scalars.count)
        self.shape = shape
        self.scalars = scalars
    }
}
