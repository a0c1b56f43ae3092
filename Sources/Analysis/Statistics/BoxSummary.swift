/// A list of numbers as a box plot shows it: quartiles, whiskers and mean.
public struct BoxSummary: Sendable, Equatable {
    /// How many numbers there are; at least 1.
    public let count: Int
    /// Their mean.
    public let mean: Double
    /// The number below which a quarter lies, between two numbers by linear interpolation (NumPy's `percentile`).
    public let lowerQuartile: Double
    /// The number in the middle.
    public let median: Double
    /// The number above which a quarter lies.
    public let upperQuartile: Double
    /// The least number that is at most 1.5 times the box's length below it (Tukey).
    public let lowerWhisker: Double
    /// The greatest number that is at most 1.5 times the box's length above it.
    public let upperWhisker: Double

    /// Summarises numbers; nil where none is finite.
    ///
    /// - Complexity: O(n log n).
    public init?(_ values: [Double]) {
        let sorted = values.filter(\.isFinite).sorted()
        guard let least = sorted.first, let most = sorted.last else { return nil }
        func quantile(_ share: Double) -> Double {
            let place = share * Double(sorted.count - 1)
            let index = Int(place)
            let next = min(index + 1, sorted.count - 1)
            return sorted[index] + (place - Double(index)) * (sorted[next] - sorted[index])
        }
        count = sorted.count
        mean = sorted.reduce(0, +) / Double(sorted.count)
        let (low, high) = (quantile(0.25), quantile(0.75))
        (lowerQuartile, median, upperQuartile) = (low, quantile(0.5), high)
        let reach = 1.5 * (high - low)
        lowerWhisker = sorted.first { $0 >= low - reach } ?? least
        upperWhisker = sorted.last { $0 <= high + reach } ?? most
    }
}
