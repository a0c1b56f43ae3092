/// Half a cosine from the base rate to a final one, over all steps after the warm-up.
///
///     rate = eta_min + (base − eta_min) · (1 + cos(π t / T)) / 2
///
/// PyTorch's `CosineAnnealingLR`, stepped once a step of the optimiser with T the number of all steps after the warm-up.
///
/// - Source: Loshchilov & Hutter 2017, arXiv:1608.03983, without restarts
public struct CosineCourse: LearningRateCourse {
    /// The name in descriptions.
    public static let name = "cosine"

    /// The settings.
    public static let settings: [SettingRow<CosineCourse>] = [
        SettingRow("eta_min", \.final, allowed: .atLeast(0), "The rate that the course ends at.")
    ]

    /// The rate that the course ends at.
    public var final: Double

    /// Makes the course.
    public init(final: Double) {
        self.final = final
    }

    /// Makes a course to zero.
    public init() { self.init(final: 0) }

    /// The final rate is not above the base.
    public func check(base: Double) throws(NetworkError) {
        guard final <= base else {
            throw .invalidSetting(
                name: "eta_min", value: "\(final)", allowed: AllowedRange.closed(0...base).description)
        }
    }

    /// The rate on the cosine; the base rate in the warm-up.
    public func rate(base: Double, at position: SchedulePosition, memory: ScheduleMemory?) -> Double {
        guard position.done >= position.warmUpEpochs else { return base }
        let length = Double(position.epochs) - position.warmUpEpochs
        let part = length > 0 ? min(1, (position.done - position.warmUpEpochs) / length) : 1
        return final + (base - final) * (1 + Real.cos(Double.pi * part)) / 2
    }
}

extension LearningRateCourse where Self == CosineCourse {
    /// Half a cosine from the base rate to `final` over the whole training.
    public static func cosine(final: Double) -> CosineCourse { CosineCourse(final: final) }
}
