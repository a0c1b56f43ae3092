import Tensors

/// A feature map as one vector: channel after channel, row after row.
public struct Flatten: Layer {
    /// The name.
    public static let schema = LayerSchema("Flatten", "Makes one vector of a feature map, channels slowest.")

    /// Makes a layer.
    public init(_ values: HyperparameterValues) throws {}

    /// Makes a layer.
    public init() {}

    /// None.
    public var hyperparameters: HyperparameterValues { HyperparameterValues([:]) }

    /// (channels · rows · columns).
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] { [inputs[0].reduce(1, *)] }

    /// Another view of the same memory.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel { FlattenKernel(request) }
}

private final class FlattenKernel: LayerKernel {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse = [.forwardInPlace, .backwardInPlace]

    init(_ request: KernelRequest) {
        inputs = [request.inputs[0].plain]
        output = ValueLayout(shape: [request.inputs[0].shape.reduce(1, *)])
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] { copy(inputs[0], output) }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        values.inputGradients[0].map { copy(values.outputGradient, $0) } ?? []
    }

    /// Copies values, where the plan could not let both be the same memory.
    private func copy(_ from: ValueBuffer, _ to: ValueBuffer) -> [KernelStep] {
        guard !from.sharesMemory(with: to) else { return [] }
        return [.shards { shard in to.pointer(shard).update(from: from.pointer(shard), count: to.count(shard)) }]
    }
}
