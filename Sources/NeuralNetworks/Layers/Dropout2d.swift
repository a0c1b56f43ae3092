import SynfireTensors

/// Sets whole channels of a feature map to zero at random while training and scales up the others; does nothing in use.
///
/// - Source: Tompson, Goroshin, Jain, LeCun & Bregler 2015 (CVPR), arXiv:1411.4280
public struct Dropout2d: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "Dropout2d", "Sets whole channels of a feature map to zero at random while training.",
        rows: ChannelDropoutRules.rows)

    /// The probability that a channel becomes zero.
    public let probability: Double

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        probability = values.real("p")
    }

    /// Makes a layer.
    public init(_ probability: Double = 0.5) throws {
        try self.init(Self.schema.resolve(["p": .real(probability)]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues { HyperparameterValues(["p": .real(probability)]) }

    /// The input's shape.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        guard inputs[0].count == 3 else { throw InputMismatch("a feature map of shape [channels, rows, columns]") }
        return inputs[0]
    }

    /// In use it does nothing.
    public var followUp: FollowUp? { .nothing }

    /// A loop of our own, in whatever layout the values come.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        request.isTraining
            ? try ChannelDropoutKernel(probability, request)
            : ReshapeKernel(request.inputs[0], as: request.inputs[0])
    }
}
