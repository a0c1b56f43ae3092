import SynfireParallel
import SynfireTensors

/// Sets values to zero at random while training and scales up the others; does nothing in use.
///
/// - Source: Srivastava et al. 2014, J. Mach. Learn. Res. 15:1929
public struct Dropout: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "Dropout", "Sets values to zero at random while training.",
        rows: [
            HyperparameterRow(
                "p", .real, default: .value(.real(0.5)), allowed: .halfOpen(0..<1), "The probability of a zero.")
        ])

    /// The probability that a value becomes zero.
    public let probability: Double

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        probability = values.real("p")
    }

    /// Makes a layer.
    public init(_ probability: Double = 0.5) throws {
        try self.init(Self.schema.resolve(["p": .real(probability)]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues { HyperparameterValues(["p": .real(probability)]) }

    /// The input's shape.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] { inputs[0] }

    /// In use it does nothing.
    public var followUp: FollowUp? { .nothing }

    /// A loop of our own, in place.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        try DropoutKernel(probability, request)
    }
}

private final class DropoutKernel: LayerKernel {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse = [.forwardInPlace, .backwardInPlace]

    private let request: KernelRequest
    private let probability: Double
    /// What each value is multiplied by: 0, or 1 / (1 − p).
    private let mask: ValueBuffer

    init(_ probability: Double, _ request: KernelRequest) throws {
        self.request = request
        self.probability = probability
        inputs = request.inputs
        output = request.inputs[0]
        let count = request.isTraining ? request.slots * request.shardImages * output.imageStride : 0
        mask = ValueBuffer(layout: output, memory: try FloatBuffer(count: count), shardImages: request.shardImages)
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        guard request.isTraining else {
            guard !inputs[0].sharesMemory(with: output) else { return [] }
            return [
                .shards { shard in
                    output.pointer(shard).update(from: inputs[0].pointer(shard), count: output.count(shard))
                }
            ]
        }
        return [
            .shards { [self] shard in
                draw(shard)
                Elementwise.multiply(
                    inputs[0].pointer(shard), mask.pointer(shard), into: output.pointer(shard),
                    count: output.count(shard))
            }
        ]
    }

    /// Draws the mask of a shard: a number depends on the seed, the layer, the batch, the image and the position.
    private func draw(_ shard: Shard) {
        let perImage = output.imageStride
        let (whole, rest) = (perImage / 4, perImage % 4)
        let blocks = UInt64(perImage + 3) / 4
        let stream = RandomPurpose.dropout.stream(part: request.index)
        let threshold = UInt32(min(probability * 0x1p32, 0x1p32 - 1))
        let kept = Float(1 / (1 - probability)).bitPattern
        for image in 0..<shard.images {
            let entity = UInt32(truncatingIfNeeded: shard.first + image)
            let first = request.batch.step &* blocks
            let values = mask.pointer(shard) + image * perImage
            // Random words are drawn where the factors will be, and become them in place.
            values.withMemoryRebound(to: UInt32.self, capacity: perImage) { words in
                var random = BulkRandom(seed: request.seed, stream: stream, entity: entity, block: first)
                random.fill(words, blocks: whole)
                if rest > 0 {
                    let last = Philox4x32.block(
                        seed: request.seed, stream: stream, entity: entity, block: first &+ UInt64(whole))
                    for lane in 0..<rest { words[4 * whole + lane] = last[lane] }
                }
                for index in 0..<perImage { words[index] = words[index] < threshold ? 0 : kept }
            }
        }
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        guard let inputGradient = values.inputGradients[0] else { return [] }
        return [
            .shards { [self] shard in
                Elementwise.multiply(
                    values.outputGradient.pointer(shard), mask.pointer(shard), into: inputGradient.pointer(shard),
                    count: inputGradient.count(shard))
            }
        ]
    }
}
