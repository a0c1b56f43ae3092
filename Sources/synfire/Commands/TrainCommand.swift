import ArgumentParser
import Foundation
import SynfireDatasets
import SynfireFormats
import SynfireNeuralNetworks
import SynfireUnits

/// `synfire train`: a described network learns from labelled images.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Trains a conventional network that a YAML file describes.",
        discussion: """
            Examples:
              synfire train models/fashion-cnn/network.yaml \\
                --data fashion-mnist-sample --epochs 2 --out model.h5
              synfire train models/fashion-cnn/network.yaml \\
                --data fashion-mnist-sample:0-799 --epochs 2 \\
                --validation fashion-mnist-sample:800-999 \\
                --log log.csv --log log.h5 --curves curves.svg --out logged.h5

            After each epoch a checkpoint is written beside the output; --resume goes
            on from one, to the same bits as if training had not stopped.
            """)

    @Argument(help: "The description (.yaml), or a trained network (.h5) to train on.", completion: .models)
    var model: String

    @Option(
        help: "Images to learn from: NAME[:SPLIT][:COUNT or FIRST-LAST] or a file; overrides the description's.",
        completion: .data)
    var data: String?

    @Option(help: "Images to validate on after each epoch; overrides the description's.", completion: .data)
    var validation: String?

    @Option(help: "Images to measure the trained network on at the end.", completion: .data)
    var test: String?

    @Option(help: "How often each image is learned from; overrides the description's.")
    var epochs: Int?

    @Option(help: "The seed of weights, order and augmentation; overrides the description's.")
    var seed: UInt64?

    @Option(help: "Go on from a checkpoint.", completion: .file(extensions: ["checkpoint"]))
    var resume: String?

    @Option(
        help: ArgumentHelp(
            "Start from the parameters of a trained network (.h5), of all layers of the same name.", valueName: "file"),
        completion: .files(.model))
    var weights: String?

    @Option(
        help: ArgumentHelp(
            "Write the checkpoint within epochs, too: every so many batches, or so much time, such as 10min.",
            valueName: "batches or time"))
    var checkpointEvery: CheckpointInterval?

    @Option(
        name: [.customLong("out"), .customShort("o")], help: "The trained network (.h5).", completion: .files(.model))
    var out: String

    @Flag(help: "Replace the output if it exists.")
    var force = false

    @OptionGroup var files: TrainingLogOptions
    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var workers: WorkerOptions
    @OptionGroup var output: PrintOptions

    /// What is trained, how, and on what.
    private struct Task {
        var graph: Graph
        var isTrained: Bool
        var training: TrainingDescription
        /// How the description says so, before options took the place of some of it.
        var recipe: TrainingDescription?
        var start: TrainingCheckpoint?
        var data: String
        /// The names of the classes that the network knows, or is going to.
        var classNames: [String]?
        /// Where they come from.
        var namedBy: String
        /// What is to be said when the training begins.
        var notes: [String]
    }

    /// Where checkpoints go.
    private var checkpointPath: String { out + ".checkpoint" }

    func run() throws {
        try Output.check(out, force: force)
        try OutputKind.model.check(out)
        try files.check(force: force, resuming: resume != nil)
        if resume == nil, FileManager.default.fileExists(atPath: checkpointPath), !force {
            throw RequestError(
                "'\(checkpointPath)' is left from a training that was stopped: go on with --resume "
                    + "\(checkpointPath), or give --force to begin anew")
        }
        // What stands in its way is found now rather than after an epoch.
        // A training may go on from the checkpoint that it writes.
        let isOwn = resume.map { InputFiles.areSame($0, checkpointPath) } ?? false
        try Output.check(checkpointPath, force: true, mayBeRead: isOwn)
        var task = try readTask()
        let images = ImageData(images: try open(task.data, defaultSplit: "train", &task))
        var settings = task.training.settings
        if let reference = task.training.validationData {
            settings.validation = .data(ImageData(images: try open(reference, defaultSplit: "test", &task)))
        }
        let testImages = try test.map { reference in
            let images = ImageData(images: try open(reference, defaultSplit: "test", &task))
            do {
                try task.graph.checkFits(images, purpose: "--test")
            } catch {
                throw RequestError("--test '\(reference)' does not fit '\(model)': \(error)")
            }
            return images
        }
        if !task.isTrained { task.graph.initializeParameters(seed: settings.seed) }
        if let weights { try takeWeights(from: weights, into: &task.graph) }

        try Output.beginWork()
        let monitor = TrainingMonitor(
            try TrainingLogFiles(
                files, title: "\(task.graph.name) on \(task.data)", epochs: settings.epochs,
                history: task.start?.history ?? [], resuming: resume != nil, replacing: force),
            epochs: settings.epochs)
        defer { monitor.close() }
        let (graph, history, learned) = try learn(task, images: images, settings: settings, monitor: monitor)
        monitor.close()

        var report = TrainingReport(
            graph: graph, out: out, training: task.training, data: task.data, rows: monitor.rows,
            seconds: monitor.seconds, resumedFrom: resume, files: files)
        if let testImages {
            let evaluation = try Predictor(graph, pool: workers.pool())
                .evaluate(testImages, loss: task.training.settings.loss)
            (report.test, report.testLoss, report.testAccuracy) = (test, evaluation.loss, evaluation.accuracy)
        }
        if let learned {
            (report.converged, report.misclassified) = (learned.converged, learned.misclassified)
            (report.mistakes, report.verdict) = (learned.mistakes, learned.verdict)
        }
        let record = TrainingRecord(
            seed: settings.seed, epochs: history.count,
            recipe: try ModelDescription.yaml(for: graph, training: task.training), history: history,
            data: task.data, date: ISO8601DateFormatter().string(from: Date()), wallTime: monitor.allSeconds,
            accuracy: report.testAccuracy, accuracyData: test)
        try ModelFile.write(
            graph: graph,
            info: ModelFile.Info(
                synfireVersion: SynfireCommand.version, record: record, training: task.training,
                classNames: images.images.classNames),
            to: out, replacing: force)
        try? FileManager.default.removeItem(atPath: checkpointPath)
        if output.json { return try Output.json(report) }
        Console.print(report.text)
    }

    // MARK: Reading

    /// Reads samples, with the labels of the classes that the network knows.
    private func open(_ reference: String, defaultSplit: String, _ task: inout Task) throws -> LabelledDataset {
        let samples = try dataOptions.open(reference, defaultSplit: defaultSplit)
        guard let names = task.classNames else {
            (task.classNames, task.namedBy) = (samples.classNames, reference)
            return samples
        }
        return try ClassNames.match(samples, to: names, of: task.namedBy)
    }

    private func readTask() throws -> Task {
        var start: TrainingCheckpoint?
        var stored: CheckpointFile.Content?
        if let resume {
            guard case .checkpoint(let content) = try ModelSource.read(try Input.file(resume)) else {
                throw RequestError("'\(resume)' is not a checkpoint of a training")
            }
            if seed != nil { throw RequestError("--seed cannot be given with --resume: the checkpoint has its own") }
            start = content.checkpoint
            stored = content
        }
        let source = try ModelSource.read(try Input.file(model))
        // What a checkpoint was trained with is what it goes on with.
        var training = stored?.training ?? source.training ?? TrainingDescription(settings: TrainingSettings())
        let resumed = try stored.map { try ResumedRecipe($0, source.training, command: self) }
        if let resumed { training.settings.epochs = resumed.epochs }
        if let epochs { training.settings.epochs = epochs }
        if let seed { training.settings.seed = seed }
        if let data { training.data = data }
        if let validation { training.validationData = validation }
        training.settings.workers = workers.count
        guard let reference = training.data else {
            throw RequestError("'\(model)' names no images to learn from: give --data")
        }
        if let start { training.settings.seed = start.seed }
        if training.perceptron != nil {
            if resume != nil { throw RequestError("--resume is for gradient descent, not for the rule perceptron") }
            if checkpointEvery != nil {
                throw RequestError("--checkpoint-every is for gradient descent, not for the rule perceptron")
            }
        }
        return Task(
            graph: source.graph, isTrained: source.isTrained, training: training,
            recipe: source.training ?? stored?.recipe, start: start, data: reference,
            classNames: stored?.classNames ?? source.classNames,
            namedBy: stored?.classNames == nil ? model : resume ?? model, notes: resumed?.notes ?? [])
    }

    // MARK: Learning

    private func learn(
        _ task: Task, images: ImageData, settings: TrainingSettings, monitor: TrainingMonitor
    ) throws -> (graph: Graph, history: [EpochMetrics], perceptron: Perceptron.Result?) {
        if let rule = task.training.perceptron {
            // One output for two classes is for the library alone: what evaluates and converts wants one a class.
            guard task.graph.outputShape == [images.classes] else {
                throw NetworkError.dataMismatch(
                    reason: "there are \(images.classes) classes, but the network's output has shape "
                        + "\(task.graph.outputShape)")
            }
            let result = try rule.train(
                task.graph, on: images, validation: settings.validation, continuing: task.isTrained,
                hooks: Perceptron.Hooks(
                    progress: { monitor.progress($0) },
                    finishedEpoch: { try monitor.finish($0, rate: rule.learningRate) },
                    shouldStop: { Interrupt.isRequested }))
            if result.wasStopped {
                throw InterruptError("interrupted after \(result.epochs) epochs; no network was written")
            }
            return (result.graph, result.history, result)
        }
        let result = try descend(task, images: images, settings: settings, monitor: monitor)
        guard result.wasStopped else { return (result.graph, result.history, nil) }
        try keep(result.checkpoint, task)
        throw InterruptError("training was stopped; go on with --resume \(checkpointPath)")
    }

    private func descend(
        _ task: Task, images: ImageData, settings: TrainingSettings, monitor: TrainingMonitor
    ) throws -> TrainingResult {
        let trainer = try Trainer(settings)
        let clock = ContinuousClock()
        var kept = clock.now
        let hooks = TrainingHooks(
            started: { for note in task.notes { Console.note(note) } },
            progress: { monitor.progress($0) },
            checkpoint: { checkpoint in
                try keep(checkpoint, task)
                kept = clock.now
                // Between epochs there is one more to tell of.
                guard checkpoint.batch == 0, let metrics = checkpoint.history.last else { return }
                do {
                    try monitor.finish(metrics)
                } catch {
                    throw TrainingStop(error, epoch: metrics.epoch, kept: checkpointPath)
                }
            },
            shouldStop: { Interrupt.isRequested },
            wantsCheckpoint: { progress in
                switch checkpointEvery {
                case .batches(let count): progress.batch % count == 0
                case .seconds(let seconds): (clock.now - kept) / .seconds(1) >= seconds
                case nil: false
                }
            })
        guard let start = task.start else { return try trainer.train(task.graph, on: images, hooks: hooks) }
        return try trainer.resume(start, on: images, of: task.graph, hooks: hooks)
    }

    /// Gives layers the parameters of those of the same name in a trained network.
    ///
    /// - Throws: `RequestError` where no layer has one of that name, `NetworkError` where one has another shape.
    private func takeWeights(from path: String, into graph: inout Graph) throws {
        guard resume == nil else {
            throw RequestError("--weights cannot be given with --resume: the checkpoint has its own")
        }
        let other = try Input.trainedNetwork(path)
        var (taken, missing) = (0, [String]())
        for node in graph.nodes where node.sharedWith == nil && !node.layer.parameters.isEmpty {
            guard let source = other[node.name], !source.layer.parameters.isEmpty else {
                missing.append(node.name)
                continue
            }
            for parameter in source.layer.parameters {
                try graph.setParameter(parameter.name, of: node.name, to: parameter.tensor)
            }
            taken += 1
        }
        guard taken > 0 else {
            throw RequestError("'\(path)' has parameters for none of the layers of '\(graph.name)'")
        }
        let rest = missing.isEmpty ? "" : "; these start as they are described: \(missing.joined(separator: ", "))"
        Console.note("\(taken) layers start with the parameters in '\(path)'\(rest)")
    }

    /// Writes the checkpoint; where that fails, the one before it stays.
    private func keep(_ checkpoint: TrainingCheckpoint, _ task: Task) throws {
        do {
            try CheckpointFile.write(
                checkpoint, training: task.training, recipe: task.recipe, classNames: task.classNames,
                synfireVersion: SynfireCommand.version, to: checkpointPath, replacing: true)
        } catch {
            let isLeft = FileManager.default.fileExists(atPath: checkpointPath)
            throw TrainingStop(
                error, epoch: checkpoint.epoch + (checkpoint.batch > 0 ? 1 : 0), kept: isLeft ? checkpointPath : nil)
        }
    }
}
