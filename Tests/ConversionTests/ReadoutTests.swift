import SynfireConversion
import SynfireNeuralNetworks
import SynfireParallel
import SynfireSimulation
import SynfireSpikingNetworks
import SynfireTensors
import SynfireUnits
import Testing

/// Networks whose channels have thresholds of very different sizes, with nothing weighted behind the last activation.
@Suite("The readout is in the units of the trained network's outputs")
struct ReadoutTests {
    private struct Ending: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let layers: @Sendable () throws -> [(name: String, layer: any Layer)]
    }

    private static let endings = [
        Ending(testDescription: "ReLU") { [("act", ReLU())] },
        Ending(testDescription: "ReLU, flattened") { [("act", ReLU()), ("flat", Flatten())] },
        Ending(testDescription: "ReLU, pooled, flattened") {
            [("act", ReLU()), ("pool", try AvgPool2d(kernelSize: 4)), ("flat", Flatten())]
        },
        Ending(testDescription: "ReLU and what does nothing at inference") {
            [("act", ReLU()), ("drop", try Dropout(0.5)), ("same", Identity())]
        },
        Ending(testDescription: "two activations in a row") { [("act", ReLU()), ("act2", ReLU())] },
    ]

    /// A convolution whose channels differ by three orders of magnitude, then one of the endings.
    private static func graph(_ ending: Ending) throws -> Graph {
        var graph = try Graph(
            name: "ends", inputShape: [2, 4, 4],
            sequence: [("conv", try Conv2d(2, 5, kernelSize: 3, padding: 1))] + ending.layers())
        var stream = RandomStream(seed: 21, stream: 3)
        let scales: [Float] = [100, 10, 1, 0.3, 0.1]
        let weights = scales.flatMap { scale in
            (0..<18).map { _ in scale * Float.random(in: -0.3...0.7, using: &stream) }
        }
        try graph.setParameter("weight", of: "conv", to: try Tensor(shape: [5, 2, 3, 3], scalars: weights))
        try graph.setParameter("bias", of: "conv", to: Tensor(scales.map { -0.2 * $0 }))
        return graph
    }

    private static func data(_ count: Int, seed: UInt64) throws -> InMemoryData {
        var stream = RandomStream(seed: seed, stream: 1)
        let scalars = (0..<count * 32).map { _ in Float.random(in: 0...1, using: &stream) }
        return try InMemoryData(
            images: try Tensor(shape: [count, 2, 4, 4], scalars: scalars), labels: Array(repeating: 0, count: count),
            classes: 5)
    }

    private func readouts(_ network: Network, _ data: InMemoryData, engine: Engine, time: Double) throws -> [[Double]] {
        let simulation = try NetworkSimulation(network, engine: engine, duration: .milliseconds(time))
        var all: [[Double]] = []
        try simulation.run(trials: data.count, pool: WorkerPool(workers: 2)) { trial in
            [Array(data.images.scalars[trial * 32..<(trial + 1) * 32])]
        } receive: { result in
            all.append(result.checkpoints[0].readout.map { $0 / time })
        }
        return all
    }

    @Test(
        "whatever the network ends in, with every recipe, in both engines", arguments: endings,
        ConversionRecipe.named.filter { $0.reset == .subtract })
    private func endsInNeurons(_ ending: Ending, recipe: ConversionRecipe) throws {
        let graph = try Self.graph(ending)
        let data = try Self.data(12, seed: 5)
        let expected = try Predictor(graph).predict(data.images).scalars.map(Double.init)
        let converted = try Converter(recipe: recipe).convert(graph, calibration: try Self.data(60, seed: 6))
        let levels = try #require(converted.layers.last).levels
        for engine in [Engine.event, .clock(step: .milliseconds(1))] {
            let time = 1024.0
            let found = try readouts(converted.network, data, engine: engine, time: time)
            // Counts are rounded: an output is off by at most one spike a layer of its channel, and by what the clock clips
            // above one a millisecond, which the highest percentile allows for one value in a thousand.
            let step = 2 * (levels.max() ?? 0) / time
            let far = zip(found.joined(), expected).filter { abs($0 - $1) > max(step, 0.002 * $1) }.count
            #expect(far <= found.joined().count / 50, "\(engine): \(far) of \(found.joined().count)")
            for (outputs, image) in zip(found, 0...) {
                let truth = expected[image * outputs.count..<(image + 1) * outputs.count]
                let gap = truth.sorted().suffix(2)
                guard let second = gap.first, let first = gap.last, first - second > 2 * step else { continue }
                #expect(
                    outputs.firstIndex(of: outputs.max() ?? 0)
                        == truth.firstIndex(of: first).map { $0 - truth.startIndex })
            }
        }
    }

    @Test("An output of few and large spikes wins over one of many small ones")
    func scales() throws {
        // One spike of 'large' stands for 10, one of 'small' for 1: 0.3 · 10 against 0.9 · 1.
        var graph = try Graph(
            name: "two", inputShape: [2], sequence: [("fc", try Linear(2, 2)), ("relu", ReLU())])
        try graph.setParameter("weight", of: "fc", to: try Tensor(shape: [2, 2], scalars: [10, 0, 0, 1]))
        try graph.setParameter("bias", of: "fc", to: Tensor([0, 0]))
        let calibration = try InMemoryData(
            images: try Tensor(shape: [2, 2], scalars: [1, 1, 0.5, 0.5]), labels: [0, 0], classes: 2)
        let converted = try Converter(recipe: .named("rate-max")).convert(graph, calibration: calibration)
        #expect(converted.layers.map(\.levels) == [[10, 1]])
        let simulation = try NetworkSimulation(converted.network, engine: .event, duration: .milliseconds(100))
        var found: TrialResult.Checkpoint?
        try simulation.run(trials: 1, pool: WorkerPool(workers: 1)) { _ in
            [[0.3, 0.9]]
        } receive: {
            found = $0.checkpoints[0]
        }
        #expect(found?.readout == [300, 90])
        #expect(found?.prediction == 0)
    }
}
