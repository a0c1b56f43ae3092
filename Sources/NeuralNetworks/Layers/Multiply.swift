import SynfireTensors

/// The product of two or more values, number by number, such as a feature map and a gate for each channel.
///
/// An axis of extent 1 counts as one along which the value is the same.
public struct Multiply: Layer {
    /// The name.
    public static let schema = LayerSchema("Multiply", "Multiplies values, repeating them along axes of extent 1.")
    /// Two and more.
    public static let inputCount = 2...Int.max

    /// Makes a layer.
    public init(_ values: HyperparameterValues) throws {}

    /// Makes a layer.
    public init() {}

    /// None.
    public var hyperparameters: HyperparameterValues { HyperparameterValues([:]) }

    /// The larger extent of each axis.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        try BroadcastKernel.outputShape(for: inputs)
    }

    /// One for each value and input but the first.
    public func multiplyAccumulates(for inputs: [[Int]]) -> Int {
        let shape = (try? BroadcastKernel.outputShape(for: inputs)) ?? []
        return shape.reduce(inputs.count - 1, *)
    }

    /// Loops of our own.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        try BroadcastKernel(.product, request)
    }
}
