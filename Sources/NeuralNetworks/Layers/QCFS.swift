import SynfireTensors

/// A rectifier with a ceiling and steps: what a spiking neuron can say in L time steps.
///
///     y = λ · clip(⌊x · L / λ + 1/2⌋ / L, 0, 1)
///
/// The ceiling λ is learned. On the way back the steps count as straight, so that inside 0 … λ
///
///     dy/dx = 1,   dy/dλ = (y − x) / λ
///
/// and above it dy/dx = 0, dy/dλ = 1. An integrate-and-fire neuron of threshold λ that starts at λ/2 gives y exactly
/// after L steps of constant input.
///
/// - Source: Bu, Fang, Ding, Dai, Yu & Huang 2022 (ICLR), arXiv:2303.04347
public struct QCFS: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "QCFS", "Rectifies, clips at a learned ceiling and rounds to steps, as a spiking neuron does.",
        rows: [
            HyperparameterRow(
                "levels", .integer, default: .value(.integer(8)), allowed: .closed(1...65_536),
                "Into how many steps the range from 0 to the ceiling is cut."),
            HyperparameterRow(
                "initial_threshold", .real, default: .value(.real(8)), allowed: .above(0),
                "The ceiling before training."),
        ])

    /// The ceiling.
    public static let parameterSlots = [ParameterSlot<QCFS>("threshold", \.threshold, isNonNegative: true)]

    /// The ceiling λ, shape (1).
    public internal(set) var threshold: Tensor
    /// Into how many steps the range is cut.
    public let levels: Int
    /// The ceiling before training.
    public let initialThreshold: Double

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        levels = values.integer("levels")
        initialThreshold = values.real("initial_threshold")
        threshold = Tensor([Float(initialThreshold)])
    }

    /// Makes a layer.
    public init(levels: Int = 8, initialThreshold: Double = 8) throws {
        try self.init(
            Self.schema.resolve(["levels": .integer(levels), "initial_threshold": .real(initialThreshold)]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues(["levels": .integer(levels), "initial_threshold": .real(initialThreshold)])
    }

    /// The input's shape.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] { inputs[0] }

    /// A loop of our own, in place in use.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel { try QCFSKernel(levels, request) }
}

private final class QCFSKernel: LayerKernel {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse

    private let levels: Float
    private let threshold: ParameterBuffer?
    private let batch: BatchState
    /// What each shard adds to the ceiling's gradient.
    private let sums: DoubleBuffer

    init(_ levels: Int, _ request: KernelRequest) throws {
        inputs = request.inputs
        output = request.inputs[0]
        memoryUse = request.isTraining ? [.backwardInPlace, .backwardReadsInputs] : .forwardInPlace
        self.levels = Float(levels)
        threshold = request.parameters["threshold"]
        batch = request.batch
        sums = DoubleBuffer(count: request.isTraining ? request.shards : 0)
    }

    /// The ceiling; training may push the parameter to zero or below, where nothing could be divided by it.
    private var ceiling: Float { max(threshold?.values.base[0] ?? 1, 1e-6) }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        [
            .shards { [self] shard in
                Elementwise.quantize(
                    inputs[0].pointer(shard), ceiling: ceiling, levels: levels, into: output.pointer(shard),
                    count: output.count(shard))
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        let layout = output
        return [
            .shards { [self] shard in
                let x = values.inputs[0].pointer(shard)
                let dy = values.outputGradient.pointer(shard)
                let dx = values.inputGradients[0]?.pointer(shard)
                var sum = 0.0
                for image in 0..<shard.images {
                    let offset = image * layout.imageStride
                    sum += Double(
                        Elementwise.quantizeBackward(
                            x + offset, dy + offset, ceiling: ceiling, levels: levels, into: dx.map { $0 + offset },
                            count: layout.imageStride))
                }
                sums.base[shard.index] = sum
            },
            .serial { [self] in
                threshold?.gradient.base[0] = Float(sums.totals(of: 1, shards: batch.shards)[0])
            },
        ]
    }
}
