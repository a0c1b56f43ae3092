import SynfireTensors

/// The mean over parts of a feature map, as many as asked for, whatever its size.
///
/// Part i of an axis of n values and m parts goes from ⌊i·n/m⌋ to ⌈(i + 1)·n/m⌉, as in PyTorch.
public struct AdaptiveAvgPool2d: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "AdaptiveAvgPool2d", "Takes the mean over as many parts of a feature map as asked for.",
        rows: [
            HyperparameterRow(
                "output_size", .pair, allowed: .atLeast(1), "Rows and columns of the output.")
        ])

    /// Rows and columns of the output.
    public let outputSize: Pair

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        outputSize = values.pair("output_size")
    }

    /// Makes a layer.
    public init(outputSize: Pair) throws {
        try self.init(Self.schema.resolve(["output_size": .pair(outputSize)]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues(["output_size": .pair(outputSize)])
    }

    /// The channels stay.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        try WindowSettings.check(inputs[0], isSignal: false)
        return [inputs[0][0], outputSize.rows, outputSize.columns]
    }

    /// Pooling by oneDNN where all parts are alike, else by loops of our own.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        try AdaptivePooling.kernel(.average, places: (outputSize.rows, outputSize.columns), request)
    }
}
