import SynfireConversion
import SynfireNeuralNetworks
import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireTensors
import SynfireUnits
import Testing

@Suite("Conversion")
struct ConverterTests {
    /// A small trained-looking network: random weights, and batch normalisation with statistics that are not neutral.
    private static func graph(seed: UInt64, batchNormFirst: Bool = true, padding: Padding = 1) throws -> Graph {
        // Each convolution without padding takes 2 off a side, each pooling halves it.
        let lost = padding == 0 ? 2 : 0
        let side = padding == 0 ? 12 : 8
        let pooled = (side - lost) / 2
        let last = (pooled - lost) / 2
        let flat = 8 * last * last
        let norm: (name: String, layer: any Layer) = ("bn1", try BatchNorm2d(6))
        let relu: (name: String, layer: any Layer) = ("relu1", ReLU())
        var sequence: [(name: String, layer: any Layer)] = [
            ("conv1", try Conv2d(2, 6, kernelSize: 3, padding: padding))
        ]
        sequence += batchNormFirst ? [norm, relu] : [relu, norm]
        sequence.append(("pool1", try AvgPool2d(kernelSize: 2)))
        sequence.append(("conv2", try Conv2d(6, 8, kernelSize: 3, padding: padding)))
        sequence.append(("bn2", try BatchNorm2d(8)))
        sequence.append(("drop", try Dropout(0.5)))
        sequence.append(("relu2", ReLU()))
        sequence.append(("pool2", try AvgPool2d(kernelSize: 2)))
        sequence.append(("flatten", Flatten()))
        sequence.append(("fc1", try Linear(flat, 20)))
        sequence.append(("relu3", ReLU()))
        sequence.append(("fc2", try Linear(20, 5)))
        var graph = try Graph(name: "small", inputShape: [2, side, side], sequence: sequence)
        graph.initializeParameters(seed: seed)
        var stream = RandomStream(seed: seed, stream: 77)
        for (name, channels) in [("bn1", 6), ("bn2", 8)] {
            func numbers(_ range: ClosedRange<Float>) throws -> Tensor {
                Tensor((0..<channels).map { _ in Float.random(in: range, using: &stream) })
            }
            try graph.setParameter("weight", of: name, to: try numbers(0.6...1.4))
            try graph.setParameter("bias", of: name, to: try numbers(-0.2...0.4))
            try graph.setParameter("running_mean", of: name, to: try numbers(-0.2...0.2))
            try graph.setParameter("running_var", of: name, to: try numbers(0.05...0.3))
        }
        return graph
    }

    private static func images(_ count: Int, shape: [Int] = [2, 8, 8], seed: UInt64) throws -> InMemoryData {
        var stream = RandomStream(seed: seed, stream: 1)
        let scalars = (0..<count * shape.reduce(1, *)).map { _ in Float.random(in: 0...1, using: &stream) }
        return try InMemoryData(
            images: try Tensor(shape: [count] + shape, scalars: scalars), labels: Array(repeating: 0, count: count),
            classes: 5)
    }

    /// The readout per millisecond, for each image.
    private func outputs(
        _ network: Network, _ data: InMemoryData, time: Double, engine: Engine = .event
    ) throws -> [[Double]] {
        let simulation = try NetworkSimulation(network, engine: engine, duration: .milliseconds(time))
        let size = data.shape.reduce(1, *)
        var all: [[Double]] = []
        try simulation.run(trials: data.count, pool: WorkerPool(workers: 2)) { trial in
            [Array(data.images.scalars[trial * size..<(trial + 1) * size])]
        } receive: { result in
            all.append(result.checkpoints[0].readout.map { $0 / time })
        }
        return all
    }

    /// The greatest distance from the trained network's outputs, relative to their spread.
    private func distance(_ graph: Graph, _ data: InMemoryData, _ outputs: [[Double]]) throws -> Double {
        let expected = try Predictor(graph).predict(data.images).scalars
        let greatest = expected.map { abs($0) }.max() ?? 1
        return outputs.joined().enumerated().map { abs($1 - Double(expected[$0])) }.reduce(0, max) / Double(greatest)
    }

    @Test(
        "The readout approaches the trained network's outputs as 1/T",
        arguments: ConversionRecipe.named.filter { $0.reset == .subtract })
    func readoutConverges(recipe: ConversionRecipe) throws {
        let graph = try Self.graph(seed: 11)
        let data = try Self.images(6, seed: 12)
        let converted = try Converter(recipe: recipe).convert(graph, calibration: try Self.images(50, seed: 13))
        let errors = try [16.0, 256, 4096].map {
            try distance(graph, data, try outputs(converted.network, data, time: $0))
        }
        print(recipe.name, errors)
        #expect(errors[0] < 0.35)
        #expect(errors[2] < 0.004)
        #expect(errors[2] < errors[1] && errors[1] < errors[0])
    }

    @Test("Reset to zero loses what subtraction keeps")
    func resetToZeroIsWorse() throws {
        let graph = try Self.graph(seed: 11)
        let data = try Self.images(4, seed: 12)
        let calibration = try Self.images(50, seed: 13)
        let errors = try ["rate", "rate-zero"].map { name in
            let network = try Converter(recipe: .named(name)).convert(graph, calibration: calibration).network
            return try distance(
                graph, data, try outputs(network, data, time: 1024, engine: .clock(step: .milliseconds(1))))
        }
        #expect(errors[0] < 0.1)
        #expect(errors[1] > 2 * errors[0])
    }

    @Test("Batch normalisation behind the activation is folded into the layer that follows")
    func foldsForward() throws {
        let graph = try Self.graph(seed: 5, batchNormFirst: false, padding: 0)
        let data = try Self.images(4, shape: [2, 12, 12], seed: 6)
        let calibration = try Self.images(40, shape: [2, 12, 12], seed: 7)
        let converted = try Converter(recipe: .named("rate")).convert(graph, calibration: calibration)
        #expect(try distance(graph, data, try outputs(converted.network, data, time: 4096)) < 0.006)
    }

    @Test("Batch normalisation in front of a padded convolution is refused with the reason")
    func refusesInexactFolding() throws {
        let graph = try Self.graph(seed: 5, batchNormFirst: false, padding: 1)
        let error = #expect(throws: ConversionError.self) {
            try Converter(recipe: .named("rate")).convert(graph, calibration: try Self.images(4, seed: 7))
        }
        #expect(
            error?.description
                == "batch normalisation 'bn1' cannot be folded into a neighbouring layer: "
                + "the convolution 'conv2' behind it pads with zeros, which it would shift")
    }

    @Test("Thresholds, weights and biases follow data-based normalisation")
    func normalizesWeights() throws {
        // One linear layer before, one behind: W̃ = W·λ_in/λ_out, b̃ = b/λ_out with λ the greatest activation.
        var graph = try Graph(
            name: "two", inputShape: [3],
            sequence: [("a", try Linear(3, 2)), ("relu", ReLU()), ("b", try Linear(2, 1))])
        try graph.setParameter("weight", of: "a", to: try Tensor(shape: [2, 3], scalars: [1, 2, 3, 4, -5, 6]))
        try graph.setParameter("bias", of: "a", to: Tensor([0.5, -0.5]))
        try graph.setParameter("weight", of: "b", to: try Tensor(shape: [1, 2], scalars: [2, -3]))
        try graph.setParameter("bias", of: "b", to: Tensor([0.25]))
        let data = try InMemoryData(
            images: try Tensor(shape: [2, 3], scalars: [1, 0, 0, 1, 1, 1]), labels: [0, 0], classes: 1)
        // Activations: (1.5, 3.5) and (6.5, 4.5).
        let converted = try Converter(recipe: .named("rate-max")).convert(graph, calibration: data)
        #expect(converted.layers.map(\.levels) == [[6.5, 4.5]])
        let first = try #require(converted.network.projections[0].operators[0] as? DenseOperator)
        let rows: [[Double]] = [[1, 2, 3].map { $0 / 6.5 }, [4, -5, 6].map { $0 / 4.5 }]
        #expect(first.weight == rows.joined().map { Float($0) })
        let second = try #require(converted.network.projections[1].operators[0] as? DenseOperator)
        #expect(second.weight == [13, -13.5])
        let hidden = try #require(converted.network.population(named: "a"))
        let current: [Double] = [0.5 / 6.5, -0.5 / 4.5]
        #expect(hidden.values["i"].storedValues.map { Float($0) } == current.map { Float($0) })
        #expect(hidden.values["v"] == .uniform(0.5))
        let layerwise = try Converter(recipe: .named("rate-layer-max")).convert(graph, calibration: data)
        #expect(layerwise.layers.map(\.levels) == [[6.5, 6.5]])
        // Of all four activations of the layer, half do not exceed 3.5.
        let median = try ConversionRecipe(granularity: .layer, statistic: .percentile(50))
        let halved = try Converter(recipe: median).convert(graph, calibration: data).layers[0].levels
        #expect(halved[0] == halved[1] && (3.4...4.51).contains(halved[0]))
    }

    @Test("What cannot be converted is named, with what to do")
    func errors() throws {
        let calibration = try Self.images(3, seed: 1)
        func error(_ sequence: [(name: String, layer: any Layer)]) throws -> String? {
            var graph = try Graph(name: "g", inputShape: [2, 8, 8], sequence: sequence)
            graph.initializeParameters(seed: 1)
            return #expect(throws: ConversionError.self) {
                try Converter(recipe: .named("rate")).convert(graph, calibration: calibration)
            }?.description
        }
        #expect(
            try error([
                ("conv", try Conv2d(2, 4, kernelSize: 3)), ("relu", ReLU()), ("pool", try MaxPool2d(kernelSize: 2)),
            ])
                == "layer 'pool' (MaxPool2d) cannot be converted: "
                + "the maximum is not a sum of spikes; train with AvgPool2d instead")
        #expect(
            try error([("conv", try Conv2d(2, 4, kernelSize: 3)), ("relu", ReLU()), ("bn", try BatchNorm2d(4))])
                == "batch normalisation 'bn' cannot be folded into a neighbouring layer: no weighted layer follows it")
        let graph = try Self.graph(seed: 1)
        let empty = try InMemoryData(images: try Tensor(shape: [0, 2, 8, 8]), labels: [], classes: 5)
        #expect(throws: ConversionError.noData) {
            try Converter(recipe: .named("rate")).convert(graph, calibration: empty)
        }
        #expect(throws: ConversionError.dataShape(found: [1, 4, 4], expected: [2, 8, 8])) {
            try Converter(recipe: .named("rate")).convert(
                graph, calibration: try Self.images(2, shape: [1, 4, 4], seed: 1))
        }
        let unknown = #expect(throws: ConversionError.self) { try ConversionRecipe.named("rates") }
        #expect(
            unknown?.description
                == "there is no recipe 'rates'; did you mean 'rate'? Valid names: "
                + "rate, rate-max, rate-layer, rate-layer-max, rate-zero, rate-economical")
        #expect(throws: ConversionError.self) { try ConversionRecipe(statistic: .percentile(0)) }
        #expect(throws: ConversionError.self) { try ConversionRecipe(statistic: .percentile(.nan)) }
        #expect(throws: ConversionError.self) { try ConversionRecipe(initialPotential: 1) }
    }
}
