import ArgumentParser
import Formats
import Foundation
import NeuralNetworks
import Parallel

/// `synfire train`: a described network learns from labelled images.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Trains a conventional network that a YAML file describes.",
        discussion: """
            Example:
              synfire train models/fashion-cnn/network.yaml \\
                --data fashion-mnist-sample --epochs 2 --out model.h5

            After each epoch a checkpoint is written beside the output; --resume goes
            on from one, to the same bits as if training had not stopped.
            """)

    @Argument(help: "The description (.yaml), or a trained network (.h5) to train on.")
    var model: String

    @Option(help: "Images to learn from: NAME[:SPLIT][:COUNT or FIRST-LAST] or a file; overrides the description's.")
    var data: String?

    @Option(help: "Images to validate on after each epoch; overrides the description's.")
    var validation: String?

    @Option(help: "Images to measure the trained network on at the end.")
    var test: String?

    @Option(help: "How often each image is learned from; overrides the description's.")
    var epochs: Int?

    @Option(help: "The seed of weights, order and augmentation; overrides the description's.")
    var seed: UInt64?

    @Option(help: "Go on from a checkpoint.")
    var resume: String?

    @Option(name: [.customLong("out"), .customShort("o")], help: "The trained network (.h5).")
    var out: String

    @Flag(help: "Replace the output if it exists.")
    var force = false

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var workers: WorkerOptions
    @OptionGroup var output: PrintOptions

    private struct Result: Encodable {
        let model: String
        let out: String
        let epochs: Int
        let seed: UInt64
        let loss: Double
        let accuracy: Double
        let testAccuracy: Double?
        let imagesPerSecond: Double
        let seconds: Double
    }

    /// Where checkpoints go.
    private var checkpointPath: String { out + ".checkpoint" }

    func run() throws {
        try Output.check(out, force: force)
        if resume == nil, FileManager.default.fileExists(atPath: checkpointPath), !force {
            throw RequestError(
                "'\(checkpointPath)' is left from a training that was stopped: go on with --resume "
                    + "\(checkpointPath), or give --force to begin anew")
        }
        var start: TrainingCheckpoint?
        var stored: TrainingDescription?
        if let resume {
            guard case .checkpoint(let content) = try ModelSource.read(try Input.file(resume)) else {
                throw RequestError("'\(resume)' is not a checkpoint of a training")
            }
            if seed != nil { throw RequestError("--seed cannot be given with --resume: the checkpoint has its own") }
            start = content.checkpoint
            stored = content.training
        }
        let source = try ModelSource.read(try Input.file(model))
        // What a checkpoint was trained with is what it goes on with.
        var training = stored ?? source.training ?? TrainingDescription(settings: TrainingSettings())
        if let epochs { training.settings.epochs = epochs }
        if let seed { training.settings.seed = seed }
        if let data { training.data = data }
        if let validation { training.validationData = validation }
        training.settings.workers = workers.count
        guard let reference = training.data else {
            throw RequestError("'\(model)' names no images to learn from: give --data")
        }
        if let start { training.settings.seed = start.seed }

        let images = ImageData(images: try dataOptions.open(reference, defaultSplit: "train"))
        var settings = training.settings
        if let reference = training.validationData {
            settings.validation = .data(ImageData(images: try dataOptions.open(reference, defaultSplit: "test")))
        }
        let testImages = try test.map { ImageData(images: try dataOptions.open($0, defaultSplit: "test")) }
        var graph = source.graph
        if !source.isTrained { graph.initializeParameters(seed: settings.seed) }

        Interrupt.watch()
        let clock = ContinuousClock()
        let began = clock.now
        let result = try train(graph, from: start, images: images, settings: settings, training: training)
        let seconds = (clock.now - began) / .seconds(1)
        if result.wasStopped {
            try CheckpointFile.write(
                result.checkpoint, training: training, synfireVersion: SynfireCommand.version, to: checkpointPath,
                replacing: true)
            throw InterruptError("training was stopped; go on with --resume \(checkpointPath)")
        }
        let accuracy = try testImages.map { try Predictor(result.graph).evaluate($0).accuracy }
        let last = result.history.last
        try ModelFile.write(
            graph: result.graph,
            info: ModelFile.Info(
                synfireVersion: SynfireCommand.version,
                record: TrainingRecord(
                    seed: settings.seed, epochs: result.history.count,
                    recipe: try ModelDescription.yaml(for: result.graph, training: training),
                    history: result.history, data: reference, date: ISO8601DateFormatter().string(from: Date()),
                    wallTime: seconds, accuracy: accuracy, accuracyData: test), training: training), to: out,
            replacing: force)
        try? FileManager.default.removeItem(atPath: checkpointPath)
        let report = Result(
            model: graph.name, out: out, epochs: result.history.count, seed: settings.seed, loss: last?.loss ?? 0,
            accuracy: last?.accuracy ?? 0, testAccuracy: accuracy, imagesPerSecond: last?.imagesPerSecond ?? 0,
            seconds: seconds)
        if output.json { return try Output.json(report) }
        print(
            "\(graph.name): \(report.epochs) epochs on \(reference) in \(Format.seconds(seconds)), "
                + "\(Format.percent(report.accuracy)) of the training images"
                + (accuracy.map { ", \(Format.percent($0)) of \(test ?? "")" } ?? ""))
        print("written to \(out)")
    }

    private func train(
        _ graph: Graph, from start: TrainingCheckpoint?, images: ImageData, settings: TrainingSettings,
        training: TrainingDescription
    ) throws -> TrainingResult {
        let trainer = try Trainer(settings)
        var bar = ProgressBar("epoch 1/\(settings.epochs)", unit: "batches")
        var epoch = 0
        let hooks = TrainingHooks(
            progress: { progress in
                if progress.epoch != epoch {
                    bar.finish()
                    epoch = progress.epoch
                    bar = ProgressBar("epoch \(epoch)/\(settings.epochs)", unit: "batches")
                }
                bar.update(
                    progress.batch, of: progress.batches,
                    note: String(
                        format: "%.0f images/s  loss %.4f  accuracy %.2f %%", progress.imagesPerSecond, progress.loss,
                        progress.accuracy * 100))
            },
            checkpoint: { checkpoint in
                bar.finish()
                if let metrics = checkpoint.history.last { Console.note(Self.line(metrics, of: settings.epochs)) }
                try CheckpointFile.write(
                    checkpoint, training: training, synfireVersion: SynfireCommand.version, to: checkpointPath,
                    replacing: true)
            },
            shouldStop: { Interrupt.isRequested })
        defer { bar.finish() }
        guard let start else { return try trainer.train(graph, on: images, hooks: hooks) }
        return try trainer.resume(start, on: images, hooks: hooks)
    }

    private static func line(_ metrics: EpochMetrics, of epochs: Int) -> String {
        var line = String(
            format: "epoch %d/%d: loss %.4f, accuracy %.2f %%, %.0f images/s", metrics.epoch, epochs, metrics.loss,
            metrics.accuracy * 100, metrics.imagesPerSecond)
        if let accuracy = metrics.validationAccuracy {
            line += String(format: ", validation %.2f %%", accuracy * 100)
        }
        return line
    }
}
