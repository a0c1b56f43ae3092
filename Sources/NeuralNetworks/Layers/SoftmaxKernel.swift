import SynfireTensors

/// What both softmax layers share.
enum SoftmaxRules {
    /// The rows that both have.
    static let rows = [
        HyperparameterRow(
            "dim", .integer, default: .value(.integer(1)),
            "The axis along which values add up, counted as in a batch: 1 is that of channels or features, -1 the last."
        )
    ]
}

/// Softmax over plain values, in place both ways.
final class SoftmaxKernel: LayerKernel {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse = [.forwardInPlace, .backwardInPlace, .backwardReadsOutput]

    private let softmax: AxisSoftmax

    /// Makes a kernel along an axis of an image.
    init(_ axis: Int, isLogarithmic: Bool, _ request: KernelRequest) {
        let shape = request.inputs[0].shape
        output = request.inputs[0].plain
        inputs = [output]
        softmax = AxisSoftmax(
            outer: shape[..<axis].reduce(1, *), extent: shape[axis], inner: shape[(axis + 1)...].reduce(1, *),
            isLogarithmic: isLogarithmic)
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        [
            .shards { [softmax] shard in
                softmax.forward(inputs[0].pointer(shard), into: output.pointer(shard), images: shard.images)
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        guard let inputGradient = values.inputGradients[0] else { return [] }
        return [
            .shards { [softmax] shard in
                softmax.backward(
                    values.output.pointer(shard), values.outputGradient.pointer(shard),
                    into: inputGradient.pointer(shard), images: shard.images)
            }
        ]
    }
}
