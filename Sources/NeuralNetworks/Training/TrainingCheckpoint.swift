import SynfireTensors

/// Everything from which training goes on as if it had not been interrupted.
public struct TrainingCheckpoint: Sendable {
    /// What an optimiser remembers of a parameter.
    public struct OptimizerState: Sendable {
        /// The layer's name.
        public let layer: String
        /// The parameter's name.
        public let parameter: String
        /// The name of what is remembered, such as `exp_avg`.
        public let name: String
        /// Its numbers, in the parameter's shape.
        public let tensor: Tensor

        /// Joins names and numbers.
        public init(layer: String, parameter: String, name: String, tensor: Tensor) {
            self.layer = layer
            self.parameter = parameter
            self.name = name
            self.tensor = tensor
        }
    }

    /// The network with its parameters and running statistics as the last step left them.
    public var graph: Graph
    /// The name of the optimiser.
    public var optimizer: String
    /// What it remembers.
    public var optimizerState: [OptimizerState]
    /// How many steps it has made.
    public var steps: Int
    /// How many epochs are complete.
    public var epoch: Int
    /// How many batches of the next epoch are done.
    public var batch: Int
    /// The summed loss over those batches' images.
    public var partialLoss: Double
    /// How many of those batches' images were told right.
    public var partialCorrect: Int
    /// The seed.
    public var seed: UInt64
    /// How many images a step learns from.
    public var batchSize: Int
    /// How many images an epoch has.
    public var imageCount: Int
    /// How the complete epochs went.
    public var history: [EpochMetrics]
    /// The loss with its settings; nil where it is not known, as from older files.
    public var loss: String?
    /// What the partial loss is to be divided by; nil for the number of images.
    public var partialWeight: Double?
    /// How many batches a step takes.
    public var accumulate = 1
    /// What a schedule that watches validation remembers.
    public var schedule: ScheduleMemory?
    /// The network with its averaged parameters, where they are averaged and a step has been made.
    public var average: Graph?
    /// The best epoch so far, where early stopping keeps it.
    public var best: Best?

    /// Joins what a file holds.
    public init(
        graph: Graph, optimizer: String, optimizerState: [OptimizerState], steps: Int, epoch: Int, batch: Int,
        partialLoss: Double, partialCorrect: Int, seed: UInt64, batchSize: Int, imageCount: Int,
        history: [EpochMetrics]
    ) {
        self.graph = graph
        self.optimizer = optimizer
        self.optimizerState = optimizerState
        self.steps = steps
        self.epoch = epoch
        self.batch = batch
        self.partialLoss = partialLoss
        self.partialCorrect = partialCorrect
        self.seed = seed
        self.batchSize = batchSize
        self.imageCount = imageCount
        self.history = history
    }
}

extension TrainingCheckpoint {
    /// The network as it is to be used now: with averaged parameters where there are any.
    public var network: Graph { average ?? graph }

    /// Checks that this is a training of a network: the same layers with the same settings.
    ///
    /// - Throws: ``NetworkError/checkpointMismatch(reason:)`` with the first thing that differs.
    public func check(isOf other: Graph) throws(NetworkError) {
        func require<T: Equatable>(_ what: String, _ found: T, _ expected: T) throws(NetworkError) {
            guard found == expected else {
                throw .checkpointMismatch(reason: "its \(what) is \(found), not \(expected)")
            }
        }
        func owner(_ node: Graph.Node) -> String { node.sharedWith.map { "shared with '\($0)'" } ?? "not shared" }
        func inputs(_ graph: Graph) -> [String] { graph.inputs.map { "\($0.name) \($0.shape)" } }
        try require("network's input", inputs(graph), inputs(other))
        try require("network's output", graph.outputs, other.outputs)
        try require("number of layers", graph.nodes.count, other.nodes.count)
        for (number, (node, wanted)) in zip(graph.nodes, other.nodes).enumerated() {
            try require("layer \(number + 1)", "'\(node.name)'", "'\(wanted.name)'")
            try require("layer '\(node.name)'", node.layer.kind, wanted.layer.kind)
            try require("input of layer '\(node.name)'", node.inputs, wanted.inputs)
            try require("layer '\(node.name)'", owner(node), owner(wanted))
            let (found, expected) = (node.layer.hyperparameters.values, wanted.layer.hyperparameters.values)
            for name in Set(found.keys).union(expected.keys).sorted() {
                try require(
                    "'\(name)' of layer '\(node.name)'", found[name].map { "\($0)" } ?? "not there",
                    expected[name].map { "\($0)" } ?? "left out")
            }
        }
    }
}
