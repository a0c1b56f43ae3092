import SynfireParallel
import SynfireTensors

/// A fully connected layer: y = x · weightᵀ + bias, for each vector along the last axis.
public struct Linear: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "Linear", "Multiplies each vector along the last axis by a weight matrix and adds a bias.",
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

    /// (…, out) for (…, in).
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        guard inputs[0].last == inputFeatures else {
            let hint = inputs[0].count == 3 ? " (a Flatten before it makes one vector of a feature map)" : ""
            throw InputMismatch("\(inputFeatures) features along the last axis\(hint)")
        }
        return inputs[0].dropLast() + [outputFeatures]
    }

    /// One for each weight and vector.
    public func multiplyAccumulates(for inputs: [[Int]]) -> Int { inputs[0].dropLast().reduce(weight.count, *) }

    /// For single vectors, normalisation is folded into the weights, an addition and a rectification are done on the way.
    public func takesFollowUps(for inputs: [[Int]]) -> Bool { inputs[0].count == 1 }

    /// Products by oneDNN.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        try LinearKernel(self, request)
    }
}

/// Products over whole batches in training, and over shards in use.
///
/// In training they are cut into tiles of fixed size, so that weights are read once a batch and not once a shard. In use a
/// shard goes through by itself, with packed weights, and what follows is done on the way.
private final class LinearKernel: LayerKernel {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse

    private let request: KernelRequest
    private let folded: FoldedParameters
    /// The product in use; nil in training.
    private let product: InnerProduct?
    private let sizes: MatrixProduct
    /// How many vectors an image has.
    private let vectors: Int

    init(_ layer: Linear, _ request: KernelRequest) throws {
        self.request = request
        folded = try FoldedParameters(request, outputs: layer.outputFeatures)
        memoryUse = request.isTraining ? .backwardReadsInputs : folded.operations.adds ? .forwardIntoLast : []
        let input = request.inputs[0].plain
        let leading = input.shape.dropLast()
        output = ValueLayout(shape: leading + [layer.outputFeatures])
        inputs = [input] + (folded.operations.adds ? [output] : [])
        vectors = leading.reduce(1, *)
        sizes = MatrixProduct(inputs: layer.inputFeatures, outputs: layer.outputFeatures)
        product =
            try request.isTraining
            ? nil
            : InnerProduct(
                inputs: layer.inputFeatures, outputs: layer.outputFeatures, hasBias: folded.hasBias,
                then: folded.operations, vectors: request.shardImages * vectors, context: request.context)
    }

    func prepare(images: Int) throws { try product?.prepare(vectors: images * vectors) }

    var refreshTasks: [@Sendable (Int) throws -> Void] {
        guard let product else { return [] }
        return [
            { [self] worker in
                guard let weight = folded.refreshedWeight() else { return }
                try product.pack(weight, worker: worker)
            }
        ]
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        guard let product else { return [forwardInTraining(inputs[0], output)] }
        return [
            .shards { [self] shard in
                if folded.operations.adds, let added = inputs.last, !added.sharesMemory(with: output) {
                    output.pointer(shard).update(from: added.pointer(shard), count: output.count(shard))
                }
                try product.forward(
                    inputs[0].pointer(shard), bias: folded.biasToUse, into: output.pointer(shard),
                    vectors: shard.images * vectors, worker: shard.worker)
            }
        ]
    }

    /// How many vectors the largest batch has.
    private var capacity: Int { request.shards * request.shardImages * vectors }

    private func forwardInTraining(_ input: ValueBuffer, _ output: ValueBuffer) -> KernelStep {
        .tiles(sizes.forwardTiles(vectors: capacity)) { [self] tile, _ in
            guard let weight = request.parameters["weight"] else { return }
            try sizes.forward(
                tile, input.base, weight.values.base, bias: request.parameters["bias"]?.values.base,
                into: output.base, vectors: request.batch.images * vectors)
        }
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        var steps: [KernelStep] = []
        if let inputGradient = values.inputGradients[0] {
            steps.append(
                .tiles(sizes.dataTiles(vectors: capacity)) { [self] tile, _ in
                    guard let weight = request.parameters["weight"] else { return }
                    try sizes.backwardData(
                        tile, values.outputGradient.base, weight.values.base, into: inputGradient.base,
                        vectors: request.batch.images * vectors)
                })
        }
        // Cut by rows the weight gradient needs no sum over shards.
        steps.append(
            .tiles(sizes.weightTiles) { [self] tile, _ in
                guard let weight = request.parameters["weight"] else { return }
                try sizes.backwardWeights(
                    tile, values.inputs[0].base, values.outputGradient.base, into: weight.gradient.base,
                    request.parameters["bias"]?.gradient.base, vectors: request.batch.images * vectors)
            })
        return steps
    }
}
