import SynfireTensors

/// The largest value in a window that moves over a feature map; of equal ones the first takes the gradient.
public struct MaxPool2d: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "MaxPool2d", "Takes the largest value in windows of a feature map.",
        rows: PoolingRules.mapRows + [
            HyperparameterRow(
                "dilation", .pair, default: .value(.pair(1)), allowed: .atLeast(1),
                "The distance of the window's neighbouring values."),
            PoolingRules.ceilRow,
        ])

    /// Rows and columns of the window.
    public let kernelSize: Pair
    /// How far the window moves at a time.
    public let stride: Pair
    /// What is added around the image, which never is the largest.
    public let padding: Padding
    /// The distance of the window's neighbouring values; 1 is none skipped.
    public let dilation: Pair
    /// Whether a last window may reach beyond the edge, where values would else be left over.
    public let roundsUp: Bool

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        (kernelSize, stride) = (values.pair("kernel_size"), values.pair("stride"))
        (padding, dilation) = (values.padding("padding"), values.pair("dilation"))
        roundsUp = values.flag("ceil_mode")
        try settings.checkAtMostHalf("MaxPool2d")
    }

    /// Makes a layer; without a stride the windows lie side by side.
    public init(
        kernelSize: Pair, stride: Pair? = nil, padding: Padding = 0, dilation: Pair = 1, roundsUp: Bool = false
    ) throws {
        try self.init(
            Self.schema.resolve([
                "kernel_size": .pair(kernelSize), "stride": .pair(stride ?? kernelSize), "padding": .padding(padding),
                "dilation": .pair(dilation), "ceil_mode": .flag(roundsUp),
            ]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues([
            "kernel_size": .pair(kernelSize), "stride": .pair(stride), "padding": .padding(padding),
            "dilation": .pair(dilation), "ceil_mode": .flag(roundsUp),
        ])
    }

    private var settings: WindowSettings {
        WindowSettings(
            kernel: kernelSize, stride: stride, padding: padding, dilation: dilation, roundsUp: roundsUp)
    }

    /// The channels stay; an edge is ⌊(n + 2p − d(k − 1) − 1) / s⌋ + 1 long, with `ceil_mode` rounded up.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        let shape = try settings.outputShape(for: inputs[0], outputChannels: inputs[0].first ?? 0)
        let window = settings.window(over: inputs[0])
        let map = WindowSettings.mapShape(inputs[0])
        guard window.rows.coversValues(of: map[1]), window.columns.coversValues(of: map[2]) else {
            throw InputMismatch("more values, so that none of its windows lies on padding alone")
        }
        return shape
    }

    /// Pooling by oneDNN, with dilation by loops of our own.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        try PoolingRules.kernel(.maximum, settings, request)
    }
}
