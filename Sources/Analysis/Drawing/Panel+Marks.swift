/// A point of a line or a cloud, in the units of the axes.
public struct PlotPoint: Sendable, Equatable {
    /// Along the horizontal axis.
    public let x: Double
    /// Along the vertical axis.
    public let y: Double

    /// Makes a point.
    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}

extension Panel {
    /// The path of a line through the points; it breaks where a value is not finite.
    ///
    /// A line with many more points than pixels is drawn as the lowest and highest value of each pixel column, in the order in
    /// which they occur, so that no peak is lost.
    func linePath(_ points: [PlotPoint]) -> String {
        var path = ""
        var isDown = false
        for point in thinned(points) {
            let px = horizontal(point.x), py = vertical(point.y)
            guard px.isFinite, py.isFinite else {
                isDown = false
                continue
            }
            path += (isDown ? "L" : "M") + Numerals.decimal(px) + " " + Numerals.decimal(py)
            isDown = true
        }
        return path
    }

    private func thinned(_ points: [PlotPoint]) -> [PlotPoint] {
        guard Double(points.count) > 4 * frame.width else { return points }
        var kept: [PlotPoint] = []
        var start = 0
        while start < points.count {
            let column = columnIndex(points[start])
            var end = start + 1
            while end < points.count, columnIndex(points[end]) == column { end += 1 }
            let indices = start..<end
            let lowest = indices.min { points[$0].y < points[$1].y } ?? start
            let highest = indices.max { points[$0].y < points[$1].y } ?? start
            for index in Set([start, lowest, highest, end - 1]).sorted() { kept.append(points[index]) }
            start = end
        }
        return kept
    }

    private func columnIndex(_ point: PlotPoint) -> Int {
        let position = horizontal(point.x)
        return position.isFinite && abs(position) < 1e9 ? Int(position.rounded(.down)) : Int.min
    }

    /// A line through values that hold from one x to the next; it breaks where a value is not finite.
    func stepPath(edges: [Double], values: [Double]) -> String {
        var path = ""
        var isDown = false
        for (index, value) in values.enumerated() where index + 1 < edges.count {
            guard value.isFinite else {
                isDown = false
                continue
            }
            let level = Numerals.decimal(vertical(value))
            path += isDown ? "V\(level)" : "M\(Numerals.decimal(horizontal(edges[index]))) \(level)"
            path += "H\(Numerals.decimal(horizontal(edges[index + 1])))"
            isDown = true
        }
        return path
    }

    /// Marks at the points, of a shape that tells the series from others without its colour.
    func drawMarks(on canvas: inout Canvas, at points: [PlotPoint], series: Int, radius: Double = 3.5) {
        var path = ""
        for point in points {
            let px = horizontal(point.x), py = vertical(point.y)
            if px.isFinite && py.isFinite { path += Self.markPath(series: series, x: px, y: py, radius: radius) }
        }
        canvas.path(path, style: "sf-f\(series % DrawingStyle.seriesCount)")
    }

    /// The outline of one mark: circle, square, triangle or diamond.
    static func markPath(series: Int, x: Double, y: Double, radius: Double) -> String {
        let r = Numerals.decimal(radius, places: 2)
        func start(_ dx: Double, _ dy: Double) -> String {
            "M\(Numerals.decimal(x + dx)) \(Numerals.decimal(y + dy))"
        }
        let double = Numerals.decimal(2 * radius, places: 2)
        switch series % 4 {
        case 0: return start(-radius, 0) + "a\(r) \(r) 0 1 0 \(double) 0a\(r) \(r) 0 1 0 -\(double) 0z"
        case 1: return start(-radius, -radius) + "h\(double)v\(double)h-\(double)z"
        case 2: return start(0, -radius) + "l\(r) \(double)h-\(double)z"
        default: return start(0, -radius) + "l\(r) \(r)l-\(r) \(r)l-\(r) -\(r)z"
        }
    }
}
