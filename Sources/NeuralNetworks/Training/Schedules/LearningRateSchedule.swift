/// How the learning rate changes during training: a course, and a warm-up before or over it.
///
/// In the first `warmUpEpochs` epochs, of W steps, the course's rate is multiplied by (t + 1) / (W + 1) at step t: the rate
/// of PyTorch's `LinearLR(start_factor=1/(W+1), total_iters=W)`.
public struct LearningRateSchedule: Sendable, Hashable {
    /// The rate that the course starts from.
    public var base: Double
    /// How it changes.
    public var course: any LearningRateCourse
    /// Over how many epochs the rate first rises evenly from near zero; may be a fraction.
    public var warmUpEpochs: Double

    /// Makes a schedule.
    public init(base: Double, course: some LearningRateCourse = .constant, warmUpEpochs: Double = 0) {
        self.base = base
        self.course = course
        self.warmUpEpochs = warmUpEpochs
    }

    /// Always the same rate.
    public static func constant(_ rate: Double) -> LearningRateSchedule {
        LearningRateSchedule(base: rate, course: .constant)
    }

    /// Whether two schedules give the same rates.
    public static func == (one: LearningRateSchedule, other: LearningRateSchedule) -> Bool {
        one.base == other.base && one.warmUpEpochs == other.warmUpEpochs
            && type(of: one.course) == type(of: other.course)
            && one.course.settingValues == other.course.settingValues
    }

    /// Feeds what makes schedules differ.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(base)
        hasher.combine(warmUpEpochs)
        hasher.combine(course.settingValues)
    }

    /// Checks the settings.
    ///
    /// - Throws: ``NetworkError/invalidSetting(name:value:allowed:)``.
    public func validate(epochs: Int) throws(NetworkError) {
        func require(_ name: String, _ value: Double, _ allowed: AllowedRange) throws(NetworkError) {
            guard allowed.contains(value) else {
                throw .invalidSetting(name: name, value: "\(value)", allowed: allowed.description)
            }
        }
        try require("learning rate", base, .above(0))
        try require("warm-up", warmUpEpochs, .closed(0...Double(max(0, epochs))))
        try course.validate()
        try course.check(base: base)
    }

    /// The rate for a step of the optimiser.
    ///
    /// - Parameters:
    ///   - epoch: The epoch, from 0.
    ///   - batch: The step in it, from 0; without accumulation each batch is one.
    ///   - batches: How many steps an epoch has.
    ///   - epochs: How many epochs there will be.
    ///   - memory: What a course that watches validation remembers.
    public func rate(
        epoch: Int, batch: Int, batches: Int, epochs: Int, memory: ScheduleMemory? = nil
    ) -> Double {
        let position = SchedulePosition(
            epoch: epoch, step: batch, steps: batches, epochs: epochs, warmUpEpochs: warmUpEpochs)
        let rate = course.rate(base: base, at: position, memory: memory)
        guard position.done < warmUpEpochs else { return rate }
        let one = 1 / Double(position.steps)
        return rate * (position.done + one) / (warmUpEpochs + one)
    }
}
