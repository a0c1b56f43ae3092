import SynfireTensors

/// A smooth rectifier: y = x · tanh(log(1 + exp(x))).
///
/// - Source: Misra 2020 (BMVC), arXiv:1908.08681
public struct Mish: Layer {
    /// The name.
    public static let schema = LayerSchema("Mish", "Multiplies each value by tanh(softplus) of it.")

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
        PointwiseKernel(.mish, request)
    }
}
