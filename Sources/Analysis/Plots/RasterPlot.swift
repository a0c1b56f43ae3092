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
    var leftMargin: Double { RasterBands(bands, range: range).leftMargin }

    func drawing(
        width: Double, heightLimit: Double, left margin: Double, right: Double, markLimit: Int = Self.markLimit
    ) -> Drawing {
        var canvas = Canvas()
        let rows = RasterBands(bands, range: range)
        let scale = Scale.linear([range.lowerBound, range.upperBound], ticks: width < 500 ? 5 : 8, isRounded: false)
        let hasLabels = separators.contains { !$0.label.isEmpty }
        let top = (title.isEmpty ? 10.0 : 36) + (hasLabels ? 16 : 0)
        let heights = rows.heights(limit: heightLimit)
        let inner = Frame(x: margin, y: top, width: width - margin - right, height: RasterBands.total(heights))
        let panel = Panel(frame: inner, x: scale, y: Scale.linear([0, 1]))

        if !title.isEmpty { canvas.text(title, x: 12, y: 22, style: "sf-title") }
        rows.drawGrid(on: &canvas, panel: panel, hasLabels: true)
        drawSeparators(on: &canvas, panel: panel)
        let shownCount = rows.shownCount
        let isShaded = shownCount > markLimit
        rows.draw(on: &canvas, panel: panel, heights: heights, isShaded: isShaded)
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

    private func summary(_ shown: Int) -> String {
        "Raster of \(Numerals.grouped(shown)) spikes from \(Numerals.decimal(range.lowerBound)) to "
            + "\(Numerals.decimal(range.upperBound)), populations: "
            + bands.map { "\($0.name) (\(Numerals.grouped($0.count)))" }.joined(separator: ", ")
    }

    private func drawSeparators(on canvas: inout Canvas, panel: Panel) {
        let frame = panel.frame
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
}
