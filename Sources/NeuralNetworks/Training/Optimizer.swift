/// A rule by which gradients change parameters.
public protocol Optimizer: Sendable {
    /// The rule's name, as checkpoints know it.
    static var name: String { get }

    /// What it remembers of each parameter, spelt as in PyTorch; each has the parameter's shape and starts at zero.
    var stateNames: [String] { get }

    /// Checks the settings.
    ///
    /// - Throws: ``NetworkError/invalidSetting(name:value:allowed:)``.
    func validate() throws(NetworkError)

    /// Changes some numbers of a parameter. Each number is on its own, so that the cut does not matter.
    ///
    /// - Parameters:
    ///   - values: The numbers.
    ///   - gradient: The loss's derivatives by them.
    ///   - state: What is remembered of them, in the order of `stateNames`.
    ///   - count: How many there are.
    ///   - rate: The learning rate.
    ///   - step: The number of this change, from 1.
    func update(
        _ values: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, state: [UnsafeMutablePointer<Float>],
        count: Int, rate: Double, step: Int)
}

extension Optimizer {
    func require(_ name: String, _ value: Double, _ allowed: AllowedRange) throws(NetworkError) {
        guard allowed.contains(value) else {
            throw .invalidSetting(name: name, value: "\(value)", allowed: allowed.description)
        }
    }
}

/// Stochastic gradient descent, with momentum as in PyTorch.
///
///     g ← g + weightDecay · p,   b ← momentum · b + g,   p ← p − rate · (nesterov ? g + momentum · b : b)
public struct SGD: Optimizer {
    /// The rule's name.
    public static let name = "SGD"

    /// How much of the last step is kept.
    public var momentum: Double
    /// Whether the gradient is taken ahead of the step (Nesterov).
    public var nesterov: Bool
    /// How strongly parameters are drawn to zero.
    public var weightDecay: Double

    /// Makes the rule.
    public init(momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0) {
        self.momentum = momentum
        self.nesterov = nesterov
        self.weightDecay = weightDecay
    }

    /// The last step, where there is momentum.
    public var stateNames: [String] { momentum == 0 ? [] : ["momentum_buffer"] }

    /// Momentum lies in [0, 1), and Nesterov's rule needs some; the decay is not negative.
    public func validate() throws(NetworkError) {
        try require("momentum", momentum, .halfOpen(0..<1))
        try require("weight_decay", weightDecay, .atLeast(0))
        guard !nesterov || momentum > 0 else {
            throw .invalidSetting(name: "momentum", value: "0", allowed: "above 0 with nesterov")
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
        for i in 0..<count {
            let g = gradient[i] + decay * values[i]
            let b = momentum * buffer[i] + g
            buffer[i] = b
            values[i] -= rate * (own * g + ahead * b)
        }
    }
}

/// Adam, with bias correction as in PyTorch.
///
///     g ← g + weightDecay · p,   m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
///     p ← p − rate / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + epsilon)
///
/// - Source: Kingma & Ba 2015, arXiv:1412.6980
public struct Adam: Optimizer {
    /// The rule's name.
    public static let name = "Adam"

    /// The decay of the mean and of the mean square of gradients.
    public var betas: (Double, Double)
    /// What keeps the quotient finite.
    public var epsilon: Double
    /// How strongly parameters are drawn to zero.
    public var weightDecay: Double

    /// Makes the rule.
    public init(betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, weightDecay: Double = 0) {
        self.betas = betas
        self.epsilon = epsilon
        self.weightDecay = weightDecay
    }

    /// Mean and mean square of the gradients.
    public var stateNames: [String] { ["exp_avg", "exp_avg_sq"] }

    /// Betas lie in [0, 1); epsilon and the decay are not negative.
    public func validate() throws(NetworkError) {
        try require("beta1", betas.0, .halfOpen(0..<1))
        try require("beta2", betas.1, .halfOpen(0..<1))
        try require("epsilon", epsilon, .atLeast(0))
        try require("weight_decay", weightDecay, .atLeast(0))
    }

    /// One step.
    public func update(
        _ values: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, state: [UnsafeMutablePointer<Float>],
        count: Int, rate: Double, step: Int
    ) {
        let (mean, square) = (state[0], state[1])
        let correction1 = 1 - power(betas.0, step)
        let correction2 = (1 - power(betas.1, step)).squareRoot()
        let size = Float(rate / correction1)
        let inverse = Float(1 / correction2)
        let (keep1, take1) = (Float(betas.0), Float(1 - betas.0))
        let (keep2, take2) = (Float(betas.1), Float(1 - betas.1))
        let (epsilon, decay) = (Float(epsilon), Float(weightDecay))
        for i in 0..<count {
            let g = gradient[i] + decay * values[i]
            let m = keep1 * mean[i] + take1 * g
            let v = keep2 * square[i] + take2 * g * g
            mean[i] = m
            square[i] = v
            values[i] -= size * m / (v.squareRoot() * inverse + epsilon)
        }
    }

    /// A power with a whole exponent by repeated squaring, the same on every machine.
    private func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, square, rest) = (1.0, base, exponent)
        while rest > 0 {
            if rest % 2 == 1 { result *= square }
            square *= square
            rest /= 2
        }
        return result
    }
}
