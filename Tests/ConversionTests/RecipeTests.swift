import SynfireConversion
import SynfireNeuralNetworks
import SynfireParallel
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireTensors
import SynfireUnits
import Testing

@Suite("Choices of a recipe")
struct RecipeTests {
    /// Two convolutions and two dense layers with random weights.
    private static func graph(seed: UInt64) throws -> Graph {
        var graph = try Graph(
            name: "small", inputShape: [1, 8, 8],
            sequence: [
                ("conv1", try Conv2d(1, 6, kernelSize: 3, padding: 1)), ("relu1", ReLU()),
                ("pool1", try AvgPool2d(kernelSize: 2)), ("conv2", try Conv2d(6, 8, kernelSize: 3, padding: 1)),
                ("relu2", ReLU()), ("pool2", try AvgPool2d(kernelSize: 2)), ("flatten", Flatten()),
                ("fc1", try Linear(32, 20)), ("relu3", ReLU()), ("fc2", try Linear(20, 5)),
            ])
        graph.initializeParameters(seed: seed)
        return graph
    }

    private static func images(_ count: Int, seed: UInt64) throws -> InMemoryData {
        var stream = RandomStream(seed: seed, stream: 1)
        let scalars = (0..<count * 64).map { _ in Float.random(in: 0...1, using: &stream) }
        return try InMemoryData(
            images: try Tensor(shape: [count, 1, 8, 8], scalars: scalars), labels: Array(repeating: 0, count: count),
            classes: 5)
    }

    @Test("Economical levels have one λ³·s/(f·a) for all channels, and the operations of even ones")
    func economicalLevels() throws {
        let graph = try Self.graph(seed: 5)
        let data = try Self.images(100, seed: 3)
        let even = try Converter(recipe: ConversionRecipe()).convert(graph, calibration: data).layers.map(\.levels)
        let recipe = try ConversionRecipe(allocation: .economical)
        let shared = try Converter(recipe: recipe).convert(graph, calibration: data).layers.map(\.levels)
        let values = try Predictor(graph).activations(of: ["relu1", "relu2", "relu3", "fc2"], for: data.images)
        func means(_ name: String, channels: Int) throws -> [Double] {
            let scalars = try #require(values[name]).scalars
            let each = scalars.count / 100 / channels
            var sums = [Double](repeating: 0, count: channels)
            for (index, value) in scalars.enumerated() { sums[index / each % channels] += Double(value) }
            return sums.map { $0 / Double(100 * each) }
        }
        func weights(_ name: String) throws -> [Double] {
            let parameters = try #require(graph.nodes.first { $0.name == name }).layer.parameters
            return try #require(parameters.first { $0.name == "weight" }).tensor.scalars.map(Double.init)
        }
        let output = Double(try #require(values["fc2"]).scalars.max() ?? 0)
        let (second, third, fourth) = (try weights("conv2"), try weights("fc1"), try weights("fc2"))
        /// The sum of the squares of weights, each over its target's level.
        func squares(_ count: Int, _ share: (Int) -> Double) -> Double {
            var sum = 0.0
            for index in 0..<count {
                let part = share(index)
                sum += part * part
            }
            return sum
        }
        // Four neurons share a site, each with a quarter of the weight; a site reaches 9 pixels of 8 channels.
        let noise1 = (0..<6).map { (channel: Int) -> Double in
            squares(72) { second[($0 / 9 * 6 + channel) * 9 + $0 % 9] / 4 / even[1][$0 / 9] } / 128
        }
        // Behind the second pooling a channel is 4 elements, each with 20 targets.
        let noise2 = (0..<8).map { (channel: Int) -> Double in
            squares(80) { third[$0 / 4 * 32 + channel * 4 + $0 % 4] / 4 / even[2][$0 / 4] } / 80
        }
        let noise3 = (0..<20).map { (channel: Int) -> Double in
            squares(5) { fourth[$0 * 20 + channel] / output } / 5
        }
        let layers: [(means: [Double], noise: [Double], fanOut: Double, neurons: Double)] = [
            (try means("relu1", channels: 6), noise1, 72, 64),
            (try means("relu2", channels: 8), noise2, 20, 16), (try means("relu3", channels: 20), noise3, 5, 1),
        ]
        var ratios: [Double] = []
        var (before, after) = (0.0, 0.0)
        for (index, layer) in layers.enumerated() {
            for channel in layer.means.indices where layer.means[channel] > 0 {
                let level = shared[index][channel]
                ratios.append(level * level * level * layer.noise[channel] / (layer.fanOut * layer.means[channel]))
                before += layer.fanOut * layer.neurons * layer.means[channel] / even[index][channel]
                after += layer.fanOut * layer.neurons * layer.means[channel] / level
            }
        }
        #expect(ratios.count > 20)
        // Weights and sums of activations are single-precision.
        for ratio in ratios { #expect(abs(ratio / ratios[0] - 1) < 1e-4) }
        #expect(abs(after / before - 1) < 1e-4)
    }

    @Test("Potentials that are spread have every 16th once in each 4×4 block, and in each 2×2 block a quarter apart")
    func spreadPotentials() throws {
        let recipe = try ConversionRecipe(start: .spread, onsets: [0, 2])
        let converted = try Converter(recipe: recipe).convert(
            Self.graph(seed: 5), calibration: try Self.images(20, seed: 3))
        let first = try #require(converted.network.population(named: "conv1"))
        let values = first.values["v"].expanded(shape: [6, 8, 8])
        for channel in 0..<6 {
            for (row, column) in [(0, 0), (0, 4), (4, 0), (4, 4)] {
                let block = (0..<16).map { values[channel * 64 + (row + $0 / 4) * 8 + column + $0 % 4] }
                #expect(block.sorted() == (0..<16).map { (Double($0) + 0.5) / 16 })
                for corner in [0, 2, 8, 10] {
                    let four = [0, 1, 4, 5].map { block[corner + $0] }.sorted()
                    #expect(zip(four, four.dropFirst()).allSatisfy { abs($1 - $0 - 0.25) < 0.1 })
                }
            }
        }
        let dense = try #require(converted.network.population(named: "fc1"))
        #expect(dense.values["v"] == .uniform(0.5))
        #expect(first.values["onset"] == .uniform(0))
        #expect(dense.values["onset"] == .uniform(2))
    }

    @Test("Choices that do not go together are refused")
    func refusals() {
        func message(_ make: () throws -> ConversionRecipe) -> String {
            do {
                return try make().name
            } catch { return "\(error)" }
        }
        #expect(
            message { try ConversionRecipe(initialPotential: 0.25, start: .spread) }
                == "the recipe is not valid: potentials that are spread at the start have 0.5 thresholds as their middle"
        )
        #expect(
            message { try ConversionRecipe(granularity: .layer, allocation: .economical) }
                == "the recipe is not valid: resolution can be shared out among channels only where each has a "
                + "threshold of its own")
        #expect(
            message { try ConversionRecipe(onsets: [0, -1]) }
                == "the recipe is not valid: the onsets [0.0, -1.0] are not one or more times of at least 0 ms")
    }
}
