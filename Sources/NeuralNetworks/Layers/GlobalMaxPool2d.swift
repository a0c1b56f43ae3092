import SynfireTensors

/// The largest value of each channel of a feature map.
public struct GlobalMaxPool2d: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "GlobalMaxPool2d", "Takes the largest value of each channel of a feature map.",
        rows: [
            HyperparameterRow(
                "keepdims", .flag, default: .value(.flag(false)),
                "Whether the output has the shape [channels, 1, 1] instead of [channels].")
        ])

    /// Whether the output has the shape [channels, 1, 1] instead of [channels].
    public let keepsDimensions: Bool

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        keepsDimensions = values.flag("keepdims")
    }

    /// Makes a layer.
    public init(keepsDimensions: Bool = false) {
        self.keepsDimensions = keepsDimensions
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues(["keepdims": .flag(keepsDimensions)])
    }

    /// One value a channel.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        try WindowSettings.check(inputs[0], isSignal: false)
        return keepsDimensions ? [inputs[0][0], 1, 1] : [inputs[0][0]]
    }

    /// Loops of our own.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        try AdaptivePooling.globalKernel(
            .maximum, keepsDimensions: keepsDimensions, request)
    }
}
