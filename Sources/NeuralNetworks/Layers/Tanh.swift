import SynfireTensors

/// The hyperbolic tangent.
public struct Tanh: Layer {
    /// The name.
    public static let schema = LayerSchema("Tanh", "Maps values to -1 ... 1 by the hyperbolic tangent.")

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
        PointwiseKernel(.tanh, request)
    }
}
