/// Rates of single neurons, irregularity and synchrony of populations, side by side, a row a population.
///
/// Boxes are those of ``BoxSummary``. Silent neurons count in the rates, those that were not recorded do not; the irregularity
/// is the coefficient of variation of the intervals of each neuron with at least two; synchrony is ``SpikeEvents/synchrony(in:bin:neurons:)``.
///
/// - Source: T. C. Potjans, M. Diesmann 2014, Cereb. Cortex 24:785, doi:10.1093/cercor/bhs358 (figure 6 B to D).
public struct RatesPlot: Picture {
    /// Written above the picture.
    public var title: String
    /// The populations, from the top.
    public var populations: [SpikeEvents]
    /// What counts, in ms; a spike at the very end does.
    public var range: Range<Double>
    /// Mean rates to compare with, in spikes per second and neuron, by population.
    public var references: [String: Double]

    /// Describes a picture of rates.
    public init(
        title: String, populations: [SpikeEvents], range: Range<Double>, references: [String: Double] = [:]
    ) {
        self.title = title
        self.populations = populations
        self.range = range
        self.references = references
    }

    private static let rowHeight = 30.0

    /// Draws it.
    ///
    /// - Complexity: O(n log n) in the number of spikes.
    public func drawing() -> Drawing {
        let isEmpty = range.isEmpty
        let closed = range.lowerBound...range.upperBound
        let rates = populations.map { isEmpty ? nil : $0.rateSummary(in: closed) }
        let variations = populations.map { BoxSummary($0.within(closed).coefficientsOfVariation) }
        let synchronies = populations.map {
            isEmpty ? nil : $0.synchrony(in: range.lowerBound..<range.upperBound.nextUp)
        }
        let known = populations.compactMap { references[$0.name] }
        let margin = max(60, (populations.map { Canvas.width(of: $0.name) }.max() ?? 0) + 20).rounded(.up)
        let width = 760.0, gap = 22.0
        let each = (width - margin - 18 - 2 * gap) / 3
        let height = Self.rowHeight * Double(max(1, populations.count))
        func panel(_ place: Int, _ values: [Double]) -> Panel {
            Panel(
                frame: Frame(x: margin + Double(place) * (each + gap), y: 58, width: each, height: height),
                x: Scale.linear([0] + values, ticks: 4), y: Scale(kind: .linear, lower: 0, upper: 1, ticks: []))
        }
        let panels = [
            panel(0, rates.flatMap { $0.map { [$0.upperWhisker, $0.mean] } ?? [] } + known),
            panel(1, variations.flatMap { $0.map { [$0.upperWhisker, $0.mean] } ?? [] }),
            panel(2, synchronies.compactMap { $0 }),
        ]

        var canvas = Canvas()
        if !title.isEmpty { canvas.text(title, x: 12, y: 22, style: "sf-title") }
        let names = ["rate (spikes/s)", "CV of intervals", "synchrony"]
        for (panel, name) in zip(panels, names) {
            canvas.text(name, x: panel.frame.x, y: 48, style: "sf-text")
            panel.drawAxes(on: &canvas, xName: nil, yName: nil)
        }
        for (index, population) in populations.enumerated() {
            let middle = 58 + (Double(index) + 0.5) * Self.rowHeight
            canvas.text(population.name, x: margin - 8, y: middle + 4, anchor: .end)
            if let box = rates[index] {
                draw(box, at: middle, panel: panels[0], series: index, on: &canvas)
            }
            if let reference = references[population.name] {
                let x = panels[0].horizontal(reference)
                canvas.line(x1: x, y1: middle - 13, x2: x, y2: middle + 13, style: "sf-rule")
            }
            if let box = variations[index] { draw(box, at: middle, panel: panels[1], series: index, on: &canvas) }
            if let value = synchronies[index] {
                let left = panels[2].horizontal(0)
                canvas.rectangle(
                    Frame(x: left, y: middle - 8, width: panels[2].horizontal(value) - left, height: 16),
                    style: "sf-f\(index % DrawingStyle.seriesCount)", attributes: "fill-opacity=\"0.75\"")
            }
        }
        let caption =
            "Box: quartiles; whiskers: up to 1.5 boxes from it; circle: mean; silent neurons have a rate of 0 and no CV"
            + (known.isEmpty ? "" : "; dashed: published mean")
        let bottom = 58 + height + 30
        canvas.text(caption, x: 12, y: bottom + 8, style: "sf-note")
        return Drawing(
            width: width, height: bottom + 18, title: title.isEmpty ? "Rates of neurons" : title,
            summary: summary(rates, variations), body: canvas.body)
    }

    private func draw(_ box: BoxSummary, at middle: Double, panel: Panel, series: Int, on canvas: inout Canvas) {
        let colour = series % DrawingStyle.seriesCount
        let (left, right) = (panel.horizontal(box.lowerQuartile), panel.horizontal(box.upperQuartile))
        canvas.rectangle(
            Frame(x: left, y: middle - 8, width: max(right - left, 0.5), height: 16),
            style: "sf-l\(colour) sf-f\(colour)",
            attributes: "fill-opacity=\"0.25\" stroke-width=\"1.2\"")
        for (from, to) in [(box.lowerWhisker, left), (box.upperWhisker, right)] {
            let x = panel.horizontal(from)
            canvas.line(x1: x, y1: middle, x2: to, y2: middle, style: "sf-line sf-l\(colour)")
            canvas.line(x1: x, y1: middle - 4, x2: x, y2: middle + 4, style: "sf-line sf-l\(colour)")
        }
        let median = Numerals.decimal(panel.horizontal(box.median))
        canvas.path(
            "M\(median) \(Numerals.decimal(middle - 8))v16", style: "sf-line sf-l\(colour)",
            attributes: "stroke-width=\"2.4\"")
        canvas.path(
            Panel.markPath(series: 0, x: panel.horizontal(box.mean), y: middle, radius: 3.2), style: "sf-f\(colour)")
    }

    private func summary(_ rates: [BoxSummary?], _ variations: [BoxSummary?]) -> String {
        let parts = populations.indices.map { index in
            let rate = rates[index].map { "\(Numerals.significant($0.mean)) spikes/s" } ?? "no rate"
            let variation = variations[index].map { ", CV \(Numerals.decimal($0.mean, places: 2))" } ?? ""
            return "\(populations[index].name) \(rate)\(variation)"
        }
        return
            "Rates of neurons from \(Numerals.decimal(range.lowerBound)) to \(Numerals.decimal(range.upperBound)) ms, "
            + "on average: " + parts.joined(separator: "; ")
    }
}
