/// Adagrad: gradients over the root of the sum of all their squares, as in PyTorch.
///
///     g ← g + weight_decay · p,   s ← s + g²,   p ← p − rate / (1 + (t − 1) · lr_decay) · g / (√s + eps)
///
/// - Source: Duchi, Hazan & Singer 2011, J. Mach. Learn. Res. 12:2121
public struct Adagrad: Optimizer {
    /// The rule's name.
    public static let name = "Adagrad"

    /// PyTorch's 0.01.
    public static let defaultRate = 1e-2

    /// The settings.
    public static let settings: [SettingRow<Adagrad>] = [
        SettingRow("lr_decay", \.rateDecay, allowed: .atLeast(0), "How fast the learning rate falls with the steps."),
        SettingRow("weight_decay", \.weightDecay, allowed: .atLeast(0), "How strongly parameters are drawn to zero."),
        SettingRow(
            "initial_accumulator_value", \.initialAccumulatorValue, allowed: .atLeast(0),
            "What the sums of squares start from."),
        SettingRow("eps", \.epsilon, allowed: .atLeast(0), "What keeps the quotient finite."),
    ]

    /// How fast the learning rate falls with the steps.
    public var rateDecay: Double
    /// How strongly parameters are drawn to zero.
    public var weightDecay: Double
    /// What the sums of squares start from.
    public var initialAccumulatorValue: Double
    /// What keeps the quotient finite.
    public var epsilon: Double

    /// Makes the rule.
    public init(
        rateDecay: Double = 0, weightDecay: Double = 0, initialAccumulatorValue: Double = 0, epsilon: Double = 1e-10
    ) {
        self.rateDecay = rateDecay
        self.weightDecay = weightDecay
        self.initialAccumulatorValue = initialAccumulatorValue
        self.epsilon = epsilon
    }

    /// Makes the rule with its defaults.
    public init() { self.init(rateDecay: 0) }

    /// The sum of the gradients' squares.
    public var stateNames: [String] { ["sum"] }

    /// The initial value of the sum.
    public func initialValue(of state: String) -> Float { Float(initialAccumulatorValue) }

    /// One step.
    public func update(
        _ values: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, state: [UnsafeMutablePointer<Float>],
        count: Int, rate: Double, step: Int
    ) {
        let sum = state[0]
        let rate = Float(rate / (1 + Double(step - 1) * rateDecay))
        let (decay, epsilon) = (Float(weightDecay), Float(epsilon))
        for i in 0..<count {
            let g = gradient[i] + decay * values[i]
            let s = sum[i] + g * g
            sum[i] = s
            // Without epsilon, a gradient that has always been zero is no reason to move.
            values[i] -= s == 0 ? 0 : rate * g / (s.squareRoot() + epsilon)
        }
    }
}
