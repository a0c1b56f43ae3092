/// Adam, with bias correction as in PyTorch.
///
///     g ← g + weight_decay · p,   m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
///     p ← p − rate / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + eps)
///
/// With `amsgrad` the largest v so far stands for v in the second line.
///
/// - Source: Kingma & Ba 2015, arXiv:1412.6980; AMSGrad by Reddi, Kale & Kumar 2018, arXiv:1904.09237
public struct Adam: Optimizer {
    /// The rule's name.
    public static let name = "Adam"

    /// The settings.
    public static let settings: [SettingRow<Adam>] = [
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
    /// How strongly parameters are drawn to zero; added to the gradient.
    public var weightDecay: Double
    /// Whether the largest mean square so far is used.
    public var amsgrad: Bool

    /// Makes the rule.
    public init(
        betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, weightDecay: Double = 0, amsgrad: Bool = false
    ) {
        self.betas = betas
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.amsgrad = amsgrad
    }

    /// Makes the rule with its defaults.
    public init() { self.init(weightDecay: 0) }

    /// Mean and mean square of the gradients, and its maximum.
    public var stateNames: [String] { AdamRule.stateNames(amsgrad: amsgrad) }

    /// One step.
    public func update(
        _ values: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, state: [UnsafeMutablePointer<Float>],
        count: Int, rate: Double, step: Int
    ) {
        AdamRule(betas: betas, epsilon: epsilon, rate: rate, step: step).update(
            values, gradient: gradient, state: state, count: count, decay: Float(weightDecay))
    }
}

/// What Adam and AdamW have in common: a step along corrected means.
struct AdamRule {
    private let size, inverse, keep1, take1, keep2, take2, epsilon: Float

    static func stateNames(amsgrad: Bool) -> [String] {
        ["exp_avg", "exp_avg_sq"] + (amsgrad ? ["max_exp_avg_sq"] : [])
    }

    init(betas: (Double, Double), epsilon: Double, rate: Double, step: Int) {
        let correction1 = 1 - Real.power(betas.0, step)
        let correction2 = (1 - Real.power(betas.1, step)).squareRoot()
        size = Float(rate / correction1)
        inverse = Float(1 / correction2)
        (keep1, take1) = (Float(betas.0), Float(1 - betas.0))
        (keep2, take2) = (Float(betas.1), Float(1 - betas.1))
        self.epsilon = Float(epsilon)
    }

    /// - Parameter decay: What is added to the gradient for each unit of a value.
    func update(
        _ values: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, state: [UnsafeMutablePointer<Float>],
        count: Int, decay: Float
    ) {
        // A loop for each case, so that neither asks at every number.
        if state.count > 2 {
            change(values, gradient, state[0], state[1], state[2], count, decay)
        } else {
            change(values, gradient, state[0], state[1], nil, count, decay)
        }
    }

    @inline(__always)
    private func change(
        _ values: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>, _ mean: UnsafeMutablePointer<Float>,
        _ square: UnsafeMutablePointer<Float>, _ largest: UnsafeMutablePointer<Float>?, _ count: Int, _ decay: Float
    ) {
        for i in 0..<count {
            let g = gradient[i] + decay * values[i]
            let m = keep1 * mean[i] + take1 * g
            let v = keep2 * square[i] + take2 * g * g
            mean[i] = m
            square[i] = v
            var divisor = v
            if let largest {
                divisor = largest[i] > v ? largest[i] : v
                largest[i] = divisor
            }
            values[i] -= size * m / (divisor.squareRoot() * inverse + epsilon)
        }
    }
}
