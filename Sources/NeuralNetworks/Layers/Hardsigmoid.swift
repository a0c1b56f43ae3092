import SynfireTensors

/// The logistic function in straight lines: y = min(max((x + 3) / 6, 0), 1).
public struct Hardsigmoid: Layer {
    /// The name.
    public static let schema = LayerSchema("Hardsigmoid", "Maps values to 0 ... 1 in straight lines.")

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
        PointwiseKernel(.hardLogistic, request)
    }
}
