import SynfireTensors

/// What the layers of batch normalisation share.
enum BatchNormRules {
    /// The rows that all have.
    static let rows = [
        HyperparameterRow("num_features", .integer, allowed: .atLeast(1), "The channels of the input."),
        HyperparameterRow(
            "eps", .real, default: .value(.real(1e-5)), allowed: .above(0),
            "What is added to the variance so that no channel is divided by zero."),
        HyperparameterRow(
            "momentum", .real, default: .value(.real(0.1)), allowed: .closed(0...1),
            "The weight of the newest batch in the running statistics."),
        HyperparameterRow(
            "affine", .flag, default: .value(.flag(true)), "Whether there are a scale and a shift for each channel."),
    ]

    /// What the layers do in use.
    static func followUp(epsilon: Double) -> FollowUp {
        .scaleAndShift { parameters, channel in inUse(parameters, channel, epsilon: epsilon) }
    }

    /// The scale and shift of a channel in use: weight/√(variance + eps) · (x − mean) + bias.
    static func inUse(
        _ parameters: [String: ParameterBuffer], _ channel: Int, epsilon: Double
    ) -> (scale: Double, shift: Double) {
        func value(_ name: String, else fallback: Double) -> Double {
            parameters[name].map { Double($0.values.base[channel]) } ?? fallback
        }
        let scale = value("weight", else: 1) * (1 / (value("running_var", else: 1) + epsilon).squareRoot())
        return (scale, value("bias", else: 0) - value("running_mean", else: 0) * scale)
    }
}

/// Batch normalisation: loops of our own, in whatever layout the values come.
///
/// Unchecked `Sendable`: the arrays by shard are written by the shard's worker, those by channel in serial steps.
final class BatchNormKernel: LayerKernel, @unchecked Sendable {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse

    private let request: KernelRequest
    private let epsilon: Double
    private let momentum: Double
    /// How the sums by channel see the values' memory.
    private let view: ValueLayout
    private let channels: Int
    private let width: Int
    // By channel, filling included, where zeros keep the filling zero.
    private let scale, shift, centre: FloatBuffer
    private let factors: (FloatBuffer, FloatBuffer, FloatBuffer)
    // By shard and channel.
    private let partials: (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>)
    private let inverseDeviation: UnsafeMutablePointer<Double>

    init(epsilon: Double, momentum: Double, _ request: KernelRequest) throws {
        self.request = request
        self.epsilon = epsilon
        self.momentum = momentum
        let layout = request.inputs[0]
        inputs = [layout]
        output = layout
        view = Self.view(of: layout)
        // In use the statistics are given, and values are scaled where they lie.
        memoryUse = request.isTraining ? [.backwardInPlace, .backwardReadsInputs] : .forwardInPlace
        channels = layout.channels
        width = view.blocks * view.block
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

    /// A vector's numbers are channels side by side: with as many as fill blocks, it is a feature map of one position.
    private static func view(of layout: ValueLayout) -> ValueLayout {
        guard layout.shape.count == 1, let block = [16, 8].first(where: { layout.channels % $0 == 0 }) else {
            return layout
        }
        return ValueLayout(shape: layout.shape + [1], block: block)
    }

    private func parameter(_ name: String) -> UnsafeMutablePointer<Float>? { request.parameters[name]?.values.base }

    // MARK: Forward

    var refreshTasks: [@Sendable (Int) throws -> Void] {
        request.isTraining ? [] : [{ [self] _ in useRunningStatistics() }]
    }

    private func useRunningStatistics() {
        for channel in 0..<channels {
            let found = BatchNormRules.inUse(request.parameters, channel, epsilon: epsilon)
            (scale.base[channel], shift.base[channel]) = (Float(found.scale), Float(found.shift))
        }
    }

    private func setScale(_ channel: Int, mean: Double, inverseDeviation inverse: Double) {
        let factor = Double(parameter("weight")?[channel] ?? 1) * inverse
        scale.base[channel] = Float(factor)
        shift.base[channel] = Float(Double(parameter("bias")?[channel] ?? 0) - mean * factor)
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        let normalise = KernelStep.shards { [self] shard in
            ChannelStatistics.scale(
                inputs[0].pointer(shard), by: scale.base, shift.base, into: output.pointer(shard),
                layout: view, images: shard.images)
        }
        guard request.isTraining else { return [normalise] }
        return [
            .shards { [self] shard in
                let offset = shard.index * width
                ChannelStatistics.moments(
                    of: inputs[0].pointer(shard), layout: view, images: shard.images,
                    mean: partials.0 + offset, squares: partials.1 + offset)
            },
            .serial { [self] in combineMoments() },
            normalise,
        ]
    }

    private func combineMoments() {
        let (mean, squares) = partials
        let perImage = Double(view.positions)
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
            inverseDeviation[channel] = 1 / (variance + epsilon).squareRoot()
            centre.base[channel] = Float(mean[channel])
            setScale(channel, mean: mean[channel], inverseDeviation: inverseDeviation[channel])
            let unbiased = squares[channel] / max(1, count - 1)
            let (old, oldVariance) = (Double(runningMean[channel]), Double(runningVariance[channel]))
            runningMean[channel] = Float(old + momentum * (mean[channel] - old))
            runningVariance[channel] = Float(oldVariance + momentum * (unbiased - oldVariance))
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
                    layout: view, images: shard.images, sums: partials.0 + offset, products: partials.1 + offset)
            },
            .serial { [self] in combineGradients() },
        ]
        if let inputGradient = values.inputGradients[0] {
            steps.append(
                .shards { [self] shard in
                    ChannelStatistics.gradient(
                        values.outputGradient.pointer(shard), values.inputs[0].pointer(shard), centre: centre.base,
                        factors.0.base, factors.1.base, factors.2.base, into: inputGradient.pointer(shard),
                        layout: view, images: shard.images)
                })
        }
        return steps
    }

    private func combineGradients() {
        let count = Double(request.batch.images) * Double(view.positions)
        let weight = parameter("weight")
        let weightGradient = request.parameters["weight"]?.gradient.base
        let biasGradient = request.parameters["bias"]?.gradient.base
        for channel in 0..<channels {
            var (sum, product) = (0.0, 0.0)
            for shard in 0..<request.batch.shards {
                sum += partials.0[shard * width + channel]
                product += partials.1[shard * width + channel]
            }
            let inverse = inverseDeviation[channel]
            biasGradient?[channel] = Float(sum)
            weightGradient?[channel] = Float(product * inverse)
            let factor = Double(weight?[channel] ?? 1) * inverse
            factors.0.base[channel] = Float(factor)
            factors.1.base[channel] = Float(-factor * inverse * inverse * product / count)
            factors.2.base[channel] = Float(-factor * sum / count)
        }
    }
}
