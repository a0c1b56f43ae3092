import SynfireNeuralNetworks
import SynfireTensors
import Testing

@Suite("Agreement with PyTorch")
struct ReferenceTests {
    static let layers: [(String, [Int])] = [
        ("conv-plain", [3, 7, 6]), ("conv-stride-padding", [4, 9, 8]), ("conv-dilation", [2, 8, 11]),
        ("conv-groups", [32, 4, 5]), ("conv-depthwise", [16, 5, 5]), ("linear", [10]), ("batchnorm", [5, 3, 3]),
        ("batchnorm-16", [16, 2, 5]), ("avgpool", [3, 5, 7]), ("avgpool-padding", [3, 6, 5]),
        ("avgpool-exclude", [16, 6, 7]), ("maxpool", [3, 7, 6]), ("maxpool-16", [16, 6, 6]),
    ]

    private func layer(_ name: String) throws -> any Layer {
        switch name {
        case "conv-plain": try Conv2d(3, 8, kernelSize: 3)
        case "conv-stride-padding":
            try Conv2d(4, 6, kernelSize: Pair(3, 2), stride: Pair(2, 3), padding: Padding(Pair(1, 0)))
        case "conv-dilation":
            try Conv2d(2, 16, kernelSize: 3, padding: 2, dilation: Pair(2, 3), bias: false)
        case "conv-groups": try Conv2d(32, 16, kernelSize: 3, padding: 1, groups: 2)
        case "conv-depthwise": try Conv2d(16, 16, kernelSize: 3, padding: 1, groups: 16)
        case "linear": try Linear(10, 7)
        case "batchnorm": try BatchNorm2d(5, epsilon: 1e-3, momentum: 0.3)
        case "batchnorm-16": try BatchNorm2d(16)
        case "avgpool": try AvgPool2d(kernelSize: 2)
        case "avgpool-padding":
            try AvgPool2d(kernelSize: Pair(3, 4), stride: Pair(2, 1), padding: Padding(Pair(1, 2)))
        case "avgpool-exclude": try AvgPool2d(kernelSize: 3, stride: 2, padding: 1, countsPadding: false)
        case "maxpool": try MaxPool2d(kernelSize: 3, stride: 2, padding: 1)
        default: try MaxPool2d(kernelSize: 2)
        }
    }

    @Test("one layer, forward and backward, in training and in use", arguments: layers)
    func oneLayer(name: String, shape: [Int]) throws {
        let reference = try #require(try Reference.stored.get().layers[name])
        var graph = try Graph(name: name, inputShape: shape, sequence: [("layer", layer(name))])
        for (parameter, values) in reference.state {
            try graph.setParameter(parameter, of: "layer", to: values.tensor())
        }
        let input = try reference.input.tensor()
        let probe = try graph.probeGradients(for: input, weights: reference.weights.tensor())
        // A few dozen roundings of single precision.
        let tolerance: Float = 1e-5
        expectClose(probe.output, try reference.output.tensor(), tolerance: tolerance, "output")
        expectClose(probe.input, try reference.inputGradient.tensor(), tolerance: tolerance, "input gradient")
        for (parameter, values) in reference.gradients {
            let found = try #require(probe.parameters["layer"]?[parameter])
            expectClose(found, try values.tensor(), tolerance: 2 * tolerance, "gradient of \(parameter)")
        }
        for (parameter, values) in reference.stateAfter where parameter.hasPrefix("running") {
            let found = try #require(probe.statistics["layer"]?[parameter])
            expectClose(found, try values.tensor(), tolerance: tolerance, parameter)
            try graph.setParameter(parameter, of: "layer", to: values.tensor())
        }
        expectClose(
            try graph.predict(input), try reference.outputInUse.tensor(), tolerance: tolerance, "output in use")
    }

    static let optimizers: [(String, any Optimizer, Double)] = [
        ("sgd", SGD(), 0.1), ("sgd-decay", SGD(weightDecay: 0.01), 0.1),
        ("sgd-momentum", SGD(momentum: 0.9, weightDecay: 0.01), 0.1),
        ("sgd-nesterov", SGD(momentum: 0.9, nesterov: true), 0.1), ("adam", Adam(), 0.05),
        ("adam-decay", Adam(betas: (0.8, 0.95), epsilon: 1e-4, weightDecay: 0.1), 0.05),
    ]

    @Test("five steps of each optimiser", arguments: optimizers.indices)
    func optimizer(index: Int) throws {
        let (name, optimizer, rate) = Self.optimizers[index]
        let reference = try #require(try Reference.stored.get().optimizers[name])
        let values = try FloatBuffer(count: 4)
        values.load(reference.start.values)
        let state = try optimizer.stateNames.map { _ in try FloatBuffer(count: 4) }
        for (number, step) in reference.steps.enumerated() {
            let gradient = try FloatBuffer(count: 4)
            gradient.load(step.gradient.values)
            optimizer.update(
                values.base, gradient: gradient.base, state: state.map(\.base), count: 4, rate: rate,
                step: number + 1)
            expectClose(
                Tensor(values.array(count: 4)), try step.after.tensor(), tolerance: 1e-6, "\(name), step \(number + 1)")
        }
    }

    @Test("six steps of training a network of many kinds of layers", arguments: ["adam", "sgd"], [1, 3])
    func training(name: String, workers: Int) throws {
        let reference = try #require(try Reference.stored.get().training[name])
        let layers: [(name: String, layer: any Layer)] = [
            ("0", try Conv2d(1, 8, kernelSize: 3, padding: 1, bias: false)), ("1", try BatchNorm2d(8)), ("2", ReLU()),
            ("3", try AvgPool2d(kernelSize: 2)), ("4", try Conv2d(8, 20, kernelSize: 3, padding: 1, bias: false)),
            ("5", try BatchNorm2d(20)), ("6", ReLU()), ("7", try MaxPool2d(kernelSize: 2)), ("8", Flatten()),
            ("9", try Linear(80, 12)), ("10", ReLU()), ("11", try Linear(12, 4)),
        ]
        var graph = try Graph(name: "reference", inputShape: [1, 8, 8], sequence: layers)
        for (path, values) in reference.state {
            let parts = path.split(separator: ".").map(String.init)
            try graph.setParameter(parts[1], of: parts[0], to: values.tensor())
        }
        let data = try InMemoryData(images: reference.images.tensor(), labels: reference.labels, classes: 4)
        let optimizer: any Optimizer =
            name == "adam" ? Adam() : SGD(momentum: 0.9, nesterov: true, weightDecay: 1e-3)
        let trainer = try Trainer(
            TrainingSettings(
                epochs: 6, batchSize: 21, optimizer: optimizer, schedule: .constant(name == "adam" ? 1e-2 : 0.1),
                workers: workers))
        let result = try trainer.train(graph, on: data)
        for (metrics, loss) in zip(result.history, reference.losses) {
            #expect(abs(metrics.loss - loss) < 1e-4 * (1 + loss), "epoch \(metrics.epoch)")
        }
        // Differences of rounding grow from step to step; Adam's first steps are as large for tiny gradients as for
        // others.
        for (path, values) in reference.stateAfter {
            let parts = path.split(separator: ".").map(String.init)
            let found = try #require(result.graph[parts[0]]?.layer.parameters.first { $0.name == parts[1] })
            expectClose(found.tensor, try values.tensor(), tolerance: 1e-3, path)
        }
        expectClose(
            try result.graph.predict(reference.images.tensor()), try reference.outputInUse.tensor(),
            tolerance: 2e-3, "output in use")
    }
}
