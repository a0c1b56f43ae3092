import SynfireTensors

/// A function of single numbers, in whatever layout they come, in place where the way back allows it.
final class PointwiseKernel: LayerKernel {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse

    private let function: Pointwise

    init(_ function: Pointwise, _ request: KernelRequest) {
        self.function = function
        inputs = request.inputs
        output = request.inputs[0]
        // In use the plan does not ask what the way back reads.
        memoryUse = [
            .forwardInPlace, .backwardInPlace, function.isReversible ? .backwardReadsOutput : .backwardReadsInputs,
        ]
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        let (function, layout) = (function, self.output)
        return [
            .shards { shard in
                function.forward(
                    inputs[0].pointer(shard), into: output.pointer(shard), layout: layout, images: shard.images)
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        guard let inputGradient = values.inputGradients[0] else { return [] }
        let function = function
        let kept = function.isReversible ? values.output : values.inputs[0]
        return [
            .shards { shard in
                function.backward(
                    kept.pointer(shard), values.outputGradient.pointer(shard), into: inputGradient.pointer(shard),
                    count: inputGradient.count(shard))
            }
        ]
    }
}
