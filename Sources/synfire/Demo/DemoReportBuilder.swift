import Foundation
import SynfireAnalysis
import SynfireConversion
import SynfireDatasets
import SynfireNeuralNetworks
import SynfireSimulation
import SynfireSpikingNetworks

/// Puts what a demonstration found into the report's terms.
struct DemoReportBuilder {
    let graph: Graph
    let converted: ConvertedNetwork
    let images: LabelledDataset
    let annAccuracy: Double
    let multiplyAccumulates: Int
    let rows: [AccuracyTally.Row]
    let layers: [LayerDiagnostics]
    let traces: [TrialResult]
    let annChoices: [Int]
    let seconds: Double
    let workers: Int
    /// The name of the file of the spiking network.
    let networkFile: String

    /// How many images are shown.
    static let examples = 6

    var report: DemoReport {
        let last = rows[rows.count - 1]
        let summary =
            "\(graph.name) classifies \(Format.percent(annAccuracy)) of \(images.count) images right as a conventional "
            + "network and \(Format.percent(last.accuracy ?? 0)) as a spiking one after \(Int(last.time)) ms, with "
            + "\(Format.count(last.spikesPerNeuron)) spikes a neuron."
        return DemoReport(
            title: "Fashion-MNIST in spikes", summary: summary, facts: facts,
            accuracy: DemoReport.Accuracy(
                imageCount: images.count, annAccuracy: annAccuracy, annOperations: Double(multiplyAccumulates),
                rows: rows.map {
                    DemoReport.Accuracy.Row(
                        steps: Int($0.time), accuracy: $0.accuracy ?? 0, spikesPerNeuron: $0.spikesPerNeuron,
                        synapticOperations: $0.synapticOperations)
                }, name: "SNN, \(converted.recipe.name)"),
            layers: layers.map(Self.layer), examples: traces.prefix(Self.examples).map(example),
            recipes: recipes,
            files: [
                DemoReport.Fact("traces.h5", "spikes and output potentials of \(traces.count) images, SONATA layout"),
                DemoReport.Fact(networkFile, "the spiking network, Neuromorphic Intermediate Representation"),
                DemoReport.Fact("raster.svg", "the spikes of the first images"),
                DemoReport.Fact("accuracy.svg", "accuracy over T"),
            ])
    }

    private var facts: [DemoReport.Fact] {
        let network = converted.network
        let populations = network.populations.map { "\($0.name) \($0.shape.map(String.init).joined(separator: "×"))" }
        return [
            DemoReport.Fact("network", populations.joined(separator: ", ")),
            DemoReport.Fact("neurons", "\(network.neuronCount)"),
            DemoReport.Fact("recipe", converted.recipe.summary),
            DemoReport.Fact("engine", "event: continuous time, double precision"),
            DemoReport.Fact("images", "\(images.name), none of them used for calibration"),
            DemoReport.Fact("Synfire", SynfireCommand.version),
            DemoReport.Fact("wall time", "\(Format.seconds(seconds)) on \(workers) workers"),
        ]
    }

    private static func layer(_ layer: LayerDiagnostics) -> DemoReport.Layer {
        DemoReport.Layer(
            name: layer.population, neuronCount: layer.neurons, thresholds: layer.thresholds,
            correlation: layer.correlation, meanError: layer.meanError, silentShare: layer.silentShare,
            saturatedShare: layer.saturatedShare,
            points: layer.samples.map { PlotPoint(x: Double($0[0]), y: Double($0[1])) })
    }

    private func example(_ result: TrialResult) -> DemoReport.Example {
        let index = result.trial
        let outputs = result.trace.potentials.first ?? []
        let classes = images.classNames.count
        let lines = (0..<classes).map { choice in
            stride(from: choice, to: outputs.count, by: classes).map { position in
                PlotPoint(x: Double(position / classes), y: Double(outputs[position]))
            }
        }
        return DemoReport.Example(
            image: GreyImage(
                width: images.shape[2], height: images.shape[1], pixels: Array(images.pixels(of: index) ?? [])),
            index: index, label: images.labels(of: [index])[0],
            prediction: result.checkpoints.last?.prediction ?? 0, annPrediction: annChoices[index],
            classNames: images.classNames, outputs: lines,
            spikes: Self.events(result, converted.network), duration: result.checkpoints.last?.time ?? 0)
    }

    private static func events(_ result: TrialResult, _ network: Network, shift: Double = 0) -> [SpikeEvents] {
        zip(network.populations.filter(\.spikes), result.trace.spikes).map { population, train in
            SpikeEvents(
                name: population.name, neuronCount: population.count, times: train.times.map { $0 + shift },
                neurons: train.neurons.map(Int.init))
        }
    }

    /// The first images one after the other.
    static func raster(_ traces: [TrialResult], _ network: Network, images: LabelledDataset) -> RasterPlot {
        let shown = traces.prefix(5)
        let duration = shown.first?.checkpoints.last?.time ?? 0
        var bands: [SpikeEvents] = []
        for (number, result) in shown.enumerated() {
            let next = events(result, network, shift: Double(number) * duration)
            bands =
                bands.isEmpty
                ? next
                : zip(bands, next).map {
                    SpikeEvents(
                        name: $0.name, neuronCount: $0.neuronCount, times: $0.times + $1.times,
                        neurons: $0.neurons + $1.neurons)
                }
        }
        return RasterPlot(
            title: "Spikes of \(network.name) on \(shown.count) images", bands: bands,
            range: 0...Double(shown.count) * duration,
            separators: shown.enumerated().map { number, result in
                RasterPlot.Separator(
                    time: Double(number) * duration,
                    label: images.classNames[images.labels(of: [result.trial])[0]])
            })
    }

    private var recipes: [DemoReport.CodeBlock] {
        let population = layers.first?.population ?? "conv1"
        let readout = converted.network.readout ?? ""
        return [
            DemoReport.CodeBlock(
                title: "Spikes, with libsonata",
                code: """
                    import libsonata
                    spikes = libsonata.SpikeReader("traces.h5")["\(population)"]
                    print(spikes.get_dict(tstart=0, tstop=64))
                    """),
            DemoReport.CodeBlock(
                title: "Output potentials, with h5py",
                code: """
                    import h5py
                    with h5py.File("traces.h5") as file:
                        potentials = file["report/\(readout)/data"][:]      # (samples, classes)
                        labels = file["synfire/trials/label"][:]
                    """),
            DemoReport.CodeBlock(
                title: "The network, with nir",
                code: """
                    import nir
                    graph = nir.read("\(networkFile)")
                    print(graph.nodes.keys())
                    """),
        ]
    }
}
