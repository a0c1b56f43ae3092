import SynfireNeuralNetworks

/// An artificial network as a text in YAML, and how it is trained.
///
///     name: tiny
///     input: [1, 28, 28]          # or inputs: {left: [3, 8, 8], right: [5]}
///     layers:
///       - {name: flat, type: Flatten}
///       - {name: fc, type: Linear, in_features: 784, out_features: 10}
///     training:
///       data: fashion-mnist:train
///       epochs: 5
///       optimizer: {type: Adam, lr: 0.001}
///
/// Layers have the names and settings of PyTorch; each reads the one before it unless `inputs` names others. `shares`
/// names a layer whose parameters one uses again, `initializer` says how parameters start, and `outputs` names the layers whose
/// values the network gives, the last one otherwise. A key that is not known is an error, as is everything else that is
/// not understood.
public struct ModelDescription: Sendable {
    /// The network, with parameters started from the training's seed (0 where there is none).
    public let graph: Graph
    /// How it is trained, where the description says so.
    public let training: TrainingDescription?

    /// Reads a file.
    ///
    /// - Throws: ``ModelDescriptionError``, with the line and column.
    public static func read(_ path: String) throws -> ModelDescription {
        try ModelDescription(parsing: DescriptionText.read(path), file: path)
    }

    /// Reads a text.
    ///
    /// - Parameters:
    ///   - text: The YAML text.
    ///   - file: What errors call the text.
    /// - Throws: ``ModelDescriptionError``, with the line and column.
    public init(parsing text: String, file: String) throws {
        try self.init(parsing: text, file: file, initializesParameters: true)
    }

    /// As above; weights that are replaced at once need no first values.
    init(parsing text: String, file: String, initializesParameters: Bool) throws {
        let root = try DescriptionSection(
            DescriptionText.parse(text, file: file),
            keys: ["name", "input", "inputs", "outputs", "layers", "training"])
        let name = try root.required("name").text()
        let inputs = try Self.inputs(root)
        let layers = try root.required("layers")
        let outputs = try root["outputs"]?.list("a list of layers' names").map { try $0.text() }
        let entries = try Self.layers(in: layers, input: inputs[0].input.name)
        var graph = try Self.makeGraph(name: name, inputs: inputs, layers: layers, entries, outputs: (outputs, root))
        training = try root["training"].map { try TrainingDescription($0, of: graph) }
        if initializesParameters { graph.initializeParameters(seed: training?.settings.seed ?? 0) }
        self.graph = graph
    }

    /// The description as a text that reads back as an equal one, without the parameters' values.
    ///
    /// - Throws: ``ModelDescriptionError`` where the training uses an optimiser or augmentation that descriptions do not
    ///   know.
    public func yaml() throws -> String { try Self.yaml(for: graph, training: training) }
}
