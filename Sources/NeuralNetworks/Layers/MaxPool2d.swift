import Tensors

/// The largest value in a window that moves over a feature map.
public struct MaxPool2d: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "MaxPool2d", "Takes the largest value in windows of a feature map.", rows: PoolingRules.rows)

    /// Rows and columns of the window.
    public let kernelSize: Pair
    /// How far the window moves at a time.
    public let stride: Pair
    /// Rows and columns added on each side, which never are the largest.
    public let padding: Pair

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        (kernelSize, stride, padding) = try PoolingRules.window("MaxPool2d", values)
    }

    /// Makes a layer; without a stride the windows lie side by side.
    public init(kernelSize: Pair, stride: Pair? = nil, padding: Pair = 0) throws {
        try self.init(
            Self.schema.resolve([
                "kernel_size": .pair(kernelSize), "stride": .pair(stride ?? kernelSize), "padding": .pair(padding),
            ]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues([
            "kernel_size": .pair(kernelSize), "stride": .pair(stride), "padding": .pair(padding),
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
        try PoolingKernel(.maximum, window, request)
    }
}
