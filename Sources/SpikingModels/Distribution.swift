import SynfireParallel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A probability distribution that parameters, initial values, weights and delays may be drawn from.
///
/// A draw is a pure function of the random stream it is given, so that a drawn network does not depend on workers.
public enum Distribution: Sendable, Equatable {
    /// Normal, with mean and standard deviation.
    case normal(mean: Double, standardDeviation: Double)
    /// Normal; what falls outside the bounds is set to the nearer bound.
    case clippedNormal(mean: Double, standardDeviation: Double, low: Double, high: Double)
    /// Normal; what falls outside the bounds is drawn again (PyNN's `normal_clipped`).
    case redrawnNormal(mean: Double, standardDeviation: Double, low: Double, high: Double)
    /// The exponential of a normal number with mean `mu` and standard deviation `sigma`.
    case lognormal(mu: Double, sigma: Double)
    /// Uniform, the upper bound excluded.
    case uniform(low: Double, high: Double)
    /// Exponential, by its mean (PyNN's `beta`).
    case exponential(mean: Double)

    /// The name in descriptions.
    public var name: String {
        switch self {
        case .normal: "normal"
        case .clippedNormal: "normal_clipped"
        case .redrawnNormal: "normal_redrawn"
        case .lognormal: "lognormal"
        case .uniform: "uniform"
        case .exponential: "exponential"
        }
    }

    /// What is wrong with the parameters, in words; `nil` where nothing is.
    ///
    /// A redrawn normal distribution must keep at least one draw in a thousand, so that drawing ends.
    public var fault: String? {
        switch self {
        case .normal(let mean, let deviation):
            return Self.fault([mean, deviation]) ?? Self.negative(deviation)
        case .clippedNormal(let mean, let deviation, let low, let high):
            return Self.fault([mean, deviation]) ?? Self.negative(deviation) ?? Self.order(low, high)
        case .redrawnNormal(let mean, let deviation, let low, let high):
            if let fault = Self.fault([mean, deviation]) ?? Self.negative(deviation) ?? Self.order(low, high) {
                return fault
            }
            guard deviation > 0 else { return mean >= low && mean <= high ? nil : "the mean is outside the bounds" }
            func below(_ x: Double) -> Double { 0.5 * erfc(-(x - mean) / (deviation * 2.0.squareRoot())) }
            return below(high) - below(low) >= 1e-3 ? nil : "the bounds leave fewer than one draw in a thousand"
        case .lognormal(let mu, let sigma):
            return Self.fault([mu, sigma]) ?? Self.negative(sigma)
        case .uniform(let low, let high):
            return Self.fault([low, high, high - low]) ?? Self.order(low, high)
        case .exponential(let mean):
            return Self.fault([mean]) ?? (mean > 0 ? nil : "the mean must be above 0")
        }
    }

    private static func fault(_ numbers: [Double]) -> String? {
        numbers.allSatisfy(\.isFinite) ? nil : "its parameters must be finite"
    }

    private static func negative(_ deviation: Double) -> String? {
        deviation >= 0 ? nil : "the standard deviation must not be negative"
    }

    private static func order(_ low: Double, _ high: Double) -> String? {
        low <= high ? nil : "the lower bound must not be above the upper one"
    }

    /// The mean of the distribution; of clipped and redrawn ones that of the normal distribution underneath.
    public var mean: Double {
        switch self {
        case .normal(let mean, _), .clippedNormal(let mean, _, _, _), .redrawnNormal(let mean, _, _, _),
            .exponential(let mean):
            mean
        case .lognormal(let mu, let sigma): exp(mu + sigma * sigma / 2)
        case .uniform(let low, let high): (low + high) / 2
        }
    }

    /// The bounds that no draw is outside of; infinite where there are none.
    public var bounds: ClosedRange<Double> {
        switch self {
        case .normal: -Double.infinity...Double.infinity
        case .clippedNormal(_, _, let low, let high), .redrawnNormal(_, _, let low, let high),
            .uniform(let low, let high):
            low...high
        case .lognormal, .exponential: 0...Double.infinity
        }
    }

    /// The next number from a stream.
    ///
    /// - Precondition: ``fault`` is `nil`.
    public func draw(from stream: inout RandomStream) -> Double {
        switch self {
        case .normal(let mean, let deviation): return mean + deviation * stream.normal()
        case .clippedNormal(let mean, let deviation, let low, let high):
            return min(max(mean + deviation * stream.normal(), low), high)
        case .redrawnNormal(let mean, let deviation, let low, let high):
            while true {
                let value = mean + deviation * stream.normal()
                if value >= low, value <= high { return value }
            }
        case .lognormal(let mu, let sigma): return exp(mu + sigma * stream.normal())
        case .uniform(let low, let high): return low < high ? stream.uniform(in: low..<high) : low
        case .exponential(let mean): return -mean * log(1 - stream.uniform())
        }
    }

    /// The distribution of the numbers times `factor`, for a change of unit.
    public func scaled(by factor: Double) -> Distribution {
        switch self {
        case .normal(let mean, let deviation):
            .normal(mean: mean * factor, standardDeviation: deviation * abs(factor))
        case .clippedNormal(let mean, let deviation, let low, let high):
            .clippedNormal(
                mean: mean * factor, standardDeviation: deviation * abs(factor), low: min(low * factor, high * factor),
                high: max(low * factor, high * factor))
        case .redrawnNormal(let mean, let deviation, let low, let high):
            .redrawnNormal(
                mean: mean * factor, standardDeviation: deviation * abs(factor), low: min(low * factor, high * factor),
                high: max(low * factor, high * factor))
        case .lognormal(let mu, let sigma): .lognormal(mu: mu + log(factor), sigma: sigma)
        case .uniform(let low, let high):
            .uniform(low: min(low * factor, high * factor), high: max(low * factor, high * factor))
        case .exponential(let mean): .exponential(mean: mean * factor)
        }
    }
}
