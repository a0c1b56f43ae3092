import SynfireTensors

/// A slow sigmoid: y = x / (1 + |x|).
public struct Softsign: Layer {
    /// The name.
    public static let schema = LayerSchema("Softsign", "Maps values to -1 ... 1 by x / (1 + |x|).")

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
        PointwiseKernel(.softsign, request)
    }
}
