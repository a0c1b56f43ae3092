import ArgumentParser
import Foundation
import SynfireAnalysis
import SynfireConversion
import SynfireDatasets
import SynfireFormats
import SynfireNeuralNetworks
import SynfireParallel
import SynfireSimulation
import SynfireSpikingNetworks
import SynfireUnits

/// `synfire demo`: the main job on what ships.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Converts the network that ships, simulates it spike by spike, and writes a report.",
        discussion: """
            Example:
              synfire demo --out demo

            Needs nothing but what the repository holds: models/fashion-cnn and
            datasets/fashion-mnist-sample. The last 200 of the 1,000 images calibrate
            the conversion, accuracy is measured on the other 800.
            """)

    @Option(
        name: [.customLong("out"), .customShort("o")], help: "The folder for the results.", completion: .directory)
    var out = "demo"

    @Option(help: "The trained network. Default: models/fashion-cnn of the repository.", completion: .files(.model))
    var model: String?

    @Option(
        help: "The recipe: \(ConversionRecipe.named.map(\.name).joined(separator: ", ")).",
        completion: .list(ConversionRecipe.named.map(\.name)))
    var recipe = ConversionRecipe.named[0].name

    @Option(help: "How many images are classified, up to 800.")
    var images = 800

    @Flag(help: "Replace results of an earlier run.")
    var force = false

    @OptionGroup var workers: WorkerOptions
    @OptionGroup var output: PrintOptions

    /// The images whose traces are written and shown.
    static let recorded = 10
    static let steps = [4, 8, 16, 32, 64]
    static let calibrated = 200

    private struct Result: Encodable {
        struct Row: Encodable {
            let steps: Int
            let accuracy: Double
            let spikesPerNeuron: Double
            let synapticOperations: Double
        }
        let images: Int
        let annAccuracy: Double
        let annMultiplyAccumulates: Int
        let rows: [Row]
        let layers: [LayerDiagnostics]
        let seconds: Double
        let files: [String]
    }

    func validate() throws {
        if !(Self.recorded...800).contains(images) {
            throw ValidationError("--images is \(images): give a number from \(Self.recorded) to 800")
        }
    }

    func run() throws {
        let clock = ContinuousClock()
        let start = clock.now
        let folder = try DemoFolder(out, force: force)
        try Output.beginWork()
        let recipe = try ConversionRecipe.named(recipe)
        let sample = try DatasetCatalog.open("fashion-mnist-sample")
        let shown = try sample.range(0..<images)
        let calibration = try sample.range(sample.count - Self.calibrated..<sample.count)
        let graph = try Input.trainedNetwork(try model ?? Shipped.path("models/fashion-cnn/weights.h5"))
        let outputs = graph.shapes[graph.output.name] ?? []
        guard outputs == [sample.classNames.count] else {
            throw RequestError(
                "'\(graph.name)' has outputs of shape \(outputs), but \(sample.name) needs "
                    + "[\(sample.classNames.count)], one a class")
        }
        let pool = try workers.pool()

        let annAccuracy = try Predictor(graph, pool: pool).evaluate(
            ImageData(images: shown),
            progress: { done, all in try Interrupt.check("after \(done) of \(all) images") }
        ).accuracy
        let converted = try Work.convert(graph, recipe: recipe, calibration: calibration, pool: pool)
        let networkFile = Self.fileName(graph.name)
        try NIRFile.write(converted.network, to: folder.file(networkFile), replacing: false)

        let (tally, layers) = try classify(converted, graph: graph, images: shown, pool: pool)
        let traces = try record(converted, images: shown, pool: pool, to: folder.file("traces.h5"))
        let seconds = (clock.now - start) / .seconds(1)

        let rows = tally.rows(neurons: converted.network.neuronCount)
        let macs = graph.multiplyAccumulates.values.reduce(0, +)
        let report = DemoReportBuilder(
            graph: graph, converted: converted, images: shown, annAccuracy: annAccuracy, multiplyAccumulates: macs,
            rows: rows, layers: layers, traces: traces,
            annChoices: try Predictor(graph, pool: pool).classify(
                ImageData(images: shown).batch(Array(0..<Self.recorded)).0),
            seconds: seconds, workers: pool.workers, networkFile: networkFile
        ).report
        try folder.write(report.html(), "report.html")
        try folder.write(report.accuracy.plot.svg(), "accuracy.svg")
        try folder.write(DemoReportBuilder.raster(traces, converted.network, images: shown).svg(), "raster.svg")
        try Interrupt.check("before the results were put in place")
        let files = try folder.finish()

        if output.json {
            return try Output.json(
                Result(
                    images: shown.count, annAccuracy: annAccuracy, annMultiplyAccumulates: macs,
                    rows: rows.map {
                        Result.Row(
                            steps: Int($0.time), accuracy: $0.accuracy ?? 0, spikesPerNeuron: $0.spikesPerNeuron,
                            synapticOperations: $0.synapticOperations)
                    }, layers: layers, seconds: seconds, files: files))
        }
        Console.print("\(graph.name) on \(shown.count) images of Fashion-MNIST, \(recipe.summary)\n")
        var table = [["", "accuracy", "spikes/neuron", "operations", "of the ANN's"]]
        table.append(["ANN", Format.percent(annAccuracy), "", Format.count(Double(macs)) + " MAC", ""])
        for row in rows {
            table.append([
                "SNN, T = \(Int(row.time))", Format.percent(row.accuracy ?? 0), Format.count(row.spikesPerNeuron),
                Format.count(row.synapticOperations) + " AC",
                String(format: "%.2f ×", row.synapticOperations / Double(macs)),
            ])
        }
        Console.print(Format.table(table))
        Console.print("\nin \(Format.seconds(seconds)), written:")
        for file in files { Console.print("  \(file)") }
    }

    /// The name of the file for a network: its own, in what is safe in a file's name.
    static func fileName(_ network: String) -> String {
        let safe = network.map { character in
            character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
                ? character : "-"
        }
        let name = String(String(safe).drop { $0 == "." }.prefix(100))
        return (name.isEmpty ? "network" : name) + ".nir"
    }

    /// Classifies all images, with results at each T and the rates of every layer.
    private func classify(
        _ converted: ConvertedNetwork, graph: Graph, images: LabelledDataset, pool: WorkerPool
    ) throws -> (AccuracyTally, [LayerDiagnostics]) {
        let duration = Double(Self.steps[Self.steps.count - 1])
        let simulation = try NetworkSimulation(
            converted.network, engine: .event, duration: .milliseconds(duration),
            checkpoints: Self.steps.map { .milliseconds(Double($0)) }, countsPerNeuron: true)
        let book = try DiagnosticsBook(converted, graph: graph, duration: duration, pool: pool)
        var tally = AccuracyTally()
        let bar = ProgressBar("simulating", unit: "images")
        defer { bar.finish() }
        do {
            try simulation.run(trials: images.count, pool: pool, shouldStop: { Interrupt.isRequested }) { trial in
                [images.scalars(of: [trial])]
            } receive: { result in
                tally.add(result, label: images.labels(of: [result.trial])[0])
                try book.add(result, image: images.scalars(of: [result.trial]))
                bar.update(result.trial + 1, of: images.count, note: tally.note)
            }
        } catch SimulationError.interrupted(let done, let all) {
            throw InterruptError("interrupted after \(done) of \(all) images; nothing was written")
        }
        return (tally, book.layers)
    }

    /// Simulates some images again with everything recorded.
    private func record(
        _ converted: ConvertedNetwork, images: LabelledDataset, pool: WorkerPool, to path: String
    ) throws -> [TrialResult] {
        let network = converted.network
        let readout = network.readout.flatMap { network.population(named: $0) }
        let request = RecordingRequest(
            spikes: network.populations.filter(\.spikes).map(\.name),
            potentials: readout.map { [PotentialProbe(population: $0.name, neurons: Array(0..<$0.count), interval: 1)] }
                ?? [])
        let duration = Double(Self.steps[Self.steps.count - 1])
        let simulation = try NetworkSimulation(
            network, engine: .event, duration: .milliseconds(duration), recording: request)
        let clock = ContinuousClock()
        let start = clock.now
        let writer = try TraceWriter(
            path: path, replacing: false, network: network, recording: request, trialDuration: duration,
            samplesPerTrial: simulation.samplesPerTrial,
            facts: network.metadata.merging(
                [
                    "engine": "event", "seed": "1", "synfire_version": SynfireCommand.version,
                    "data": "\(images.name):\(Self.recorded)",
                ]) { _, own in own })
        var results: [TrialResult] = []
        let bar = ProgressBar("recording", unit: "images")
        defer { bar.finish() }
        try simulation.run(trials: Self.recorded, pool: pool, shouldStop: { Interrupt.isRequested }) { trial in
            [images.scalars(of: [trial])]
        } receive: { result in
            try writer.append(
                result.trace, label: images.labels(of: [result.trial])[0],
                prediction: result.checkpoints.last?.prediction)
            results.append(result)
            bar.update(result.trial + 1, of: Self.recorded)
        }
        try writer.finish(wallTime: (clock.now - start) / .seconds(1))
        return results
    }
}
