import SynfireTensors

/// The sigmoid linear unit with a sigmoid in straight lines: y = x · min(max((x + 3) / 6, 0), 1).
///
/// - Source: Howard et al. 2019 (ICCV), arXiv:1905.02244
public struct Hardswish: Layer {
    /// The name.
    public static let schema = LayerSchema("Hardswish", "Multiplies each value by Hardsigmoid of it.")

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
        PointwiseKernel(.hardSigmoidUnit, request)
    }
}
