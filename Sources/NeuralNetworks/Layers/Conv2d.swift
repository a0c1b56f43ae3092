import Parallel
import Tensors

/// A two-dimensional convolution (strictly: cross-correlation, as everywhere in the field).
public struct Conv2d: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "Conv2d", "Slides small weighted windows over a feature map.",
        rows: [
            HyperparameterRow("in_channels", .integer, allowed: .atLeast(1), "The channels of the input."),
            HyperparameterRow("out_channels", .integer, allowed: .atLeast(1), "The channels of the output."),
            HyperparameterRow("kernel_size", .pair, allowed: .atLeast(1), "Rows and columns of the window."),
            HyperparameterRow(
                "stride", .pair, default: .value(.pair(1)), allowed: .atLeast(1), "How far the window moves at a time."),
            HyperparameterRow(
                "padding", .pair, default: .value(.pair(0)), allowed: .atLeast(0),
                "Rows and columns of zeros added on each side."),
            HyperparameterRow(
                "dilation", .pair, default: .value(.pair(1)), allowed: .atLeast(1),
                "The distance of neighbouring weights on the image."),
            HyperparameterRow(
                "groups", .integer, default: .value(.integer(1)), allowed: .atLeast(1),
                "Into how many groups the channels are split that do not mix."),
            HyperparameterRow("bias", .flag, default: .value(.flag(true)), "Whether a bias is added to each channel."),
        ])

    /// Weight and bias.
    public static let parameterSlots = [
        ParameterSlot<Conv2d>("weight", \.weight), ParameterSlot("bias", optional: \.bias),
    ]

    /// The weights, shape (out, in/groups, rows, columns).
    public internal(set) var weight: Tensor
    /// The bias, shape (out), or nil.
    public internal(set) var bias: Tensor?
    /// How far the window moves at a time.
    public let stride: Pair
    /// Rows and columns of zeros added on each side.
    public let padding: Pair
    /// The distance of neighbouring weights on the image; 1 is none skipped.
    public let dilation: Pair
    /// Into how many groups the channels are split that do not mix.
    public let groups: Int

    /// The channels of the input.
    public var inputChannels: Int { weight.shape[1] * groups }
    /// The channels of the output.
    public var outputChannels: Int { weight.shape[0] }
    /// Rows and columns of the window.
    public var kernelSize: Pair { Pair(weight.shape[2], weight.shape[3]) }

    /// Makes a layer of zeros from checked values.
    public init(_ values: HyperparameterValues) throws {
        let (inputs, outputs) = (values.integer("in_channels"), values.integer("out_channels"))
        let (kernel, groups) = (values.pair("kernel_size"), values.integer("groups"))
        for (name, channels) in [("in_channels", inputs), ("out_channels", outputs)] where channels % groups != 0 {
            throw NetworkError.hyperparameterConflict(
                kind: "Conv2d", reason: "\(name) is \(channels), which does not divide into \(groups) groups")
        }
        weight = try Tensor(shape: [outputs, inputs / groups, kernel.rows, kernel.columns])
        bias = values.flag("bias") ? try Tensor(shape: [outputs]) : nil
        stride = values.pair("stride")
        padding = values.pair("padding")
        dilation = values.pair("dilation")
        self.groups = groups
    }

    /// Makes a layer of zeros.
    public init(
        _ inputChannels: Int, _ outputChannels: Int, kernelSize: Pair, stride: Pair = 1, padding: Pair = 0,
        dilation: Pair = 1, groups: Int = 1, bias: Bool = true
    ) throws {
        try self.init(
            Self.schema.resolve([
                "in_channels": .integer(inputChannels), "out_channels": .integer(outputChannels),
                "kernel_size": .pair(kernelSize), "stride": .pair(stride), "padding": .pair(padding),
                "dilation": .pair(dilation), "groups": .integer(groups), "bias": .flag(bias),
            ]))
    }

    /// Makes a layer of given parameters.
    ///
    /// - Parameters:
    ///   - weight: Shape (out, in/groups, rows, columns).
    ///   - bias: Shape (out), or nil.
    public init(
        weight: Tensor, bias: Tensor?, stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1, groups: Int = 1
    ) throws {
        let shape = weight.shape
        guard shape.count == 4 else {
            throw NetworkError.parameterShape(
                layer: "Conv2d", parameter: "weight", expected: [weight.count, 1, 1, 1], found: shape)
        }
        try self.init(
            shape[1] * max(1, groups), shape[0], kernelSize: Pair(shape[2], shape[3]), stride: stride,
            padding: padding, dilation: dilation, groups: groups, bias: bias != nil)
        try setParameter("weight", to: weight, layer: "Conv2d")
        if let bias { try setParameter("bias", to: bias, layer: "Conv2d") }
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues([
            "in_channels": .integer(inputChannels), "out_channels": .integer(outputChannels),
            "kernel_size": .pair(kernelSize), "stride": .pair(stride), "padding": .pair(padding),
            "dilation": .pair(dilation), "groups": .integer(groups), "bias": .flag(bias != nil),
        ])
    }

    /// Draws weight and bias evenly within ±1/√(weights of a window), as PyTorch does.
    public mutating func initializeParameters(seed: UInt64, index: Int) {
        let bound = 1 / Double(weight.shape.dropFirst().reduce(1, *)).squareRoot()
        weight.fillUniformly(within: bound, seed: seed, layer: index, parameter: 0)
        bias?.fillUniformly(within: bound, seed: seed, layer: index, parameter: 1)
    }

    var window: Window {
        Window(
            kernel: kernelSize.tuple, stride: stride.tuple, padding: padding.tuple, dilation: dilation.tuple)
    }

    /// (out, rows, columns) for (in, rows, columns); an edge is ⌊(n + 2p − d(k − 1) − 1) / s⌋ + 1 long.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        let shape = inputs[0]
        guard shape.count == 3, shape[0] == inputChannels else {
            throw InputMismatch("a feature map of shape [\(inputChannels), rows, columns]")
        }
        let (rows, columns) = window.outputSize(rows: shape[1], columns: shape[2])
        guard rows > 0, columns > 0 else {
            let height = dilation.rows * (kernelSize.rows - 1) + 1 - 2 * padding.rows
            let width = dilation.columns * (kernelSize.columns - 1) + 1 - 2 * padding.columns
            throw InputMismatch(
                "at least \(max(1, height)) rows and \(max(1, width)) columns for its window to fit")
        }
        return [outputChannels, rows, columns]
    }

    /// A window's weights for each output.
    public func multiplyAccumulates(for inputs: [[Int]]) -> Int {
        let (rows, columns) = window.outputSize(rows: inputs[0][1], columns: inputs[0][2])
        return weight.count * rows * columns
    }

    /// Convolution by oneDNN.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        try Conv2dKernel(self, request)
    }
}

private final class Conv2dKernel: LayerKernel {
    let memoryUse: MemoryUse = .backwardReadsInputs

    private let convolution: Convolution
    private let weight: ParameterBuffer?
    private let bias: ParameterBuffer?
    private let batch: BatchState
    /// A packed weight gradient and a bias gradient a shard, to be summed in order.
    private let partialWeights: FloatBuffer
    private let partialBiases: FloatBuffer
    private let gradientStride: Int
    private let biasStride: Int

    private static let valuesPerTile = 4_096

    init(_ layer: Conv2d, _ request: KernelRequest) throws {
        weight = request.parameters["weight"]
        bias = request.parameters["bias"]
        batch = request.batch
        convolution = try Convolution(
            Convolution.Geometry(
                inputShape: request.inputs[0].shape, outputChannels: layer.outputChannels, groups: layer.groups,
                window: layer.window),
            hasBias: layer.bias != nil, training: request.isTraining, needsInputGradient: request.needsInputGradient,
            images: request.shardImages, context: request.context)
        // Whole cache lines a shard, so that workers do not write to the same one.
        gradientStride = (convolution.packedGradientCount + 15) / 16 * 16
        biasStride = (layer.outputChannels + 15) / 16 * 16
        let shards = request.isTraining ? request.shards : 0
        partialWeights = try FloatBuffer(count: gradientStride * shards)
        partialBiases = try FloatBuffer(count: biasStride * shards)
    }

    var inputs: [ValueLayout] { [convolution.input] }
    var output: ValueLayout { convolution.output }

    func prepare(images: Int) throws { try convolution.prepare(images: images) }

    var refreshTasks: [@Sendable (Int) throws -> Void] {
        [
            { [self] worker in
                guard let weight else { return }
                try convolution.pack(weight.values.base, worker: worker)
            }
        ]
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        [
            .shards { [self] shard in
                try convolution.forward(
                    inputs[0].pointer(shard), bias: bias?.values.base, into: output.pointer(shard),
                    images: shard.images, worker: shard.worker)
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        let perShard = KernelStep.shards { [self] shard in
            let outputGradient = values.outputGradient.pointer(shard)
            try convolution.backwardWeights(
                values.inputs[0].pointer(shard), outputGradient,
                into: partialWeights.base + shard.index * gradientStride,
                bias.map { _ in partialBiases.base + shard.index * biasStride }, images: shard.images,
                worker: shard.worker)
            if let inputGradient = values.inputGradients[0] {
                try convolution.backwardData(
                    outputGradient, into: inputGradient.pointer(shard), images: shard.images, worker: shard.worker)
            }
        }
        let tiles = (gradientStride + Self.valuesPerTile - 1) / Self.valuesPerTile
        let sum = KernelStep.tiles(tiles) { [self] tile, _ in
            let first = tile * Self.valuesPerTile
            let count = min(Self.valuesPerTile, gradientStride - first)
            for shard in 1..<max(1, batch.shards) {
                Elementwise.add(
                    partialWeights.base + shard * gradientStride + first, to: partialWeights.base + first, count: count)
            }
        }
        let finish = KernelStep.serial { [self] in
            guard let weight else { return }
            try convolution.unpackGradient(partialWeights.base, into: weight.gradient.base, worker: 0)
            guard let bias else { return }
            for shard in 1..<max(1, batch.shards) {
                Elementwise.add(
                    partialBiases.base + shard * biasStride, to: partialBiases.base, count: bias.count)
            }
            bias.gradient.base.update(from: partialBiases.base, count: bias.count)
        }
        return [perShard, sum, finish]
    }
}
