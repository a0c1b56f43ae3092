import SynfireHDF5
import SynfireNeuralNetworks

/// An artificial network from whatever file holds one: a description, a trained model, a checkpoint.
public enum ModelSource: Sendable {
    /// A description in YAML; its parameters have their first values.
    case description(ModelDescription)
    /// A trained network.
    case model(graph: Graph, info: ModelFile.Info)
    /// A training that is not at its end.
    case checkpoint(CheckpointFile.Content)

    /// Reads a file; what it is, is told by its content, not by its name.
    ///
    /// - Throws: `HDF5Error`, ``ModelFileError``, ``ModelDescriptionError``; for HDF5 files of another kind they say
    ///   what the file is.
    public static func read(_ path: String) throws -> ModelSource {
        let file: HDF5File
        do throws(HDF5Error) {
            file = try HDF5File.open(path)
        } catch {
            guard error.code == .notHDF5 else { throw error }
            return .description(try readDescription(path))
        }
        switch try ModelContainer.format(of: file.root) {
        case ModelFile.format:
            let (graph, info) = try ModelFile.read(file.root)
            return .model(graph: graph, info: info)
        case CheckpointFile.format: return .checkpoint(try CheckpointFile.read(file.root))
        default:
            throw ModelFileError(
                file: path, path: "/",
                reason: .wrongFormat(
                    found: try ForeignFile.words(for: file.root), expected: "a network that Synfire trains or converts")
            )
        }
    }

    private static func readDescription(_ path: String) throws -> ModelDescription {
        do {
            return try ModelDescription.read(path)
        } catch let error as ModelDescriptionError where error.reason == .notUTF8 {
            throw ModelDescriptionError(
                file: path, position: nil,
                reason: .unreadable("this is neither an HDF5 file nor a description in YAML (UTF-8 text)"))
        }
    }

    /// The network.
    public var graph: Graph {
        switch self {
        case .description(let description): description.graph
        case .model(let graph, _): graph
        case .checkpoint(let content): content.checkpoint.network
        }
    }

    /// How the network is trained, where the file says so.
    public var training: TrainingDescription? {
        switch self {
        case .description(let description): description.training
        case .model(_, let info): info.training
        case .checkpoint(let content): content.training
        }
    }

    /// The names of the classes that the network's outputs stand for, where the file says so.
    public var classNames: [String]? {
        switch self {
        case .description: nil
        case .model(_, let info): info.classNames
        case .checkpoint(let content): content.classNames
        }
    }

    /// Whether the weights come from a training, be it unfinished.
    public var isTrained: Bool {
        if case .description = self { return false }
        return true
    }
}

/// Tells what an HDF5 file is that holds no artificial network of ours, so that messages can help.
enum ForeignFile {
    static func words(for root: borrowing HDF5Group) throws -> String {
        switch try ModelContainer.format(of: root) {
        case ModelFile.format: return "a model file of Synfire"
        case CheckpointFile.format: return "a checkpoint of Synfire"
        case NetworkTableFile.format: return "a built network of Synfire (use it with '--network-file')"
        default: break
        }
        let names = Set(try root.children().map(\.name))
        if names.contains("node"), try root.exists("node/type") || root.exists("node/nodes") {
            return "a spiking network in NIR (use it with 'synfire simulate')"
        }
        if !names.isDisjoint(with: ["spikes", "report"]) {
            return "a recording of spikes or potentials (use it with 'synfire plot' or 'synfire inspect')"
        }
        if !names.isDisjoint(with: ["nodes", "edges"]) { return "a spiking network in SONATA" }
        if names.isSuperset(of: ["images", "labels"]) { return "a set of labelled images (use it with '--data')" }
        let hasKerasLayers = try root.hasAttribute("layer_names")
        if try hasKerasLayers || names.contains("model_weights") || root.hasAttribute("keras_version") {
            return "a network saved by Keras, which cannot be read yet"
        }
        return "an HDF5 file of another kind"
    }
}
