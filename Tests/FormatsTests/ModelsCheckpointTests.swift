import SynfireFormats
import SynfireHDF5
import SynfireNeuralNetworks
import SynfireTensors
import SynfireTestSupport
import Testing

@Suite("Checkpoint files")
struct ModelsCheckpointTests {
    private func data() throws -> InMemoryData {
        let images = try Tensor(shape: [70, 2, 9, 8], scalars: numbers(70 * 144, seed: 3))
        return try InMemoryData(images: images, labels: (0..<70).map { $0 * 7 % 3 }, classes: 3)
    }

    private static func settings(_ optimizer: any Optimizer) throws -> TrainingSettings {
        try TrainingSettings(
            epochs: 3, batchSize: 16, seed: 5, optimizer: optimizer,
            schedule: LearningRateSchedule(base: 0.01, course: .cosine(final: 1e-4), warmUpEpochs: 0.5),
            validation: .fraction(0.2), augmentation: [RandomHorizontalFlip(), RandomShift(pixels: 1)],
            workers: 2)
    }

    static let optimizers: [any Optimizer] = [
        Adam(betas: (0.8, 0.95), weightDecay: 1e-4), SGD(momentum: 0.9, nesterov: true), SGD(),
    ]

    @Test("let a training that was stopped anywhere end with the same bits", arguments: optimizers.indices)
    func resumes(_ index: Int) throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("checkpoint.h5")
        let settings = try Self.settings(Self.optimizers[index])
        let (data, graph) = (try data(), try smallNetwork(seed: 4))
        let whole = try Trainer(settings).train(graph, on: data)
        // 56 images in batches of 16 are four batches an epoch: at the start, within an epoch, between two.
        for batches in [0, 2, 4, 9] {
            var left = batches
            let stopped = try Trainer(settings).train(
                graph, on: data,
                hooks: TrainingHooks(shouldStop: {
                    left -= 1
                    return left < 0
                }))
            #expect(stopped.wasStopped)
            let training = TrainingDescription(settings: settings, data: "x:train")
            try CheckpointFile.write(
                stopped.checkpoint, training: training, synfireVersion: "1", to: path, replacing: true)

            let content = try CheckpointFile.read(path)
            #expect(content.checkpoint.steps == batches)
            #expect(content.checkpoint.history.count == batches / 4)
            // Everything from the file: the settings too.
            var again = try #require(content.training).settings
            again.workers = 1
            let resumed = try Trainer(again).resume(content.checkpoint, on: data)
            #expect(resumed.graph.nodes.map(\.layer.parameters) == whole.graph.nodes.map(\.layer.parameters))
            #expect(resumed.history.map(\.loss) == whole.history.map(\.loss))
            #expect(resumed.history.map(\.validationLoss) == whole.history.map(\.validationLoss))
            #expect(
                resumed.checkpoint.optimizerState.map(\.tensor) == whole.checkpoint.optimizerState.map(\.tensor))
        }
    }

    /// Settings with everything that a checkpoint has to keep.
    private static func fullSettings(_ optimizer: any Optimizer) -> TrainingSettings {
        var settings = TrainingSettings(
            epochs: 4, batchSize: 8, seed: 5, loss: CrossEntropyLoss(weight: [1, 0.5, 2]), optimizer: optimizer,
            schedule: LearningRateSchedule(base: 0.01, course: ReduceOnPlateau(factor: 0.5, patience: 0)),
            validation: .fraction(0.2), workers: 1)
        settings.regularization = Regularization(l2: 1e-4)
        settings.clipNorm = 1
        settings.accumulate = 3
        settings.average = WeightAverage(decay: 0.8)
        settings.earlyStopping = EarlyStopping(patience: 3)
        return settings
    }

    static let fullOptimizers: [any Optimizer] = [
        SGD(momentum: 0.9, dampening: 0.1), Adam(amsgrad: true), AdamW(), RMSprop(momentum: 0.5, centered: true),
        Adagrad(initialAccumulatorValue: 0.1),
    ]

    @Test("keep averages, plateaus and the best epoch, with every optimiser", arguments: fullOptimizers.indices)
    func everything(_ index: Int) throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("checkpoint.h5")
        let settings = Self.fullSettings(Self.fullOptimizers[index])
        let (data, graph) = (try data(), try smallNetwork(seed: 4))
        let whole = try Trainer(settings).train(graph, on: data)
        // 56 images in batches of 8 are 7 batches, in steps of 3, 3 and 1.
        for steps in [0, 2, 3, 7] {
            var left = steps
            let stopped = try Trainer(settings).train(
                graph, on: data,
                hooks: TrainingHooks(shouldStop: {
                    left -= 1
                    return left < 0
                }))
            try #require(stopped.wasStopped)
            let training = TrainingDescription(settings: settings, data: "x:train")
            try CheckpointFile.write(
                stopped.checkpoint, training: training, synfireVersion: "1", to: path, replacing: true)
            let content = try CheckpointFile.read(path)
            let (found, expected) = (content.checkpoint, stopped.checkpoint)
            #expect(found.steps == steps)
            #expect(found.loss == expected.loss)
            #expect(found.partialWeight == expected.partialWeight)
            #expect(found.accumulate == 3)
            #expect(found.schedule == expected.schedule)
            #expect((found.schedule == nil) == (steps < 3))
            #expect(found.average?.nodes.map(\.layer.parameters) == expected.average?.nodes.map(\.layer.parameters))
            #expect((found.average == nil) == (steps == 0))
            #expect(
                found.best?.graph?.nodes.map(\.layer.parameters) == expected.best?.graph?.nodes.map(\.layer.parameters))
            #expect(found.best?.epoch == expected.best?.epoch)
            #expect(found.best?.wait == expected.best?.wait)
            #expect(found.history.map(\.learningRate) == expected.history.map(\.learningRate))
            // The network that a checkpoint stands for has the averages.
            let source = try ModelSource.read(path)
            #expect(source.graph.nodes.map(\.layer.parameters) == expected.network.nodes.map(\.layer.parameters))
            var again = try #require(content.training).settings
            again.workers = 1
            let resumed = try Trainer(again).resume(found, on: data, of: graph)
            #expect(resumed.graph.nodes.map(\.layer.parameters) == whole.graph.nodes.map(\.layer.parameters))
            #expect(resumed.history.map(\.validationLoss) == whole.history.map(\.validationLoss))
            #expect(resumed.history.map(\.learningRate) == whole.history.map(\.learningRate))
            #expect(resumed.bestEpoch == whole.bestEpoch)
        }
    }

    @Test("written before there were averages and the like are read")
    func older() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("checkpoint.h5")
        let settings = try Self.settings(Adam())
        let (data, graph) = (try data(), try smallNetwork(seed: 4))
        let whole = try Trainer(settings).train(graph, on: data)
        var left = 5
        let stopped = try Trainer(settings).train(
            graph, on: data,
            hooks: TrainingHooks(shouldStop: {
                left -= 1
                return left < 0
            }))
        try CheckpointFile.write(stopped.checkpoint, synfireVersion: "1", to: path)
        try SynfireTestSupport.python(
            """
            import sys, h5py
            with h5py.File(sys.argv[1], 'r+') as f:
                for name in ('partial_weight', 'loss', 'accumulate'):
                    del f['progress'].attrs[name]
                for name in ('learning_rate', 'seconds'):
                    del f['progress/history'][name]
            """, [path])
        let checkpoint = try CheckpointFile.read(path).checkpoint
        #expect(checkpoint.history.map(\.learningRate) == [nil])
        let resumed = try Trainer(settings).resume(checkpoint, on: data)
        #expect(resumed.graph.nodes.map(\.layer.parameters) == whole.graph.nodes.map(\.layer.parameters))
        #expect(resumed.history.map(\.loss) == whole.history.map(\.loss))
    }

    @Test("stay as they were when a later epoch is no longer finite")
    func diverging() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("checkpoint.h5")
        let settings = TrainingSettings(
            epochs: 4, batchSize: 16, seed: 5, optimizer: SGD(),
            schedule: LearningRateSchedule(base: 1e-3, course: .step(epochs: 2, factor: 1e30)), workers: 1)
        let hooks = TrainingHooks(checkpoint: {
            try CheckpointFile.write($0, synfireVersion: "1", to: path, replacing: true)
        })
        let error = #expect(throws: NetworkError.self) {
            try Trainer(settings).train(smallNetwork(), on: data(), hooks: hooks)
        }
        let text = error?.description ?? ""
        #expect(text.contains("no longer a finite number in epoch 3"), "\(text)")
        let checkpoint = try CheckpointFile.read(path).checkpoint
        #expect(checkpoint.epoch == 2)
        #expect(checkpoint.history.count == 2)
        // It can be gone on from, with a rate that is not absurd.
        var sane = settings
        sane.schedule = .constant(1e-3)
        #expect(try Trainer(sane).resume(checkpoint, on: data()).history.count == 4)
    }

    @Test("are told from models, and serve as networks")
    func source() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("checkpoint.h5")
        let result = try Trainer(Self.settings(Adam())).train(smallNetwork(), on: data())
        try CheckpointFile.write(result.checkpoint, synfireVersion: "2", to: path)
        let source = try ModelSource.read(path)
        guard case .checkpoint(let content) = source else {
            Issue.record("not taken for a checkpoint")
            return
        }
        #expect(content.synfireVersion == "2")
        #expect(source.isTrained)
        #expect(source.graph.nodes.map(\.layer.parameters) == result.graph.nodes.map(\.layer.parameters))
        let error = #expect(throws: ModelFileError.self) { try ModelFile.read(path) }
        #expect(error?.description == "'\(path)' is a checkpoint of Synfire, not a model file of Synfire")
        let existing = #expect(throws: HDF5Error.self) {
            try CheckpointFile.write(result.checkpoint, synfireVersion: "2", to: path)
        }
        #expect(existing?.code == .exists)
    }

    @Test(
        "are refused where the optimiser's memory or the position is wrong",
        arguments: [
            ("f['optimizer/fc/bias/exp_avg'][1] = np.nan", "'/optimizer/fc/bias/exp_avg' in 'FILE' is"),
            (
                "del f['optimizer/fc/bias/exp_avg']; f['optimizer/fc/bias/exp_avg'] = np.ones(4, 'f4')",
                "'/optimizer/fc/bias/exp_avg' in 'FILE' has shape [4], but the network needs [3]"
            ),
            (
                "f.create_group('optimizer/fd')",
                "'/optimizer/fd' in 'FILE' belongs to no part of the network; did you mean 'fc'?"
            ),
            ("f['progress'].attrs['batch'] = -1", "'/progress@batch' in 'FILE' is -1, but must be at least 0"),
            ("del f['progress'].attrs['steps']", "'/progress@steps' in 'FILE': there is no such attribute"),
            ("del f['optimizer']", "'/optimizer' in 'FILE': the group has no 'optimizer'"),
            (
                "f['progress'].attrs['loss'] = 'MSELoss'",
                "its loss is MSELoss, not CrossEntropyLoss (label_smoothing: 0.0)"
            ),
            (
                "f.copy('weights', 'average'); f['average/bn/running_var'][2] = -1",
                "'/average/bn/running_var' in 'FILE' is -1.0 at [2], but must not be negative"
            ),
            (
                "f.copy('weights', 'average'); del f['average/fc/bias']",
                "'/average/fc/bias' is missing in 'FILE'"
            ),
            (
                "f.copy('weights', 'average')",
                "it holds averaged parameters, but the settings ask for none"
            ),
            (
                "f.create_group('schedule').attrs['rate'] = np.nan",
                "'/schedule@rate' in 'FILE' is nan, but must be at least 0"
            ),
            (
                "g = f.create_group('best'); g.attrs['epoch'] = -3",
                "'/best@epoch' in 'FILE' is -3, but must be at least 0"
            ),
            ("del f['optimizer/fc/bias/exp_avg']", "it lacks the optimiser's 'fc/bias/exp_avg'"),
        ])
    func refused(_ change: String, _ expected: String) throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("checkpoint.h5")
        var settings = try Self.settings(Adam())
        settings.epochs = 1
        let data = try data()
        let result = try Trainer(settings).train(smallNetwork(), on: data)
        try CheckpointFile.write(result.checkpoint, synfireVersion: "1", to: path)
        try SynfireTestSupport.python(
            "import sys, h5py, numpy as np\nwith h5py.File(sys.argv[1], 'r+') as f:\n    " + change, [path])
        settings.epochs = 2
        let error = #expect(throws: (any Error).self) {
            try Trainer(settings).resume(CheckpointFile.read(path).checkpoint, on: data)
        }
        let text = "\(try #require(error))"
        #expect(text.contains(expected.replacing("FILE", with: path)), "\(text)")
    }
}
