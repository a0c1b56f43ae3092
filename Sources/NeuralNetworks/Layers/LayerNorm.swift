import SynfireTensors

/// Normalisation of each image's values over the last axes to mean 0 and variance 1, then a learned scale and shift.
///
///     y = (x − mean) / √(variance + eps) · weight + bias
///
/// - Source: Ba, Kiros & Hinton 2016, arXiv:1607.06450; details as in PyTorch.
public struct LayerNorm: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "LayerNorm", "Normalises each image over its last axes, then scales and shifts it.",
        rows: [
            HyperparameterRow(
                "normalized_shape", .list, allowed: .atLeast(1),
                "The extents of the last axes, over which is normalised."
            ),
            HyperparameterRow(
                "eps", .real, default: .value(.real(1e-5)), allowed: .above(0),
                "What is added to the variance so that nothing is divided by zero."),
            HyperparameterRow(
                "elementwise_affine", .flag, default: .value(.flag(true)),
                "Whether there are a scale and a shift for each element."),
            HyperparameterRow(
                "bias", .flag, default: .value(.flag(true)), "Whether there is a shift where there is a scale."),
        ])

    /// Scale and shift.
    public static let parameterSlots = [
        ParameterSlot<LayerNorm>("weight", optional: \.weight), ParameterSlot("bias", optional: \.bias),
    ]

    /// The extents of the axes over which is normalised.
    public let normalizedShape: [Int]
    /// What is added to the variance.
    public let epsilon: Double
    /// The scale of each element, of the normalised shape, or nil.
    public internal(set) var weight: Tensor?
    /// The shift of each element, of the normalised shape, or nil.
    public internal(set) var bias: Tensor?
    private let wantsBias: Bool

    /// Makes a layer with scale 1 and shift 0 from checked values.
    public init(_ values: HyperparameterValues) throws {
        normalizedShape = values.list("normalized_shape")
        guard !normalizedShape.isEmpty else {
            throw NetworkError.hyperparameterConflict(kind: "LayerNorm", reason: "normalized_shape has no extents")
        }
        epsilon = values.real("eps")
        wantsBias = values.flag("bias")
        guard values.flag("elementwise_affine") else { return }
        weight = try Tensor(shape: normalizedShape, repeating: 1)
        bias = wantsBias ? try Tensor(shape: normalizedShape) : nil
    }

    /// Makes a layer with scale 1 and shift 0.
    public init(_ normalizedShape: [Int], epsilon: Double = 1e-5, isAffine: Bool = true, bias: Bool = true) throws {
        try self.init(
            Self.schema.resolve([
                "normalized_shape": .list(normalizedShape), "eps": .real(epsilon),
                "elementwise_affine": .flag(isAffine), "bias": .flag(bias),
            ]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues([
            "normalized_shape": .list(normalizedShape), "eps": .real(epsilon),
            "elementwise_affine": .flag(weight != nil), "bias": .flag(wantsBias),
        ])
    }

    /// The input's shape.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        guard inputs[0].count >= normalizedShape.count,
            Array(inputs[0].suffix(normalizedShape.count)) == normalizedShape
        else { throw InputMismatch("values whose last axes have the extents \(normalizedShape)") }
        return inputs[0]
    }

    /// One for each value.
    public func multiplyAccumulates(for inputs: [[Int]]) -> Int { inputs[0].reduce(1, *) }

    /// Loops of our own over plain values.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        let length = normalizedShape.reduce(1, *)
        return try RowNormalisationKernel(
            rows: request.inputs[0].shape.reduce(1, *) / length, length: length,
            affine: weight == nil ? .runs(of: length) : .elements, epsilon: epsilon, request)
    }
}
