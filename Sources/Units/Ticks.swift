/// Continuous time in whole ticks of 10⁻¹² ms.
///
/// Sums of ticks are exact, so that two events are of one instant if they are by the decimal numbers that were given: a
/// spike at 0.7 ms with a delay of 0.1 ms arrives with one at 0.5 ms and a delay of 0.3 ms. A number of milliseconds is
/// rounded to ticks once.
public enum Ticks {
    /// The ticks of a millisecond.
    public static let perMillisecond: Int64 = 1_000_000_000_000
    /// How far a simulation may go: 8,000,000 ms, which is 2 h 13 min.
    ///
    /// Delays of what spikes then still lie within the numbers that there are.
    public static let reach: Int64 = 8_000_000 * perMillisecond
    /// Later than anything.
    public static let never = Int64.max

    /// The tick nearest to a time [ms]; a time beyond the numbers of ticks that there are is far behind any reach.
    ///
    /// From 4,096 ms on a double does not tell neighbouring ticks apart: there a number with up to nine decimals means those.
    @inlinable public static func count(_ milliseconds: Double) -> Int64 {
        guard abs(milliseconds) < 9.2e6 else { return milliseconds < 0 ? -9_200_000 * perMillisecond : never }
        let whole = milliseconds.rounded(.down)
        let rest = milliseconds - whole
        if abs(milliseconds) >= 4096 {
            let decimals = Int64(whole) * 1_000_000_000 + Int64((rest * 1e9).rounded())
            if Double(decimals) / 1e9 == milliseconds { return decimals * 1000 }
        }
        return Int64(whole) * perMillisecond + nearest(rest)
    }

    /// The tick nearest to an interval of at least 0 ms and at most 4,096 ms.
    @inlinable @inline(__always) public static func nearest(_ milliseconds: Double) -> Int64 {
        Int64(milliseconds * 1e12 + 0.5)
    }

    /// A time in milliseconds: the double nearest to it; within a rounding of it beyond
    /// 9,007 ms, where a double does not tell ticks apart and the time has more than nine decimals.
    @inlinable public static func milliseconds(_ ticks: Int64) -> Double {
        // A quotient of two numbers that are doubles is rounded once.
        if ticks.magnitude <= 1 << 53 { return Double(ticks) / 1e12 }
        let (decimals, rest) = ticks.quotientAndRemainder(dividingBy: 1000)
        if rest == 0, decimals.magnitude <= 1 << 53 { return Double(decimals) / 1e9 }
        let (whole, part) = ticks.quotientAndRemainder(dividingBy: perMillisecond)
        return Double(whole) + Double(part) / 1e12
    }

    /// An interval in milliseconds, within a rounding or two.
    @inlinable @inline(__always) public static func interval(_ ticks: Int64) -> Double { Double(ticks) * 1e-12 }

    /// A time after another one; ``never`` where that lies beyond what can be counted.
    @inlinable public static func later(_ ticks: Int64, by delay: Int64) -> Int64 {
        let (sum, isBeyond) = ticks.addingReportingOverflow(delay)
        return isBeyond ? never : sum
    }
}
