import SynfireTensors

/// Values clipped to a range: y = min(max(x, min_val), max_val).
public struct Hardtanh: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "Hardtanh", "Clips values to a range.",
        rows: [
            HyperparameterRow(
                "min_val", .real, default: .value(.real(-1)),
                "The smallest result."),
            HyperparameterRow(
                "max_val", .real, default: .value(.real(1)),
                "The largest result, above min_val."),
        ])

    /// The smallest result.
    public let minimum: Double
    /// The largest result, above min_val.
    public let maximum: Double

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        minimum = values.real("min_val")
        maximum = values.real("max_val")
        guard minimum < maximum else {
            throw NetworkError.hyperparameterConflict(
                kind: "Hardtanh", reason: "min_val is \(minimum), which is not below max_val \(maximum)")
        }
    }

    /// Makes a layer.
    public init(minimum: Double = -1, maximum: Double = 1) throws {
        try self.init(Self.schema.resolve(["min_val": .real(minimum), "max_val": .real(maximum)]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues(["min_val": .real(minimum), "max_val": .real(maximum)])
    }

    /// The input's shape.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] { inputs[0] }

    /// A loop of our own, in whatever layout the values come.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        PointwiseKernel(.clip(lower: Float(minimum), upper: Float(maximum)), request)
    }
}
