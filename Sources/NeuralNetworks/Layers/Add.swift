import SynfireTensors

/// The sum of two or more values, such as a block's result and what it leaves out.
///
/// An axis of extent 1 counts as one along which the value is the same.
public struct Add: Layer {
    /// The name.
    public static let schema = LayerSchema("Add", "Adds values, repeating them along axes of extent 1.")
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

    /// It can be done where a value is made.
    public var followUp: FollowUp? { .add }

    /// A loop of our own, into the first input where nobody else needs it.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        let isEven = request.inputs.allSatisfy { $0.shape == request.inputs[0].shape }
        return isEven ? AddKernel(request) : try BroadcastKernel(.sum, request)
    }
}

private final class AddKernel: LayerKernel {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse = [.forwardInPlace, .backwardPassesGradient]

    init(_ request: KernelRequest) {
        // What comes in another layout than the first is brought into that.
        output = request.inputs[0]
        inputs = request.inputs.map { _ in request.inputs[0] }
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        [
            .shards { shard in
                let (y, count) = (output.pointer(shard), output.count(shard))
                Elementwise.add(inputs[0].pointer(shard), inputs[1].pointer(shard), into: y, count: count)
                for other in inputs.dropFirst(2) { Elementwise.add(other.pointer(shard), to: y, count: count) }
            }
        ]
    }

    // The plan hands the gradient to every input.
    func backward(_ values: BackwardValues) -> [KernelStep] { [] }
}
