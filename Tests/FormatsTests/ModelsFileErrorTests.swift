import SynfireFormats
import SynfireHDF5
import SynfireNeuralNetworks
import SynfireTensors
import SynfireTestSupport
import Testing

/// A change that makes a good model file a bad one, as a line of Python on the open file `f`, and what has to be said.
struct Damage: Sendable, CustomTestStringConvertible {
    let change: String
    let expected: String

    init(_ change: String, _ expected: String) {
        self.change = change
        self.expected = expected
    }

    var testDescription: String { change }
}

@Suite("Wrong model files")
struct ModelsFileErrorTests {
    static let damages: [Damage] = [
        Damage("del f['weights/conv/bias']", "'/weights/conv/bias' is missing in 'FILE'"),
        Damage(
            "f.move('weights/conv/bias', 'weights/conv/bais')",
            "'/weights/conv/bias' is missing in 'FILE'; did you mean 'bais'? Valid names: bais"),
        Damage("del f['weights/fc']", "'/weights/fc' is missing in 'FILE'"),
        Damage("del f['weights']", "cannot open group '/weights' in 'FILE': the group has no 'weights'"),
        Damage("del f['description']", "cannot open dataset '/description' in 'FILE': the group has no 'description'"),
        Damage(
            "f['weights/conv/scale'] = np.ones(4, 'f4')",
            "'/weights/conv/scale' in 'FILE' belongs to no part of the network; valid names: weight, bias"),
        Damage(
            "f['weights/fc2/weight'] = np.ones(4, 'f4')",
            "'/weights/fc2' in 'FILE' belongs to no part of the network; did you mean 'fc'? Valid names: conv, bn, fc"),
        Damage(
            "del f['weights/fc/bias']; f['weights/fc/bias'] = np.ones((3, 1), 'f4')",
            "'/weights/fc/bias' in 'FILE' has shape [3, 1], but the network needs [3]"),
        Damage(
            "del f['weights/fc/bias']; f['weights'].create_dataset('fc/bias', (1 << 60,), 'f4', chunks=(1024,))",
            "'/weights/fc/bias' in 'FILE' has shape [1152921504606846976], but the network needs [3]"),
        Damage(
            "del f['weights/fc/bias']; f['weights/fc/bias'] = np.ones(3, 'i8')",
            "'/weights/fc/bias' in 'FILE' holds int64, but must hold floating-point numbers (float32)"),
        Damage(
            "del f['weights/fc/bias']; f.create_group('weights/fc/bias')",
            "cannot open dataset '/weights/fc/bias' in 'FILE': it is a group, not a dataset"),
        Damage(
            "f['weights/fc/weight'][1, 7] = np.nan",
            "'/weights/fc/weight' in 'FILE' is nan at [1, 7], but all its numbers must be finite"),
        Damage(
            "f['weights/conv/weight'][3, 1, 0, 2] = -np.inf",
            "'/weights/conv/weight' in 'FILE' is -inf at [3, 1, 0, 2], but all its numbers must be finite"),
        Damage(
            "del f['weights/fc/bias']; f['weights/fc/bias'] = np.array([1, 2, 1e300])",
            "'/weights/fc/bias' in 'FILE' is inf at [2], but all its numbers must be finite"),
        Damage(
            "f['weights/bn/running_var'][2] = -1",
            "'/weights/bn/running_var' in 'FILE' is -1.0 at [2], but must not be negative"),
        Damage(
            "f['weights/fc/again'] = h5py.SoftLink('/weights/fc')",
            "'/weights/fc/again' in 'FILE' belongs to no part of the network"),
        Damage("f['weights/fc/loop'] = f['weights']", "'/weights/fc/loop' in 'FILE' belongs to no part of the network"),
        Damage(
            "del f['weights/fc/bias']; f['weights/fc/bias'] = h5py.SoftLink('/weights/fc/bias')",
            "'/weights/fc/bias'"),
        Damage(
            "del f['weights/fc/bias']; f['weights/fc/bias'] = h5py.ExternalLink('other.h5', '/x')",
            "'/weights/fc/bias' in 'FILE': "),
        Damage(
            "f.attrs['format_version'] = 2",
            "'FILE' has version 2 of its format, but this Synfire reads only up to version 1"),
        Damage("f.attrs['format_version'] = 0", "'/@format_version' in 'FILE' is 0, but must be at least 1"),
        Damage("del f.attrs['format_version']", "'/@format_version' in 'FILE': there is no such attribute"),
        Damage(
            "f.attrs['format'] = 'synfire-modle'",
            "'FILE' is an HDF5 file of another kind, not a model file of Synfire"),
        Damage("f.attrs['format'] = 3", "'FILE' is an HDF5 file of another kind, not a model file of Synfire"),
        Damage(
            "del f['description']; f['description'] = 'name: n\\ninput: [4]\\nlayers: [{name: a, type: Relu}]'",
            "FILE:/description:3:26: there is no kind of layer 'Relu'; did you mean 'ReLU'?"),
        Damage("del f['description']; f['description'] = 1.5", "'/description' in 'FILE': "),
        Damage(
            "del f['training/history/loss']; f['training/history/loss'] = np.ones(3)",
            "has shape [3], but the network needs [1]"),
        Damage("f['training'].attrs['seed'] = -1", "'/training@seed' in 'FILE': "),
    ]

    @Test("are refused with the path inside, the fault and what is allowed", arguments: damages)
    func refused(_ damage: Damage) throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("model.h5")
        let record = TrainingRecord(
            seed: 1, epochs: 1, recipe: "",
            history: [EpochMetrics(epoch: 1, loss: 1, accuracy: 0.5, imagesPerSecond: 2)])
        try ModelFile.write(graph: smallNetwork(), info: .init(synfireVersion: "1", record: record), to: path)
        try SynfireTestSupport.python(
            "import sys, h5py, numpy as np\nwith h5py.File(sys.argv[1], 'r+') as f:\n    " + damage.change, [path])
        let error = #expect(throws: (any Error).self) { try ModelFile.read(path) }
        let text = "\(try #require(error))"
        #expect(text.contains(damage.expected.replacing("FILE", with: path)), "\(text)")
        #expect(!text.contains("\n"))
    }

    @Test("are refused wherever they are cut or their bytes changed, never with a crash")
    func cut() throws {
        let folder = try TemporaryDirectory()
        let (path, bad) = (folder.file("model.h5"), folder.file("bad.h5"))
        let graph = try smallNetwork()
        try ModelFile.write(graph: graph, info: .init(synfireVersion: "1"), to: path)
        let bytes = try [UInt8](contentsOf: path)
        for part in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 40)) {
            try Array(bytes[..<part]).write(to: bad)
            #expect(throws: (any Error).self, "cut to \(part) bytes") { try ModelFile.read(bad) }
        }
        // A changed byte may hit what nothing depends on, or a weight; but it ends in a network or an error.
        for position in stride(from: 8, to: bytes.count, by: 97) {
            var changed = bytes
            changed[position] ^= 0xFF
            try changed.write(to: bad)
            if let found = try? ModelFile.read(bad) { #expect(found.graph.nodes.count == graph.nodes.count) }
        }
    }

    @Test("tell what a file is that is no network")
    func foreign() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("thing.h5")
        for (content, expected) in [
            (
                "f['version'] = '1.0'; f.create_group('node/nodes'); f['node/type'] = 'NIRGraph'",
                "a spiking network in NIR (use it with 'synfire simulate')"
            ),
            ("f.create_group('spikes/all')", "a recording of spikes or potentials"),
            ("f.create_group('model_weights')", "a network saved by Keras, which cannot be read yet"),
            ("f['images'] = np.ones(3); f['labels'] = np.ones(3)", "a set of labelled images (use it with '--data')"),
            ("pass", "an HDF5 file of another kind"),
        ] {
            try SynfireTestSupport.python(
                "import sys, h5py, numpy as np\nwith h5py.File(sys.argv[1], 'w') as f:\n    " + content, [path])
            let error = #expect(throws: ModelFileError.self) { try ModelSource.read(path) }
            let text = try #require(error).description
            #expect(text.hasPrefix("'\(path)' is \(expected)"), "\(text)")
            #expect(text.hasSuffix(", not a network that Synfire trains or converts"))
        }
    }

    @Test("are told from descriptions by their content")
    func byContent() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("model.yaml")
        try ModelFile.write(graph: smallNetwork(), info: .init(synfireVersion: "1"), to: path)
        guard case .model = try ModelSource.read(path) else {
            Issue.record("not taken for a model")
            return
        }
        let noise = folder.file("noise.h5")
        try ([0x89, 0x50, 0x4E, 0x47] + (0..<100).map { UInt8($0) }).write(to: noise)
        let error = #expect(throws: ModelDescriptionError.self) { try ModelSource.read(noise) }
        #expect(error?.description == "\(noise): this is neither an HDF5 file nor a description in YAML (UTF-8 text)")
        try [UInt8]().write(to: noise)
        let empty = #expect(throws: ModelDescriptionError.self) { try ModelSource.read(noise) }
        #expect(empty?.description.hasPrefix("\(noise): the description is empty") == true)
        let missing = #expect(throws: HDF5Error.self) { try ModelSource.read(folder.file("none")) }
        #expect(missing?.code == .notFound)
        #expect(throws: ModelDescriptionError.self) { try ModelSource.read(folder.path) }
    }
}
