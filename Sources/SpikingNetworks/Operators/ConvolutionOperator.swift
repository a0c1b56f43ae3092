/// A two-dimensional convolution (cross-correlation, as in PyTorch) with shared weights.
public struct ConvolutionOperator: ConnectionOperator {
    /// The name in descriptions and files.
    public static let kind = "conv2d"

    /// Two numbers, along height and width.
    public typealias Pair = SIMD2<Int>

    /// The number of output channels.
    public let outputChannels: Int
    /// The number of input channels of one group.
    public let channelsPerGroup: Int
    /// The extent of the window.
    public let kernelSize: Pair
    /// The step of the window.
    public let stride: Pair
    /// The zeros around the input.
    public let padding: Pair
    /// The distance of the window's elements.
    public let dilation: Pair
    /// The number of groups that channels are split into.
    public let groups: Int
    /// The weights, row-major `[outputChannels, channelsPerGroup, height, width]`.
    public let weight: [Float]

    /// Takes weights of shape `[outputChannels, channelsPerGroup, height, width]`.
    ///
    /// - Throws: ``SpikingNetworkError`` where their number is another, one is not finite, or the geometry is impossible.
    public init(
        outputChannels: Int, channelsPerGroup: Int, kernelSize: Pair, stride: Pair = .one, padding: Pair = .zero,
        dilation: Pair = .one, groups: Int = 1, weight: [Float]
    ) throws(SpikingNetworkError) {
        let extents = [outputChannels, channelsPerGroup, kernelSize.x, kernelSize.y]
        func failure(_ reason: String) -> SpikingNetworkError {
            .operatorShape(kind: Self.kind, input: extents, reason: reason)
        }
        guard extents.allSatisfy({ $0 > 0 }), checkedProduct(extents) == weight.count else {
            throw failure("weights of shape \(extents) are needed and \(weight.count) are there")
        }
        guard stride.min() >= 1, dilation.min() >= 1, padding.min() >= 0, groups >= 1 else {
            throw failure("stride, dilation and groups must be at least 1 and padding at least 0")
        }
        let limit = 1 << 24
        guard max(stride.max(), dilation.max(), padding.max(), groups) <= limit else {
            throw failure("stride, dilation, padding and groups must not exceed \(limit)")
        }
        guard outputChannels.isMultiple(of: groups) else {
            throw failure("\(outputChannels) output channels cannot be split into \(groups) groups")
        }
        try Self.checkFinite(weight)
        self.outputChannels = outputChannels
        self.channelsPerGroup = channelsPerGroup
        self.kernelSize = kernelSize
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
        self.weight = weight
    }

    /// `[outputChannels, height, width]` behind `[channels, height, width]`.
    public func outputShape(for input: [Int]) throws(SpikingNetworkError) -> [Int] {
        guard input.count == 3, input[0] == channelsPerGroup * groups else {
            throw shapeError(input, "it takes [\(channelsPerGroup * groups), height, width]")
        }
        let window = dilation &* (kernelSize &- 1) &+ 1
        let room = Pair(input[1], input[2]) &+ 2 &* padding &- window
        guard room.min() >= 0 else { throw shapeError(input, "the window [\(window.x), \(window.y)] is larger") }
        let extent = room / stride &+ 1
        return [outputChannels, extent.x, extent.y]
    }

    /// The weights and geometry as they are.
    public func kernel(for input: [Int]) -> OperatorKernel { .convolution(self) }
}
