/// Ends a training when validation has not become better for some epochs, and takes the best epoch's weights.
///
/// Names and rule as in Keras's `EarlyStopping`: an epoch is better if it is so by more than `min_delta`; after `patience`
/// epochs in a row that are not (one at least), training ends.
public struct EarlyStopping: Configurable {
    /// What is watched.
    public enum Monitor: String, Sendable, CaseIterable {
        /// The loss over the validation images; less is better.
        case validationLoss = "validation_loss"
        /// The part of the validation images told right; more is better.
        case validationAccuracy = "validation_accuracy"

        /// How good an epoch was, more being better; nil without validation.
        func score(_ metrics: EpochMetrics) -> Double? {
            switch self {
            case .validationLoss: metrics.validationLoss.map { -$0 }
            case .validationAccuracy: metrics.validationAccuracy
            }
        }

        /// The figure that is watched; nil without validation.
        public func value(_ metrics: EpochMetrics) -> Double? {
            self == .validationLoss ? metrics.validationLoss : metrics.validationAccuracy
        }
    }

    /// The section in descriptions.
    public static let name = "early_stopping"

    /// The settings.
    public static let settings: [SettingRow<EarlyStopping>] = [
        SettingRow("monitor", word: \.monitor, "What is watched."),
        SettingRow("patience", \.patience, allowed: .closed(0...1_000_000), "The epochs without progress to bear."),
        SettingRow("min_delta", \.minimumDelta, allowed: .atLeast(0), "What an epoch has to be better by."),
        SettingRow("restore_best_weights", \.restoresBest, "Whether the best epoch's weights are taken at the end."),
    ]

    /// What is watched.
    public var monitor: Monitor
    /// How many epochs in a row may be no better than the best.
    public var patience: Int
    /// By how much an epoch has to be better than the best.
    public var minimumDelta: Double
    /// Whether the best epoch's weights are taken at the end, however training ends.
    public var restoresBest: Bool

    /// Makes a rule.
    public init(
        monitor: Monitor = .validationLoss, patience: Int = 0, minimumDelta: Double = 0, restoresBest: Bool = true
    ) {
        self.monitor = monitor
        self.patience = patience
        self.minimumDelta = minimumDelta
        self.restoresBest = restoresBest
    }

    /// Makes a rule with its defaults.
    public init() { self.init(patience: 0) }
}

extension TrainingCheckpoint {
    /// The best epoch so far, as early stopping counts.
    public struct Best: Sendable {
        /// The epoch, from 1.
        public var epoch: Int
        /// What was watched.
        public var value: Double
        /// How many epochs since then were no better.
        public var wait: Int
        /// The network as it was then; nil where its weights will not be taken.
        public var graph: Graph?

        /// Joins what a file holds.
        public init(epoch: Int, value: Double, wait: Int, graph: Graph?) {
            self.epoch = epoch
            self.value = value
            self.wait = wait
            self.graph = graph
        }
    }
}

extension EarlyStopping {
    /// Takes in an epoch.
    ///
    /// - Parameter network: Gives the network as it is after the epoch.
    func observe(
        _ metrics: EpochMetrics, best: inout TrainingCheckpoint.Best?, network: () throws -> Graph
    ) rethrows {
        guard let score = monitor.score(metrics), let value = monitor.value(metrics) else { return }
        if let known = best {
            let limit = monitor == .validationLoss ? -known.value : known.value
            // A figure that is not a number is no progress.
            guard score > limit + minimumDelta else {
                best?.wait += 1
                return
            }
        }
        guard !score.isNaN else { return }
        best = TrainingCheckpoint.Best(
            epoch: metrics.epoch, value: value, wait: 0, graph: restoresBest ? try network() : nil)
    }

    /// Whether training is to end.
    func isOver(_ best: TrainingCheckpoint.Best?) -> Bool { (best?.wait ?? 0) >= max(1, patience) }
}
