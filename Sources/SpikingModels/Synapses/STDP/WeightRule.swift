/// How far a pair of spikes moves a weight, depending on the weight: one of the choices of ``PairSTDP``.
///
/// A rule is one file with one conforming type, and one line in ``WeightRules``.
protocol WeightRule: Sendable {
    /// The name in descriptions.
    static var name: String { get }

    /// What is wrong with parameters that are each in their range but not together.
    static func fault(_ values: ModelValues) -> String?

    /// Takes its constants from checked parameters.
    init(_ values: ModelValues)

    /// The weight after a target's spike that finds the source's trace.
    func facilitated(_ weight: Float, trace: Float) -> Float

    /// The weight after a source's spike that finds the target's trace.
    func depressed(_ weight: Float, trace: Float) -> Float

    /// The same two in double precision, for continuous time.
    static func exact(_ values: ModelValues) -> ExactWeightRule
}

/// A weight rule in double precision.
struct ExactWeightRule {
    /// The weight after a target's spike that finds the source's trace.
    let facilitated: (_ weight: Double, _ trace: Double) -> Double
    /// The weight after a source's spike that finds the target's trace.
    let depressed: (_ weight: Double, _ trace: Double) -> Double

    /// A rule between w_min and w_max.
    ///
    /// - Parameters:
    ///   - up: How far facilitation moves a weight, whose fraction of the way is given, in parts of R·a_plus.
    ///   - down: The same for depression.
    static func bounded(
        _ values: ModelValues, up: @escaping (Double) -> Double, down: @escaping (Double) -> Double
    ) -> ExactWeightRule {
        let (low, high) = (values[0, "w_min"], values[0, "w_max"])
        let (range, least, greatest) = (high - low, min(low, high), max(low, high))
        let (rise, fall) = (values[0, "a_plus"] * range, values[0, "a_minus"] * range)
        func fraction(_ weight: Double) -> Double { min(max((weight - low) / range, 0), 1) }
        func clipped(_ weight: Double) -> Double { min(max(weight, least), greatest) }
        return ExactWeightRule(
            facilitated: { clipped($0 + rise * up(fraction($0)) * $1) },
            depressed: { clipped($0 - fall * down(fraction($0)) * $1) })
    }
}

extension WeightRule {
    /// Bounds that leave no room.
    static func fault(_ values: ModelValues) -> String? {
        let (low, high) = (values[0, "w_min"], values[0, "w_max"])
        return low != high ? nil : "w_min and w_max are both \(low): weights have no room to change"
    }
}

/// The weight as a fraction of the way from w_min to w_max, which may lie below w_min for inhibitory synapses.
struct WeightScale {
    let floor, range, inverse: Float
    private let least, greatest: Float

    init(_ values: ModelValues) {
        let (low, high) = (Float(values[0, "w_min"]), Float(values[0, "w_max"]))
        (floor, range, inverse) = (low, high - low, 1 / (high - low))
        (least, greatest) = (min(low, high), max(low, high))
    }

    /// The fraction, at least 0 and at most 1.
    @inline(__always) func fraction(_ weight: Float) -> Float {
        let value = (weight - floor) * inverse
        return value > 0 ? (value < 1 ? value : 1) : 0
    }

    /// The weight within its bounds.
    @inline(__always) func clipped(_ weight: Float) -> Float {
        let value = weight > least ? weight : least
        return value < greatest ? value : greatest
    }
}

/// Every weight rule, each with the loop over synapses that is compiled for it.
enum WeightRules {
    /// The rules, in the order of the documentation; the first is the default.
    static let all: [Entry] = [
        Entry(AdditiveRule.self),
        Entry(MultiplicativeRule.self),
        Entry(GuetigRule.self),
        Entry(PowerLawRule.self),
    ]

    /// A rule by name.
    struct Entry: Sendable {
        let name: String
        let fault: @Sendable (ModelValues) -> String?
        /// The rule in double precision.
        let exact: @Sendable (ModelValues) -> ExactWeightRule
        /// Makes the loop over the synapses of a run.
        let makeLoop: @Sendable (ModelValues) -> PairSTDPKernel.Loop

        /// Inlined, so that the loop is compiled for the concrete rule.
        @inline(__always) init<Rule: WeightRule>(_: Rule.Type) {
            name = Rule.name
            fault = { Rule.fault($0) }
            exact = { Rule.exact($0) }
            makeLoop = { values in
                let rule = Rule(values)
                return { kernel, run, spike, factor, input in
                    kernel.deliver(run, of: spike, factor: factor, into: input, rule)
                }
            }
        }
    }

    /// The rule of a checked name.
    static func rule(named name: String) -> Entry { all.first { $0.name == name } ?? all[0] }
}
