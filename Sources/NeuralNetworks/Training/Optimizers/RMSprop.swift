/// RMSprop: gradients over the root of their mean square, as in PyTorch.
///
///     g ← g + weight_decay · p,   v ← alpha · v + (1 − alpha) · g²,   a ← alpha · a + (1 − alpha) · g   (centered)
///     u = g / (√(v − a²) + eps)   (without centered, a is 0)
///     b ← momentum · b + u,   p ← p − rate · b   (without momentum, b is u)
///
/// - Source: Hinton, Srivastava & Swersky 2012, Neural networks for machine learning, lecture 6; centered by Graves 2013,
///   arXiv:1308.0850
public struct RMSprop: Optimizer {
    /// The rule's name.
    public static let name = "RMSprop"

    /// PyTorch's 0.01.
    public static let defaultRate = 1e-2

    /// The settings.
    public static let settings: [SettingRow<RMSprop>] = [
        SettingRow("alpha", \.alpha, allowed: .halfOpen(0..<1), "The decay of the mean square of gradients."),
        SettingRow("eps", \.epsilon, allowed: .atLeast(0), "What keeps the quotient finite."),
        SettingRow("weight_decay", \.weightDecay, allowed: .atLeast(0), "How strongly parameters are drawn to zero."),
        SettingRow("momentum", \.momentum, allowed: .halfOpen(0..<1), "How much of the last step is kept."),
        SettingRow("centered", \.centered, "Whether the mean is taken off the gradients whose squares are averaged."),
    ]

    /// The decay of the mean square of gradients.
    public var alpha: Double
    /// What keeps the quotient finite.
    public var epsilon: Double
    /// How strongly parameters are drawn to zero.
    public var weightDecay: Double
    /// How much of the last step is kept.
    public var momentum: Double
    /// Whether the gradients' variance stands for their mean square.
    public var centered: Bool

    /// Makes the rule.
    public init(
        alpha: Double = 0.99, epsilon: Double = 1e-8, weightDecay: Double = 0, momentum: Double = 0,
        centered: Bool = false
    ) {
        self.alpha = alpha
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.momentum = momentum
        self.centered = centered
    }

    /// Makes the rule with its defaults.
    public init() { self.init(alpha: 0.99) }

    /// The mean square, the last step where there is momentum, the mean where it is centered.
    public var stateNames: [String] {
        ["square_avg"] + (momentum > 0 ? ["momentum_buffer"] : []) + (centered ? ["grad_avg"] : [])
    }

    /// One step.
    public func update(
        _ values: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, state: [UnsafeMutablePointer<Float>],
        count: Int, rate: Double, step: Int
    ) {
        let last: UnsafeMutablePointer<Float>? = momentum > 0 ? state[1] : nil
        let mean: UnsafeMutablePointer<Float>? = centered ? state[state.count - 1] : nil
        // A loop for each case, so that none asks at every number.
        switch (last, mean) {
        case (nil, nil): change(values, gradient, state[0], nil, nil, count, rate)
        case (nil, .some(let mean)): change(values, gradient, state[0], nil, mean, count, rate)
        case (.some(let last), nil): change(values, gradient, state[0], last, nil, count, rate)
        case (.some(let last), .some(let mean)): change(values, gradient, state[0], last, mean, count, rate)
        }
    }

    @inline(__always)
    private func change(
        _ values: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>, _ square: UnsafeMutablePointer<Float>,
        _ last: UnsafeMutablePointer<Float>?, _ mean: UnsafeMutablePointer<Float>?, _ count: Int, _ rate: Double
    ) {
        let (keep, take) = (Float(alpha), Float(1 - alpha))
        let (rate, decay, epsilon, momentum) = (Float(rate), Float(weightDecay), Float(epsilon), Float(momentum))
        for i in 0..<count {
            let g = gradient[i] + decay * values[i]
            let v = keep * square[i] + take * g * g
            square[i] = v
            var variance = v
            if let mean {
                let a = mean[i] + take * (g - mean[i])
                mean[i] = a
                // Rounding may leave a variance of nearly nothing below zero.
                variance = max(0, v - a * a)
            }
            var step = g / (variance.squareRoot() + epsilon)
            if let last {
                step += momentum * last[i]
                last[i] = step
            }
            values[i] -= rate * step
        }
    }
}
