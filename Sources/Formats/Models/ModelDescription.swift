import NeuralNetworks

/// An artificial network as a text in YAML, and how it is trained.
///
///     name: tiny
///     input: [1, 28, 28]
///     layers:
///       - {name: flat, type: Flatten}
///       - {name: fc, type: Linear, in_features: 784, out_features: 10}
///     training:
///       data: fashion-mnist:train
///       epochs: 5
///       optimizer: {type: Adam, lr: 0.001}
///
/// Layers have the names and settings of PyTorch; each reads the one before it unless `inputs` names others. A key that
/// is not known is an error, as is everything else that is not understood.
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
            DescriptionText.parse(text, file: file), keys: ["name", "input", "layers", "training"])
        let name = try root.required("name").text()
        let input = try root.required("input")
        let extents = try input.list("a list: [channels, rows, columns] or [features]")
        guard extents.count == 1 || extents.count == 3 else {
            throw input.failure(
                .wrongKind(
                    what: input.what, found: "a list of \(extents.count)",
                    expected: "[channels, rows, columns] or [features]"))
        }
        let inputShape = try extents.map { try $0.integer(1...Self.largestExtent) }
        guard inputShape.reduce(1.0, { $0 * Double($1) }) <= Double(Self.largestExtent) else {
            throw input.failure(.tooLarge(what: input.what, limit: "2^28 values"))
        }
        let layers = try root.required("layers")
        var graph = try Self.makeGraph(
            name: name, input: input, shape: inputShape, layers: layers, try Self.layers(in: layers))
        training = try root["training"].map { try TrainingDescription($0, inputShape: inputShape) }
        if initializesParameters { graph.initializeParameters(seed: training?.settings.seed ?? 0) }
        self.graph = graph
    }

    /// No image has more values along an axis, or in all.
    private static let largestExtent = 1 << 28

    /// The description as a text that reads back as an equal one, without the parameters' values.
    ///
    /// - Throws: ``ModelDescriptionError`` where the training uses an optimiser or augmentation that descriptions do not
    ///   know.
    public func yaml() throws -> String { try Self.yaml(for: graph, training: training) }
}
