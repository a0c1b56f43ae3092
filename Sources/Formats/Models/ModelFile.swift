import SynfireHDF5
import SynfireNeuralNetworks

/// A trained network in Synfire's own HDF5.
///
/// | Path | Content |
/// |---|---|
/// | `/@format` | `synfire-model` |
/// | `/@format_version` | 1 |
/// | `/@synfire_version` | the version of the program that wrote it |
/// | `/description` | the network in YAML, see ``ModelDescription`` |
/// | `/class_names` | may be missing: texts, the classes that the outputs stand for, in order |
/// | `/weights/<layer>/<parameter>` | float32, names and layouts of PyTorch's `state_dict` |
/// | `/training` | may be missing: attributes `seed`, `epochs`, `data`, `date`, `wall_time_s`, `accuracy`, `accuracy_data` |
/// | `/training/recipe` | the recipe as text |
/// | `/training/history/<figure>` | `epoch`, `loss`, `accuracy`, `images_per_second`, `validation_loss`, `validation_accuracy`, `learning_rate`, `seconds` |
public enum ModelFile {
    /// The value of the attribute `format`.
    public static let format = "synfire-model"

    /// What a model file tells beside the network.
    public struct Info: Sendable {
        /// The version of Synfire that wrote it.
        public var synfireVersion: String
        /// How the network came to its weights, where the file says so.
        public var record: TrainingRecord?
        /// How the network's description says it is trained, where it does.
        public var training: TrainingDescription?
        /// The names of the classes that the network's outputs stand for, where the file says so.
        public var classNames: [String]?

        /// Joins what is known.
        public init(
            synfireVersion: String, record: TrainingRecord? = nil, training: TrainingDescription? = nil,
            classNames: [String]? = nil
        ) {
            self.synfireVersion = synfireVersion
            self.record = record
            self.training = training
            self.classNames = classNames
        }
    }

    /// Writes a network; the file gets its name when it is complete.
    ///
    /// - Parameters:
    ///   - graph: The network with its weights.
    ///   - info: What to tell of it.
    ///   - path: The file's name.
    ///   - replacing: Whether a file of that name may be replaced.
    /// - Throws: `HDF5Error` where the file cannot be written, ``ModelDescriptionError`` where the training cannot be
    ///   described.
    public static func write(graph: Graph, info: Info, to path: String, replacing: Bool = false) throws {
        let file = try HDF5File.create(path, replacing: replacing)
        try ModelContainer.writeHeader(
            file.root, format: format, version: info.synfireVersion, graph: graph, training: info.training)
        try ModelContainer.writeClassNames(info.classNames, to: file.root)
        try ModelContainer.writeWeights(file.root, graph)
        if let record = info.record { try record.write(to: file.root.createGroup("training")) }
        try file.commit()
    }

    /// Reads a network and checks every weight: present, of the right shape and type, finite.
    ///
    /// - Throws: `HDF5Error` for a file that is missing, damaged or not HDF5, ``ModelFileError`` for one that is not of
    ///   this format or has wrong weights, ``ModelDescriptionError`` for a wrong description.
    public static func read(_ path: String) throws -> (graph: Graph, info: Info) {
        let file = try HDF5File.open(path)
        return try read(file.root)
    }

    static func read(_ root: borrowing HDF5Group) throws -> (graph: Graph, info: Info) {
        let version = try ModelContainer.readHeader(root, format: format, title: "a model file of Synfire")
        let (graph, training) = try ModelContainer.readNetwork(root)
        let record = try root.exists("training") ? TrainingRecord(root.group("training")) : nil
        return (
            graph,
            Info(
                synfireVersion: version, record: record, training: training,
                classNames: try ModelContainer.readClassNames(root))
        )
    }
}
