import Formats
import HDF5
import NeuralNetworks
import Tensors
import TestSupport
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
        try TestSupport.python(
            "import sys, h5py, numpy as np\nwith h5py.File(sys.argv[1], 'r+') as f:\n    " + change, [path])
        settings.epochs = 2
        let error = #expect(throws: (any Error).self) {
            try Trainer(settings).resume(CheckpointFile.read(path).checkpoint, on: data)
        }
        let text = "\(try #require(error))"
        #expect(text.contains(expected.replacing("FILE", with: path)), "\(text)")
    }
}
