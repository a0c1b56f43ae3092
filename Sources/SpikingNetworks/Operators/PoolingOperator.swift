/// Sum or average pooling as a linear map: each element adds a fixed part of itself to the windows that cover it.
public struct PoolingOperator: ConnectionOperator {
    /// The name in descriptions and files.
    public static let kind = "pool2d"

    /// What a window computes.
    public enum Reduction: Sendable, Equatable {
        /// The sum of its elements.
        case sum
        /// Their sum divided by the number of elements; with `countsPadding`, the padding counts as elements.
        case average(countsPadding: Bool)
    }

    /// What a window computes.
    public let reduction: Reduction
    /// The extent of the window.
    public let kernelSize: ConvolutionOperator.Pair
    /// The step of the window.
    public let stride: ConvolutionOperator.Pair
    /// The zeros around the input.
    public let padding: ConvolutionOperator.Pair

    /// Takes the geometry.
    ///
    /// - Throws: ``SpikingNetworkError`` where it is impossible: padding may be at most half of the window.
    public init(
        _ reduction: Reduction, kernelSize: ConvolutionOperator.Pair, stride: ConvolutionOperator.Pair,
        padding: ConvolutionOperator.Pair = .zero
    ) throws(SpikingNetworkError) {
        guard kernelSize.min() >= 1, stride.min() >= 1, padding.min() >= 0, (2 &* padding &- kernelSize).max() <= 0
        else {
            throw .operatorShape(
                kind: Self.kind, input: [kernelSize.x, kernelSize.y],
                reason: "window and stride must be at least 1, padding at least 0 and at most half of the window")
        }
        self.reduction = reduction
        self.kernelSize = kernelSize
        self.stride = stride
        self.padding = padding
    }

    /// `[channels, height, width]` behind `[channels, height, width]`; a window that would leave the padded input is
    /// dropped.
    public func outputShape(for input: [Int]) throws(SpikingNetworkError) -> [Int] {
        guard input.count == 3 else { throw shapeError(input, "it takes [channels, height, width]") }
        let room = ConvolutionOperator.Pair(input[1], input[2]) &+ 2 &* padding &- kernelSize
        guard room.min() >= 0 else {
            throw shapeError(input, "the window [\(kernelSize.x), \(kernelSize.y)] is larger")
        }
        let extent = room / stride &+ 1
        return [input[0], extent.x, extent.y]
    }

    /// The windows of each element, listed.
    public func kernel(for input: [Int]) -> OperatorKernel {
        guard let output = try? outputShape(for: input) else { preconditionFailure("the shape was not checked") }
        func windows(_ position: Int, _ axis: Int) -> [Int] {
            (0..<output[axis + 1]).filter { window in
                let first = window * stride[axis] - padding[axis]
                return (first..<first + kernelSize[axis]).contains(position)
            }
        }
        func elements(_ window: Int, _ axis: Int) -> Int {
            let first = window * stride[axis] - padding[axis]
            return min(first + kernelSize[axis], input[axis + 1]) - max(first, 0)
        }
        let rows = (0..<input[1]).map { windows($0, 0) }
        let columns = (0..<input[2]).map { windows($0, 1) }
        var map = SparseMap()
        for channel in 0..<input[0] {
            for y in 0..<input[1] {
                for x in 0..<input[2] {
                    for row in rows[y] {
                        for column in columns[x] {
                            let factor: Float =
                                switch reduction {
                                case .sum: 1
                                case .average(true): 1 / Float(kernelSize.x * kernelSize.y)
                                case .average(false): 1 / Float(elements(row, 0) * elements(column, 1))
                                }
                            map.append(target: (channel * output[1] + row) * output[2] + column, factor: factor)
                        }
                    }
                    map.endRow()
                }
            }
        }
        return .sparse(map)
    }
}
