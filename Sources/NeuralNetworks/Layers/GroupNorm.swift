import SynfireTensors

/// Normalisation of groups of an image's channels to mean 0 and variance 1, then a learned scale and shift by channel.
///
///     y = (x − mean) / √(variance + eps) · weight + bias
///
/// - Source: Wu & He 2018 (ECCV), arXiv:1803.08494; details as in PyTorch.
public struct GroupNorm: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "GroupNorm", "Normalises groups of channels of each image, then scales and shifts each channel.",
        rows: [
            HyperparameterRow(
                "num_groups", .integer, allowed: .atLeast(1), "Into how many groups the channels are cut."),
            HyperparameterRow("num_channels", .integer, allowed: .atLeast(1), "The channels of the input."),
            HyperparameterRow(
                "eps", .real, default: .value(.real(1e-5)), allowed: .above(0),
                "What is added to the variance so that nothing is divided by zero."),
            HyperparameterRow(
                "affine", .flag, default: .value(.flag(true)), "Whether there are a scale and a shift for each channel."
            ),
        ])

    /// Scale and shift.
    public static let parameterSlots = [
        ParameterSlot<GroupNorm>("weight", optional: \.weight), ParameterSlot("bias", optional: \.bias),
    ]

    /// Into how many groups the channels are cut.
    public let groups: Int
    /// The channels of the input.
    public let channels: Int
    /// What is added to the variance.
    public let epsilon: Double
    /// The scale of each channel, or nil.
    public internal(set) var weight: Tensor?
    /// The shift of each channel, or nil.
    public internal(set) var bias: Tensor?

    /// Makes a layer with scale 1 and shift 0 from checked values.
    public init(_ values: HyperparameterValues) throws {
        (groups, channels) = (values.integer("num_groups"), values.integer("num_channels"))
        guard channels % groups == 0 else {
            throw NetworkError.hyperparameterConflict(
                kind: "GroupNorm", reason: "num_channels is \(channels), which num_groups \(groups) does not divide")
        }
        epsilon = values.real("eps")
        guard values.flag("affine") else { return }
        weight = try Tensor(shape: [channels], repeating: 1)
        bias = try Tensor(shape: [channels])
    }

    /// Makes a layer with scale 1 and shift 0.
    public init(groups: Int, _ channels: Int, epsilon: Double = 1e-5, isAffine: Bool = true) throws {
        try self.init(
            Self.schema.resolve([
                "num_groups": .integer(groups), "num_channels": .integer(channels), "eps": .real(epsilon),
                "affine": .flag(isAffine),
            ]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues([
            "num_groups": .integer(groups), "num_channels": .integer(channels), "eps": .real(epsilon),
            "affine": .flag(weight != nil),
        ])
    }

    /// The input's shape.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        guard inputs[0].first == channels else { throw InputMismatch("\(channels) channels or features") }
        return inputs[0]
    }

    /// One for each value.
    public func multiplyAccumulates(for inputs: [[Int]]) -> Int { inputs[0].reduce(1, *) }

    /// Loops of our own over plain values.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        let positions = request.inputs[0].positions
        return try RowNormalisationKernel(
            rows: groups, length: channels / groups * positions, affine: .runs(of: positions), epsilon: epsilon, request
        )
    }
}
