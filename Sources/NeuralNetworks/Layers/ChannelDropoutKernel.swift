import SynfireParallel
import SynfireTensors

/// What the layers that leave out channels share.
enum ChannelDropoutRules {
    /// The rows that both have.
    static let rows = [
        HyperparameterRow(
            "p", .real, default: .value(.real(0.5)), allowed: .halfOpen(0..<1), "The probability of a zero channel.")
    ]
}

/// Multiplies each channel of each image by a number that is drawn: 0, or 1 / (1 − p).
final class ChannelDropoutKernel: LayerKernel {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse = [.forwardInPlace, .backwardInPlace]

    private let request: KernelRequest
    private let probability: Double
    /// Channels with those that fill the last block.
    private let width: Int
    /// By slot, image and channel.
    private let factors: FloatBuffer
    private let zeros: FloatBuffer

    init(_ probability: Double, _ request: KernelRequest) throws {
        self.request = request
        self.probability = probability
        output = request.inputs[0]
        inputs = [output]
        width = output.blocks * output.block
        factors = try FloatBuffer(count: request.slots * request.shardImages * width)
        zeros = try FloatBuffer(count: width)
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        [
            .shards { [self] shard in
                draw(shard)
                scale(inputs[0], into: output, shard)
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        guard let inputGradient = values.inputGradients[0] else { return [] }
        return [.shards { [self] shard in scale(values.outputGradient, into: inputGradient, shard) }]
    }

    private func factors(_ shard: Shard, _ image: Int) -> UnsafeMutablePointer<Float> {
        factors.base + (shard.slot * request.shardImages + image) * width
    }

    /// Draws the factors of a shard: each depends on the seed, the layer, the batch, the image and the channel, and not
    /// on the layout.
    private func draw(_ shard: Shard) {
        let blocks = UInt64(output.channels + 3) / 4
        let stream = RandomPurpose.dropout.stream(part: request.index)
        let threshold = UInt32(min(probability * 0x1p32, 0x1p32 - 1))
        let kept = Float(1 / (1 - probability))
        for image in 0..<shard.images {
            let factors = factors(shard, image)
            let entity = UInt32(truncatingIfNeeded: shard.first + image)
            for block in 0..<blocks {
                let words = Philox4x32.block(
                    seed: request.seed, stream: stream, entity: entity, block: request.batch.step &* blocks &+ block)
                let first = Int(block) * 4
                for lane in 0..<min(4, output.channels - first) {
                    factors[first + lane] = words[lane] < threshold ? 0 : kept
                }
            }
        }
    }

    private func scale(_ from: ValueBuffer, into to: ValueBuffer, _ shard: Shard) {
        for image in 0..<shard.images {
            let offset = image * output.imageStride
            ChannelStatistics.scale(
                from.pointer(shard) + offset, by: factors(shard, image), zeros.base, into: to.pointer(shard) + offset,
                layout: output, images: 1)
        }
    }
}
