import Tensors

/// The sum of two or more values of one shape, such as a block's result and what it leaves out.
public struct Add: Layer {
    /// The name.
    public static let schema = LayerSchema("Add", "Adds values of one shape.")
    /// Two and more.
    public static let inputCount = 2...Int.max

    /// Makes a layer.
    public init(_ values: HyperparameterValues) throws {}

    /// Makes a layer.
    public init() {}

    /// None.
    public var hyperparameters: HyperparameterValues { HyperparameterValues([:]) }

    /// The inputs' shape.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        guard inputs.allSatisfy({ $0 == inputs[0] }) else { throw InputMismatch("inputs of one shape") }
        return inputs[0]
    }

    /// It can be done where a value is made.
    public var followUp: FollowUp? { .add }

    /// A loop of our own, into the first input where nobody else needs it.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel { AddKernel(request) }
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
