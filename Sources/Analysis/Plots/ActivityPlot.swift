/// A raster of some neurons of each population above the rates of whole populations, over one time axis.
///
/// This is how papers show the state of a network, for example Brunel 2000 in figure 8. Of a population with more neurons
/// than are shown, the shown ones lie evenly among them.
///
/// - Source: N. Brunel 2000, J. Comput. Neurosci. 8:183, doi:10.1023/A:1008925309027.
public struct ActivityPlot: Picture {
    /// Written above the picture.
    public var title: String
    /// The populations, from the top, all their neurons included.
    public var populations: [SpikeEvents]
    /// What is shown, in ms; a spike at the very end counts.
    public var range: Range<Double>
    /// The length of a bin of the rates in ms.
    public var bin: Double
    /// The most neurons of a population that have a row.
    public var neuronLimit: Int
    /// What stands below the time axis.
    public var timeName: String

    /// The most neurons of a population that are shown where nobody says otherwise.
    public static let usualNeuronLimit = 100

    /// Describes a picture of activity.
    ///
    /// - Parameters:
    ///   - bin: In ms; by default a round number, about one 200th of the range.
    ///   - neuronLimit: At least 1.
    public init(
        title: String, populations: [SpikeEvents], range: Range<Double>, bin: Double? = nil,
        neuronLimit: Int = Self.usualNeuronLimit, timeName: String = "time (ms)"
    ) {
        precondition(neuronLimit >= 1, "\(neuronLimit) neurons")
        self.title = title
        self.populations = populations
        self.range = range
        let length = range.upperBound - range.lowerBound
        self.bin = bin ?? (length > 0 ? Scale.roundStep(length / 200) : 1)
        self.neuronLimit = neuronLimit
        self.timeName = timeName
    }

    /// Draws it.
    ///
    /// - Complexity: O(number of spikes).
    public func drawing() -> Drawing {
        let closed = range.lowerBound...range.upperBound
        let shown = populations.map { $0.thinned(to: neuronLimit) }
        let rows = RasterBands(
            shown,
            notes: zip(populations, shown).map { all, some in
                let count = Numerals.grouped(all.neuronCount)
                return all.neuronCount == some.neuronCount ? "n = \(count)" : "\(some.neuronCount) of \(count)"
            }, range: closed)
        let rates = populations.map { $0.populationRate(in: range.lowerBound..<range.upperBound.nextUp, bin: bin) }
        let x = Scale.linear([range.lowerBound, range.upperBound], ticks: 8, isRounded: false)
        let y = Scale.linear([0] + rates.flatMap { $0 }, ticks: 4)
        let width = 760.0
        let margin = max(rows.leftMargin, Panel.leftMargin(for: y, hasName: true))
        let inner = width - margin - 18
        let heights = rows.heights(limit: 420)
        let upper = Panel(
            frame: Frame(x: margin, y: title.isEmpty ? 10 : 36, width: inner, height: RasterBands.total(heights)), x: x,
            y: Scale.linear([0, 1]))
        let lower = Panel(
            frame: Frame(x: margin, y: upper.frame.bottom + 14, width: inner, height: 120), x: x, y: y)

        var canvas = Canvas()
        if !title.isEmpty { canvas.text(title, x: 12, y: 22, style: "sf-title") }
        rows.drawGrid(on: &canvas, panel: upper, hasLabels: false)
        let isShaded = rows.shownCount > RasterPlot.markLimit
        rows.draw(on: &canvas, panel: upper, heights: heights, isShaded: isShaded)
        lower.drawAxes(on: &canvas, xName: timeName, yName: "rate (spikes/s)")
        for (index, values) in rates.enumerated() {
            let edges = (0...values.count).map { range.lowerBound + Double($0) * bin }
            LineStyle(index).draw(lower.stepPath(edges: edges, values: values), width: 1.2, on: &canvas)
        }
        let height = lower.frame.bottom + Panel.bottomMargin
        canvas.text(caption(isShaded: isShaded), x: 12, y: height + 8, style: "sf-note")
        return Drawing(
            width: width, height: height + 18, title: title.isEmpty ? "Spikes and rates" : title,
            summary: summary,
            body: canvas.body)
    }

    private func caption(isShaded: Bool) -> String {
        "Rates: spikes per second and neuron of whole populations, in bins of \(Numerals.significant(bin)) ms"
            + (isShaded ? "; spikes are counted in cells: the stronger the colour, the more" : "")
    }

    private var summary: String {
        let means = populations.map { $0.meanRateWords(in: range.lowerBound...range.upperBound) }
        return "Spikes and population rates from \(Numerals.decimal(range.lowerBound)) to "
            + "\(Numerals.decimal(range.upperBound)) ms; on average " + means.joined(separator: ", ")
    }
}

extension SpikeEvents {
    /// The spikes of at most `limit` neurons that lie evenly in the population, numbered from 0.
    func thinned(to limit: Int) -> SpikeEvents {
        guard neuronCount > limit else { return self }
        // Row r shows neuron ⌈r·n/limit⌉: the first of those that fall on the row.
        var kept: (times: [Double], neurons: [Int]) = ([], [])
        for (time, neuron) in zip(times, neurons) {
            let row = neuron * limit / neuronCount
            guard (row * neuronCount + limit - 1) / limit == neuron else { continue }
            kept.times.append(time)
            kept.neurons.append(row)
        }
        return SpikeEvents(name: name, neuronCount: limit, times: kept.times, neurons: kept.neurons)
    }
}
