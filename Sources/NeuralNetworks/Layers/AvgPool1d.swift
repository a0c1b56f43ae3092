import SynfireTensors

/// The mean over a window that moves over a signal.
public struct AvgPool1d: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "AvgPool1d", "Takes the mean over windows of a signal.",
        rows: PoolingRules.signalRows + [
            PoolingRules.ceilRow,
            HyperparameterRow(
                "count_include_pad", .flag, default: .value(.flag(true)),
                "Whether the padding's zeros count in the mean."),
        ])

    /// The length of the window.
    public let kernelSize: Int
    /// How far the window moves at a time.
    public let stride: Int
    /// The zeros in front and behind.
    public let padding: Padding
    /// Whether a last window may reach beyond the edge, where values would else be left over.
    ///
    /// What overhangs never counts in the mean.
    public let roundsUp: Bool
    /// Whether the padding's zeros count in the mean.
    public let countsPadding: Bool

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        (kernelSize, stride) = (values.integer("kernel_size"), values.integer("stride"))
        padding = values.padding("padding")
        (roundsUp, countsPadding) = (values.flag("ceil_mode"), values.flag("count_include_pad"))
        try WindowSettings.checkSignal(padding, "AvgPool1d")
        try settings.checkAtMostHalf("AvgPool1d")
    }

    /// Makes a layer; without a stride the windows lie side by side.
    public init(
        kernelSize: Int, stride: Int? = nil, padding: Padding = 0, roundsUp: Bool = false, countsPadding: Bool = true
    ) throws {
        try self.init(
            Self.schema.resolve([
                "kernel_size": .integer(kernelSize), "stride": .integer(stride ?? kernelSize),
                "padding": .padding(padding),
                "ceil_mode": .flag(roundsUp), "count_include_pad": .flag(countsPadding),
            ]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues([
            "kernel_size": .integer(kernelSize), "stride": .integer(stride), "padding": .padding(padding),
            "ceil_mode": .flag(roundsUp), "count_include_pad": .flag(countsPadding),
        ])
    }

    private var settings: WindowSettings {
        WindowSettings(length: kernelSize, stride: stride, padding: padding, roundsUp: roundsUp)
    }

    /// The channels stay; the length is ⌊(n + 2p − k) / s⌋ + 1, with `ceil_mode` rounded up.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        try settings.outputShape(for: inputs[0], outputChannels: inputs[0].first ?? 0)
    }

    /// Pooling by oneDNN, where windows overhang by loops of our own.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        try PoolingRules.kernel(countsPadding ? .averageWithPadding : .averageWithoutPadding, settings, request)
    }
}
