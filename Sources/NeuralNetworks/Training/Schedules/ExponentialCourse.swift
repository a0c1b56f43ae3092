/// A learning rate that is multiplied by a factor each epoch: PyTorch's `ExponentialLR`, stepped once an epoch.
public struct ExponentialCourse: LearningRateCourse {
    /// The name in descriptions.
    public static let name = "exponential"

    /// The settings.
    public static let settings: [SettingRow<ExponentialCourse>] = [
        SettingRow("gamma", \.factor, isRequired: true, allowed: .above(0), "What the rate is multiplied by.")
    ]

    /// What the rate is multiplied by.
    public var factor: Double

    /// Makes the course.
    public init(factor: Double) {
        self.factor = factor
    }

    /// Makes a course without change.
    public init() { self.init(factor: 1) }

    /// The base rate times a power of the factor.
    public func rate(base: Double, at position: SchedulePosition, memory: ScheduleMemory?) -> Double {
        base * Real.pow(factor, Double(position.epoch))
    }
}

extension LearningRateCourse where Self == ExponentialCourse {
    /// Multiplied by `factor` each epoch.
    public static func exponential(factor: Double) -> ExponentialCourse { ExponentialCourse(factor: factor) }
}
