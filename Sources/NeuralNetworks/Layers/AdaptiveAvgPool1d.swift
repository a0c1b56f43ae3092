import SynfireTensors

/// The mean over parts of a signal, as many as asked for, whatever its size.
///
/// Part i of an axis of n values and m parts goes from ⌊i·n/m⌋ to ⌈(i + 1)·n/m⌉, as in PyTorch.
public struct AdaptiveAvgPool1d: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "AdaptiveAvgPool1d", "Takes the mean over as many parts of a signal as asked for.",
        rows: [
            HyperparameterRow(
                "output_size", .integer, allowed: .atLeast(1), "The length of the output.")
        ])

    /// The length of the output.
    public let outputSize: Int

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        outputSize = values.integer("output_size")
    }

    /// Makes a layer.
    public init(outputSize: Int) throws {
        try self.init(Self.schema.resolve(["output_size": .integer(outputSize)]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues(["output_size": .integer(outputSize)])
    }

    /// The channels stay.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        try WindowSettings.check(inputs[0], isSignal: true)
        return [inputs[0][0], outputSize]
    }

    /// Pooling by oneDNN where all parts are alike, else by loops of our own.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        try AdaptivePooling.kernel(.average, places: (1, outputSize), request)
    }
}
