/// What more time steps buy: accuracy above, spikes below, over the number of steps T on a logarithmic axis.
public struct AccuracyPlot: Picture {
    /// What was reached with a number of time steps.
    public struct Point: Sendable, Equatable {
        /// The number of time steps; positive.
        public let steps: Double
        /// The share of images classified right, from 0 to 1.
        public let accuracy: Double
        /// The mean number of spikes of a neuron for an image.
        public let spikesPerNeuron: Double

        /// Makes a point.
        public init(steps: Double, accuracy: Double, spikesPerNeuron: Double) {
            self.steps = steps
            self.accuracy = accuracy
            self.spikesPerNeuron = spikesPerNeuron
        }
    }

    /// The points of one way of converting.
    public struct Series: Sendable, Equatable {
        /// What the line is called.
        public let name: String
        /// In order of the number of steps.
        public let points: [Point]

        /// Makes a series.
        public init(name: String, points: [Point]) {
            self.name = name
            self.points = points.sorted { $0.steps < $1.steps }
        }
    }

    /// Written above the picture.
    public var title: String
    /// The lines, one for each way of converting.
    public var series: [Series]
    /// The accuracy of the network that was converted, from 0 to 1.
    public var reference: Double?
    /// What that network is called.
    public var referenceName: String

    /// Describes an accuracy plot.
    public init(title: String, series: [Series], reference: Double? = nil, referenceName: String = "ANN") {
        self.title = title
        self.series = series
        self.reference = reference
        self.referenceName = referenceName
    }

    /// Draws it.
    public func drawing() -> Drawing {
        let points = series.flatMap(\.points)
        let x = Scale.log2(points.map(\.steps))
        let accuracies = Scale.linear(points.map { $0.accuracy * 100 } + (reference.map { [$0 * 100] } ?? []))
        let spikes = Scale.linear([0] + points.map(\.spikesPerNeuron), ticks: 3)
        let width = 760.0
        let margin = max(Panel.leftMargin(for: accuracies, hasName: true), Panel.leftMargin(for: spikes, hasName: true))
        let legend = Legend(
            entries: Legend.Entry.series(series.map(\.name))
                + (reference.map {
                    [Legend.Entry(name: "\(referenceName) \(Numerals.percent($0, places: 2))", series: nil)]
                } ?? []))
        let inner = width - margin - 24
        let top = 40 + legend.height(width: inner) + (legend.entries.isEmpty ? 0 : 6)
        let upper = Panel(frame: Frame(x: margin, y: top, width: inner, height: 220), x: x, y: accuracies)
        let lower = Panel(
            frame: Frame(x: margin, y: upper.frame.bottom + 24, width: inner, height: 110), x: x, y: spikes)

        var canvas = Canvas()
        canvas.text(title, x: 12, y: 22, style: "sf-title")
        legend.draw(on: &canvas, x: margin, y: 34, width: inner)
        upper.drawAxes(on: &canvas, xName: nil, yName: "accuracy (%)", hasXLabels: false, nameX: 16)
        lower.drawAxes(on: &canvas, xName: "time steps T", yName: "spikes/neuron", nameX: 16)
        if let reference {
            upper.drawRule(on: &canvas, at: reference * 100)
        }
        for (index, line) in series.enumerated() {
            for (panel, values) in [
                (upper, line.points.map { PlotPoint(x: $0.steps, y: $0.accuracy * 100) }),
                (lower, line.points.map { PlotPoint(x: $0.steps, y: $0.spikesPerNeuron) }),
            ] {
                canvas.path(
                    panel.linePath(values), style: "sf-line sf-l\(index % DrawingStyle.seriesCount)",
                    attributes: "stroke-width=\"2\"")
                panel.drawMarks(on: &canvas, at: values, series: index, radius: 4)
            }
        }
        return Drawing(
            width: width, height: lower.frame.bottom + Panel.bottomMargin, title: title, summary: summary,
            body: canvas.body)
    }

    private var summary: String {
        let lines = series.map { line in
            line.name + ": "
                + line.points.map {
                    "\(Numerals.percent($0.accuracy)) at T = \(Numerals.decimal($0.steps))"
                }.joined(separator: ", ")
        }
        let base = reference.map { "\(referenceName): \(Numerals.percent($0, places: 2)). " } ?? ""
        return base + lines.joined(separator: "; ")
    }
}
