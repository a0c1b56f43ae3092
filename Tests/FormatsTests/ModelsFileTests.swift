import SynfireFormats
import SynfireHDF5
import SynfireNeuralNetworks
import SynfireTensors
import SynfireTestSupport
import Testing

@Suite("Model files")
struct ModelsFileTests {
    private static let record = TrainingRecord(
        seed: .max, epochs: 2, recipe: "epochs: 2\n# said twice\n",
        history: [
            EpochMetrics(epoch: 1, loss: 0.5, accuracy: 0.75, imagesPerSecond: 1234.5),
            EpochMetrics(
                epoch: 2, loss: 0.25, accuracy: 0.875, imagesPerSecond: 2345.5, validationLoss: 0.3,
                validationAccuracy: 0.8, learningRate: 1e-3, seconds: 2.5),
        ], data: "fashion-mnist:train", date: "2026-01-02T03:04:05Z", wallTime: 12.5, accuracy: 0.92,
        accuracyData: "fashion-mnist:test")

    @Test("keep every weight to the bit, and all that is told of the training")
    func roundTrip() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("model.h5")
        let description = try ModelDescription(parsing: ModelsDescriptionTests.text, file: "cnn.yaml")
        let info = ModelFile.Info(synfireVersion: "1.2.3", record: Self.record, training: description.training)
        try ModelFile.write(graph: description.graph, info: info, to: path)

        let (graph, found) = try ModelFile.read(path)
        #expect(graph.name == "fashion-cnn")
        #expect(graph.nodes.map(\.name) == description.graph.nodes.map(\.name))
        #expect(graph.nodes.map(\.layer.parameters) == description.graph.nodes.map(\.layer.parameters))
        #expect(found.synfireVersion == "1.2.3")
        #expect(found.record == Self.record)
        #expect(found.training?.settings.schedule == description.training?.settings.schedule)
        #expect(found.training?.data == "fashion-mnist:train")

        guard case .model(let again, _) = try ModelSource.read(path) else {
            Issue.record("not taken for a model")
            return
        }
        #expect(again.nodes.map(\.layer.parameters) == graph.nodes.map(\.layer.parameters))
        #expect(try folder.names() == ["model.h5"])
    }

    @Test("are replaced only where that is asked for")
    func replacing() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("model.h5")
        let info = ModelFile.Info(synfireVersion: "1")
        try ModelFile.write(graph: smallNetwork(seed: 1), info: info, to: path)
        let error = #expect(throws: HDF5Error.self) {
            try ModelFile.write(graph: smallNetwork(seed: 2), info: info, to: path)
        }
        #expect(error?.code == .exists)
        try ModelFile.write(graph: smallNetwork(seed: 2), info: info, to: path, replacing: true)
        let found = try ModelFile.read(path)
        #expect(try found.graph["fc"]?.layer.parameters == smallNetwork(seed: 2)["fc"]?.layer.parameters)
        #expect(found.info.record == nil)
    }

    @Test("open in Python, where plain arithmetic on their weights gives the network's output")
    func python() throws {
        let folder = try TemporaryDirectory()
        let (model, images) = (folder.file("model.h5"), folder.file("images.h5"))
        let graph = try smallNetwork()
        try ModelFile.write(graph: graph, info: .init(synfireVersion: "1", record: Self.record), to: model)
        let batch = try Tensor(shape: [5, 2, 9, 8], scalars: numbers(5 * 2 * 9 * 8, seed: 7))
        let output = try graph.predict(batch)
        let file = try HDF5File.create(images)
        try file.root.write("images", batch.scalars, shape: batch.shape)
        try file.root.write("output", output.scalars, shape: output.shape)
        try file.commit()
        let said = try SynfireTestSupport.python(Self.script, [model, images])
        #expect(said == "synfire-model 1 small float32 gzip 4 True 18446744073709551615 2\n")
    }

    /// Convolution, normalisation, rectifying, pooling and a dense layer in plain numpy.
    private static let script = """
        import sys, h5py, numpy as np
        model, images = h5py.File(sys.argv[1]), h5py.File(sys.argv[2])
        w = model["weights"]
        x = images["images"][:].astype(np.float64)
        x = np.pad(x, ((0, 0), (0, 0), (1, 1), (0, 0)))
        k = w["conv/weight"][:]
        rows, columns = x.shape[2] - 2, x.shape[3] - 2
        y = np.zeros((len(x), len(k), rows, columns))
        for r in range(3):
            for c in range(3):
                y += np.einsum("nirc,oi->norc", x[:, :, r:r + rows, c:c + columns], k[:, :, r, c])
        y += w["conv/bias"][:].reshape(1, -1, 1, 1)
        bn = {name: w["bn/" + name][:].reshape(1, -1, 1, 1) for name in ("weight", "bias", "running_mean", "running_var")}
        y = (y - bn["running_mean"]) / np.sqrt(bn["running_var"] + 1e-5) * bn["weight"] + bn["bias"]
        y = np.maximum(y, 0)
        n, o = y.shape[:2]
        y = y.reshape(n, o, rows // 3, 3, columns // 2, 2).mean(axis=(3, 5)).reshape(n, -1)
        y = y @ w["fc/weight"][:].T + w["fc/bias"][:]
        expected = images["output"][:]
        assert y.shape == expected.shape == (5, 3), y.shape
        assert np.abs(expected).max() > 0.05, expected
        assert np.abs(y - expected).max() < 1e-5, np.abs(y - expected).max()
        assert "type: Conv2d" in model["description"][()].decode()
        assert list(model["training/history/loss"]) == [0.5, 0.25]
        d, t = w["fc/weight"], model["training"]
        print(model.attrs["format"], model.attrs["format_version"], model["description"].asstr()[()].split()[1], d.dtype,
              d.compression, d.compression_opts, d.shuffle, t.attrs["seed"], t.attrs["epochs"])
        """
}
