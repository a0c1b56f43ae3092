/// A learning rate that is multiplied by a factor every few epochs: PyTorch's `StepLR`, stepped once an epoch.
public struct StepCourse: LearningRateCourse {
    /// The name in descriptions.
    public static let name = "step"

    /// The settings.
    public static let settings: [SettingRow<StepCourse>] = [
        SettingRow(
            "step_size", \.epochs, isRequired: true, allowed: .closed(1...1_000_000), "The epochs between changes."),
        SettingRow("gamma", \.factor, allowed: .above(0), "What the rate is multiplied by."),
    ]

    /// The epochs between changes.
    public var epochs: Int
    /// What the rate is multiplied by.
    public var factor: Double

    /// Makes the course.
    public init(epochs: Int, factor: Double = 0.1) {
        self.epochs = epochs
        self.factor = factor
    }

    /// Makes a course of steps of an epoch.
    public init() { self.init(epochs: 1) }

    /// The base rate times a power of the factor.
    public func rate(base: Double, at position: SchedulePosition, memory: ScheduleMemory?) -> Double {
        base * Real.pow(factor, Double(position.epoch / max(1, epochs)))
    }
}

extension LearningRateCourse where Self == StepCourse {
    /// Multiplied by `factor` each `epochs` epochs.
    public static func step(epochs: Int, factor: Double) -> StepCourse { StepCourse(epochs: epochs, factor: factor) }
}
