/// A penalty on the size of parameters, added to the loss of every batch.
///
///     penalty = l1 · Σ |w| + l2 · Σ w²
///
/// As Keras's `L1L2`. It is part of the training loss and its gradient, and so comes before clipping and goes through an
/// optimiser's means; an optimiser's `weight_decay` is a thing of its own. The validation loss is without it.
public struct Regularization: Configurable {
    /// Which parameters are meant.
    public enum Parameters: String, Sendable, CaseIterable {
        /// Weights between values; no biases, and no scales of normalisations.
        case weights
        /// All that are trained.
        case all
    }

    /// The section in descriptions.
    public static let name = "regularization"

    /// The settings.
    public static let settings: [SettingRow<Regularization>] = [
        SettingRow("l1", \.l1, allowed: .atLeast(0), "The factor of the sum of sizes."),
        SettingRow("l2", \.l2, allowed: .atLeast(0), "The factor of the sum of squares."),
        SettingRow("parameters", word: \.parameters, "Which parameters are meant."),
    ]

    /// The factor of the sum of sizes.
    public var l1: Double
    /// The factor of the sum of squares.
    public var l2: Double
    /// Which parameters are meant.
    public var parameters: Parameters

    /// Makes a penalty.
    public init(l1: Double = 0, l2: Double = 0, parameters: Parameters = .weights) {
        self.l1 = l1
        self.l2 = l2
        self.parameters = parameters
    }

    /// Makes no penalty.
    public init() { self.init(l1: 0) }

    func includes(_ parameter: TrainedParameter) -> Bool { parameters == .all || parameter.isWeight }
}
