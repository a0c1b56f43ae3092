import ArgumentParser
import Datasets
import Formats
import Foundation
import NeuralNetworks

/// `synfire evaluate`: the accuracy of a trained network.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measures a trained network on labelled images.",
        discussion: """
            Example:
              synfire evaluate models/fashion-cnn/weights.h5 \\
                --data fashion-mnist-sample
            """)

    @Argument(help: "A trained network (.h5).")
    var model: String

    @Option(help: "Labelled images: NAME[:SPLIT][:COUNT or FIRST-LAST] or a file.")
    var data = "fashion-mnist:test"

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var workers: WorkerOptions
    @OptionGroup var output: PrintOptions

    private struct Result: Encodable {
        let model: String
        let data: String
        let images: Int
        let accuracy: Double
        let loss: Double
        let parameters: Int
        let multiplyAccumulates: Int
    }

    func run() throws {
        let graph = try Input.trainedNetwork(model)
        let images = ImageData(images: try dataOptions.open(data, defaultSplit: "test"))
        Interrupt.watch()
        let bar = ProgressBar("evaluating", unit: "images")
        let predictor = try Predictor(graph, pool: try workers.pool())
        let evaluation = try predictor.evaluate(images) { done, all in
            try Interrupt.check("after \(done) of \(all) images")
            bar.update(done, of: all)
        }
        bar.finish()
        let result = Result(
            model: graph.name, data: images.images.name, images: images.count, accuracy: evaluation.accuracy,
            loss: evaluation.loss, parameters: graph.parameterCount,
            multiplyAccumulates: graph.multiplyAccumulates.values.reduce(0, +))
        if output.json { return try Output.json(result) }
        print(
            "\(result.model) on \(result.data): \(Format.percent(result.accuracy)) of \(result.images) images, "
                + "loss \(String(format: "%.4f", result.loss))")
    }
}
