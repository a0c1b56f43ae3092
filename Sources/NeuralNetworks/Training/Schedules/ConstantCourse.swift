/// Always the same learning rate.
public struct ConstantCourse: LearningRateCourse {
    /// The name in descriptions.
    public static let name = "constant"

    /// None.
    public static let settings: [SettingRow<ConstantCourse>] = []

    /// Makes the course.
    public init() {}

    /// The base rate.
    public func rate(base: Double, at position: SchedulePosition, memory: ScheduleMemory?) -> Double { base }
}

extension LearningRateCourse where Self == ConstantCourse {
    /// Always the same.
    public static var constant: ConstantCourse { ConstantCourse() }
}
