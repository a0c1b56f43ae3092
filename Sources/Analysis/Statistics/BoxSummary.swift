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
    /// - Parameters:
    ///   - values: The numbers; those that are not finite do not count.
    ///   - zeros: How many zeros there are besides, such as the rates of silent neurons: they take no memory.
    /// - Complexity: O(n log n) in `values`.
    public init?(_ values: [Double], zeros: Int = 0) {
        let sorted = values.filter(\.isFinite).sorted()
        let count = sorted.count + max(0, zeros)
        guard count > 0 else { return nil }
        // Where the zeros stand among the others.
        let place = sorted.firstIndex { $0 >= 0 } ?? sorted.count
        func value(_ index: Int) -> Double {
            index < place ? sorted[index] : index < place + zeros ? 0 : sorted[index - max(0, zeros)]
        }
        func quantile(_ share: Double) -> Double {
            let position = share * Double(count - 1)
            let index = Int(position)
            let next = min(index + 1, count - 1)
            return value(index) + (position - Double(index)) * (value(next) - value(index))
        }
        self.count = count
        mean = sorted.reduce(0, +) / Double(count)
        let (low, high) = (quantile(0.25), quantile(0.75))
        (lowerQuartile, median, upperQuartile) = (low, quantile(0.5), high)
        let reach = 1.5 * (high - low)
        let within = { (value: Double) in value >= low - reach && value <= high + reach }
        let zero: [Double] = zeros > 0 && within(0) ? [0] : []
        lowerWhisker = (zero + [sorted.first(where: within)].compactMap { $0 }).min() ?? value(0)
        upperWhisker = (zero + [sorted.last(where: within)].compactMap { $0 }).max() ?? value(count - 1)
    }
}
