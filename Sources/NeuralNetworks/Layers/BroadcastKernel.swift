import SynfireTensors

/// Sums and products of values that may be the same along some axes.
final class BroadcastKernel: LayerKernel {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse

    private let broadcast: Broadcast

    init(_ operation: Broadcast.Operation, _ request: KernelRequest) throws {
        let shape = try Self.outputShape(for: request.inputs.map(\.shape))
        // The channels of a block go on side by side only if all inputs have them.
        let sameChannels = request.inputs.allSatisfy { $0.channels == shape.first }
        let block = sameChannels ? request.inputs.first { $0.shape == shape }?.block ?? 1 : 1
        let inputs = request.inputs.map { ValueLayout(shape: $0.shape, block: block) }
        let output = ValueLayout(shape: shape, block: block)
        self.inputs = inputs
        self.output = output
        let reads: MemoryUse = operation == .product ? .backwardReadsInputs : []
        memoryUse = inputs[0] == output ? [.forwardInPlace, reads] : reads
        broadcast = Broadcast(operation, inputs, output: output)
    }

    /// The larger extent of each axis.
    static func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        var shape = inputs[0]
        for input in inputs {
            guard input.count == shape.count else { throw InputMismatch("inputs with the same number of axes") }
            for axis in shape.indices where input[axis] != shape[axis] {
                guard input[axis] == 1 || shape[axis] == 1 else {
                    throw InputMismatch("inputs whose extents are equal or 1 along each axis")
                }
                shape[axis] = max(shape[axis], input[axis])
            }
        }
        return shape
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        [
            .shards { [broadcast] shard in
                broadcast.forward(
                    inputs.map { $0.pointer(shard) }, into: output.pointer(shard), images: shard.images)
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        values.inputGradients.enumerated().compactMap { number, gradient in
            guard let gradient else { return nil }
            return .shards { [broadcast] shard in
                broadcast.backward(
                    number, values.inputs.map { $0.pointer(shard) }, values.outputGradient.pointer(shard),
                    into: gradient.pointer(shard), images: shard.images)
            }
        }
    }
}
