import SynfireNeuralNetworks
import SynfireTensors

/// Finds the activation that each threshold stands for, by running the trained network on data.
struct ThresholdCalibration {
    /// The activation of each channel of each place where neurons stand, by the name of the activation layer.
    let levels: [String: [Double]]
    /// The mean activation of each channel, by the same name.
    let means: [String: [Double]]
    /// The greatest output of the trained network on the data.
    let greatestOutput: Double

    /// - Throws: ``ConversionError`` for data of another shape, activations that are not finite, or a silent layer.
    init(
        _ predictor: Predictor, activations: [String], data: some TrainingData, recipe: ConversionRecipe,
        progress: (_ done: Int, _ of: Int) throws -> Void
    ) throws {
        let graph = predictor.graph
        guard data.count > 0 else { throw ConversionError.noData }
        guard data.shape == graph.inputShape else {
            throw ConversionError.dataShape(found: data.shape, expected: graph.inputShape)
        }
        // All of a layer counts as one channel where it shares one threshold.
        let channels = Dictionary(uniqueKeysWithValues: activations.map { ($0, graph.shapes[$0]?.first ?? 1) })
        var statistics = channels.mapValues {
            ActivationStatistics(channels: recipe.granularity == .layer ? 1 : $0)
        }
        let output = graph.output.name
        var outputs = ActivationStatistics(channels: 1)
        let part = 100
        let passes = recipe.statistic == .maximum ? 1 : 2
        for pass in 0..<passes {
            for first in stride(from: 0, to: data.count, by: part) {
                let indices = Array(first..<min(first + part, data.count))
                let (images, _) = try data.batch(indices)
                let values = try predictor.activations(of: activations + [output], for: images)
                if pass == 0, let image = outputs.noteMaxima(values[output]?.scalars ?? [], images: indices.count) {
                    throw ConversionError.badActivation(layer: output, image: first + image)
                }
                for name in activations {
                    guard let tensor = values[name] else { preconditionFailure("no values of '\(name)'") }
                    if pass == 1 {
                        statistics[name]?.count(tensor.scalars, images: indices.count)
                    } else if let image = statistics[name]?.noteMaxima(tensor.scalars, images: indices.count) {
                        throw ConversionError.badActivation(layer: name, image: first + image)
                    }
                }
                try progress(pass * data.count + first + indices.count, passes * data.count)
            }
        }
        greatestOutput = Double(outputs.maxima[0])
        means = statistics.mapValues { found in found.sums.map { $0 / Double(max(1, found.summed)) } }
        levels = try Dictionary(
            uniqueKeysWithValues: activations.map { name in
                guard let found = statistics[name] else { preconditionFailure("no statistics of '\(name)'") }
                let levels = try Self.levels(found, layer: name, recipe: recipe, images: data.count)
                return (name, levels.count == 1 ? Array(repeating: levels[0], count: channels[name] ?? 1) : levels)
            })
    }

    private static func levels(
        _ statistics: ActivationStatistics, layer: String, recipe: ConversionRecipe, images: Int
    ) throws -> [Double] {
        let channels = (0..<statistics.channels).map { channel -> Double in
            switch recipe.statistic {
            case .maximum: Double(statistics.maxima[channel])
            case .percentile(let percent): statistics.percentile(percent, channel: channel)
            }
        }
        let greatest = channels.max() ?? 0
        guard greatest > 0 else { throw ConversionError.silentLayer(layer, images: images) }
        // A channel that hardly ever speaks on this data would get a threshold near zero and flood the network when it
        // does: none is allowed below a 100th of the layer's greatest.
        return channels.map { max($0, greatest / 100) }
    }
}
