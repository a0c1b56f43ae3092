import SynfireTensors

/// The Gaussian error linear unit: y = x · Φ(x), with Φ the distribution function of the normal distribution.
///
/// With `approximate: tanh`, y = x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))).
///
/// - Source: Hendrycks & Gimpel 2016, arXiv:1606.08415
public struct GELU: Layer {
    /// How Φ is computed.
    public enum Approximation: String, Sendable, CaseIterable {
        /// By the error function.
        case none
        /// By a hyperbolic tangent.
        case tanh
    }

    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "GELU", "Multiplies each value by the chance that a standard normal number is below it.",
        rows: [
            HyperparameterRow(
                "approximate", .choice(Approximation.allCases.map(\.rawValue)),
                default: .value(.text(Approximation.none.rawValue)),
                "Whether the chance is that of the error function ('none') or of a hyperbolic tangent.")
        ])

    /// How Φ is computed.
    public let approximation: Approximation

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        approximation = Approximation(rawValue: values.text("approximate")) ?? .none
    }

    /// Makes a layer.
    public init(_ approximation: Approximation = .none) { self.approximation = approximation }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues(["approximate": .text(approximation.rawValue)])
    }

    /// The input's shape.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] { inputs[0] }

    /// A loop of our own, in whatever layout the values come.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        PointwiseKernel(approximation == .none ? .gaussianUnit : .gaussianUnitByTanh, request)
    }
}
