import HDF5
import NeuralNetworks
import Tensors

/// A training that goes on later, in HDF5.
///
/// | Path | Content |
/// |---|---|
/// | `/@format` | `synfire-checkpoint` |
/// | `/description`, `/weights` | as in ``ModelFile`` |
/// | `/progress` | attributes `epoch`, `batch`, `steps`, `partial_loss`, `partial_correct`, `seed`, `batch_size`, `image_count` |
/// | `/progress/history/<figure>` | as in ``ModelFile`` |
/// | `/optimizer/@name` | the optimiser |
/// | `/optimizer/<layer>/<parameter>/<state>` | float32, what it remembers of each parameter |
public enum CheckpointFile {
    /// The value of the attribute `format`.
    public static let format = "synfire-checkpoint"

    /// What a checkpoint file holds.
    public struct Content: Sendable {
        /// The state of the training.
        public let checkpoint: TrainingCheckpoint
        /// How the network is trained, where it was told.
        public let training: TrainingDescription?
        /// The version of Synfire that wrote it.
        public let synfireVersion: String
    }

    /// Writes a checkpoint; the file gets its name when it is complete, so that the last good one is there until then.
    ///
    /// - Parameters:
    ///   - checkpoint: The state of the training.
    ///   - training: How the network is trained, to be read back with it.
    ///   - synfireVersion: The version of the program.
    ///   - path: The file's name.
    ///   - replacing: Whether a file of that name may be replaced.
    /// - Throws: `HDF5Error`, and ``ModelDescriptionError`` where the training cannot be described.
    public static func write(
        _ checkpoint: TrainingCheckpoint, training: TrainingDescription? = nil, synfireVersion: String,
        to path: String, replacing: Bool = false
    ) throws {
        let file = try HDF5File.create(path, replacing: replacing)
        let root = file.root
        try ModelContainer.writeHeader(
            root, format: format, version: synfireVersion, graph: checkpoint.graph, training: training)
        try ModelContainer.writeWeights(root, checkpoint.graph)
        let progress = try root.createGroup("progress")
        for (name, key) in counts { try progress.setAttribute(name, checkpoint[keyPath: key]) }
        try progress.setAttribute("partial_loss", checkpoint.partialLoss)
        try progress.setAttribute("seed", checkpoint.seed)
        try TrainingHistory.write(checkpoint.history, to: progress)
        let optimizer = try root.createGroup("optimizer")
        try optimizer.setAttribute("name", checkpoint.optimizer)
        for state in checkpoint.optimizerState {
            try ModelContainer.write(state.tensor, "\(state.layer)/\(state.parameter)/\(state.name)", in: optimizer)
        }
        try file.commit()
    }

    /// Reads a checkpoint.
    ///
    /// - Throws: As ``ModelFile/read(_:)``.
    public static func read(_ path: String) throws -> Content {
        let file = try HDF5File.open(path)
        return try read(file.root)
    }

    static func read(_ root: borrowing HDF5Group) throws -> Content {
        let version = try ModelContainer.readHeader(root, format: format, title: "a checkpoint of Synfire")
        let (graph, training) = try ModelContainer.readNetwork(root)
        let progress = try root.group("progress")
        let optimizer = try root.group("optimizer")
        var checkpoint = TrainingCheckpoint(
            graph: graph, optimizer: try optimizer.attribute("name", as: String.self),
            optimizerState: try readState(optimizer, graph), steps: 0, epoch: 0, batch: 0,
            partialLoss: try progress.attribute("partial_loss", as: Double.self), partialCorrect: 0,
            seed: try progress.attribute("seed", as: UInt64.self), batchSize: 0, imageCount: 0,
            history: try TrainingHistory.read(progress))
        for (name, key) in counts {
            let value = try progress.attribute(name, as: Int.self)
            guard value >= 0 else {
                throw ModelFileError(
                    file: root.fileName, path: "/progress@\(name)",
                    reason: .impossible(value: "\(value)", allowed: "at least 0"))
            }
            checkpoint[keyPath: key] = value
        }
        return Content(checkpoint: checkpoint, training: training, synfireVersion: version)
    }

    private static let counts: [(String, any WritableKeyPath<TrainingCheckpoint, Int> & Sendable)] = [
        ("steps", \.steps), ("epoch", \.epoch), ("batch", \.batch), ("partial_correct", \.partialCorrect),
        ("batch_size", \.batchSize), ("image_count", \.imageCount),
    ]

    /// What the optimiser remembers.
    ///
    /// Which names it has, and that none is missing, the trainer checks that goes on.
    private static func readState(
        _ group: borrowing HDF5Group, _ graph: Graph
    ) throws -> [TrainingCheckpoint.OptimizerState] {
        var states: [TrainingCheckpoint.OptimizerState] = []
        var layers: [String] = []
        for node in graph.nodes where node.sharedWith == nil {
            let trainable = node.layer.parameters.filter(\.isTrainable)
            guard !trainable.isEmpty else { continue }
            layers.append(node.name)
            guard try group.exists(node.name) else { continue }
            let layer = try group.group(node.name)
            try ModelContainer.refuseOthers(than: trainable.map(\.name), in: layer)
            for parameter in trainable {
                guard try layer.exists(parameter.name) else { continue }
                let remembered = try layer.group(parameter.name)
                for name in try remembered.children().map(\.name) {
                    let tensor = try ModelContainer.read(
                        name, shape: parameter.tensor.shape, known: [name], in: remembered)
                    if let index = tensor.firstNonFinite {
                        throw ModelFileError(
                            file: group.fileName, path: remembered.path + "/" + name,
                            reason: .notFinite(index: index, value: "not a finite number"))
                    }
                    states.append(
                        TrainingCheckpoint.OptimizerState(
                            layer: node.name, parameter: parameter.name, name: name, tensor: tensor))
                }
            }
        }
        try ModelContainer.refuseOthers(than: layers, in: group)
        return states
    }
}
