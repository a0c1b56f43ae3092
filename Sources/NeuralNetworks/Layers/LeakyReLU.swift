import SynfireTensors

/// The rectifier with a leak: y = x above 0, slope · x below.
///
/// - Source: Maas, Hannun & Ng 2013, ICML Workshop on Deep Learning for Audio, Speech and Language Processing
public struct LeakyReLU: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "LeakyReLU", "Multiplies negative values by a small slope.",
        rows: [
            HyperparameterRow(
                "negative_slope", .real, default: .value(.real(0.01)),
                "What negative values are multiplied by.")
        ])

    /// What negative values are multiplied by.
    public let negativeSlope: Double

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        negativeSlope = values.real("negative_slope")
    }

    /// Makes a layer.
    public init(negativeSlope: Double = 0.01) throws {
        try self.init(Self.schema.resolve(["negative_slope": .real(negativeSlope)]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues(["negative_slope": .real(negativeSlope)])
    }

    /// The input's shape.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] { inputs[0] }

    /// A loop of our own, in whatever layout the values come.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        PointwiseKernel(.leakyRectifier(slope: Float(negativeSlope)), request)
    }
}
