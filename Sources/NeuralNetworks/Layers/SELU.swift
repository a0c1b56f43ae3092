import SynfireTensors

/// The scaled exponential linear unit, which keeps mean 0 and variance 1 from layer to layer.
///
///     y = scale · x above 0, scale · alpha · (exp(x) − 1) below,
///     scale = 1.0507009873554805, alpha = 1.6732632423543772
///
/// - Source: Klambauer, Unterthiner, Mayr & Hochreiter 2017 (NIPS), arXiv:1706.02515
public struct SELU: Layer {
    /// The name.
    public static let schema = LayerSchema(
        "SELU", "Scales an exponential linear unit so that mean 0 and variance 1 are kept.")

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
        PointwiseKernel(.exponentialUnit(alpha: 1.673_263_2, scale: 1.050_701), request)
    }
}
