import Parallel
import Tensors

/// A fully connected layer: y = x · weightᵀ + bias.
public struct Linear: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "Linear", "Multiplies each vector by a weight matrix and adds a bias.",
        rows: [
            HyperparameterRow("in_features", .integer, allowed: .atLeast(1), "The length of the input vectors."),
            HyperparameterRow("out_features", .integer, allowed: .atLeast(1), "The length of the output vectors."),
            HyperparameterRow("bias", .flag, default: .value(.flag(true)), "Whether a bias is added."),
        ])

    /// Weight and bias.
    public static let parameterSlots = [
        ParameterSlot<Linear>("weight", \.weight), ParameterSlot("bias", optional: \.bias),
    ]

    /// The weights, shape (out, in).
    public internal(set) var weight: Tensor
    /// The bias, shape (out), or nil.
    public internal(set) var bias: Tensor?

    /// The length of the input vectors.
    public var inputFeatures: Int { weight.shape[1] }
    /// The length of the output vectors.
    public var outputFeatures: Int { weight.shape[0] }

    /// Makes a layer of zeros from checked values.
    public init(_ values: HyperparameterValues) throws {
        let (inputs, outputs) = (values.integer("in_features"), values.integer("out_features"))
        weight = try Tensor(shape: [outputs, inputs])
        bias = values.flag("bias") ? try Tensor(shape: [outputs]) : nil
    }

    /// Makes a layer of zeros.
    public init(_ inputFeatures: Int, _ outputFeatures: Int, bias: Bool = true) throws {
        try self.init(
            Self.schema.resolve([
                "in_features": .integer(inputFeatures), "out_features": .integer(outputFeatures), "bias": .flag(bias),
            ]))
    }

    /// Makes a layer of given parameters.
    ///
    /// - Parameters:
    ///   - weight: Shape (out, in).
    ///   - bias: Shape (out), or nil.
    public init(weight: Tensor, bias: Tensor?) throws {
        guard weight.shape.count == 2 else {
            throw NetworkError.parameterShape(
                layer: "Linear", parameter: "weight", expected: [weight.count, 1], found: weight.shape)
        }
        try self.init(weight.shape[1], weight.shape[0], bias: bias != nil)
        try setParameter("weight", to: weight, layer: "Linear")
        if let bias { try setParameter("bias", to: bias, layer: "Linear") }
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues([
            "in_features": .integer(inputFeatures), "out_features": .integer(outputFeatures),
            "bias": .flag(bias != nil),
        ])
    }

    /// Draws weight and bias evenly within ±1/√in, as PyTorch does.
    public mutating func initializeParameters(seed: UInt64, index: Int) {
        let bound = 1 / Double(inputFeatures).squareRoot()
        weight.fillUniformly(within: bound, seed: seed, layer: index, parameter: 0)
        bias?.fillUniformly(within: bound, seed: seed, layer: index, parameter: 1)
    }

    /// (out) for (in).
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        guard inputs[0] == [inputFeatures] else {
            let hint = inputs[0].count == 3 ? " (a Flatten before it makes one of a feature map)" : ""
            throw InputMismatch("a vector of shape [\(inputFeatures)]\(hint)")
        }
        return [outputFeatures]
    }

    /// One for each weight.
    public func multiplyAccumulates(for inputs: [[Int]]) -> Int { weight.count }

    /// Normalisation is folded into the weights, an addition and a rectification are done on the way.
    public static var takesFollowUps: Bool { true }

    /// Products by oneDNN.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        try LinearKernel(self, request)
    }
}

private final class LinearKernel: LayerKernel {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse

    private let product: InnerProduct
    private let folded: FoldedParameters
    private let weight: ParameterBuffer?
    private let bias: ParameterBuffer?
    private let batch: BatchState

    /// Rows of the weight gradient that are computed together.
    ///
    /// Fixed, since sums could depend on it.
    private static let rowsPerTile = 32

    init(_ layer: Linear, _ request: KernelRequest) throws {
        folded = try FoldedParameters(request, outputs: layer.outputFeatures)
        memoryUse = request.isTraining ? .backwardReadsInputs : folded.operations.adds ? .forwardIntoLast : []
        output = ValueLayout(shape: [layer.outputFeatures])
        inputs = [ValueLayout(shape: [layer.inputFeatures])] + (folded.operations.adds ? [output] : [])
        weight = request.parameters["weight"]
        bias = request.parameters["bias"]
        batch = request.batch
        product = try InnerProduct(
            inputs: layer.inputFeatures, outputs: layer.outputFeatures, hasBias: folded.hasBias,
            training: request.isTraining, needsInputGradient: request.needsInputGradient, then: folded.operations,
            images: request.shardImages, context: request.context)
    }

    func prepare(images: Int) throws { try product.prepare(images: images) }

    var refreshTasks: [@Sendable (Int) throws -> Void] {
        (0..<product.packs).map { part in
            { [self] worker in
                guard let weight = folded.refreshedWeight() else { return }
                try product.pack(weight, part: part, worker: worker)
            }
        }
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        [
            .shards { [self] shard in
                if folded.operations.adds, let added = inputs.last, !added.sharesMemory(with: output) {
                    output.pointer(shard).update(from: added.pointer(shard), count: output.count(shard))
                }
                try product.forward(
                    inputs[0].pointer(shard), bias: folded.biasToUse, into: output.pointer(shard),
                    images: shard.images, worker: shard.worker)
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        var steps: [KernelStep] = []
        if let inputGradient = values.inputGradients[0] {
            steps.append(
                .shards { [self] shard in
                    try product.backwardData(
                        values.outputGradient.pointer(shard), into: inputGradient.pointer(shard),
                        images: shard.images, worker: shard.worker)
                })
        }
        // The weight gradient is the largest of all. Cut by rows it needs no sum over shards.
        let rows = output.channels
        let tiles = (rows + Self.rowsPerTile - 1) / Self.rowsPerTile
        steps.append(
            .tiles(tiles) { [self] tile, _ in
                guard let weight else { return }
                let first = tile * Self.rowsPerTile
                try product.backwardWeights(
                    values.inputs[0].base, values.outputGradient.base, into: weight.gradient.base,
                    bias?.gradient.base, rows: first..<min(first + Self.rowsPerTile, rows), images: batch.images)
            })
        return steps
    }
}
