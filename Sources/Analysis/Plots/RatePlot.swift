/// The rate of populations over time, as steps of one bin.
public struct RatePlot: Picture {
    /// Written above the picture.
    public var title: String
    /// The populations.
    public var populations: [SpikeEvents]
    /// What is shown, in ms; a spike at the very end counts.
    public var range: Range<Double>
    /// The length of a bin in ms.
    public var bin: Double

    /// Describes a rate plot.
    ///
    /// - Parameter bin: In ms; by default a hundredth of the range.
    public init(title: String, populations: [SpikeEvents], range: Range<Double>, bin: Double? = nil) {
        self.title = title
        self.populations = populations
        self.range = range
        self.bin = bin ?? max((range.upperBound - range.lowerBound) / 100, .leastNormalMagnitude)
    }

    /// Draws it.
    ///
    /// - Complexity: O(number of spikes).
    public func drawing() -> Drawing {
        let rates = populations.map { $0.populationRate(in: range.lowerBound..<range.upperBound.nextUp, bin: bin) }
        let layout = ChartLayout(
            title: title, legend: populations.count > 1 ? Legend.Entry.lines(populations.map(\.name)) : [],
            x: Scale.linear([range.lowerBound, range.upperBound], ticks: 8, isRounded: false),
            y: Scale.linear([0] + rates.flatMap { $0 }))
        var canvas = Canvas()
        layout.drawFrame(on: &canvas, xName: "time (ms)", yName: "rate (spikes/s per neuron)")
        for (index, values) in rates.enumerated() {
            let edges = (0...values.count).map { range.lowerBound + Double($0) * bin }
            LineStyle(index).draw(layout.panel.stepPath(edges: edges, values: values), width: 1.6, on: &canvas)
        }
        let means = populations.map { $0.meanRateWords(in: range.lowerBound...range.upperBound) }
        return layout.finish(
            canvas,
            summary: "Population rates in bins of \(Numerals.significant(bin)) ms; on average "
                + means.joined(separator: ", "))
    }
}

extension SpikeEvents {
    /// The name and the mean rate, for summaries.
    func meanRateWords(in range: ClosedRange<Double>) -> String {
        "\(name) " + (meanRate(in: range).map { "\(Numerals.significant($0)) spikes/s" } ?? "not recorded")
    }
}
