/// One rise and one long fall of the learning rate: PyTorch's `OneCycleLR`, stepped once a step of the optimiser.
///
/// The rate goes from max_lr / div_factor up to max_lr in the first pct_start of all steps, then down to
/// max_lr / div_factor / final_div_factor; with `three_phase` down the same way it came up, and then to the last. The
/// optimiser's momentum stays as it is (PyTorch's `cycle_momentum=False`).
///
/// - Source: Smith & Topin 2019, arXiv:1708.07120; details as in PyTorch.
public struct OneCycleCourse: LearningRateCourse {
    /// How the rate goes from one value to another.
    public enum Annealing: String, Sendable, CaseIterable {
        /// By half a cosine.
        case cosine = "cos"
        /// Evenly.
        case linear
    }

    /// The name in descriptions.
    public static let name = "one_cycle"

    /// The settings.
    public static let settings: [SettingRow<OneCycleCourse>] = [
        SettingRow("max_lr", optional: \.maximum, allowed: .above(0), "The largest rate; the optimiser's without it."),
        SettingRow("pct_start", \.rising, allowed: .closed(0...1), "The part of all steps in which the rate rises."),
        SettingRow("anneal_strategy", word: \.annealing, "How the rate goes from one value to another."),
        SettingRow("div_factor", \.initialDivisor, allowed: .above(0), "The largest rate over the first."),
        SettingRow("final_div_factor", \.finalDivisor, allowed: .above(0), "The first rate over the last."),
        SettingRow("three_phase", \.hasThreePhases, "Whether the rate first falls as it rose."),
    ]

    /// The largest rate; nil for the optimiser's.
    public var maximum: Double?
    /// The part of all steps in which the rate rises.
    public var rising: Double
    /// How the rate goes from one value to another.
    public var annealing: Annealing
    /// The largest rate over the first.
    public var initialDivisor: Double
    /// The first rate over the last.
    public var finalDivisor: Double
    /// Whether the rate falls to the first as it rose, before it falls to the last.
    public var hasThreePhases: Bool

    /// Makes the course.
    public init(
        maximum: Double?, rising: Double = 0.3, annealing: Annealing = .cosine, initialDivisor: Double = 25,
        finalDivisor: Double = 1e4, hasThreePhases: Bool = false
    ) {
        self.maximum = maximum
        self.rising = rising
        self.annealing = annealing
        self.initialDivisor = initialDivisor
        self.finalDivisor = finalDivisor
        self.hasThreePhases = hasThreePhases
    }

    /// Makes the course with its defaults.
    public init() { self.init(maximum: nil) }

    /// The rate in its phase.
    public func rate(base: Double, at position: SchedulePosition, memory: ScheduleMemory?) -> Double {
        let largest = maximum ?? base
        let first = largest / initialDivisor
        let last = first / finalDivisor
        let total = Double(position.steps * position.epochs)
        let step = Double(position.steps * position.epoch + position.step)
        let top = rising * total - 1
        var phases = [(end: top, from: first, to: largest)]
        if hasThreePhases { phases.append((2 * rising * total - 2, largest, first)) }
        phases.append((total - 1, phases.count == 1 ? largest : first, last))
        var start = 0.0
        for (index, phase) in phases.enumerated() {
            if step <= phase.end || index == phases.count - 1 {
                // A phase without length is at its end at once.
                let length = phase.end - start
                return anneal(phase.from, phase.to, length > 0 ? min(1, (step - start) / length) : 1)
            }
            start = phase.end
        }
        return last
    }

    private func anneal(_ from: Double, _ to: Double, _ part: Double) -> Double {
        switch annealing {
        case .cosine: to + (from - to) / 2 * (Real.cos(Double.pi * part) + 1)
        case .linear: (to - from) * part + from
        }
    }
}

extension LearningRateCourse where Self == OneCycleCourse {
    /// One rise to `maximum` and one long fall.
    public static func oneCycle(maximum: Double? = nil) -> OneCycleCourse { OneCycleCourse(maximum: maximum) }
}
