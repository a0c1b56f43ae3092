import Foundation
import SynfireConversion
import SynfireDatasets
import SynfireNeuralNetworks
import SynfireParallel
import SynfireSimulation
import SynfireSpikingNetworks
import SynfireTensors
import SynfireUnits

/// The steps that several commands share, with their progress bars.
enum Work {
    /// Converts a trained network.
    static func convert(
        _ graph: Graph, recipe: ConversionRecipe, calibration: LabelledDataset, pool: WorkerPool
    ) throws -> ConvertedNetwork {
        let bar = ProgressBar("calibrating", unit: "images")
        defer { bar.finish() }
        return try Converter(recipe: recipe).convert(
            graph, calibration: ImageData(images: calibration), pool: pool
        ) { done, all in
            try Interrupt.check("while calibrating")
            bar.update(done, of: all)
        }
    }

    /// Simulates images and compares each layer's rates with the trained network's activations.
    static func diagnostics(
        _ converted: ConvertedNetwork, graph: Graph, images: LabelledDataset, duration: Double, pool: WorkerPool
    ) throws -> [LayerDiagnostics] {
        let simulation = try NetworkSimulation(
            converted.network, engine: .event, duration: .milliseconds(duration), countsPerNeuron: true)
        let book = try DiagnosticsBook(converted, graph: graph, duration: duration, pool: pool)
        let bar = ProgressBar("comparing rates", unit: "images")
        defer { bar.finish() }
        try simulation.run(trials: images.count, pool: pool, shouldStop: { Interrupt.isRequested }) { trial in
            [images.scalars(of: [trial])]
        } receive: { result in
            try book.add(result, image: images.scalars(of: [result.trial]))
            bar.update(result.trial + 1, of: images.count)
        }
        return book.layers
    }

    /// The diagnostics as lines of text.
    static func table(of layers: [LayerDiagnostics]) -> String {
        let header = ["layer", "neurons", "θ min/median/max", "correlation", "error", "silent", "saturated", "spikes"]
        return Format.table(
            [header]
                + layers.map { layer in
                    [
                        layer.population, "\(layer.neurons)",
                        layer.thresholds.map { String(format: "%.2f", $0) }.joined(separator: "/"),
                        layer.correlation.map { String(format: "%.4f", $0) } ?? "–",
                        String(format: "%.4f", layer.meanError), Format.percent(layer.silentShare),
                        Format.percent(layer.saturatedShare), String(format: "%.2f", layer.spikesPerNeuron),
                    ]
                })
    }
}

/// Gathers the diagnostics of all layers.
final class DiagnosticsBook {
    private let predictor: Predictor
    private let shape: [Int]
    private var accumulators: [(population: Int, accumulator: DiagnosticsAccumulator)]

    init(_ converted: ConvertedNetwork, graph: Graph, duration: Double, pool: WorkerPool) throws {
        predictor = try Predictor(graph, pool: pool)
        shape = graph.inputShape
        let populations = converted.network.populations
        accumulators = converted.layers.compactMap { layer in
            guard let index = populations.firstIndex(where: { $0.name == layer.population }) else { return nil }
            let accumulator = DiagnosticsAccumulator(
                layer: layer, neurons: populations[index].count, duration: duration)
            return (index, accumulator)
        }
    }

    /// Takes the result of one image.
    func add(_ result: TrialResult, image: [Float]) throws {
        let names = accumulators.map(\.accumulator.layer.activation)
        let values = try predictor.activations(of: names, for: try Tensor(shape: [1] + shape, scalars: image))
        for index in accumulators.indices {
            let name = accumulators[index].accumulator.layer.activation
            guard let tensor = values[name] else { continue }
            accumulators[index].accumulator.add(
                activations: tensor.scalars[...], counts: result.spikeCounts[accumulators[index].population])
        }
    }

    var layers: [LayerDiagnostics] { accumulators.map(\.accumulator.diagnostics) }
}
