import SynfireTensors

/// The logistic function: y = 1 / (1 + exp(−x)).
public struct Sigmoid: Layer {
    /// The name.
    public static let schema = LayerSchema("Sigmoid", "Maps values to 0 ... 1 by the logistic function.")

    /// Makes a layer.
    public init(_ values: HyperparameterValues) throws {}

    /// Makes a layer.
    public init() {}

    /// None.
    public var hyperparameters: HyperparameterValues { HyperparameterValues([:]) }

    /// The input's shape.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] { inputs[0] }

    /// A loop of our own, in whatever layout the values come.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        PointwiseKernel(.logistic, request)
    }
}
