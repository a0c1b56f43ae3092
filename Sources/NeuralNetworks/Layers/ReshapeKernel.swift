import SynfireTensors

/// The same numbers in the same order, under another shape.
final class ReshapeKernel: LayerKernel {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse = [.forwardInPlace, .backwardInPlace]

    /// Makes a kernel between two layouts whose memory is the same.
    init(_ input: ValueLayout, as output: ValueLayout) {
        inputs = [input]
        self.output = output
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
