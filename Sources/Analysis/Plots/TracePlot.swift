/// Quantities over time, such as membrane potentials, with a threshold and the moments of spikes.
public struct TracePlot: Picture {
    /// One line.
    public struct Trace: Sendable, Equatable {
        /// What the line is called in the legend.
        public let name: String
        /// Times in ms and values; a value that is not finite interrupts the line.
        public let points: [PlotPoint]
        /// When this neuron fired, in ms; drawn as ticks above the lines.
        public let spikes: [Double]

        /// Makes a trace.
        public init(name: String, points: [PlotPoint], spikes: [Double] = []) {
            self.name = name
            self.points = points
            self.spikes = spikes
        }
    }

    /// Written above the picture.
    public var title: String
    /// The lines.
    public var traces: [Trace]
    /// The level at which a spike happens, in the unit of the values, if there is one for all.
    public var threshold: Double?
    /// What stands beside the vertical axis.
    public var valueName: String
    /// What stands below the time axis.
    public var timeName: String
    /// What stands below the picture, such as which neurons are shown; may be empty.
    public var caption: String

    /// How many lines can be told apart by colour and dashes.
    public static var distinctLines: Int { LineStyle.count }

    /// Describes a trace plot.
    public init(
        title: String, traces: [Trace], threshold: Double? = nil, valueName: String = "membrane potential (mV)",
        timeName: String = "time (ms)", caption: String = ""
    ) {
        self.title = title
        self.traces = traces
        self.threshold = threshold
        self.valueName = valueName
        self.timeName = timeName
        self.caption = caption
    }

    /// Draws it.
    ///
    /// - Complexity: O(number of samples and spikes).
    public func drawing() -> Drawing {
        var values = traces.flatMap { $0.points.lazy.map(\.y) }
        if let threshold { values.append(threshold) }
        let times = traces.flatMap { $0.points.lazy.map(\.x) + $0.spikes }
        var y = Scale.linear(values)
        let rows = traces.count { !$0.spikes.isEmpty }
        // Spikes get a strip above the highest value, one row a trace.
        if rows > 0 {
            let strip = (y.upper - y.lower) * (0.03 + 0.045 * Double(rows))
            y = Scale(kind: .linear, lower: y.lower, upper: y.upper + strip, ticks: y.ticks)
        }
        let layout = ChartLayout(
            title: title,
            legend: (traces.count > 1 ? Legend.Entry.lines(traces.map(\.name)) : [])
                + (threshold == nil ? [] : [Legend.Entry(name: "threshold", series: nil)]),
            x: Scale.linear(times, ticks: 8, isRounded: false), y: y)
        var canvas = Canvas()
        layout.drawFrame(on: &canvas, xName: timeName, yName: valueName)
        if times.isEmpty { layout.drawNote(on: &canvas, "no samples") }
        var row = 0
        for (index, trace) in traces.enumerated() {
            let style = LineStyle(index)
            style.draw(layout.panel.linePath(trace.points), width: 1.4, on: &canvas)
            if trace.spikes.isEmpty { continue }
            let level = layout.panel.frame.y + 4 + Double(row) * 12
            let path = trace.spikes.map {
                "M\(Numerals.decimal(layout.panel.horizontal($0))) \(Numerals.decimal(level))v9"
            }
            canvas.path(path.joined(), style: "sf-l\(style.colour)", attributes: "fill=\"none\" stroke-width=\"1.6\"")
            row += 1
        }
        if let threshold { layout.panel.drawRule(on: &canvas, at: threshold) }
        let spikes = traces.reduce(0) { $0 + $1.spikes.count }
        return layout.finish(
            canvas,
            summary:
                "\(valueName) of \(traces.map(\.name).joined(separator: ", ")), \(Numerals.grouped(spikes)) spikes",
            caption: caption.isEmpty ? nil : caption)
    }
}
