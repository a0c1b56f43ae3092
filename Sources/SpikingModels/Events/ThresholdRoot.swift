#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Finding the zero of a function in a bracket.
package enum ThresholdRoot {
    /// The zero of a function that is below zero at `low` and at or above it at `high`, or the reverse.
    ///
    /// Newton's method, with a bisection wherever it would leave the bracket or does not halve it within three steps: each zero is
    /// found, and to the last digits that the function's own rounding leaves.
    ///
    /// - Parameters:
    ///   - isRising: Whether the function is below zero at `low`.
    ///   - function: The function and its derivative.
    /// - Complexity: some 6 evaluations; at most some 200.
    @inline(__always)
    package static func find(
        from low: Double, to high: Double, isRising: Bool, start: Double,
        _ function: (Double) -> (value: Double, slope: Double)
    ) -> Double {
        var (a, b) = (low, high)
        var time = start > a && start < b ? start : 0.5 * (a + b)
        var width = b - a
        var slowSteps = 0
        for _ in 0..<200 {
            let (value, slope) = function(time)
            if value == 0 { return time }
            if (value < 0) == isRising { a = time } else { b = time }
            var next = time - value / slope
            // Not a number where the slope is 0.
            if !(next > a && next < b) {
                // The last step of Newton's method may lead to the bracket's own end, or past it by a rounding.
                if abs(next - time) <= 2 * time.ulp { return min(max(next, low), high) }
                next = 0.5 * (a + b)
            }
            if abs(next - time) <= 0.5 * time.ulp || next == a || next == b { return next }
            if b - a > 0.5 * width {
                slowSteps += 1
                if slowSteps >= 3 {
                    next = 0.5 * (a + b)
                    slowSteps = 0
                }
            } else {
                width = b - a
                slowSteps = 0
            }
            if next == time { return time }
            time = next
        }
        return time
    }

    /// The zero of `first + second·e^(−rate·t)`; `nil` where there is none, or not a single one.
    package static func ofTwo(_ first: Double, _ second: Double, rate: Double) -> Double? {
        let ratio = -second / first
        guard rate != 0, ratio > 0, ratio.isFinite else { return nil }
        return log(ratio) / rate
    }
}

/// Up to eight points in time within an interval, ascending.
package struct TurningPoints {
    private var times = SIMD8<Double>()
    private(set) var count = 0
    /// The end of the interval; it begins at 0.
    package let end: Double

    /// What decays exponentially is not yet zero in floating point after so many time constants.
    package static let beforeUnderflow = 600.0

    /// No points.
    package init(within end: Double) { self.end = end }

    package subscript(index: Int) -> Double { times[index] }

    /// Adds a point unless it is out of the interval.
    package mutating func insert(_ time: Double?) {
        guard let time, time > 0, time < end, count < 8 else { return }
        var place = count
        while place > 0, times[place - 1] > time {
            times[place] = times[place - 1]
            place -= 1
        }
        times[place] = time
        count += 1
    }

    /// The zeros of a function that is monotone between these points, of which there is at most one in each part.
    package func zeros(_ function: (Double) -> (value: Double, slope: Double)) -> TurningPoints {
        var zeros = TurningPoints(within: end)
        var (low, before) = (0.0, function(0).value)
        for index in 0...count {
            let high = index < count ? times[index] : end
            let after = function(high).value
            if (before < 0 && after > 0) || (before > 0 && after < 0) {
                let start = low + (high - low) * (before / (before - after))
                zeros.insert(
                    ThresholdRoot.find(from: low, to: high, isRising: before < 0, start: start, function))
            } else if after == 0 {
                zeros.insert(high)
            }
            (low, before) = (high, after)
        }
        return zeros
    }
}
