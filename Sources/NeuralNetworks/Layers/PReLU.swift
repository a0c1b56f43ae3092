import SynfireTensors

/// The rectifier with a learned leak: y = x above 0, weight · x elsewhere.
///
/// - Source: He, Zhang, Ren & Sun 2015 (ICCV), arXiv:1502.01852
public struct PReLU: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "PReLU", "Multiplies negative values by a learned slope.",
        rows: [
            HyperparameterRow(
                "num_parameters", .integer, default: .value(.integer(1)), allowed: .atLeast(1),
                "How many slopes there are: 1 for all, or one a channel."),
            HyperparameterRow("init", .real, default: .value(.real(0.25)), "The slope before training."),
        ])

    /// The slopes.
    public static let parameterSlots = [ParameterSlot<PReLU>("weight", \.weight)]

    /// The slopes, shape (1) or (channels).
    public internal(set) var weight: Tensor
    /// The slope before training.
    public let initialSlope: Double

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        initialSlope = values.real("init")
        weight = try Tensor(shape: [values.integer("num_parameters")], repeating: Float(initialSlope))
    }

    /// Makes a layer.
    public init(_ parameters: Int = 1, initialSlope: Double = 0.25) throws {
        try self.init(Self.schema.resolve(["num_parameters": .integer(parameters), "init": .real(initialSlope)]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues(["num_parameters": .integer(weight.count), "init": .real(initialSlope)])
    }

    /// The input's shape.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        guard weight.count == 1 || inputs[0].first == weight.count else {
            throw InputMismatch("\(weight.count) channels or features, one for each slope")
        }
        return inputs[0]
    }

    /// One for each value.
    public func multiplyAccumulates(for inputs: [[Int]]) -> Int { inputs[0].reduce(1, *) }

    /// Loops of our own, in whatever layout the values come.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel { try PReLUKernel(request) }
}

private final class PReLUKernel: LayerKernel {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse = [.forwardInPlace, .backwardInPlace, .backwardReadsInputs]

    private let request: KernelRequest
    private let weight: ParameterBuffer?
    /// The slope of each channel, filling included.
    private let slopes: FloatBuffer
    /// What each shard adds to each channel's gradient.
    private let sums: DoubleBuffer

    init(_ request: KernelRequest) throws {
        self.request = request
        inputs = request.inputs
        output = request.inputs[0]
        weight = request.parameters["weight"]
        slopes = try FloatBuffer(count: output.blocks * output.block)
        sums = DoubleBuffer(count: request.isTraining ? request.shards * slopes.count : 0)
    }

    var refreshTasks: [@Sendable (Int) throws -> Void] {
        [
            { [self] _ in
                guard let weight else { return }
                for channel in 0..<output.channels {
                    slopes.base[channel] = weight.values.base[weight.count == 1 ? 0 : channel]
                }
            }
        ]
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        let layout = self.output
        return [
            .shards { [self] shard in
                ParametricRectifier.forward(
                    inputs[0].pointer(shard), slopes: slopes.base, into: output.pointer(shard), layout: layout,
                    images: shard.images)
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        let layout = output
        return [
            .shards { [self] shard in
                ParametricRectifier.backward(
                    values.inputs[0].pointer(shard), values.outputGradient.pointer(shard), slopes: slopes.base,
                    into: values.inputGradients[0]?.pointer(shard), sums: sums.base + shard.index * slopes.count,
                    layout: layout, images: shard.images)
            },
            .serial { [self] in
                guard let weight else { return }
                let totals = sums.totals(of: slopes.count, shards: request.batch.shards)
                if weight.count == 1 {
                    weight.gradient.base[0] = Float(totals.reduce(0, +))
                } else {
                    for channel in 0..<weight.count { weight.gradient.base[channel] = Float(totals[channel]) }
                }
            },
        ]
    }
}
