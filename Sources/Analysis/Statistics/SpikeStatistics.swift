/// Numbers that describe trains of spikes.
///
/// Variances divide by the number of values, not by one less, as Elephant's `cv` and `fanofactor` do. A statistic that its
/// input does not define is nil, never zero.
public enum SpikeStatistics {
    /// More windows are not counted in.
    private static let mostWindows = 1 << 28

    /// The mean rate of a number of spikes.
    ///
    /// - Parameters:
    ///   - count: The spikes of one or more neurons.
    ///   - neurons: How many neurons fired them; at least 1.
    ///   - duration: How long was looked, in ms; positive.
    /// - Returns: Spikes per second and neuron, or nil if the duration or the number of neurons is not positive.
    public static func rate(count: Int, neurons: Int = 1, duration: Double) -> Double? {
        guard duration > 0, neurons > 0 else { return nil }
        return Double(count) * 1000 / (duration * Double(neurons))
    }

    /// The intervals between successive spikes of one neuron.
    ///
    /// - Parameter times: In any order; one unit.
    /// - Returns: One fewer than there are spikes, in the unit of `times`; none for fewer than two spikes.
    /// - Complexity: O(n log n), O(n) if already in order.
    public static func intervals(of times: [Double]) -> [Double] {
        let sorted = times.sorted()
        return zip(sorted.dropFirst(), sorted).map { $0 - $1 }
    }

    /// The coefficient of variation: standard deviation divided by mean.
    ///
    /// A Poisson process has 1, a clock 0.
    ///
    /// - Returns: Nil for fewer than two intervals, or if their mean is not positive.
    public static func coefficientOfVariation(of intervals: [Double]) -> Double? {
        guard intervals.count >= 2, let (mean, variance) = moments(intervals), mean > 0 else { return nil }
        return variance.squareRoot() / mean
    }

    /// The Fano factor: variance of spike counts divided by their mean.
    ///
    /// A Poisson process has 1.
    ///
    /// - Parameter counts: Spikes in windows, or in trials, of equal length.
    /// - Returns: Nil for fewer than two counts, or if there is no spike.
    public static func fanoFactor(of counts: [Int]) -> Double? {
        guard counts.count >= 2, let (mean, variance) = moments(counts.map(Double.init)), mean > 0 else { return nil }
        return variance / mean
    }

    /// The Fano factor of counts in bins of which few need have a spike.
    ///
    /// - Parameters:
    ///   - bins: The bin of each spike, in any order.
    ///   - count: How many bins there are.
    /// - Complexity: O(spikes · log(spikes)), however many bins there are.
    static func fanoFactor(ofBins bins: [Int], count: Int) -> Double? {
        guard count >= 2, !bins.isEmpty else { return nil }
        let mean = Double(bins.count) / Double(count)
        let sorted = bins.sorted()
        var (squares, filled, first) = (0.0, 0, 0)
        while first < sorted.count {
            var end = first + 1
            while end < sorted.count, sorted[end] == sorted[first] { end += 1 }
            squares += (Double(end - first) - mean) * (Double(end - first) - mean)
            filled += 1
            first = end
        }
        return (squares + Double(count - filled) * mean * mean) / Double(count) / mean
    }

    /// How many spikes lie in each of the windows of a stretch of time.
    ///
    /// A spike at the very end of the last window, where the stretch has it, counts there, as in NumPy's `histogram`.
    ///
    /// - Parameters:
    ///   - times: In any order; those outside the stretch are left out.
    ///   - range: The stretch, closed at its lower and open at its upper end.
    ///   - window: The length of a window; positive. A last window that would not fit whole is left out.
    /// - Complexity: O(number of spikes + number of windows).
    public static func counts(of times: [Double], in range: Range<Double>, window: Double) -> [Int] {
        precondition(window > 0, "a window of \(window)")
        // Ten windows of 0.1 in 1.0 must be ten, though 1.0 / 0.1 may come out a hair below.
        let quotient = ((range.upperBound - range.lowerBound) / window * (1 + 1e-12)).rounded(.down)
        precondition(quotient <= Double(mostWindows), "\(quotient) windows")
        var counts = Array(repeating: 0, count: Int(quotient))
        let end = range.lowerBound + quotient * window * (1 + 1e-12)
        for time in times where range.contains(time) {
            let index = Int((time - range.lowerBound) / window)
            if index < counts.count {
                counts[index] += 1
            } else if time <= end, !counts.isEmpty {
                counts[counts.count - 1] += 1
            }
        }
        return counts
    }

    /// The correlation of two lists of equal length (Pearson's r).
    ///
    /// - Returns: Nil if the lists are shorter than two or one of them is constant.
    public static func correlation(_ first: [Double], _ second: [Double]) -> Double? {
        precondition(first.count == second.count, "\(first.count) and \(second.count) values")
        guard first.count >= 2, let (meanX, varianceX) = moments(first), let (meanY, varianceY) = moments(second),
            varianceX > 0, varianceY > 0
        else { return nil }
        let covariance = zip(first, second).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / Double(first.count)
        return covariance / (varianceX * varianceY).squareRoot()
    }

    /// Mean and variance, in two passes: rounding must not make equal values differ.
    private static func moments(_ values: [Double]) -> (mean: Double, variance: Double)? {
        guard !values.isEmpty else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return (mean, variance)
    }
}
