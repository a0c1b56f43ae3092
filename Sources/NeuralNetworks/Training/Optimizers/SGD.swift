/// Stochastic gradient descent, with momentum as in PyTorch.
///
///     g ← g + weight_decay · p,   b ← momentum · b + (1 − dampening) · g   (the first b is g)
///     p ← p − rate · (nesterov ? g + momentum · b : b)
///
/// - Source: Sutskever et al. 2013, Proc. ICML 28:1139; details as in PyTorch.
public struct SGD: Optimizer {
    /// The rule's name.
    public static let name = "SGD"

    /// The settings.
    public static let settings: [SettingRow<SGD>] = [
        SettingRow("momentum", \.momentum, allowed: .halfOpen(0..<1), "How much of the last step is kept."),
        SettingRow("dampening", \.dampening, allowed: .closed(0...1), "How much of a gradient momentum leaves out."),
        SettingRow("weight_decay", \.weightDecay, allowed: .atLeast(0), "How strongly parameters are drawn to zero."),
        SettingRow("nesterov", \.nesterov, "Whether the gradient is taken ahead of the step."),
    ]

    /// How much of the last step is kept.
    public var momentum: Double
    /// How much of a gradient is left out of the step, from the second on; needs momentum.
    public var dampening: Double
    /// Whether the gradient is taken ahead of the step (Nesterov).
    public var nesterov: Bool
    /// How strongly parameters are drawn to zero.
    public var weightDecay: Double

    /// Makes the rule.
    public init(momentum: Double = 0, dampening: Double = 0, nesterov: Bool = false, weightDecay: Double = 0) {
        self.momentum = momentum
        self.dampening = dampening
        self.nesterov = nesterov
        self.weightDecay = weightDecay
    }

    /// Makes the rule with its defaults.
    public init() { self.init(momentum: 0) }

    /// The last step, where there is momentum.
    public var stateNames: [String] { momentum == 0 ? [] : ["momentum_buffer"] }

    /// Nesterov's rule needs momentum and no dampening.
    public func validateTogether() throws(NetworkError) {
        guard nesterov else { return }
        guard momentum > 0 else {
            throw .invalidSetting(name: "momentum", value: "0", allowed: "above 0 with nesterov")
        }
        guard dampening == 0 else {
            throw .invalidSetting(name: "dampening", value: "\(dampening)", allowed: "0 with nesterov")
        }
    }

    /// One step.
    public func update(
        _ values: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, state: [UnsafeMutablePointer<Float>],
        count: Int, rate: Double, step: Int
    ) {
        let (rate, decay, momentum) = (Float(rate), Float(weightDecay), Float(momentum))
        guard let buffer = state.first else {
            for i in 0..<count { values[i] -= rate * (gradient[i] + decay * values[i]) }
            return
        }
        let (ahead, own): (Float, Float) = nesterov ? (momentum, 1) : (1, 0)
        let taken = step == 1 ? 1 : Float(1 - dampening)
        for i in 0..<count {
            let g = gradient[i] + decay * values[i]
            let b = momentum * buffer[i] + taken * g
            buffer[i] = b
            values[i] -= rate * (own * g + ahead * b)
        }
    }
}
