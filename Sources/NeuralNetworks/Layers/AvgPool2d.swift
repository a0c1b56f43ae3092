import Tensors

/// The mean over a window that moves over a feature map.
public struct AvgPool2d: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "AvgPool2d", "Takes the mean over windows of a feature map.",
        rows: PoolingRules.rows + [
            HyperparameterRow(
                "count_include_pad", .flag, default: .value(.flag(true)),
                "Whether the padding's zeros count in the mean.")
        ])

    /// Rows and columns of the window.
    public let kernelSize: Pair
    /// How far the window moves at a time.
    public let stride: Pair
    /// Rows and columns of zeros added on each side.
    public let padding: Pair
    /// Whether the padding's zeros count in the mean.
    public let countsPadding: Bool

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        (kernelSize, stride, padding) = try PoolingRules.window("AvgPool2d", values)
        countsPadding = values.flag("count_include_pad")
    }

    /// Makes a layer; without a stride the windows lie side by side.
    public init(kernelSize: Pair, stride: Pair? = nil, padding: Pair = 0, countsPadding: Bool = true) throws {
        try self.init(
            Self.schema.resolve([
                "kernel_size": .pair(kernelSize), "stride": .pair(stride ?? kernelSize), "padding": .pair(padding),
                "count_include_pad": .flag(countsPadding),
            ]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues([
            "kernel_size": .pair(kernelSize), "stride": .pair(stride), "padding": .pair(padding),
            "count_include_pad": .flag(countsPadding),
        ])
    }

    private var window: Window {
        Window(kernel: kernelSize.tuple, stride: stride.tuple, padding: padding.tuple)
    }

    /// The channels stay; an edge is ⌊(n + 2p − k) / s⌋ + 1 long.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        try PoolingRules.outputShape(for: inputs[0], window)
    }

    /// Pooling by oneDNN.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        try PoolingKernel(countsPadding ? .averageWithPadding : .averageWithoutPadding, window, request)
    }
}
