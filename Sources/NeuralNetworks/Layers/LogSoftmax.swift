import SynfireTensors

/// The logarithm of a softmax along an axis.
///
///     y = x − log Σ exp(x)
public struct LogSoftmax: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "LogSoftmax", "Takes the logarithm of a softmax along an axis.", rows: SoftmaxRules.rows)

    /// The axis along which values add up, counted as in a batch: 1 is that of channels or features.
    public let axis: Int

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        axis = values.integer("dim")
        try Axis.check("LogSoftmax", "dim", axis)
    }

    /// Makes a layer along an axis that is counted as in a batch.
    public init(axis: Int = 1) throws {
        try self.init(Self.schema.resolve(["dim": .integer(axis)]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues { HyperparameterValues(["dim": .integer(axis)]) }

    /// The input's shape.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        _ = try Axis.required(axis, in: inputs[0])
        return inputs[0]
    }

    /// Loops of our own over plain values.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        SoftmaxKernel(try Axis.required(axis, in: request.inputs[0].shape), isLogarithmic: true, request)
    }
}
