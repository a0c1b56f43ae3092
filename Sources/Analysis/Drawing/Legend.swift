/// Names of series with their marks, in lines that fit a width.
struct Legend {
    struct Entry {
        let name: String
        /// Which series' colour and mark it has; nil for a dashed rule.
        let series: Int?

        /// One entry for each name, in the order of the series.
        static func series(_ names: [String]) -> [Entry] {
            names.enumerated().map { Entry(name: $1, series: $0) }
        }
    }

    let entries: [Entry]

    static let lineHeight = 20.0

    /// The height it takes when it is as wide as `width`.
    func height(width: Double) -> Double {
        Double((place(width: width).last?.line ?? -1) + 1) * Self.lineHeight
    }

    /// Draws it with its upper left corner at the point.
    func draw(on canvas: inout Canvas, x: Double, y: Double, width: Double) {
        for (entry, offset, line) in place(width: width) {
            let left = x + offset, middle = y + Double(line) * Self.lineHeight + 8
            if let series = entry.series {
                let colour = series % DrawingStyle.seriesCount
                canvas.line(x1: left, y1: middle, x2: left + 18, y2: middle, style: "sf-line sf-l\(colour)")
                canvas.path(
                    Panel.markPath(series: series, x: left + 9, y: middle, radius: 3.5), style: "sf-f\(colour)")
            } else {
                canvas.line(x1: left, y1: middle, x2: left + 18, y2: middle, style: "sf-rule")
            }
            canvas.text(entry.name, x: left + 24, y: middle + 4)
        }
    }

    private func place(width: Double) -> [(entry: Entry, offset: Double, line: Int)] {
        var line = 0, offset = 0.0
        return entries.map { entry in
            let needed = 24 + Canvas.width(of: entry.name) + 18
            if offset > 0 && offset + needed > width {
                line += 1
                offset = 0
            }
            defer { offset += needed }
            return (entry, offset, line)
        }
    }
}
