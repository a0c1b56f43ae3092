import SynfireConversion
import SynfireNeuralNetworks
import SynfireParallel
import SynfireSimulation
import SynfireSpikingNetworks
import SynfireTensors
import SynfireUnits
import Testing

@Suite("Conversion of paddings")
struct PaddingTests {
    private static func graph(_ layer: any Layer, _ shape: [Int]) throws -> Graph {
        var graph = try Graph(
            name: "padded", inputShape: shape,
            sequence: [("conv", layer), ("relu", ReLU()), ("flatten", Flatten())])
        graph.initializeParameters(seed: 41)
        return graph
    }

    private static func images(_ count: Int, _ shape: [Int]) throws -> InMemoryData {
        var stream = RandomStream(seed: 42, stream: 1)
        let scalars = (0..<count * shape.reduce(1, *)).map { _ in Float.random(in: 0...1, using: &stream) }
        return try InMemoryData(
            images: try Tensor(shape: [count] + shape, scalars: scalars), labels: Array(repeating: 0, count: count),
            classes: 5)
    }

    @Test(
        "A convolution with another padding on each side computes the same as spikes",
        arguments: [
            (Padding.same, Pair(2, 2), Pair(1, 1)), (.same, Pair(3, 2), Pair(1, 1)), (.same, Pair(1, 1), Pair(2, 1)),
            (.numbers(top: 2, bottom: 0, left: 0, right: 1), Pair(1, 2), Pair(1, 1)),
            (.numbers(top: 0, bottom: 2, left: 1, right: 1), Pair(1, 1), Pair(2, 1)),
        ])
    func asymmetric(padding: Padding, stride: Pair, dilation: Pair) throws {
        let shape = [2, 7, 6]
        let layer = try Conv2d(2, 4, kernelSize: Pair(2, 3), stride: stride, padding: padding, dilation: dilation)
        var graph = try Self.graph(layer, shape)
        let classes = graph.outputShape[0]
        graph = try Graph(
            name: "padded", inputShape: shape,
            sequence: graph.nodes.map { ($0.name, $0.layer) } + [("fc", try Linear(classes, 5))])
        graph.initializeParameters(seed: 43)
        let data = try Self.images(4, shape)
        let network = try Converter(recipe: .named("rate")).convert(graph, calibration: data).network
        let time = 2048.0
        let simulation = try NetworkSimulation(network, engine: .event, duration: .milliseconds(time))
        let size = shape.reduce(1, *)
        let expected = try Predictor(graph).predict(data.images)
        let greatest = expected.scalars.map { abs($0) }.max() ?? 1
        var trial = 0
        try simulation.run(trials: 4, pool: WorkerPool(workers: 1)) { trial in
            [Array(data.images.scalars[trial * size..<(trial + 1) * size])]
        } receive: { result in
            for (index, value) in result.checkpoints[0].readout.enumerated() {
                let distance = abs(value / time - Double(expected.scalars[trial * 5 + index]))
                #expect(distance < 0.02 * Double(greatest), "image \(trial), class \(index), seeds 41 to 43")
            }
            trial += 1
        }
        #expect(trial == 4)
    }

    @Test("Paddings that spikes cannot have are refused, with what they are")
    func refused() throws {
        let shape = [2, 7, 6]
        func error(_ layer: any Layer) throws -> String {
            let graph = try Self.graph(layer, shape)
            do {
                _ = try Converter(recipe: .named("rate")).convert(graph, calibration: Self.images(2, shape))
            } catch { return "\(error)" }
            return "no error"
        }
        #expect(
            try error(
                Conv2d(2, 4, kernelSize: 3, padding: .numbers(top: 1, bottom: 2, left: 0, right: 0), dilation: 2))
                == "layer 'conv' (Conv2d) cannot be converted: its padding of [1, 2, 0, 0] differs between two sides by "
                + "no multiple of its dilation [2, 2], so that no window of a spiking convolution makes up for it")
        #expect(
            try error(AvgPool2d(kernelSize: 2, padding: .same))
                == "layer 'conv' (AvgPool2d) cannot be converted: its padding of [0, 1, 0, 0] differs between two sides "
                + "of an axis, which spiking poolings do not have")
        #expect(
            try error(AvgPool2d(kernelSize: 2, roundsUp: true))
                == "layer 'conv' (AvgPool2d) cannot be converted: with ceil_mode its last windows overhang, which those "
                + "of spiking poolings do not")
    }
}
