import SynfireHDF5
import SynfireNeuralNetworks
import SynfireTensors

/// What Synfire's HDF5 files of networks have in common: the format's name and version, the description, the weights.
///
/// | Path | Content |
/// |---|---|
/// | `/@format` | `synfire-model` or `synfire-checkpoint` |
/// | `/@format_version` | 1 |
/// | `/@synfire_version` | the version of the program that wrote it |
/// | `/description` | the network in YAML, see ``ModelDescription`` |
/// | `/class_names` | may be missing: texts, the classes that the outputs stand for, in order |
/// | `/weights/<layer>/<parameter>` | float32, names and layouts of PyTorch's `state_dict` |
enum ModelContainer {
    /// The version of the layout that is written; those up to it are read.
    static let version = 1

    /// How numbers are compressed.
    static let compression = HDF5DatasetOptions(gzip: 4, shuffle: true)

    // MARK: Writing

    static func writeHeader(
        _ root: borrowing HDF5Group, format: String, version synfire: String, graph: Graph,
        training: TrainingDescription?
    ) throws {
        try root.setAttribute("format", format)
        try root.setAttribute("format_version", version)
        try root.setAttribute("synfire_version", synfire)
        try root.writeString("description", ModelDescription.yaml(for: graph, training: training))
    }

    static func writeClassNames(_ names: [String]?, to root: borrowing HDF5Group) throws {
        if let names { try root.writeStrings("class_names", names) }
    }

    static func readClassNames(_ root: borrowing HDF5Group) throws -> [String]? {
        try root.exists("class_names") ? root.strings("class_names") : nil
    }

    static func writeWeights(_ root: borrowing HDF5Group, _ graph: Graph) throws {
        try writeParameters(of: graph, to: root.createGroup("weights"))
    }

    /// Writes the parameters of all layers, a group each.
    static func writeParameters(of graph: Graph, to weights: borrowing HDF5Group) throws {
        for node in graph.nodes where node.sharedWith == nil {
            for parameter in node.layer.parameters {
                try write(parameter.tensor, "\(node.name)/\(parameter.name)", in: weights)
            }
        }
    }

    static func write(_ tensor: Tensor, _ path: String, in group: borrowing HDF5Group) throws {
        try group.write(path, tensor.scalars, shape: tensor.shape, options: compression)
    }

    // MARK: Reading

    /// What a file of HDF5 says that it is.
    static func format(of root: borrowing HDF5Group) throws -> String? {
        guard try root.hasAttribute("format"), case .string = try root.attributeType("format") else { return nil }
        return try root.attribute("format", as: String.self)
    }

    /// Checks format and version, and reads the version of the program that wrote the file.
    static func readHeader(_ root: borrowing HDF5Group, format: String, title: String) throws -> String {
        let file = root.fileName
        guard try self.format(of: root) == format else {
            throw ModelFileError(
                file: file, path: "/", reason: .wrongFormat(found: try ForeignFile.words(for: root), expected: title))
        }
        let found = try root.attribute("format_version", as: Int.self)
        guard found >= 1 else {
            throw ModelFileError(
                file: file, path: "/@format_version", reason: .impossible(value: "\(found)", allowed: "at least 1"))
        }
        guard found <= version else {
            throw ModelFileError(file: file, path: "/", reason: .newerVersion(found: found, known: version))
        }
        return try root.attribute("synfire_version", as: String.self)
    }

    /// The description, with the weights in place of first values.
    static func readNetwork(_ root: borrowing HDF5Group) throws -> (graph: Graph, training: TrainingDescription?) {
        let file = root.fileName
        let text = try root.string("description")
        let description = try ModelDescription(
            parsing: text, file: "\(file):/description", initializesParameters: false)
        return (try readParameters(of: description.graph, from: root.group("weights")), description.training)
    }

    /// A network with the parameters of all layers from a group that has one for each.
    static func readParameters(of other: Graph, from weights: borrowing HDF5Group) throws -> Graph {
        let file = weights.fileName
        var graph = other
        for node in graph.nodes where node.sharedWith == nil {
            let known = node.layer.parameters.map(\.name)
            guard !known.isEmpty else { continue }
            guard try weights.exists(node.name) else {
                let others = Set(try weights.children().map(\.name)).subtracting(graph.nodes.map(\.name)).sorted()
                throw ModelFileError(
                    file: file, path: weights.path + "/\(node.name)", reason: .missing(known: others))
            }
            let group = try weights.group(node.name)
            for parameter in node.layer.parameters {
                let tensor = try read(parameter.name, shape: parameter.tensor.shape, known: known, in: group)
                try set(parameter.name, of: node.name, to: tensor, in: &graph, group: group)
            }
            try refuseOthers(than: known, in: group)
        }
        let layers = graph.nodes.filter { $0.sharedWith == nil && !$0.layer.parameters.isEmpty }.map(\.name)
        try refuseOthers(than: layers, in: weights)
        return graph
    }

    /// Reads a dataset of floating-point numbers of a known shape.
    ///
    /// - Parameter known: All names that the group should have, for messages.
    static func read(
        _ name: String, shape: [Int], known: [String], in group: borrowing HDF5Group
    ) throws -> Tensor {
        let (file, path) = (group.fileName, group.path + "/" + name)
        guard try group.exists(name) else {
            let others = Set(try group.children().map(\.name)).subtracting(known).sorted()
            throw ModelFileError(file: file, path: path, reason: .missing(known: others))
        }
        let dataset = try group.dataset(name)
        guard case .float = dataset.elementType else {
            throw ModelFileError(file: file, path: path, reason: .wrongType(found: dataset.elementType.description))
        }
        let found = try dataset.shape
        guard found == shape else {
            throw ModelFileError(file: file, path: path, reason: .wrongShape(found: found, expected: shape))
        }
        return try Tensor(shape: shape, scalars: dataset.read(as: Float.self))
    }

    private static func set(
        _ parameter: String, of layer: String, to tensor: Tensor, in graph: inout Graph, group: borrowing HDF5Group
    ) throws {
        let (file, path) = (group.fileName, group.path + "/\(parameter)")
        do throws(NetworkError) {
            try graph.setParameter(parameter, of: layer, to: tensor)
        } catch {
            switch error {
            case .parameterNotFinite(_, _, let index, let value):
                throw ModelFileError(file: file, path: path, reason: .notFinite(index: index, value: value))
            case .parameterNegative(_, _, let index, let value):
                throw ModelFileError(file: file, path: path, reason: .negative(index: index, value: value))
            default: throw error
            }
        }
    }

    /// - Throws: ``ModelFileError`` for a member of a group that is none of these.
    static func refuseOthers(than known: [String], in group: borrowing HDF5Group) throws {
        if let other = try group.children().first(where: { !known.contains($0.name) }) {
            throw ModelFileError(
                file: group.fileName, path: group.path + "/" + other.name, reason: .unexpected(known: known))
        }
    }
}
