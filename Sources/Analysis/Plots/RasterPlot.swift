/// Spikes as marks: time to the right, one band a population, one row a neuron.
///
/// Up to 40,000 spikes are drawn each as a mark of its own. More are counted in cells of 2 by 2 pixels and shaded, so that the
/// picture of millions of spikes stays below 2 MB; the caption then says so.
public struct RasterPlot: Picture {
    /// A moment at which something changes, such as the next image.
    public struct Separator: Sendable, Equatable {
        /// In ms.
        public let time: Double
        /// Written above the time that follows; may be empty.
        public let label: String

        /// Makes a separator.
        public init(time: Double, label: String = "") {
            self.time = time
            self.label = label
        }
    }

    /// Written above the picture.
    public var title: String
    /// The populations, from the top.
    public var bands: [SpikeEvents]
    /// What is shown, in ms.
    public var range: ClosedRange<Double>
    /// Moments to be marked.
    public var separators: [Separator]
    /// What stands below the time axis.
    public var timeName: String

    /// The most spikes that are drawn one by one.
    public static let markLimit = 40_000

    /// Describes a raster plot.
    public init(
        title: String, bands: [SpikeEvents], range: ClosedRange<Double>, separators: [Separator] = [],
        timeName: String = "time (ms)"
    ) {
        self.title = title
        self.bands = bands
        self.range = range
        self.separators = separators
        self.timeName = timeName
    }

    /// Draws it.
    ///
    /// - Complexity: O(number of spikes).
    public func drawing() -> Drawing { drawing(width: 760, heightLimit: 560, left: leftMargin, right: 18) }

    /// The room the names need.
    var leftMargin: Double {
        max(60, (bands.map { Canvas.width(of: Self.shortened($0.name)) }.max() ?? 0) + 20).rounded(.up)
    }

    func drawing(
        width: Double, heightLimit: Double, left margin: Double, right: Double, markLimit: Int = Self.markLimit
    ) -> Drawing {
        var canvas = Canvas()
        let scale = Scale.linear([range.lowerBound, range.upperBound], ticks: width < 500 ? 5 : 8, isRounded: false)
        let names = bands.map { Self.shortened($0.name) }
        let hasLabels = separators.contains { !$0.label.isEmpty }
        var top = title.isEmpty ? 10.0 : 36
        if hasLabels { top += 16 }
        let heights = bandHeights(limit: heightLimit)
        let inner = Frame(
            x: margin, y: top, width: width - margin - right,
            height: heights.reduce(0, +) + Double(max(0, bands.count - 1)) * Self.gap)
        let panel = Panel(frame: inner, x: scale, y: Scale.linear([0, 1]))

        if !title.isEmpty { canvas.text(title, x: 12, y: 22, style: "sf-title") }
        drawGrid(on: &canvas, panel: panel)
        let shownCount = bands.reduce(0) { $0 + $1.times.count { range.contains($0) } }
        let isShaded = shownCount > markLimit
        for (index, band) in bands.enumerated() {
            let frame = Frame(x: inner.x, y: top, width: inner.width, height: heights[index])
            let middle = top + heights[index] / 2
            canvas.text(names[index], x: margin - 8, y: heights[index] < 26 ? middle + 4 : middle - 1, anchor: .end)
            if heights[index] >= 26 {
                let neurons = Numerals.grouped(band.neuronCount)
                canvas.text("n = \(neurons)", x: margin - 8, y: middle + 13, anchor: .end, style: "sf-note")
            }
            if isShaded {
                shade(band, index: index, frame: frame, scale: scale, on: &canvas)
            } else {
                mark(band, index: index, frame: frame, panel: panel, on: &canvas)
            }
            top += heights[index] + Self.gap
            if index + 1 < bands.count {
                let edge = top - Self.gap / 2
                canvas.line(x1: inner.x, y1: edge, x2: inner.right, y2: edge, style: "sf-grid")
            }
        }
        if shownCount == 0 {
            canvas.text(
                "no spikes", x: inner.x + inner.width / 2, y: inner.y + inner.height / 2 + 4, anchor: .middle,
                style: "sf-note")
        }
        canvas.text(timeName, x: inner.x + inner.width / 2, y: inner.bottom + 36, anchor: .middle)
        var height = inner.bottom + Panel.bottomMargin
        if isShaded {
            let caption =
                "\(Numerals.grouped(shownCount)) spikes, counted in cells of "
                + "\(Numerals.significant((range.upperBound - range.lowerBound) / inner.width * 2, digits: 2)) ms; "
                + "the stronger the colour, the more"
            canvas.text(caption, x: 12, y: height + 8, style: "sf-note")
            height += 18
        }
        return Drawing(
            width: width, height: height, title: title.isEmpty ? "Spike raster" : title, summary: summary(shownCount),
            body: canvas.body)
    }

    private static let gap = 6.0

    private func summary(_ shown: Int) -> String {
        "Raster of \(Numerals.grouped(shown)) spikes from \(Numerals.decimal(range.lowerBound)) to "
            + "\(Numerals.decimal(range.upperBound)), populations: "
            + bands.map { "\($0.name) (\(Numerals.grouped($0.count)))" }.joined(separator: ", ")
    }

    private static func shortened(_ name: String) -> String {
        name.count <= 22 ? name : name.prefix(21) + "…"
    }

    /// Four pixels a neuron while there is room; then bands share the room by the square root of their size.
    private func bandHeights(limit: Double) -> [Double] {
        let wanted = bands.map { min(140, max(20, Double($0.neuronCount) * 4)) }
        let total = wanted.reduce(0, +)
        if total <= limit { return wanted }
        let weights = bands.map { Double(max(1, $0.neuronCount)).squareRoot() }
        let sum = weights.reduce(0, +)
        let room = max(0, limit - 20 * Double(bands.count))
        return weights.map { (20 + room * $0 / sum).rounded() }
    }

    private func drawGrid(on canvas: inout Canvas, panel: Panel) {
        var grid = ""
        let frame = panel.frame
        for tick in panel.x.ticks {
            let x = panel.horizontal(tick.value)
            grid += "M\(Numerals.decimal(x)) \(Numerals.decimal(frame.y))v\(Numerals.decimal(frame.height))"
            canvas.text(tick.label, x: x, y: frame.bottom + 17, anchor: .middle)
        }
        canvas.path(grid, style: "sf-grid")
        canvas.line(x1: frame.x, y1: frame.bottom + 1, x2: frame.right, y2: frame.bottom + 1, style: "sf-axis")
        let shown = separators.filter { range.contains($0.time) }.sorted { $0.time < $1.time }
        for (index, separator) in shown.enumerated() {
            let x = panel.horizontal(separator.time)
            canvas.line(x1: x, y1: frame.y - 4, x2: x, y2: frame.bottom, style: "sf-rule")
            let end = index + 1 < shown.count ? panel.horizontal(shown[index + 1].time) : frame.right
            // A label that would run into the next is left out rather than printed over it.
            if Canvas.width(of: separator.label, size: 11) + 6 <= end - x {
                canvas.text(separator.label, x: x + 4, y: frame.y - 7, style: "sf-note")
            }
        }
    }

    private func mark(_ band: SpikeEvents, index: Int, frame: Frame, panel: Panel, on canvas: inout Canvas) {
        let row = frame.height / Double(max(1, band.neuronCount))
        let length = min(8, max(2.5, row * 0.8))
        var path = ""
        for (time, neuron) in zip(band.times, band.neurons) where range.contains(time) {
            let y = frame.y + (Double(neuron) + 0.5) * row - length / 2
            path += "M\(Numerals.decimal(panel.horizontal(time))) \(Numerals.decimal(y))v\(Numerals.decimal(length))"
        }
        canvas.path(
            path, style: "sf-l\(index % DrawingStyle.seriesCount)", attributes: "fill=\"none\" stroke-width=\"1.4\"")
    }

    private func shade(_ band: SpikeEvents, index: Int, frame: Frame, scale: Scale, on canvas: inout Canvas) {
        var grid = DensityGrid(
            frame: frame, cell: 2, rows: max(1, min(band.neuronCount, Int(frame.height / 2))))
        for (time, neuron) in zip(band.times, band.neurons) {
            grid.add(scale.fraction(time), (Double(neuron) + 0.5) / Double(band.neuronCount))
        }
        grid.draw(on: &canvas, series: index)
    }
}
