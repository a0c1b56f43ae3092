import SynfireTensors

/// Normalisation of each channel to mean 0 and variance 1 over the batch, then a learned scale and shift.
///
///     y = (x − mean) / √(variance + eps) · weight + bias
///
/// In training, mean and (biased) variance are those of the batch, and the running ones follow them:
/// running ← (1 − momentum) · running + momentum · batch, with the unbiased variance. In use, the running ones hold.
///
/// - Source: Ioffe & Szegedy 2015, arXiv:1502.03167; details as in PyTorch.
public struct BatchNorm2d: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "BatchNorm2d", "Normalises each channel over the batch, then scales and shifts it.",
        rows: BatchNormRules.rows)

    /// Scale, shift and running statistics.
    public static let parameterSlots = [
        ParameterSlot<BatchNorm2d>("weight", optional: \.weight), ParameterSlot("bias", optional: \.bias),
        ParameterSlot("running_mean", \.runningMean, isTrainable: false),
        ParameterSlot("running_var", \.runningVariance, isTrainable: false, isNonNegative: true),
    ]

    /// The scale of each channel, or nil.
    public internal(set) var weight: Tensor?
    /// The shift of each channel, or nil.
    public internal(set) var bias: Tensor?
    /// The running mean of each channel.
    public internal(set) var runningMean: Tensor
    /// The running (unbiased) variance of each channel.
    public internal(set) var runningVariance: Tensor
    /// What is added to the variance.
    public let epsilon: Double
    /// The weight of the newest batch in the running statistics.
    public let momentum: Double

    /// The channels of the input.
    public var channels: Int { runningMean.count }

    /// Makes a layer with scale 1, shift 0, running mean 0 and variance 1 from checked values.
    public init(_ values: HyperparameterValues) throws {
        let channels = values.integer("num_features")
        runningMean = try Tensor(shape: [channels])
        runningVariance = try Tensor(shape: [channels], repeating: 1)
        epsilon = values.real("eps")
        momentum = values.real("momentum")
        guard values.flag("affine") else { return }
        weight = runningVariance
        bias = runningMean
    }

    /// Makes a layer with scale 1, shift 0, running mean 0 and variance 1.
    public init(_ channels: Int, epsilon: Double = 1e-5, momentum: Double = 0.1, isAffine: Bool = true) throws {
        try self.init(
            Self.schema.resolve([
                "num_features": .integer(channels), "eps": .real(epsilon), "momentum": .real(momentum),
                "affine": .flag(isAffine),
            ]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues([
            "num_features": .integer(channels), "eps": .real(epsilon), "momentum": .real(momentum),
            "affine": .flag(weight != nil),
        ])
    }

    /// The input's shape.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        guard inputs[0].count == 3, inputs[0][0] == channels else {
            throw InputMismatch("a feature map of shape [\(channels), rows, columns]")
        }
        return inputs[0]
    }

    /// One for each value.
    public func multiplyAccumulates(for inputs: [[Int]]) -> Int { inputs[0].reduce(1, *) }

    /// In use it is a scale and a shift of each channel.
    public var followUp: FollowUp? {
        BatchNormRules.followUp(epsilon: epsilon)
    }

    /// Loops of our own over the blocked layout.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        try BatchNormKernel(epsilon: epsilon, momentum: momentum, request)
    }
}
