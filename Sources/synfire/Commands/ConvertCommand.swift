import ArgumentParser
import Foundation
import SynfireConversion
import SynfireDatasets
import SynfireFormats
import SynfireNeuralNetworks
import SynfireSpikingNetworks

/// `synfire convert`: a trained network becomes a spiking one.
struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Turns a trained network into a spiking one and says how good it is.",
        discussion: """
            Example:
              synfire convert models/fashion-cnn/weights.h5 \\
                --calibrate fashion-mnist-sample:200 --out spiking.nir

            Recipes:
            \(ConversionRecipe.named.map { "- " + $0.summary }.joined(separator: "\n"))
            """)

    @Argument(help: "A trained network (.h5).", completion: .files(.model))
    var model: String

    @Option(
        help: "The recipe: \(ConversionRecipe.named.map(\.name).joined(separator: ", ")).",
        completion: .list(ConversionRecipe.named.map(\.name)))
    var recipe = ConversionRecipe.named[0].name

    @Option(help: "Images to calibrate on: NAME[:SPLIT][:COUNT or FIRST-LAST] or a file.", completion: .data)
    var calibrate: String

    @Option(help: "The activation that a threshold stands for: 'max' or a percentile; overrides the recipe's.")
    var percentile: String?

    @Option(
        help: "What shares a threshold: layer or channel; overrides the recipe's.",
        completion: .list(["layer", "channel"]))
    var normalize: String?

    @Option(
        help: """
            The potential at the start: a share of the threshold, or 'spread' for one that is spread evenly over \
            neighbours; overrides the recipe's.
            """)
    var initialPotential: String?

    @Option(
        help: """
            How resolution is shared out among channels: 'even' or 'economical', by what a spike costs and what its \
            rounding does behind it; overrides the recipe's.
            """, completion: .list(["even", "economical"]))
    var allocation: String?

    @Option(
        help: """
            The times in ms before which the layers do not spike, first to last, such as 0,4,4.5; the last holds for \
            all that follow. Default: 0.
            """)
    var onset: String?

    @Option(
        name: [.customLong("out"), .customShort("o")], help: "The spiking network (.nir).",
        completion: .files(.spikingNetwork))
    var out: String

    @Option(help: "How long the diagnostics simulate each image, in milliseconds.")
    var diagnosticTime: Double = 64

    @Option(help: "On how many of the calibration images the diagnostics are measured; 0 for none.")
    var diagnosticImages = 50

    @Flag(help: "Replace the output if it exists.")
    var force = false

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var workers: WorkerOptions
    @OptionGroup var output: PrintOptions

    private struct Result: Encodable {
        let network: String
        let recipe: String
        let neurons: Int
        let images: Int
        let out: String
        let layers: [LayerDiagnostics]
    }

    func validate() throws {
        if diagnosticImages < 0 { throw ValidationError("--diagnostic-images is \(diagnosticImages): give 0 or more") }
        if !(diagnosticTime > 0 && diagnosticTime <= 1e6) {
            throw ValidationError("--diagnostic-time is \(diagnosticTime): give a time above 0 and up to 1000000 ms")
        }
    }

    func run() throws {
        try Output.check(out, force: force)
        try OutputKind.spikingNetwork.check(out)
        let recipe = try chosenRecipe()
        let source = try Input.trainedModel(model)
        let graph = source.graph
        let images = try dataOptions.open(calibrate, defaultSplit: "train")
        try Output.beginWork()
        let pool = try workers.pool()
        let converted = try Work.convert(graph, recipe: recipe, calibration: images, pool: pool)
        let measured = diagnosticImages == 0 ? 0 : min(diagnosticImages, images.count)
        let layers =
            measured == 0
            ? []
            : try Work.diagnostics(
                converted, graph: graph, images: try images.first(measured), duration: diagnosticTime,
                pool: pool)
        var network = converted.network
        network.metadata.merge(ClassNames.metadata(source.classNames)) { _, names in names }
        try NIRFile.write(network, to: out, replacing: force)
        let result = Result(
            network: converted.network.name, recipe: recipe.summary, neurons: converted.network.neuronCount,
            images: images.count, out: out, layers: layers)
        if output.json { return try Output.json(result) }
        Console.print("\(result.network): \(result.neurons) neurons, \(recipe.summary)")
        if !layers.isEmpty { Console.print(Work.table(of: layers)) }
        Console.print("written to \(out)")
    }

    private func chosenRecipe() throws -> ConversionRecipe {
        let base = try ConversionRecipe.named(recipe)
        guard percentile != nil || normalize != nil || initialPotential != nil || allocation != nil || onset != nil
        else { return base }
        var statistic = base.statistic
        if let percentile {
            let number = percentile.hasSuffix("%") ? String(percentile.dropLast()) : percentile
            if number == "max" {
                statistic = .maximum
            } else if let percent = Double(number) {
                statistic = .percentile(percent)
            } else {
                throw RequestError("--percentile is '\(percentile)': give 'max' or a number above 0 and at most 100")
            }
        }
        var granularity = base.granularity
        if let normalize {
            guard let found = ConversionRecipe.Granularity(rawValue: normalize) else {
                throw RequestError("--normalize is '\(normalize)': give layer or channel")
            }
            granularity = found
        }
        var (potential, start) = (base.initialPotential, base.start)
        if let initialPotential {
            if initialPotential == ConversionRecipe.Start.spread.rawValue {
                (potential, start) = (0.5, .spread)
            } else if let number = Double(initialPotential) {
                (potential, start) = (number, .same)
            } else {
                throw RequestError(
                    "--initial-potential is '\(initialPotential)': give 'spread' or a number from 0 up to below 1")
            }
        }
        var sharing = base.allocation
        if let allocation {
            guard let found = ConversionRecipe.Allocation(rawValue: allocation) else {
                throw RequestError("--allocation is '\(allocation)': give even or economical")
            }
            sharing = found
        }
        let onsets = try (onset ?? "0").split(separator: ",").map { word in
            guard let time = Double(word) else {
                throw RequestError("--onset is '\(onset ?? "")': give times in ms, separated by commas")
            }
            return time
        }
        return try ConversionRecipe(
            name: "\(base.name)-custom", granularity: granularity, statistic: statistic, reset: base.reset,
            initialPotential: potential, allocation: sharing, start: start, onsets: onsets)
    }
}
