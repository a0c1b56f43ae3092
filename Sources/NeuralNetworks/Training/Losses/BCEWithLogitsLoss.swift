/// The binary cross-entropy of targets and the logistic function of the outputs, in nats.
///
///     loss of an image = − Σ_c pos_weight_c · t_c · log σ(x_c) + (1 − t_c) · log(1 − σ(x_c))
///
/// divided by images · outputs. Each output is a yes or no of its own; classes as targets are a yes for the image's class
/// and a no for others. As PyTorch's `BCEWithLogitsLoss` with `mean`.
public struct BCEWithLogitsLoss: LossFunction {
    /// The name in descriptions.
    public static let name = "BCEWithLogitsLoss"

    /// The settings.
    public static let settings = [
        SettingRow<BCEWithLogitsLoss>(
            "pos_weight", optional: \.positiveWeight, allowed: .atLeast(0),
            "A weight of each output's yes against its no; one for all or one each.")
    ]

    /// Probabilities.
    public static let targetRange: AllowedRange? = .closed(0...1)

    /// A weight of each output's yes against its no, one for all outputs or one each; nil for 1.
    public var positiveWeight: [Double]?

    /// Makes the loss.
    public init(positiveWeight: [Double]?) {
        self.positiveWeight = positiveWeight
    }

    /// Makes the loss with its defaults.
    public init() { self.init(positiveWeight: nil) }

    /// There has to be one weight, or one for each output.
    public func check(outputs: Int) throws(NetworkError) {
        if let count = positiveWeight?.count, count != 1, count != outputs {
            throw .invalidSetting(
                name: "pos_weight", value: "a list of \(count)",
                allowed: "a list of one or of \(outputs), one for each output")
        }
    }

    /// Each output counts.
    public func weight(of target: LossTarget, outputs: Int) -> Double { Double(outputs) }

    /// The loss of one image.
    public func loss(
        _ outputs: UnsafePointer<Float>, count: Int, target: LossTarget, gradient: UnsafeMutablePointer<Float>?,
        scale: Double
    ) -> Double {
        var sum = 0.0
        for index in 0..<count {
            let (x, t) = (Double(outputs[index]), target.value(index))
            let weight = positiveWeight.map { $0.count == 1 ? $0[0] : $0[index] } ?? 1
            let factor = 1 + (weight - 1) * t
            // −log σ(x) and 1 − σ(x) by exponentials that cannot overflow.
            let exponential = Real.exp(-abs(x))
            sum += (1 - t) * x + factor * (Real.log1p(exponential) + (x < 0 ? -x : 0))
            let complement = (x < 0 ? 1 : exponential) / (1 + exponential)
            gradient?[index] = Float(((1 - t) - factor * complement) * scale)
        }
        return sum
    }
}
