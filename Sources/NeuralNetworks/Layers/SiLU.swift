import SynfireTensors

/// The sigmoid linear unit, or swish: y = x / (1 + exp(−x)).
///
/// - Source: Elfwing, Uchibe & Doya 2018, Neural Netw. 107:3, arXiv:1702.03118
public struct SiLU: Layer {
    /// The name.
    public static let schema = LayerSchema("SiLU", "Multiplies each value by its logistic function.")

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
        PointwiseKernel(.sigmoidUnit, request)
    }
}
