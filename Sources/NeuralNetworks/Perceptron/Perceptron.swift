import SynfireParallel
import SynfireTensors

/// The perceptron's own learning rule: a single layer of weights that changes only where it is wrong.
///
/// With one output, for two classes told by the sign of s = w · x + b, and y = +1 for class 1, −1 for class 0:
///
///     where y · s ≤ 0:   w ← w + η · y · x,   b ← b + η · y
///
/// With an output a class, for the label l and the rival r, the other class with the largest score:
///
///     where s_l ≤ s_r:   w_l ← w_l + η · x,   w_r ← w_r − η · x,   and the biases likewise by η
///
/// A tie is a mistake. From zero weights, data that can be separated are separated after at most (R/γ)² mistakes with one
/// output and 2 · (R/γ)² with one a class, where R is the length of the longest input (with a 1 appended where there is a
/// bias) and γ the margin of separating weights of norm 1; the learning rate then scales the weights and nothing else.
/// Data that cannot be separated never come to rest; averaged weights do well on them.
///
/// One sample after the other, in double precision, on the calling thread: there is nothing that workers could change.
///
/// - Source: F. Rosenblatt 1958, Psychol. Rev. 65:386, doi:10.1037/h0042519 (the rule); A. Novikoff 1962, Proc. Symp. Math.
///   Theory of Automata 12:615 (the bound); K. Crammer, Y. Singer 2003, J. Mach. Learn. Res. 3:951 (several classes, after
///   Kesler's construction); Y. Freund, R. Schapire 1999, doi:10.1023/A:1007662407062, and M. Collins 2002,
///   doi:10.3115/1118693.1118694 (averaged weights).
public struct Perceptron: Sendable, Hashable {
    /// The most passes over the samples; fewer where one goes by without a mistake.
    public var epochs: Int
    /// The factor η of a change; at least above 0.
    public var learningRate: Double
    /// Whether the result is the mean of the weights after each sample, rather than the last ones.
    public var isAveraged: Bool
    /// Whether each epoch takes the samples in an order of its own.
    public var shuffles: Bool
    /// What the orders are drawn from.
    public var seed: UInt64

    /// Sets the rule up; the defaults are scikit-learn's.
    public init(
        epochs: Int = 1000, learningRate: Double = 1, isAveraged: Bool = false, shuffles: Bool = true, seed: UInt64 = 0
    ) {
        self.epochs = epochs
        self.learningRate = learningRate
        self.isAveraged = isAveraged
        self.shuffles = shuffles
        self.seed = seed
    }

    /// Checks the settings.
    ///
    /// - Throws: ``NetworkError/invalidSetting(name:value:allowed:)``.
    public func validate() throws(NetworkError) {
        guard (0...1_000_000).contains(epochs) else {
            throw .invalidSetting(name: "epochs", value: "\(epochs)", allowed: "0 to 1000000")
        }
        guard learningRate > 0, learningRate.isFinite else {
            throw .invalidSetting(name: "lr", value: "\(learningRate)", allowed: "above 0 and finite")
        }
    }

    /// How far the rule has come.
    public struct Progress: Sendable {
        /// The epoch, from 1.
        public let epoch: Int
        /// How many epochs there will be at most.
        public let epochs: Int
        /// How many samples of the epoch are done.
        public let done: Int
        /// How many samples there are.
        public let count: Int
        /// How many of the epoch's samples were mistaken so far.
        public let mistakes: Int
    }

    /// What the rule tells while it runs, on the thread that trains.
    public struct Hooks {
        /// After every few hundred samples.
        public var progress: ((Progress) -> Void)?
        /// After every epoch; an error ends the training.
        public var finishedEpoch: ((EpochMetrics) throws -> Void)?
        /// Asked every few hundred samples; true ends the training.
        public var shouldStop: (() -> Bool)?

        /// Joins hooks.
        public init(
            progress: ((Progress) -> Void)? = nil, finishedEpoch: ((EpochMetrics) throws -> Void)? = nil,
            shouldStop: (() -> Bool)? = nil
        ) {
            self.progress = progress
            self.finishedEpoch = finishedEpoch
            self.shouldStop = shouldStop
        }
    }

    /// What the rule has led to.
    public struct Result: Sendable {
        /// The network with its weights.
        public let graph: Graph
        /// How the epochs went: the loss is the mean of max(0, rival's score − label's score).
        public let history: [EpochMetrics]
        /// How many mistakes each epoch made, and so how many changes.
        public let mistakes: [Int]
        /// Whether an epoch went by without a mistake.
        public let converged: Bool
        /// How many training samples the network gets wrong, ties counted.
        public let misclassified: Int
        /// How many training samples there are.
        public let count: Int
        /// Whether it was stopped by a hook.
        public let wasStopped: Bool

        /// How many epochs were complete.
        public var epochs: Int { mistakes.count }

        /// What came out, in a sentence.
        public var verdict: String {
            let all = mistakes.reduce(0, +)
            let made = all == 1 ? "1 mistake" : "\(all) mistakes"
            let passes = epochs == 1 ? "1 epoch" : "\(epochs) epochs"
            if converged { return "converged after \(passes) and \(made): the classes are separated" }
            return "did not converge within \(passes): \(misclassified) of \(count) samples are still misclassified"
                + "; no weights may separate the classes, or more epochs are needed"
        }
    }

    /// How many samples are fetched at once.
    static let chunk = 256

    /// Trains a network of one Linear layer, with or without a Flatten before it.
    ///
    /// - Parameters:
    ///   - graph: The network. Its output has a score for each class, or is one number for two classes.
    ///   - data: The samples.
    ///   - validation: Which samples are told after each epoch but not learned from.
    ///   - continuing: Whether the network's weights are gone on from, rather than zero.
    ///   - hooks: What is told while it runs.
    /// - Throws: ``NetworkError`` where settings, data and network do not fit, and whatever data and hooks throw.
    /// - Complexity: O(epochs · samples · weights).
    public func train(
        _ graph: Graph, on data: any TrainingData, validation: TrainingSettings.Validation = .none,
        continuing: Bool = false, hooks: Hooks = Hooks()
    ) throws -> Result {
        let settings = TrainingSettings(epochs: epochs, seed: seed, validation: validation)
        try settings.validate()
        try validate()
        let (data, validation) = try TrainingSession.split(data, settings)
        let name = try Self.checkFits(graph, data, purpose: "training")
        if let validation { _ = try Self.checkFits(graph, validation, purpose: "validation") }
        let session = try PerceptronSession(self, graph: graph, layer: name, continuing: continuing)
        return try session.run(on: data, validation: validation, hooks: hooks)
    }

    /// Checks that the rule can train this network on these samples, and finds the layer.
    private static func checkFits(
        _ graph: Graph, _ data: any TrainingData, purpose: String
    ) throws(NetworkError) -> String {
        if let other = graph.nodes.first(where: { !($0.layer is Linear || $0.layer is Flatten) }) {
            throw .ruleMismatch(
                rule: "perceptron", graph: graph.name, reason: "'\(other.name)' is a \(other.layer.kind)")
        }
        let linear = graph.nodes.filter { $0.layer is Linear }
        guard linear.count == 1, let layer = linear.first, layer.name == graph.output.name else {
            throw .ruleMismatch(
                rule: "perceptron", graph: graph.name,
                reason: linear.count == 1 ? "its Linear layer is not the last" : "it has \(linear.count) Linear layers")
        }
        guard data.count > 0 else { throw .noData(purpose: purpose) }
        guard data.shape == graph.inputShape else {
            throw .dataMismatch(reason: "images have shape \(data.shape), the network takes \(graph.inputShape)")
        }
        guard graph.outputShape == [data.classes] || (graph.outputShape == [1] && data.classes == 2) else {
            throw .dataMismatch(
                reason: "there are \(data.classes) classes, but the network's output has shape \(graph.outputShape)")
        }
        return layer.name
    }
}
