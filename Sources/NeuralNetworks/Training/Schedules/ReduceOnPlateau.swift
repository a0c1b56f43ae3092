/// A learning rate that falls when the validation loss does not: PyTorch's `ReduceLROnPlateau` in mode `min`.
///
/// After each epoch: a loss below best · (1 − threshold) (`rel`) or best − threshold (`abs`) is the new best; otherwise
/// the epoch is a bad one, and after more than `patience` bad ones in a row the rate is multiplied by `factor`, but not to
/// below `min_lr`, and for `cooldown` epochs none is counted. A change of less than `eps` is left out.
public struct ReduceOnPlateau: LearningRateCourse {
    /// How much better a loss has to be.
    public enum ThresholdMode: String, Sendable, CaseIterable {
        /// By a part of the best.
        case relative = "rel"
        /// By an amount.
        case absolute = "abs"
    }

    /// The name in descriptions.
    public static let name = "reduce_on_plateau"

    /// Yes.
    public static let watchesValidation = true

    /// The settings.
    public static let settings: [SettingRow<ReduceOnPlateau>] = [
        SettingRow("factor", \.factor, allowed: .halfOpen(0..<1), "What the rate is multiplied by."),
        SettingRow("patience", \.patience, allowed: .closed(0...1_000_000), "The bad epochs that are let pass."),
        SettingRow("threshold", \.threshold, allowed: .atLeast(0), "How much better a loss has to be."),
        SettingRow("threshold_mode", word: \.thresholdMode, "Whether the threshold is a part of the best."),
        SettingRow("cooldown", \.cooldown, allowed: .closed(0...1_000_000), "The epochs after a change not counted."),
        SettingRow("min_lr", \.minimum, allowed: .atLeast(0), "The smallest rate."),
        SettingRow("eps", \.epsilon, allowed: .atLeast(0), "The smallest change of the rate."),
    ]

    /// What the rate is multiplied by.
    public var factor: Double
    /// The bad epochs in a row that are let pass.
    public var patience: Int
    /// How much better than the best a loss has to be.
    public var threshold: Double
    /// Whether the threshold is a part of the best or an amount.
    public var thresholdMode: ThresholdMode
    /// The epochs after a change in which no bad ones are counted.
    public var cooldown: Int
    /// The smallest rate.
    public var minimum: Double
    /// The smallest change of the rate.
    public var epsilon: Double

    /// Makes the course.
    public init(
        factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4, thresholdMode: ThresholdMode = .relative,
        cooldown: Int = 0, minimum: Double = 0, epsilon: Double = 1e-8
    ) {
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.thresholdMode = thresholdMode
        self.cooldown = cooldown
        self.minimum = minimum
        self.epsilon = epsilon
    }

    /// Makes the course with its defaults.
    public init() { self.init(factor: 0.1) }

    /// The rate that has been come to.
    public func rate(base: Double, at position: SchedulePosition, memory: ScheduleMemory?) -> Double {
        memory?.rate ?? base
    }

    /// Counts bad epochs and lowers the rate.
    public func observe(_ loss: Double, memory: inout ScheduleMemory) {
        let limit = thresholdMode == .relative ? memory.best * (1 - threshold) : memory.best - threshold
        if loss < limit {
            memory.best = loss
            memory.badEpochs = 0
        } else {
            memory.badEpochs += 1
        }
        if memory.cooldown > 0 {
            memory.cooldown -= 1
            memory.badEpochs = 0
        }
        guard memory.badEpochs > patience else { return }
        let lower = max(memory.rate * factor, minimum)
        if memory.rate - lower > epsilon { memory.rate = lower }
        memory.cooldown = cooldown
        memory.badEpochs = 0
    }
}

extension LearningRateCourse where Self == ReduceOnPlateau {
    /// Multiplied by `factor` when the validation loss has not fallen for more than `patience` epochs.
    public static func reduceOnPlateau(factor: Double = 0.1, patience: Int = 10) -> ReduceOnPlateau {
        ReduceOnPlateau(factor: factor, patience: patience)
    }
}
