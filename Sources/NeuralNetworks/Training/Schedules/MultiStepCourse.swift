/// A learning rate that is multiplied by a factor at given epochs: PyTorch's `MultiStepLR`, stepped once an epoch.
public struct MultiStepCourse: LearningRateCourse {
    /// The name in descriptions.
    public static let name = "multi_step"

    /// The settings.
    public static let settings: [SettingRow<MultiStepCourse>] = [
        SettingRow(
            "milestones", \.milestones, isRequired: true, allowed: .closed(0...1_000_000),
            "How many epochs are done when the rate changes."),
        SettingRow("gamma", \.factor, allowed: .above(0), "What the rate is multiplied by."),
    ]

    /// How many epochs are done when the rate changes; one given twice counts twice.
    public var milestones: [Int]
    /// What the rate is multiplied by.
    public var factor: Double

    /// Makes the course.
    public init(milestones: [Int], factor: Double = 0.1) {
        self.milestones = milestones
        self.factor = factor
    }

    /// Makes a course without change.
    public init() { self.init(milestones: []) }

    /// The base rate times a power of the factor.
    public func rate(base: Double, at position: SchedulePosition, memory: ScheduleMemory?) -> Double {
        base * Real.pow(factor, Double(milestones.count { $0 <= position.epoch }))
    }
}

extension LearningRateCourse where Self == MultiStepCourse {
    /// Multiplied by `factor` after so many epochs each.
    public static func multiStep(milestones: [Int], factor: Double = 0.1) -> MultiStepCourse {
        MultiStepCourse(milestones: milestones, factor: factor)
    }
}
