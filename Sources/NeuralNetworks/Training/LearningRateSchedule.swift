#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How the learning rate changes during training.
public struct LearningRateSchedule: Sendable, Hashable {
    /// The course after the warm-up.
    public enum Course: Sendable, Hashable {
        /// Always the same.
        case constant
        /// Multiplied by `factor` each `epochs` epochs.
        case step(epochs: Int, factor: Double)
        /// Half a cosine from the base rate to `final` over the whole training.
        case cosine(final: Double)
    }

    /// The rate that the course starts from.
    public var base: Double
    /// The course after the warm-up.
    public var course: Course
    /// Over how many epochs the rate first rises evenly from near zero; may be a fraction.
    public var warmUpEpochs: Double

    /// Makes a schedule.
    public init(base: Double, course: Course = .constant, warmUpEpochs: Double = 0) {
        self.base = base
        self.course = course
        self.warmUpEpochs = warmUpEpochs
    }

    /// Always the same rate.
    public static func constant(_ rate: Double) -> LearningRateSchedule { LearningRateSchedule(base: rate) }

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
        switch course {
        case .constant: break
        case .step(let every, let factor):
            try require("step epochs", Double(every), .atLeast(1))
            try require("step factor", factor, .above(0))
        case .cosine(let final): try require("final learning rate", final, .closed(0...base))
        }
    }

    /// The rate for a batch.
    ///
    /// - Parameters:
    ///   - epoch: The epoch, from 0.
    ///   - batch: The batch in it, from 0.
    ///   - batches: How many batches an epoch has.
    ///   - epochs: How many epochs there will be.
    public func rate(epoch: Int, batch: Int, batches: Int, epochs: Int) -> Double {
        let done = Double(epoch) + Double(batch) / Double(max(1, batches))
        if done < warmUpEpochs {
            return base * (done + 1 / Double(max(1, batches))) / (warmUpEpochs + 1 / Double(max(1, batches)))
        }
        switch course {
        case .constant: return base
        case .step(let every, let factor): return base * pow(factor, Double(epoch / max(1, every)))
        case .cosine(let final):
            let length = Double(epochs) - warmUpEpochs
            let part = length > 0 ? min(1, (done - warmUpEpochs) / length) : 1
            return final + (base - final) * (1 + cos(Double.pi * part)) / 2
        }
    }
}
