import SynfireUnits

/// Where in a training a step of the optimiser is.
public struct SchedulePosition: Sendable, Hashable {
    /// The epoch, from 0.
    public var epoch: Int
    /// The step in it, from 0.
    public var step: Int
    /// How many steps an epoch has, at least 1.
    public var steps: Int
    /// How many epochs there will be.
    public var epochs: Int
    /// Over how many epochs the rate first rises.
    public var warmUpEpochs: Double

    /// Joins numbers.
    public init(epoch: Int, step: Int, steps: Int, epochs: Int, warmUpEpochs: Double = 0) {
        self.epoch = epoch
        self.step = step
        self.steps = max(1, steps)
        self.epochs = epochs
        self.warmUpEpochs = warmUpEpochs
    }

    /// How many epochs are done, with the part of the current one.
    public var done: Double { Double(epoch) + Double(step) / Double(steps) }
}

/// What a schedule that watches validation remembers from epoch to epoch.
public struct ScheduleMemory: Sendable, Hashable {
    /// The learning rate now.
    public var rate: Double
    /// The best validation loss so far; infinite before the first.
    public var best: Double
    /// For how many epochs it has not been better.
    public var badEpochs: Int
    /// For how many epochs more nothing is counted.
    public var cooldown: Int

    /// What there is before the first epoch.
    public init(rate: Double, best: Double = .infinity, badEpochs: Int = 0, cooldown: Int = 0) {
        self.rate = rate
        self.best = best
        self.badEpochs = badEpochs
        self.cooldown = cooldown
    }
}

/// How the learning rate changes during training, apart from a warm-up.
///
/// A course is one file, and one line in ``ScheduleCatalog``.
public protocol LearningRateCourse: Configurable {
    /// Whether it goes by the validation loss.
    static var watchesValidation: Bool { get }

    /// The rate for a step.
    ///
    /// - Parameters:
    ///   - base: The optimiser's learning rate.
    ///   - position: Where the step is.
    ///   - memory: What the course remembers; nil before the first epoch, and for courses that do not watch.
    func rate(base: Double, at position: SchedulePosition, memory: ScheduleMemory?) -> Double

    /// Takes in the validation loss of an epoch.
    func observe(_ loss: Double, memory: inout ScheduleMemory)

    /// Checks the settings against the rate they start from.
    ///
    /// - Throws: ``NetworkError/invalidSetting(name:value:allowed:)``.
    func check(base: Double) throws(NetworkError)
}

extension LearningRateCourse {
    /// No.
    public static var watchesValidation: Bool { false }

    /// Nothing is remembered.
    public func observe(_ loss: Double, memory: inout ScheduleMemory) {}

    /// Any rate will do.
    public func check(base: Double) throws(NetworkError) {}
}

/// All schedules that descriptions know.
public enum ScheduleCatalog {
    /// The courses.
    public static let all: [any LearningRateCourse.Type] = [
        ConstantCourse.self,
        StepCourse.self,
        MultiStepCourse.self,
        ExponentialCourse.self,
        CosineCourse.self,
        OneCycleCourse.self,
        ReduceOnPlateau.self,
    ]

    /// Their names.
    public static var names: [String] { all.map { $0.name } }
}
