/// Adam with decoupled weight decay: parameters shrink by themselves, not by way of their gradients.
///
///     p ← p · (1 − rate · weight_decay), then a step of ``Adam`` without decay
///
/// - Source: Loshchilov & Hutter 2019, arXiv:1711.05101; details as in PyTorch.
public struct AdamW: Optimizer {
    /// The rule's name.
    public static let name = "AdamW"

    /// The settings.
    public static let settings: [SettingRow<AdamW>] = [
        SettingRow(
            "betas", pair: \.betas, allowed: .halfOpen(0..<1),
            "The decay of the mean and of the mean square of gradients."),
        SettingRow("eps", \.epsilon, allowed: .atLeast(0), "What keeps the quotient finite."),
        SettingRow("weight_decay", \.weightDecay, allowed: .atLeast(0), "How strongly parameters are drawn to zero."),
        SettingRow("amsgrad", \.amsgrad, "Whether the largest mean square so far is used."),
    ]

    /// The decay of the mean and of the mean square of gradients.
    public var betas: (Double, Double)
    /// What keeps the quotient finite.
    public var epsilon: Double
    /// How strongly parameters are drawn to zero, times the learning rate.
    public var weightDecay: Double
    /// Whether the largest mean square so far is used.
    public var amsgrad: Bool

    /// Makes the rule.
    public init(
        betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, weightDecay: Double = 0.01,
        amsgrad: Bool = false
    ) {
        self.betas = betas
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.amsgrad = amsgrad
    }

    /// Makes the rule with its defaults.
    public init() { self.init(weightDecay: 0.01) }

    /// Mean and mean square of the gradients, and its maximum.
    public var stateNames: [String] { AdamRule.stateNames(amsgrad: amsgrad) }

    /// One step.
    public func update(
        _ values: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, state: [UnsafeMutablePointer<Float>],
        count: Int, rate: Double, step: Int
    ) {
        let kept = Float(1 - rate * weightDecay)
        for i in 0..<count { values[i] *= kept }
        AdamRule(betas: betas, epsilon: epsilon, rate: rate, step: step).update(
            values, gradient: gradient, state: state, count: count, decay: 0)
    }
}
