import SynfireTensors

/// The rectifier with a ceiling of 6: y = min(max(x, 0), 6).
public struct ReLU6: Layer {
    /// The name.
    public static let schema = LayerSchema("ReLU6", "Replaces negative values by zero and values above 6 by 6.")

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
        PointwiseKernel(.clip(lower: 0, upper: 6), request)
    }
}
