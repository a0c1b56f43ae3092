import SynfireTensors

/// Transposed convolution of feature maps, and of signals as maps of one row.
final class TransposedConvolutionKernel: LayerKernel {
    let memoryUse: MemoryUse = .backwardReadsInputs
    let inputs: [ValueLayout]
    let output: ValueLayout

    private let convolution: TransposedConvolution
    private let weight: ParameterBuffer?
    private let bias: ParameterBuffer?
    /// The bias, with zeros for the filling of the last block of channels.
    private let filledBias: FloatBuffer
    private let weightGradients: ShardSums
    private let biasGradients: ShardSums

    /// - Parameters:
    ///   - settings: The window of the convolution from the output to the input.
    ///   - outputShape: The shape of what is made.
    init(_ settings: WindowSettings, outputShape: [Int], groups: Int, _ request: KernelRequest) throws {
        weight = request.parameters["weight"]
        bias = request.parameters["bias"]
        let shape = request.inputs[0].shape
        convolution = try TransposedConvolution(
            Convolution.Geometry(
                inputShape: WindowSettings.mapShape(outputShape), outputChannels: shape[0], groups: groups,
                window: settings.window(over: outputShape)),
            training: request.isTraining, images: request.shardImages, context: request.context)
        inputs = [ValueLayout(shape: shape, block: convolution.input.block)]
        output = ValueLayout(shape: outputShape, block: convolution.output.block)
        filledBias = try FloatBuffer(count: output.blocks * output.block)
        let shards = request.isTraining ? request.shards : 0
        weightGradients = try ShardSums(
            count: convolution.packedGradientCount, shards: shards, batch: request.batch)
        biasGradients = try ShardSums(count: bias?.count ?? 0, shards: shards, batch: request.batch)
    }

    func prepare(images: Int) throws { try convolution.prepare(images: images) }

    var refreshTasks: [@Sendable (Int) throws -> Void] {
        [
            { [self] worker in
                guard let weight else { return }
                try convolution.pack(weight.values.base, worker: worker)
                bias.map { filledBias.base.update(from: $0.values.base, count: $0.count) }
            }
        ]
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        [
            .shards { [self] shard in
                let result = output.pointer(shard)
                try convolution.forward(
                    inputs[0].pointer(shard), into: result, images: shard.images, worker: shard.worker)
                guard bias != nil else { return }
                ChannelBias.add(filledBias.base, to: result, output.layout, images: shard.images)
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        let perShard = KernelStep.shards { [self] shard in
            let outputGradient = values.outputGradient.pointer(shard)
            try convolution.backwardWeights(
                values.inputs[0].pointer(shard), outputGradient, into: weightGradients.pointer(shard),
                images: shard.images, worker: shard.worker)
            if bias != nil {
                ChannelBias.gradient(
                    outputGradient, output, images: shard.images, into: biasGradients.pointer(shard))
            }
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
