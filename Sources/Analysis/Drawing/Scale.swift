import Foundation

/// How values become positions along an axis, and which values are written at it.
struct Scale {
    enum Kind {
        case linear, log2, log10
    }

    struct Tick: Equatable {
        let value: Double
        let label: String
    }

    let kind: Kind
    let lower: Double, upper: Double
    let ticks: [Tick]

    /// Where a value lies between the lower (0) and the upper end (1); beyond them for values beyond.
    func fraction(_ value: Double) -> Double {
        switch kind {
        case .linear: (value - lower) / (upper - lower)
        case .log2, .log10: value > 0 ? log(value / lower) / log(upper / lower) : -.infinity
        }
    }

    /// A linear scale with ticks at round numbers.
    ///
    /// - Parameters:
    ///   - values: What must be on it; those that are not finite do not count.
    ///   - count: About how many ticks.
    ///   - isRounded: Whether the ends are moved outwards to ticks.
    static func linear(_ values: some Sequence<Double>, ticks count: Int = 5, isRounded: Bool = true) -> Scale {
        var (lower, upper) = extent(values) ?? (0, 1)
        if lower == upper {
            let half = lower == 0 ? 1 : abs(lower) * 0.1
            (lower, upper) = lower == 0 ? (0, 1) : (lower - half, upper + half)
        }
        (lower, upper) = divisible(lower, upper)
        let step = roundStep((upper - lower) / Double(max(count, 1)))
        if isRounded {
            // A hair of tolerance keeps 0.1 + 0.2 from opening another interval.
            lower = floor(lower / step + 1e-9) * step
            upper = ceil(upper / step - 1e-9) * step
        }
        let first = Int(ceil(lower / step - 1e-9)), last = Int(floor(upper / step + 1e-9))
        let ticks: [Tick] = (first <= last ? Array(first...last) : []).map { index in
            let value = Double(index) * step
            return Tick(value: value, label: label(value, step: step))
        }
        return Scale(kind: .linear, lower: lower, upper: upper, ticks: ticks)
    }

    /// A logarithmic scale to base 2 with a tick at each power of two that is needed.
    static func log2(_ values: some Sequence<Double>) -> Scale {
        let (least, most) = extent(values.lazy.filter { $0 > 0 }) ?? (1, 2)
        let first = Int(floor(Foundation.log2(least) + 1e-9)), last = Int(ceil(Foundation.log2(most) - 1e-9))
        let ticks = stride(from: first, through: max(last, first + 1), by: max(1, (last - first) / 10)).map { power in
            Tick(value: pow(2, Double(power)), label: Numerals.significant(pow(2, Double(power)), digits: 6))
        }
        // Room at both ends, so that marks at the first and last power are not cut.
        return Scale(
            kind: .log2, lower: pow(2, Double(first) - 0.25), upper: pow(2, Double(max(last, first + 1)) + 0.25),
            ticks: ticks)
    }

    /// A logarithmic scale to base 10, rounded outwards to decades.
    static func log10(_ values: some Sequence<Double>) -> Scale {
        let (least, most) = extent(values.lazy.filter { $0 > 0 }) ?? (1, 10)
        let first = Int(floor(Foundation.log10(least) + 1e-9))
        let last = max(Int(ceil(Foundation.log10(most) - 1e-9)), first + 1)
        let within: [Double] = last - first <= 2 ? [1, 2, 5] : [1]
        var ticks: [Tick] = []
        for power in stride(from: first, through: last, by: max(1, (last - first) / 8)) {
            for factor in within where power < last || factor == 1 {
                let value = factor * pow(10, Double(power))
                ticks.append(Tick(value: value, label: Numerals.significant(value)))
            }
        }
        return Scale(kind: .log10, lower: pow(10, Double(first)), upper: pow(10, Double(last)), ticks: ticks)
    }

    /// The same scale with other words at the ticks.
    func labelled(_ label: (Double) -> String) -> Scale {
        Scale(
            kind: kind, lower: lower, upper: upper, ticks: ticks.map { Tick(value: $0.value, label: label($0.value)) })
    }

    /// Ends between which ticks can be told apart in double precision, and whose distance is finite.
    private static func divisible(_ lower: Double, _ upper: Double) -> (Double, Double) {
        let (low, high) = (max(lower, -1e300), min(upper, 1e300))
        let least = max(max(abs(low), abs(high)) * 1e-9, 1e-300)
        return high - low < least ? ((low + high) / 2 - least, (low + high) / 2 + least) : (low, high)
    }

    private static func extent(_ values: some Sequence<Double>) -> (Double, Double)? {
        var lower = Double.infinity, upper = -Double.infinity
        for value in values where value.isFinite {
            lower = min(lower, value)
            upper = max(upper, value)
        }
        return lower <= upper ? (lower, upper) : nil
    }

    /// The next of 1, 2, 5, 10 times a power of ten.
    static func roundStep(_ step: Double) -> Double {
        let power = pow(10, floor(Foundation.log10(step)))
        let multiple = step / power
        return power * (multiple <= 1.0001 ? 1 : multiple <= 2.0001 ? 2 : multiple <= 5.0001 ? 5 : 10)
    }

    private static func label(_ value: Double, step: Double) -> String {
        if max(abs(value), step) >= 1e7 || step < 1e-5 { return Numerals.significant(value) }
        let places = max(0, Int(ceil(-Foundation.log10(step) - 1e-9)))
        if step >= 1000, abs(value) < 1e15 { return Numerals.grouped(Int(value.rounded())) }
        return value == 0 ? "0" : Numerals.fixed(value, places: places)
    }
}

extension Double {
    /// The whole part as a place in a list, from 0 to `count - 1`; 0 for what is not a number.
    func index(below count: Int) -> Int { self >= 1 ? Int(Swift.min(self, Double(count - 1))) : 0 }
}
