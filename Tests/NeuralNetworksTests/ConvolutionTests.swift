import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors
import Testing

@Suite("Convolutions, poolings and resampling, by their definitions in double precision")
struct ConvolutionTests {
    private static let samples = Result { try LayerSamples.all.get().filter { covers($0.layer) } }

    /// Whether the layers of a kind are checked here.
    static func covers(_ layer: any Layer) -> Bool {
        layer.kind.contains("Conv") || layer.kind.contains("Pool") || layer is Upsample
    }

    /// Σ weights · output over some images, by definition.
    private static func value(
        _ sample: LayerSamples.Sample, _ input: Maps, _ parameters: [String: Maps], _ weights: [Double]
    ) throws -> Double {
        let output = try #require(Naive.forward(sample.layer, input, parameters, output: sample.output))
        return zip(output.values, weights).reduce(0) { $0 + $1.0 * $1.1 }
    }

    private static func parameters(_ graph: Graph) -> [String: Maps] {
        var result: [String: Maps] = [:]
        for parameter in graph.nodes[0].layer.parameters {
            let tensor = parameter.tensor
            if tensor.shape.count > 1 {
                result[parameter.name] = Maps(tensor)
            } else {
                result[parameter.name] = Maps(1, tensor.count, 1, 1)
                result[parameter.name]?.values = tensor.scalars.map(Double.init)
            }
        }
        return result
    }

    @Test("a layer's values, in training and in use", arguments: try samples.get(), [1, 9])
    func forward(sample: LayerSamples.Sample, count: Int) throws {
        let graph = try network(of: sample.layer, inputShape: sample.inputs[0], seed: 21)
        let batch = try randomTensor([count] + sample.inputs[0], seed: 22)
        let found = try graph.predict(batch)
        let expected = try #require(
            Naive.forward(sample.layer, Maps(batch), Self.parameters(graph), output: sample.output))
        let naive = try Tensor(shape: found.shape, scalars: expected.values.map { Float($0) })
        // A few dozen roundings of single precision.
        expectClose(found, naive, tolerance: 5e-6, "in use, seeds 21 and 22")
        let weights = try Tensor(shape: found.shape, repeating: 1)
        expectClose(
            try graph.probeGradients(for: batch, weights: weights).output, naive, tolerance: 5e-6, "in training")
    }

    @Test("a layer's gradients, against central differences of the definition", arguments: try samples.get())
    func gradients(sample: LayerSamples.Sample) throws {
        // A full shard and a part of one.
        let count = 9
        let graph = try network(of: sample.layer, inputShape: sample.inputs[0], seed: 23)
        let batch = try randomTensor([count] + sample.inputs[0], seed: 24)
        let weights = try randomTensor([count] + sample.output, seed: 25)
        let probe = try graph.probeGradients(for: batch, weights: weights)
        let (input, parameters) = (Maps(batch), Self.parameters(graph))
        let all = weights.scalars.map(Double.init)
        let step = 1e-5
        var stream = RandomStream(seed: 26, stream: 0)

        func check(_ gradient: Tensor, _ name: String, _ value: (Int, Double) throws -> Double) throws {
            let largest = Double(gradient.scalars.map { abs($0) }.max() ?? 0)
            for _ in 0..<min(16, gradient.count) {
                let index = stream.integer(below: gradient.count)
                let slope = (try value(index, step) - value(index, -step)) / (2 * step)
                let found = Double(gradient.scalars[index])
                // Rounding of single precision over some hundred terms; differences of a maximum in which two values
                // lie nearer than a step do not occur with these seeds.
                #expect(
                    abs(found - slope) <= 1e-5 * (1 + largest),
                    "\(name) at \(gradient.position(at: index)): \(found), slope \(slope), seeds 23 to 26")
            }
        }

        let (inputSize, outputSize) = (sample.inputs[0].reduce(1, *), sample.output.reduce(1, *))
        try check(probe.input, "input") { index, change in
            // Only one image feels it.
            let number = index / inputSize
            var image = input.image(number)
            image.values[index % inputSize] += change
            return try Self.value(
                sample, image, parameters, Array(all[number * outputSize..<(number + 1) * outputSize]))
        }
        for name in parameters.keys.sorted() {
            let gradient = try #require(probe.parameters["layer"]?[name])
            try check(gradient, name) { index, change in
                var changed = parameters
                changed[name]?.values[index] += change
                return try Self.value(sample, input, changed, all)
            }
        }
    }

    @Test("a signal is a map of one row, to the bit")
    func signals() throws {
        let pairs: [(any Layer, any Layer, [Int])] = [
            (
                try Conv1d(16, 8, kernelSize: 3, stride: 2, padding: 1),
                try Conv2d(16, 8, kernelSize: Pair(1, 3), stride: Pair(1, 2), padding: Padding(Pair(0, 1))), [16, 9]
            ),
            (
                try ConvTranspose1d(4, 6, kernelSize: 3, stride: 2),
                try ConvTranspose2d(4, 6, kernelSize: Pair(1, 3), stride: Pair(1, 2)), [4, 5]
            ),
            (try MaxPool1d(kernelSize: 3), try MaxPool2d(kernelSize: Pair(1, 3)), [8, 9]),
            (try AvgPool1d(kernelSize: 2), try AvgPool2d(kernelSize: Pair(1, 2)), [8, 9]),
        ]
        for (signal, map, shape) in pairs {
            var one = try Graph(name: "signal", inputShape: shape, sequence: [("layer", signal)])
            var two = try Graph(name: "map", inputShape: [shape[0], 1, shape[1]], sequence: [("layer", map)])
            for parameter in signal.parameters {
                let values = try randomTensor(parameter.tensor.shape, seed: 27)
                try one.setParameter(parameter.name, of: "layer", to: values)
                var wide = values.shape
                if wide.count == 3 { wide.insert(1, at: 2) }
                try two.setParameter(parameter.name, of: "layer", to: Tensor(shape: wide, scalars: values.scalars))
            }
            let batch = try randomTensor([11] + shape, seed: 28)
            let wide = try Tensor(shape: [11, shape[0], 1, shape[1]], scalars: batch.scalars)
            #expect(try one.predict(batch).scalars == two.predict(wide).scalars, "\(signal.kind)")
        }
    }

    /// The layouts that poolings meet: plain behind the input, blocked behind a convolution.
    private static func graph(_ pool: any Layer, channels: Int, behindConvolution: Bool) throws -> Graph {
        guard behindConvolution else {
            return try Graph(name: "g", inputShape: [channels, 4, 4], sequence: [("pool", pool)])
        }
        var graph = try Graph(
            name: "g", inputShape: [channels, 4, 4],
            sequence: [("conv", try Conv2d(channels, channels, kernelSize: 1, bias: false)), ("pool", pool)])
        var identity = try Tensor(shape: [channels, channels, 1, 1])
        for channel in 0..<channels { identity[channel, channel, 0, 0] = 1 }
        try graph.setParameter("weight", of: "conv", to: identity)
        return graph
    }

    @Test(
        "of equal values in a window the first takes the gradient, as in PyTorch, in every layout",
        arguments: [false, true])
    func ties(behindConvolution: Bool) throws {
        let pools: [(any Layer, first: [Int])] = [
            (try MaxPool2d(kernelSize: 2), [0, 2, 8, 10]), (GlobalMaxPool2d(keepsDimensions: true), [0]),
            (try MaxPool2d(kernelSize: 2, stride: 1, dilation: 2), [0, 1, 4, 5]),
            (try AdaptiveMaxPool2d(outputSize: Pair(1, 3)), [0, 1, 2]),
        ]
        for (pool, first) in pools {
            let graph = try Self.graph(pool, channels: 16, behindConvolution: behindConvolution)
            let batch = try Tensor(shape: [3, 16, 4, 4], repeating: 0.5)
            let weights = try Tensor(shape: [3] + graph.outputShape, repeating: 1)
            let gradient = try graph.probeGradients(for: batch, weights: weights).input
            for map in 0..<48 {
                let values = gradient.scalars[map * 16..<(map + 1) * 16]
                #expect(values.indices.filter { values[$0] == 1 }.map { $0 - map * 16 } == first, "\(pool.kind)")
                #expect(values.reduce(0, +) == Float(first.count))
            }
        }
    }

    @Test("channels that do not fill a block keep its filling zero: a convolution behind reads only what is there")
    func filling() throws {
        for layer: any Layer in [
            try ConvTranspose2d(8, 20, kernelSize: 2, stride: 2), try Upsample(scaleFactor: 2, mode: .bilinear),
            try AvgPool2d(kernelSize: 3, stride: 1, padding: 1, roundsUp: true),
            try MaxPool2d(kernelSize: 2, stride: 1, padding: .same, dilation: 2),
        ] {
            let channels = layer is ConvTranspose2d ? 8 : 20
            var graph = try Graph(
                name: "g", inputShape: [channels, 5, 6],
                sequence: [
                    ("first", try Conv2d(channels, channels, kernelSize: 3, padding: 1)), ("layer", layer),
                    ("last", try Conv2d(20, 12, kernelSize: 3, padding: 1)),
                ])
            graph.initializeParameters(seed: 31)
            let batch = try randomTensor([9, channels, 5, 6], seed: 32)
            let probe = try graph.probeGradients(
                for: batch, weights: randomTensor([9] + graph.outputShape, seed: 33))
            var maps = Maps(batch)
            for node in graph.nodes {
                let alone = try Graph(
                    name: "a", inputShape: [maps.channels, maps.rows, maps.columns],
                    nodes: [
                        .init("layer", node.layer, inputs: ["input"])
                    ])
                maps = try #require(
                    Naive.forward(node.layer, maps, Self.parameters(alone), output: alone.outputShape))
            }
            let expected = try Tensor(shape: probe.output.shape, scalars: maps.values.map { Float($0) })
            expectClose(probe.output, expected, tolerance: 1e-5, "\(layer.kind)")
        }
    }
}
