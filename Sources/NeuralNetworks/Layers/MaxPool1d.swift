import SynfireTensors

/// The largest value in a window that moves over a signal; of equal ones the first takes the gradient.
public struct MaxPool1d: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "MaxPool1d", "Takes the largest value in windows of a signal.",
        rows: PoolingRules.signalRows + [
            HyperparameterRow(
                "dilation", .integer, default: .value(.integer(1)), allowed: .atLeast(1),
                "The distance of the window's neighbouring values."),
            PoolingRules.ceilRow,
        ])

    /// The length of the window.
    public let kernelSize: Int
    /// How far the window moves at a time.
    public let stride: Int
    /// What is added in front and behind, which never is the largest.
    public let padding: Padding
    /// The distance of the window's neighbouring values; 1 is none skipped.
    public let dilation: Int
    /// Whether a last window may reach beyond the edge, where values would else be left over.
    public let roundsUp: Bool

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        (kernelSize, stride) = (values.integer("kernel_size"), values.integer("stride"))
        (padding, dilation) = (values.padding("padding"), values.integer("dilation"))
        roundsUp = values.flag("ceil_mode")
        try WindowSettings.checkSignal(padding, "MaxPool1d")
        try settings.checkAtMostHalf("MaxPool1d")
    }

    /// Makes a layer; without a stride the windows lie side by side.
    public init(
        kernelSize: Int, stride: Int? = nil, padding: Padding = 0, dilation: Int = 1, roundsUp: Bool = false
    ) throws {
        try self.init(
            Self.schema.resolve([
                "kernel_size": .integer(kernelSize), "stride": .integer(stride ?? kernelSize),
                "padding": .padding(padding),
                "dilation": .integer(dilation), "ceil_mode": .flag(roundsUp),
            ]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues([
            "kernel_size": .integer(kernelSize), "stride": .integer(stride), "padding": .padding(padding),
            "dilation": .integer(dilation), "ceil_mode": .flag(roundsUp),
        ])
    }

    private var settings: WindowSettings {
        WindowSettings(
            length: kernelSize, stride: stride, padding: padding, dilation: dilation, roundsUp: roundsUp)
    }

    /// The channels stay; the length is ⌊(n + 2p − d(k − 1) − 1) / s⌋ + 1, with `ceil_mode` rounded up.
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
