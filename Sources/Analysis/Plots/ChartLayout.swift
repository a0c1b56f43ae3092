/// The common frame of a picture with one panel: title, legend, axes.
struct ChartLayout {
    let title: String
    let width: Double
    let height: Double
    let panel: Panel
    private let legend: Legend
    private let legendTop: Double

    init(
        title: String, legend entries: [Legend.Entry] = [], x: Scale, y: Scale, width: Double = 760,
        panelHeight: Double = 260, left: Double? = nil, right: Double = 24
    ) {
        let margin = left ?? Panel.leftMargin(for: y, hasName: true)
        let inner = width - margin - right
        let legend = Legend(entries: entries)
        let legendTop = title.isEmpty ? 10.0 : 34
        let top = legendTop + legend.height(width: inner) + (entries.isEmpty ? 4 : 8)
        panel = Panel(
            frame: Frame(x: margin, y: top, width: inner, height: panelHeight), x: x, y: y)
        self.title = title
        self.width = width
        self.legend = legend
        self.legendTop = legendTop
        height = top + panelHeight + Panel.bottomMargin
    }

    func drawFrame(on canvas: inout Canvas, xName: String, yName: String?) {
        if !title.isEmpty { canvas.text(title, x: 12, y: 22, style: "sf-title") }
        legend.draw(on: &canvas, x: panel.frame.x, y: legendTop, width: panel.frame.width)
        panel.drawAxes(on: &canvas, xName: xName, yName: yName)
    }

    /// Says in the middle of the panel why it is empty.
    func drawNote(on canvas: inout Canvas, _ text: String) {
        let frame = panel.frame
        canvas.text(
            text, x: frame.x + frame.width / 2, y: frame.y + frame.height / 2, anchor: .middle, style: "sf-note")
    }

    /// The drawing, with a caption below the axes if there is one.
    func finish(_ canvas: Canvas, summary: String, caption: String? = nil) -> Drawing {
        var canvas = canvas
        if let caption { canvas.text(caption, x: 12, y: height + 10, style: "sf-note") }
        return Drawing(
            width: width, height: height + (caption == nil ? 0 : 20), title: title.isEmpty ? summary : title,
            summary: summary, body: canvas.body)
    }
}
