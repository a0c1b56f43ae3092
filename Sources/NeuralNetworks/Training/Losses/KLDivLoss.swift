/// The Kullback-Leibler divergence of the softmax of the outputs from the targets, in nats.
///
///     loss of an image = Σ_c t_c · (log t_c − log softmax(outputs)_c),   divided by the number of images
///
/// Targets are probabilities; classes become (1 − label_smoothing) for the image's class and label_smoothing / classes
/// for each. This is PyTorch's `KLDivLoss(reduction="batchmean")` of `log_softmax(outputs, 1)`: the logarithm of the
/// softmax, which PyTorch leaves to the network, is part of the loss here, and the mean is over images, not outputs.
///
/// - Source: Kullback & Leibler 1951, Ann. Math. Stat. 22:79, doi:10.1214/aoms/1177729694
public struct KLDivLoss: LossFunction {
    /// The name in descriptions.
    public static let name = "KLDivLoss"

    /// The settings.
    public static let settings = [
        SettingRow<KLDivLoss>(
            "label_smoothing", \.labelSmoothing, allowed: .closed(0...1),
            "How much of a class as target is spread evenly over all classes.")
    ]

    /// Probabilities.
    public static let targetRange: AllowedRange? = .closed(0...1)

    /// How much of a class as target is spread evenly over all classes; dense targets are taken as they are.
    public var labelSmoothing: Double

    /// Makes the loss.
    public init(labelSmoothing: Double) {
        self.labelSmoothing = labelSmoothing
    }

    /// Makes the loss with its defaults.
    public init() { self.init(labelSmoothing: 0) }

    /// Each image counts.
    public func weight(of target: LossTarget, outputs: Int) -> Double { 1 }

    /// The loss of one image.
    public func loss(
        _ outputs: UnsafePointer<Float>, count: Int, target: LossTarget, gradient: UnsafeMutablePointer<Float>?,
        scale: Double
    ) -> Double {
        let (keep, spread): (Double, Double) =
            if case .dense = target { (1, 0) } else { (1 - labelSmoothing, labelSmoothing / Double(count)) }
        return SoftmaxDistribution.with(outputs, count: count) { softmax in
            var (sum, total) = (0.0, 0.0)
            for index in 0..<count {
                let t = keep * target.value(index) + spread
                total += t
                if t != 0 { sum += t * (Real.log(t) - softmax.logProbability(index)) }
            }
            if let gradient {
                for index in 0..<count {
                    let t = keep * target.value(index) + spread
                    gradient[index] = Float((softmax.probability(index) * total - t) * scale)
                }
            }
            return sum
        }
    }
}
