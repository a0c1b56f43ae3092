import ArgumentParser
import Foundation
import SynfireAnalysis
import SynfireDatasets
import SynfireFormats
import SynfireNeuralNetworks

/// `synfire evaluate`: how well a trained network tells labelled images.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measures a trained network on labelled images.",
        discussion: """
            Examples:
              synfire evaluate models/fashion-cnn/weights.h5 \\
                --data fashion-mnist-sample
              synfire evaluate models/fashion-cnn/weights.h5 \\
                --data fashion-mnist-sample --top 3 --confusion confusion.svg \\
                --predictions predictions.csv

            Precision, recall and F1 are those of scikit-learn's classification_report.
            """)

    @Argument(help: "A trained network (.h5).", completion: .files(.model))
    var model: String

    @Option(help: "Labelled images: NAME[:SPLIT][:COUNT or FIRST-LAST] or a file.", completion: .data)
    var data = "fashion-mnist:test"

    @Option(help: "Say, too, how often the label is among the classes with so many of the largest scores.")
    var top: Int?

    @Option(help: "The confusion matrix as a picture (.svg) or a table (.csv).", completion: .files(.confusion))
    var confusion: String?

    @Option(
        help: "A table of index, label, prediction and its softmax probability, a row an image (.csv).",
        completion: .files(.table))
    var predictions: String?

    @Flag(help: "Replace files that exist.")
    var force = false

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var workers: WorkerOptions
    @OptionGroup var output: PrintOptions

    func validate() throws {
        if let top, top < 1 { throw ValidationError("--top is \(top): give a number of classes, at least 1") }
    }

    func run() throws {
        if let confusion {
            try Output.check(confusion, force: force, option: "--confusion")
            try OutputKind.confusion.check(confusion, option: "--confusion")
        }
        if let predictions {
            try Output.check(predictions, force: force, option: "--predictions")
            try OutputKind.table.check(predictions, option: "--predictions")
            if let confusion, same(confusion, predictions) {
                throw RequestError(
                    "--confusion and --predictions both name '\(predictions)': give each a file of its own")
            }
        }
        let source = try Input.trainedModel(model)
        let graph = source.graph
        let images = ImageData(
            images: try ClassNames.match(
                dataOptions.open(data, defaultSplit: "test"), to: source.classNames, of: model))
        if let top, top > images.classes {
            throw RequestError("--top is \(top), but there are \(images.classes) classes")
        }
        try Output.beginWork()
        let measured = try EvaluationReport.measure(
            graph, images, loss: source.training?.settings.loss ?? CrossEntropyLoss(), top: top,
            keepsPredictions: predictions != nil, pool: try workers.pool())
        var written: [String] = []
        if let confusion {
            let picture = ConfusionPlot(title: "\(graph.name) on \(images.images.name)", matrix: measured.matrix)
            let text = confusion.lowercased().hasSuffix(".csv") ? measured.matrix.csv : picture.svg()
            try Output.write(text, to: confusion, force: force)
            written.append(confusion)
        }
        if let predictions {
            try Output.write(measured.predictions, to: predictions, force: force)
            written.append(predictions)
        }
        if output.json { return try Output.json(measured.json(written: written)) }
        Console.print(measured.text)
        if !written.isEmpty { Console.print("\nwritten to \(written.joined(separator: ", "))") }
    }

    private func same(_ one: String, _ other: String) -> Bool {
        URL(fileURLWithPath: one).standardizedFileURL == URL(fileURLWithPath: other).standardizedFileURL
    }
}
