import SynfireTensors

/// The rectifier: y = max(x, 0).
public struct ReLU: Layer {
    /// The name.
    public static let schema = LayerSchema("ReLU", "Replaces negative values by zero.")

    /// Makes a layer.
    public init(_ values: HyperparameterValues) throws {}

    /// Makes a layer.
    public init() {}

    /// None.
    public var hyperparameters: HyperparameterValues { HyperparameterValues([:]) }

    /// The input's shape.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] { inputs[0] }

    /// It can be done where a value is made.
    public var followUp: FollowUp? { .rectify }

    /// A loop of our own, in place.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel { ReLUKernel(request) }
}

private final class ReLUKernel: LayerKernel {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse = [.forwardInPlace, .backwardInPlace, .backwardReadsOutput]

    init(_ request: KernelRequest) {
        inputs = request.inputs
        output = request.inputs[0]
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        [
            .shards { shard in
                Elementwise.rectify(
                    inputs[0].pointer(shard), into: output.pointer(shard), count: output.count(shard))
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        guard let inputGradient = values.inputGradients[0] else { return [] }
        return [
            .shards { shard in
                Elementwise.rectifyBackward(
                    values.output.pointer(shard), values.outputGradient.pointer(shard),
                    into: inputGradient.pointer(shard), count: inputGradient.count(shard))
            }
        ]
    }
}
