import SynfireTensors

/// A smooth rectifier: y = log(1 + exp(beta · x)) / beta.
public struct Softplus: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "Softplus", "Takes log(1 + exp(beta x)) / beta.",
        rows: [
            HyperparameterRow(
                "beta", .real, default: .value(.real(1)), allowed: .above(0),
                "How sharp the bend at zero is."),
            HyperparameterRow(
                "threshold", .real, default: .value(.real(20)),
                "From which beta x on the result is x."),
        ])

    /// How sharp the bend at zero is.
    public let beta: Double
    /// From which beta x on the result is x.
    public let threshold: Double

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        beta = values.real("beta")
        threshold = values.real("threshold")
    }

    /// Makes a layer.
    public init(beta: Double = 1, threshold: Double = 20) throws {
        try self.init(Self.schema.resolve(["beta": .real(beta), "threshold": .real(threshold)]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues(["beta": .real(beta), "threshold": .real(threshold)])
    }

    /// The input's shape.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] { inputs[0] }

    /// A loop of our own, in whatever layout the values come.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        PointwiseKernel(.softplus(beta: Float(beta), threshold: Float(threshold)), request)
    }
}
