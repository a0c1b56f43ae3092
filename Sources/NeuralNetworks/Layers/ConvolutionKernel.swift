import SynfireTensors

/// Convolution of feature maps, and of signals as maps of one row, by oneDNN.
final class ConvolutionKernel: LayerKernel {
    let memoryUse: MemoryUse
    let inputs: [ValueLayout]
    let output: ValueLayout

    private let convolution: Convolution
    private let weight: ParameterBuffer?
    private let bias: ParameterBuffer?
    private let folded: FoldedParameters
    private let weightGradients: ShardSums
    private let biasGradients: ShardSums

    init(_ settings: WindowSettings, outputChannels: Int, groups: Int, _ request: KernelRequest) throws {
        weight = request.parameters["weight"]
        bias = request.parameters["bias"]
        folded = try FoldedParameters(request, outputs: outputChannels)
        memoryUse = request.isTraining ? .backwardReadsInputs : folded.operations.adds ? .forwardIntoLast : []
        let shape = request.inputs[0].shape
        convolution = try Convolution(
            Convolution.Geometry(
                inputShape: WindowSettings.mapShape(shape), outputChannels: outputChannels, groups: groups,
                window: settings.window(over: shape)),
            hasBias: folded.hasBias, training: request.isTraining, needsInputGradient: request.needsInputGradient,
            then: folded.operations, images: request.shardImages, context: request.context)
        let made = convolution.output
        output = ValueLayout(
            shape: WindowSettings.shape(outputChannels, made.rows, made.columns, isSignal: settings.isSignal),
            block: made.block)
        let input = ValueLayout(shape: shape, block: convolution.input.block)
        inputs = folded.operations.adds ? [input, output] : [input]
        let shards = request.isTraining ? request.shards : 0
        weightGradients = try ShardSums(
            count: convolution.packedGradientCount, shards: shards, batch: request.batch)
        biasGradients = try ShardSums(count: bias?.count ?? 0, shards: shards, batch: request.batch)
    }

    func prepare(images: Int) throws { try convolution.prepare(images: images) }

    var refreshTasks: [@Sendable (Int) throws -> Void] {
        [
            { [self] worker in
                guard let weight = folded.refreshedWeight() else { return }
                try convolution.pack(weight, worker: worker)
            }
        ]
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        [
            .shards { [self] shard in
                if folded.operations.adds, let added = inputs.last, !added.sharesMemory(with: output) {
                    output.pointer(shard).update(from: added.pointer(shard), count: output.count(shard))
                }
                try convolution.forward(
                    inputs[0].pointer(shard), bias: folded.biasToUse, into: output.pointer(shard),
                    images: shard.images, worker: shard.worker)
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        let perShard = KernelStep.shards { [self] shard in
            let outputGradient = values.outputGradient.pointer(shard)
            try convolution.backwardWeights(
                values.inputs[0].pointer(shard), outputGradient, into: weightGradients.pointer(shard),
                bias.map { _ in biasGradients.pointer(shard) }, images: shard.images, worker: shard.worker)
            if let inputGradient = values.inputGradients[0] {
                try convolution.backwardData(
                    outputGradient, into: inputGradient.pointer(shard), images: shard.images, worker: shard.worker)
            }
        }
        let finish = KernelStep.serial { [self] in
            guard let weight else { return }
            try convolution.unpackGradient(weightGradients.total, into: weight.gradient.base, worker: 0)
            bias.map { $0.gradient.base.update(from: biasGradients.total, count: $0.count) }
        }
        return [perShard, weightGradients.step, biasGradients.step, finish]
    }
}
