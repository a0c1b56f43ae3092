import SynfireTensors

/// Values as they are.
public struct Identity: Layer {
    /// The name.
    public static let schema = LayerSchema("Identity", "Hands its values on.")

    /// Makes a layer.
    public init(_ values: HyperparameterValues) throws {}

    /// Makes a layer.
    public init() {}

    /// None.
    public var hyperparameters: HyperparameterValues { HyperparameterValues([:]) }

    /// The input's shape.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] { inputs[0] }

    /// In use it does nothing.
    public var followUp: FollowUp? { .nothing }

    /// The same memory, where the plan allows it.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        ReshapeKernel(request.inputs[0], as: request.inputs[0])
    }
}
