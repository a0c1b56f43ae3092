import Tensors

/// Normalisation of each channel to mean 0 and variance 1 over the batch, then a learned scale and shift.
///
///     y = (x − mean) / √(variance + eps) · weight + bias
///
/// In training, mean and (biased) variance are those of the batch, and the running ones follow them:
/// running ← (1 − momentum) · running + momentum · batch, with the unbiased variance. In use, the running ones hold.
///
/// - Source: Ioffe & Szegedy 2015, arXiv:1502.03167; details as in PyTorch.
public struct BatchNorm2d: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "BatchNorm2d", "Normalises each channel over the batch, then scales and shifts it.",
        rows: [
            HyperparameterRow("num_features", .integer, allowed: .atLeast(1), "The channels of the input."),
            HyperparameterRow(
                "eps", .real, default: .value(.real(1e-5)), allowed: .above(0),
                "What is added to the variance so that no channel is divided by zero."),
            HyperparameterRow(
                "momentum", .real, default: .value(.real(0.1)), allowed: .closed(0...1),
                "The weight of the newest batch in the running statistics."),
        ])

    /// Scale, shift and running statistics.
    public static let parameterSlots = [
        ParameterSlot<BatchNorm2d>("weight", \.weight), ParameterSlot("bias", \.bias),
        ParameterSlot("running_mean", \.runningMean, isTrainable: false),
        ParameterSlot("running_var", \.runningVariance, isTrainable: false, isNonNegative: true),
    ]

    /// The scale of each channel.
    public internal(set) var weight: Tensor
    /// The shift of each channel.
    public internal(set) var bias: Tensor
    /// The running mean of each channel.
    public internal(set) var runningMean: Tensor
    /// The running (unbiased) variance of each channel.
    public internal(set) var runningVariance: Tensor
    /// What is added to the variance.
    public let epsilon: Double
    /// The weight of the newest batch in the running statistics.
    public let momentum: Double

    /// The channels of the input.
    public var channels: Int { weight.count }

    /// Makes a layer with scale 1, shift 0, running mean 0 and variance 1 from checked values.
    public init(_ values: HyperparameterValues) throws {
        let channels = values.integer("num_features")
        weight = try Tensor(shape: [channels], repeating: 1)
        bias = try Tensor(shape: [channels])
        runningMean = bias
        runningVariance = weight
        epsilon = values.real("eps")
        momentum = values.real("momentum")
    }

    /// Makes a layer with scale 1, shift 0, running mean 0 and variance 1.
    public init(_ channels: Int, epsilon: Double = 1e-5, momentum: Double = 0.1) throws {
        try self.init(
            Self.schema.resolve([
                "num_features": .integer(channels), "eps": .real(epsilon), "momentum": .real(momentum),
            ]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues([
            "num_features": .integer(channels), "eps": .real(epsilon), "momentum": .real(momentum),
        ])
    }

    /// The input's shape.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        guard inputs[0].count == 3, inputs[0][0] == channels else {
            throw InputMismatch("a feature map of shape [\(channels), rows, columns]")
        }
        return inputs[0]
    }

    /// One for each value.
    public func multiplyAccumulates(for inputs: [[Int]]) -> Int { inputs[0].reduce(1, *) }

    /// In use it is a scale and a shift of each channel.
    public var followUp: FollowUp? {
        .scaleAndShift { [epsilon] parameters, channel in
            guard let mean = parameters["running_mean"]?.values.base, let weight = parameters["weight"]?.values.base,
                let variance = parameters["running_var"]?.values.base, let bias = parameters["bias"]?.values.base
            else { return (1, 0) }
            let scale = Double(weight[channel]) / (Double(variance[channel]) + epsilon).squareRoot()
            return (scale, Double(bias[channel]) - Double(mean[channel]) * scale)
        }
    }

    /// Loops of our own over the blocked layout.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        try BatchNorm2dKernel(self, request)
    }
}

/// Unchecked `Sendable`: the arrays by shard are written by the shard's worker, those by channel in serial steps.
private final class BatchNorm2dKernel: LayerKernel, @unchecked Sendable {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse

    private let request: KernelRequest
    private let layer: BatchNorm2d
    private let channels: Int
    private let width: Int
    // By channel, filling included, where zeros keep the filling zero.
    private let scale, shift, centre: FloatBuffer
    private let factors: (FloatBuffer, FloatBuffer, FloatBuffer)
    // By shard and channel.
    private let partials: (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>)
    private let inverseDeviation: UnsafeMutablePointer<Double>

    init(_ layer: BatchNorm2d, _ request: KernelRequest) throws {
        self.request = request
        self.layer = layer
        let layout = request.inputs[0]
        inputs = [layout]
        output = layout
        // In use the statistics are given, and values are scaled where they lie.
        memoryUse = request.isTraining ? [.backwardInPlace, .backwardReadsInputs] : .forwardInPlace
        channels = layout.channels
        width = layout.blocks * layout.block
        scale = try FloatBuffer(count: width)
        shift = try FloatBuffer(count: width)
        centre = try FloatBuffer(count: width)
        factors = (
            try FloatBuffer(count: width), try FloatBuffer(count: width), try FloatBuffer(count: width)
        )
        let count = request.isTraining ? width * request.shards : 0
        partials = (.allocate(capacity: count), .allocate(capacity: count))
        partials.0.initialize(repeating: 0, count: count)
        partials.1.initialize(repeating: 0, count: count)
        inverseDeviation = .allocate(capacity: width)
        inverseDeviation.initialize(repeating: 0, count: width)
    }

    deinit {
        partials.0.deallocate()
        partials.1.deallocate()
        inverseDeviation.deallocate()
    }

    private func parameter(_ name: String) -> UnsafeMutablePointer<Float>? { request.parameters[name]?.values.base }

    // MARK: Forward

    var refreshTasks: [@Sendable (Int) throws -> Void] {
        request.isTraining ? [] : [{ [self] _ in useRunningStatistics() }]
    }

    private func useRunningStatistics() {
        guard let mean = parameter("running_mean"), let variance = parameter("running_var") else { return }
        for channel in 0..<channels {
            let inverse = 1 / (Double(variance[channel]) + layer.epsilon).squareRoot()
            setScale(channel, mean: Double(mean[channel]), inverseDeviation: inverse)
        }
    }

    private func setScale(_ channel: Int, mean: Double, inverseDeviation inverse: Double) {
        guard let weight = parameter("weight"), let bias = parameter("bias") else { return }
        let factor = Double(weight[channel]) * inverse
        scale.base[channel] = Float(factor)
        shift.base[channel] = Float(Double(bias[channel]) - mean * factor)
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        let normalise = KernelStep.shards { [self] shard in
            ChannelStatistics.scale(
                inputs[0].pointer(shard), by: scale.base, shift.base, into: output.pointer(shard),
                layout: self.output, images: shard.images)
        }
        guard request.isTraining else { return [normalise] }
        return [
            .shards { [self] shard in
                let offset = shard.index * width
                ChannelStatistics.moments(
                    of: inputs[0].pointer(shard), layout: self.output, images: shard.images,
                    mean: partials.0 + offset, squares: partials.1 + offset)
            },
            .serial { [self] in combineMoments() },
            normalise,
        ]
    }

    private func combineMoments() {
        let (mean, squares) = partials
        let perImage = Double(output.positions)
        let full = Double(request.shardImages) * perImage
        let total = Double(request.batch.images) * perImage
        var count = min(full, total)
        for shard in 1..<max(1, request.batch.shards) {
            count = ChannelStatistics.combine(
                count: count, mean: mean, squares: squares, with: min(full, total - count), mean: mean + shard * width,
                squares: squares + shard * width, channels: width)
        }
        guard let runningMean = parameter("running_mean"), let runningVariance = parameter("running_var") else {
            return
        }
        for channel in 0..<channels {
            let variance = squares[channel] / count
            inverseDeviation[channel] = 1 / (variance + layer.epsilon).squareRoot()
            centre.base[channel] = Float(mean[channel])
            setScale(channel, mean: mean[channel], inverseDeviation: inverseDeviation[channel])
            let unbiased = squares[channel] / max(1, count - 1)
            let (old, oldVariance) = (Double(runningMean[channel]), Double(runningVariance[channel]))
            runningMean[channel] = Float(old + layer.momentum * (mean[channel] - old))
            runningVariance[channel] = Float(oldVariance + layer.momentum * (unbiased - oldVariance))
        }
    }

    // MARK: Backward

    // With n values a channel, g = weight / deviation and r = 1 / deviation:
    //     d bias = Σ dy,   d weight = r · Σ dy (x − mean)
    //     dx = g · dy − g · r² · (Σ dy (x − mean) / n) · (x − mean) − g · Σ dy / n

    func backward(_ values: BackwardValues) -> [KernelStep] {
        var steps: [KernelStep] = [
            .shards { [self] shard in
                let offset = shard.index * width
                ChannelStatistics.gradientSums(
                    of: values.outputGradient.pointer(shard), x: values.inputs[0].pointer(shard), centre: centre.base,
                    layout: output, images: shard.images, sums: partials.0 + offset, products: partials.1 + offset)
            },
            .serial { [self] in combineGradients() },
        ]
        if let inputGradient = values.inputGradients[0] {
            steps.append(
                .shards { [self] shard in
                    ChannelStatistics.gradient(
                        values.outputGradient.pointer(shard), values.inputs[0].pointer(shard), centre: centre.base,
                        factors.0.base, factors.1.base, factors.2.base, into: inputGradient.pointer(shard),
                        layout: output, images: shard.images)
                })
        }
        return steps
    }

    private func combineGradients() {
        let count = Double(request.batch.images) * Double(output.positions)
        guard let weight = parameter("weight"), let weightGradient = request.parameters["weight"]?.gradient.base,
            let biasGradient = request.parameters["bias"]?.gradient.base
        else { return }
        for channel in 0..<channels {
            var (sum, product) = (0.0, 0.0)
            for shard in 0..<request.batch.shards {
                sum += partials.0[shard * width + channel]
                product += partials.1[shard * width + channel]
            }
            let inverse = inverseDeviation[channel]
            biasGradient[channel] = Float(sum)
            weightGradient[channel] = Float(product * inverse)
            let factor = Double(weight[channel]) * inverse
            factors.0.base[channel] = Float(factor)
            factors.1.base[channel] = Float(-factor * inverse * inverse * product / count)
            factors.2.base[channel] = Float(-factor * sum / count)
        }
    }
}
