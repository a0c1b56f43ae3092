/// The cross-entropy of classes or probabilities and the softmax of the outputs, in nats.
///
///     loss of an image = − Σ_c weight_c · t_c · log softmax(outputs)_c
///     t = (1 − label_smoothing) · target + label_smoothing / classes
///
/// For classes the batch's loss is divided by the sum of the weights of its images' classes, for probabilities by the
/// number of images; both as PyTorch's `mean` is.
///
/// - Source: label smoothing by Szegedy et al. 2016, arXiv:1512.00567; details as in PyTorch's `CrossEntropyLoss`.
public struct CrossEntropyLoss: LossFunction {
    /// The name in descriptions.
    public static let name = "CrossEntropyLoss"

    /// The settings.
    public static let settings: [SettingRow<CrossEntropyLoss>] = [
        SettingRow("weight", optional: \.weight, allowed: .atLeast(0), "A weight for each class."),
        SettingRow(
            "label_smoothing", \.labelSmoothing, allowed: .closed(0...1),
            "How much of each target is spread evenly over all classes."),
    ]

    /// Probabilities.
    public static let targetRange: AllowedRange? = .closed(0...1)

    /// A weight for each class; nil where all weigh 1.
    public var weight: [Double]?
    /// How much of each target is spread evenly over all classes.
    public var labelSmoothing: Double

    /// Makes the loss.
    public init(weight: [Double]? = nil, labelSmoothing: Double = 0) {
        self.weight = weight
        self.labelSmoothing = labelSmoothing
    }

    /// Makes the loss with its defaults.
    public init() { self.init(weight: nil) }

    /// Some class has to weigh something.
    public func validateTogether() throws(NetworkError) {
        guard weight?.allSatisfy({ $0 == 0 }) != true else {
            throw .invalidSetting(name: "weight", value: "\(weight ?? [])", allowed: "above 0 for some class")
        }
    }

    /// There has to be a weight for each class.
    public func check(outputs: Int) throws(NetworkError) {
        if let weight, weight.count != outputs {
            throw .invalidSetting(
                name: "weight", value: "a list of \(weight.count)", allowed: "a list of \(outputs), one for each class")
        }
    }

    /// The class's weight, of two classes by their share; 1 for probabilities.
    public func weight(of target: LossTarget, outputs: Int) -> Double {
        guard let weight else { return 1 }
        return switch target {
        case .label(let label): weight[label]
        case .mixed(let one, let other, let share): share * weight[one] + (1 - share) * weight[other]
        case .dense: 1
        }
    }

    /// The loss of one image.
    public func loss(
        _ outputs: UnsafePointer<Float>, count: Int, target: LossTarget, gradient: UnsafeMutablePointer<Float>?,
        scale: Double
    ) -> Double {
        SoftmaxDistribution.with(outputs, count: count) { softmax in
            if weight == nil, labelSmoothing == 0, case .label(let label) = target {
                if let gradient {
                    for index in 0..<count {
                        gradient[index] = Float((softmax.probability(index) - (index == label ? 1 : 0)) * scale)
                    }
                }
                return -softmax.logProbability(label)
            }
            let spread = labelSmoothing / Double(count)
            func share(_ index: Int) -> Double {
                (weight?[index] ?? 1) * ((1 - labelSmoothing) * target.value(index) + spread)
            }
            var (sum, total) = (0.0, 0.0)
            for index in 0..<count {
                let share = share(index)
                total += share
                if share != 0 { sum -= share * softmax.logProbability(index) }
            }
            if let gradient {
                for index in 0..<count {
                    gradient[index] = Float((softmax.probability(index) * total - share(index)) * scale)
                }
            }
            return sum
        }
    }
}

/// The softmax of a row of scores.
struct SoftmaxDistribution {
    private let scores: UnsafePointer<Float>
    private let exponentials: UnsafeMutableBufferPointer<Double>
    private let largest: Float
    private let sum: Double
    private let logSum: Double

    /// Computes the exponentials once, in memory that lives as long as `body` runs.
    static func with<Result>(_ scores: UnsafePointer<Float>, count: Int, _ body: (SoftmaxDistribution) -> Result)
        -> Result
    {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, count)) { exponentials in
            // The largest score is taken off first, so that no exponential overflows.
            var largest = scores[0]
            for index in 1..<max(1, count) where scores[index] > largest { largest = scores[index] }
            var sum = 0.0
            for index in 0..<count {
                let exponential = Real.exp(Double(scores[index] - largest))
                exponentials.initializeElement(at: index, to: exponential)
                sum += exponential
            }
            return body(
                SoftmaxDistribution(
                    scores: scores, exponentials: exponentials, largest: largest, sum: sum, logSum: Real.log(sum)))
        }
    }

    func probability(_ index: Int) -> Double { exponentials[index] / sum }

    func logProbability(_ index: Int) -> Double { Double(scores[index] - largest) - logSum }
}

/// What the scores of a classifier tell.
enum CrossEntropy {
    /// The class of the largest score; the first of equal ones.
    static func choice(_ scores: UnsafePointer<Float>, classes: Int) -> Int {
        var best = 0
        for index in 1..<max(1, classes) where scores[index] > scores[best] { best = index }
        return best
    }
}
