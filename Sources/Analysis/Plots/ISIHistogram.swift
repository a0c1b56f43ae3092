import Foundation

/// How long neurons wait between two spikes, with the exponential a Poisson process of the same mean would show.
public struct ISIHistogram: Picture {
    /// Written above the picture.
    public var title: String
    /// The intervals in ms.
    public var intervals: [Double]
    /// How many bars; by default as the rule of Freedman and Diaconis says, 10 to 100.
    public var binCount: Int?

    /// Describes a histogram of intervals.
    public init(title: String, intervals: [Double], binCount: Int? = nil) {
        self.title = title
        self.intervals = intervals
        self.binCount = binCount
    }

    /// Draws it.
    ///
    /// - Complexity: O(n log n).
    public func drawing() -> Drawing {
        let sorted = intervals.filter { $0.isFinite && $0 >= 0 }.sorted()
        // The longest thousandth would squeeze the rest; it is left out and counted in the caption.
        let limit = sorted.isEmpty ? 1 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * 0.999))]
        let end = limit > 0 ? limit : 1
        let bins = binCount ?? Self.binCount(sorted, end: end)
        let width = end / Double(bins)
        var counts = Array(repeating: 0, count: bins)
        for value in sorted where value <= end { counts[(value / width).index(below: bins)] += 1 }
        let beyond = sorted.count - counts.reduce(0, +)

        let layout = ChartLayout(
            title: title, x: Scale.linear([0, end], ticks: 8, isRounded: false),
            y: Scale.linear([0] + counts.map(Double.init)))
        var canvas = Canvas()
        layout.drawFrame(on: &canvas, xName: "interval (ms)", yName: "number of intervals")
        if sorted.isEmpty {
            layout.drawNote(on: &canvas, "no neuron fired twice")
            return layout.finish(canvas, summary: "No intervals")
        }
        canvas.path(
            bars(counts, width: width, panel: layout.panel), style: "sf-f0", attributes: "fill-opacity=\"0.75\"")
        let mean = sorted.reduce(0, +) / Double(sorted.count)
        if mean > 0 {
            let expected = (0...200).map { index in
                let time = end * Double(index) / 200
                return PlotPoint(x: time, y: Double(sorted.count) * width / mean * exp(-time / mean))
            }
            .filter { $0.y <= layout.panel.y.upper }
            canvas.path(layout.panel.linePath(expected), style: "sf-line sf-l1", attributes: "stroke-width=\"1.6\"")
        }
        let variation = SpikeStatistics.coefficientOfVariation(of: sorted).map {
            ", CV \(Numerals.decimal($0, places: 2))"
        }
        let numbers =
            "\(Numerals.grouped(sorted.count)) intervals, mean \(Numerals.significant(mean)) ms" + (variation ?? "")
        let rest = beyond > 0 ? "; \(Numerals.grouped(beyond)) longer than shown" : ""
        return layout.finish(
            canvas, summary: "Intervals between spikes: \(numbers)",
            caption: numbers + rest + "; line: a Poisson process of the same mean")
    }

    private func bars(_ counts: [Int], width: Double, panel: Panel) -> String {
        let gap = panel.frame.width / Double(counts.count) > 4 ? 0.5 : 0
        return counts.enumerated().map { index, count in
            guard count > 0 else { return "" }
            let left = panel.horizontal(Double(index) * width) + gap
            let right = panel.horizontal(Double(index + 1) * width) - gap
            return "M\(Numerals.decimal(left, places: 2)) \(Numerals.decimal(panel.frame.bottom))"
                + "V\(Numerals.decimal(panel.vertical(Double(count))))H\(Numerals.decimal(right, places: 2))"
                + "V\(Numerals.decimal(panel.frame.bottom))z"
        }
        .joined()
    }

    private static func binCount(_ sorted: [Double], end: Double) -> Int {
        guard sorted.count > 3 else { return 10 }
        let spread = sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4]
        let width = 2 * spread / cbrt(Double(sorted.count))
        return width > 0 ? Int(min(100, max(10, (end / width).rounded()))) : 40
    }
}
