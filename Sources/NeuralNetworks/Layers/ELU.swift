import SynfireTensors

/// The exponential linear unit: y = x above 0, alpha · (exp(x) − 1) below.
///
/// - Source: Clevert, Unterthiner & Hochreiter 2016 (ICLR), arXiv:1511.07289
public struct ELU: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "ELU", "Keeps positive values, and lets negative ones run to -alpha.",
        rows: [
            HyperparameterRow(
                "alpha", .real, default: .value(.real(1)),
                "Minus the value far below zero.")
        ])

    /// Minus the value far below zero.
    public let alpha: Double

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        alpha = values.real("alpha")
    }

    /// Makes a layer.
    public init(alpha: Double = 1) throws {
        try self.init(Self.schema.resolve(["alpha": .real(alpha)]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues(["alpha": .real(alpha)])
    }

    /// The input's shape.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] { inputs[0] }

    /// A loop of our own, in whatever layout the values come.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        PointwiseKernel(.exponentialUnit(alpha: Float(alpha), scale: 1), request)
    }
}
