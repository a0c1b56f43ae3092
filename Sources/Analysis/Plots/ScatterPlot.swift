/// One quantity against another, as a cloud of points with the line on which they would be equal.
///
/// More than 3,000 points are counted in small cells and shaded.
public struct ScatterPlot: Picture {
    /// Written above the picture.
    public var title: String
    /// The points.
    public var points: [PlotPoint]
    /// What stands below the horizontal axis.
    public var xName: String
    /// What stands beside the vertical axis.
    public var yName: String
    /// Whether the line y = x is drawn.
    public var showsIdentity: Bool

    /// The most points that are drawn one by one.
    public static let markLimit = 3000

    /// Describes a scatter plot.
    public init(title: String, points: [PlotPoint], xName: String, yName: String, showsIdentity: Bool = false) {
        self.title = title
        self.points = points
        self.xName = xName
        self.yName = yName
        self.showsIdentity = showsIdentity
    }

    /// Draws it.
    public func drawing() -> Drawing { drawing(width: 420, panelHeight: 320, series: 0) }

    func drawing(width: Double, panelHeight: Double, series: Int) -> Drawing {
        let layout = ChartLayout(
            title: title, x: Scale.linear([0] + points.map(\.x), ticks: 4),
            y: Scale.linear([0] + points.map(\.y), ticks: 4),
            width: width, panelHeight: panelHeight)
        var canvas = Canvas()
        layout.drawFrame(on: &canvas, xName: xName, yName: yName)
        let panel = layout.panel
        if showsIdentity {
            let start = max(panel.x.lower, panel.y.lower), end = min(panel.x.upper, panel.y.upper)
            canvas.line(
                x1: panel.horizontal(start), y1: panel.vertical(start), x2: panel.horizontal(end),
                y2: panel.vertical(end), style: "sf-rule")
        }
        if points.isEmpty {
            layout.drawNote(on: &canvas, "no points")
        } else if points.count <= Self.markLimit {
            let path = points.map { point in
                Panel.markPath(series: 0, x: panel.horizontal(point.x), y: panel.vertical(point.y), radius: 1.6)
            }
            canvas.path(
                path.joined(), style: "sf-f\(series % DrawingStyle.seriesCount)", attributes: "fill-opacity=\"0.5\"")
        } else {
            var grid = DensityGrid(frame: panel.frame, cell: 4)
            for point in points { grid.add(panel.x.fraction(point.x), 1 - panel.y.fraction(point.y)) }
            grid.draw(on: &canvas, series: series)
        }
        return layout.finish(canvas, summary: "\(yName) against \(xName), \(Numerals.grouped(points.count)) points")
    }
}
