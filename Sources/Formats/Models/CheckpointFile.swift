import SynfireHDF5
import SynfireNeuralNetworks
import SynfireTensors

/// A training that goes on later, in HDF5.
///
/// | Path | Content |
/// |---|---|
/// | `/@format` | `synfire-checkpoint` |
/// | `/description`, `/class_names`, `/weights` | as in ``ModelFile`` |
/// | `/recipe` | may be missing: the description as it was given, before options took the place of some of it |
/// | `/progress` | attributes `epoch`, `batch`, `steps`, `partial_loss`, `partial_weight`, `partial_correct`, `seed`, `batch_size`, `accumulate`, `image_count`, `loss` |
/// | `/progress/history/<figure>` | as in ``ModelFile`` |
/// | `/optimizer/@name` | the optimiser |
/// | `/optimizer/<layer>/<parameter>/<state>` | float32, what it remembers of each parameter |
/// | `/schedule` | for a schedule that watches validation: attributes `rate`, `best`, `bad_epochs`, `cooldown` |
/// | `/average/<layer>/<parameter>` | where parameters are averaged: float32, the averages |
/// | `/best` | with early stopping: attributes `epoch`, `value`, `wait` |
/// | `/best/weights/<layer>/<parameter>` | float32, the best epoch's parameters |
public enum CheckpointFile {
    /// The value of the attribute `format`.
    public static let format = "synfire-checkpoint"

    /// What a checkpoint file holds.
    public struct Content: Sendable {
        /// The state of the training.
        public let checkpoint: TrainingCheckpoint
        /// How the network is trained, where it was told.
        public let training: TrainingDescription?
        /// How its description said that it is trained, before options took the place of some of it; where it was told.
        public let recipe: TrainingDescription?
        /// The names of the classes of the data, where they were told.
        public let classNames: [String]?
        /// The version of Synfire that wrote it.
        public let synfireVersion: String
    }

    /// Writes a checkpoint; the file gets its name when it is complete, so that the last good one is there until then.
    ///
    /// - Parameters:
    ///   - checkpoint: The state of the training.
    ///   - training: How the network is trained, to be read back with it.
    ///   - recipe: How its description says so, before options took the place of some of it.
    ///   - classNames: The names of the classes of the data.
    ///   - synfireVersion: The version of the program.
    ///   - path: The file's name.
    ///   - replacing: Whether a file of that name may be replaced.
    /// - Throws: `HDF5Error`, and ``ModelDescriptionError`` where the training cannot be described.
    public static func write(
        _ checkpoint: TrainingCheckpoint, training: TrainingDescription? = nil, recipe: TrainingDescription? = nil,
        classNames: [String]? = nil, synfireVersion: String, to path: String, replacing: Bool = false
    ) throws {
        let file = try HDF5File.create(path, replacing: replacing)
        let root = file.root
        try ModelContainer.writeHeader(
            root, format: format, version: synfireVersion, graph: checkpoint.graph, training: training)
        if let recipe {
            try root.writeString("recipe", ModelDescription.yaml(for: checkpoint.graph, training: recipe))
        }
        try ModelContainer.writeClassNames(classNames, to: root)
        try ModelContainer.writeWeights(root, checkpoint.graph)
        let progress = try root.createGroup("progress")
        for (name, key) in counts { try progress.setAttribute(name, checkpoint[keyPath: key]) }
        try progress.setAttribute("partial_loss", checkpoint.partialLoss)
        try progress.setAttribute("seed", checkpoint.seed)
        if let weight = checkpoint.partialWeight { try progress.setAttribute("partial_weight", weight) }
        if let loss = checkpoint.loss { try progress.setAttribute("loss", loss) }
        try TrainingHistory.write(checkpoint.history, to: progress)
        let optimizer = try root.createGroup("optimizer")
        try optimizer.setAttribute("name", checkpoint.optimizer)
        for state in checkpoint.optimizerState {
            try ModelContainer.write(state.tensor, "\(state.layer)/\(state.parameter)/\(state.name)", in: optimizer)
        }
        if let memory = checkpoint.schedule { try write(memory, to: root.createGroup("schedule")) }
        if let average = checkpoint.average {
            try ModelContainer.writeParameters(of: average, to: root.createGroup("average"))
        }
        if let best = checkpoint.best { try write(best, to: root.createGroup("best")) }
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
            // Older files lack what was always 1 then.
            if name == "accumulate", try !progress.hasAttribute(name) { continue }
            checkpoint[keyPath: key] = try count(name, in: progress)
        }
        if try progress.hasAttribute("partial_weight") {
            checkpoint.partialWeight = try progress.attribute("partial_weight", as: Double.self)
        }
        if try progress.hasAttribute("loss") { checkpoint.loss = try progress.attribute("loss", as: String.self) }
        if try root.exists("schedule") { checkpoint.schedule = try readMemory(root.group("schedule")) }
        if try root.exists("average") {
            checkpoint.average = try ModelContainer.readParameters(of: graph, from: root.group("average"))
        }
        if try root.exists("best") { checkpoint.best = try readBest(root.group("best"), graph) }
        let recipe =
            try root.exists("recipe")
            ? ModelDescription(
                parsing: root.string("recipe"), file: "\(root.fileName):/recipe", initializesParameters: false
            ).training : nil
        return Content(
            checkpoint: checkpoint, training: training, recipe: recipe,
            classNames: try ModelContainer.readClassNames(root), synfireVersion: version)
    }

    private static let counts: [(String, any WritableKeyPath<TrainingCheckpoint, Int> & Sendable)] = [
        ("steps", \.steps), ("epoch", \.epoch), ("batch", \.batch), ("partial_correct", \.partialCorrect),
        ("batch_size", \.batchSize), ("image_count", \.imageCount), ("accumulate", \.accumulate),
    ]

    private static let mostSteps = 1 << 53

    /// A whole number that is not negative.
    private static func count(_ name: String, in group: borrowing HDF5Group) throws -> Int {
        let value = try group.attribute(name, as: Int.self)
        // Beyond that, sums of such numbers could overflow.
        guard (0...Self.mostSteps).contains(value) else {
            throw ModelFileError(
                file: group.fileName, path: "\(group.path)@\(name)",
                reason: .impossible(value: "\(value)", allowed: value < 0 ? "at least 0" : "at most \(Self.mostSteps)"))
        }
        return value
    }

    // MARK: What goes by validation

    private static func write(_ memory: ScheduleMemory, to group: borrowing HDF5Group) throws {
        try group.setAttribute("rate", memory.rate)
        try group.setAttribute("best", memory.best)
        try group.setAttribute("bad_epochs", memory.badEpochs)
        try group.setAttribute("cooldown", memory.cooldown)
    }

    private static func readMemory(_ group: borrowing HDF5Group) throws -> ScheduleMemory {
        let rate = try group.attribute("rate", as: Double.self)
        guard rate.isFinite, rate >= 0 else {
            throw ModelFileError(
                file: group.fileName, path: group.path + "@rate",
                reason: .impossible(value: "\(rate)", allowed: "at least 0"))
        }
        return ScheduleMemory(
            rate: rate, best: try group.attribute("best", as: Double.self),
            badEpochs: try count("bad_epochs", in: group), cooldown: try count("cooldown", in: group))
    }

    private static func write(_ best: TrainingCheckpoint.Best, to group: borrowing HDF5Group) throws {
        try group.setAttribute("epoch", best.epoch)
        try group.setAttribute("value", best.value)
        try group.setAttribute("wait", best.wait)
        if let graph = best.graph {
            try ModelContainer.writeParameters(of: graph, to: group.createGroup("weights"))
        }
    }

    private static func readBest(_ group: borrowing HDF5Group, _ graph: Graph) throws -> TrainingCheckpoint.Best {
        TrainingCheckpoint.Best(
            epoch: try count("epoch", in: group), value: try group.attribute("value", as: Double.self),
            wait: try count("wait", in: group),
            graph: try group.exists("weights")
                ? ModelContainer.readParameters(of: graph, from: group.group("weights")) : nil)
    }

    // MARK: Optimiser

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
