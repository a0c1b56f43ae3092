/// The evidence for each class over time: the chosen one and the right one in colour, the others grey.
struct OutputPlot: Picture {
    let outputs: [[PlotPoint]]
    let classNames: [String]
    let label: Int
    let prediction: Int
    let duration: Double
    let timeName: String

    /// The classes in colour.
    private var marked: [Int] { label == prediction ? [prediction] : [prediction, label] }

    /// The room for their names, at the end of their lines.
    var rightMargin: Double { (marked.map { Canvas.width(of: classNames[$0]) }.max() ?? 0) * 1.1 + 14 }

    func drawing() -> Drawing { drawing(width: 700, left: nil) }

    func drawing(width: Double, left: Double?) -> Drawing {
        let marked = marked
        let layout = ChartLayout(
            title: "", x: Scale.linear([0, duration], ticks: 8, isRounded: false),
            y: Scale.linear([0] + outputs.flatMap { $0.lazy.map(\.y) }, ticks: 3), width: width,
            panelHeight: 130, left: left, right: rightMargin)
        let panel = layout.panel
        var canvas = Canvas()
        layout.drawFrame(on: &canvas, xName: timeName, yName: "output")
        for (index, points) in outputs.enumerated() where !marked.contains(index) {
            canvas.path(panel.linePath(points), style: "sf-line sf-faint", attributes: "stroke-width=\"1\"")
        }
        var taken: [Double] = []
        for (series, index) in marked.enumerated() {
            canvas.path(
                panel.linePath(outputs[index]), style: "sf-line sf-l\(series)", attributes: "stroke-width=\"2.2\"")
            guard let last = outputs[index].last, last.y.isFinite else { continue }
            var level = min(max(panel.vertical(last.y) + 4, panel.frame.y + 6), panel.frame.bottom)
            // Two labels at the same height would be unreadable: the second moves to the free side.
            if let other = taken.first, abs(level - other) < 15 { level = level < other ? other - 15 : other + 15 }
            taken.append(level)
            canvas.text(
                classNames[index], x: panel.frame.right + 6, y: level, style: "sf-text sf-f\(series)", isBold: true)
        }
        let ends = zip(classNames, outputs).map { "\($0) \(Numerals.significant($1.last?.y ?? .nan))" }
        return Drawing(
            width: width, height: layout.height, title: "Output of each class over time",
            summary: "At the end: " + ends.joined(separator: ", "), body: canvas.body)
    }
}
