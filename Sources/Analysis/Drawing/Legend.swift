/// Names of series with their marks, in lines that fit a width.
struct Legend {
    struct Entry {
        let name: String
        /// Which series' colour and line it has; nil for a dashed rule.
        let series: Int?
        /// Whether the series has marks on its line.
        var isMarked = false

        /// One entry for each series of points with marks, in their order.
        static func series(_ names: [String]) -> [Entry] {
            names.enumerated().map { Entry(name: $1, series: $0, isMarked: true) }
        }

        /// One entry for each line without marks, in their order.
        static func lines(_ names: [String]) -> [Entry] {
            names.enumerated().map { Entry(name: $1, series: $0) }
        }
    }

    let entries: [Entry]

    static let lineHeight = 20.0
    /// The length of a line beside a name: long enough for a pattern of dashes to be told from others.
    private static let sample = 30.0

    /// The height it takes when it is as wide as `width`.
    func height(width: Double) -> Double {
        Double((place(width: width).last?.line ?? -1) + 1) * Self.lineHeight
    }

    /// Draws it with its upper left corner at the point.
    func draw(on canvas: inout Canvas, x: Double, y: Double, width: Double) {
        for (entry, offset, line) in place(width: width) {
            let left = x + offset, middle = y + Double(line) * Self.lineHeight + 8
            if let series = entry.series {
                let style = LineStyle(series)
                let path = "M\(Numerals.decimal(left)) \(Numerals.decimal(middle))h\(Numerals.decimal(Self.sample))"
                if entry.isMarked {
                    canvas.path(path, style: "sf-line sf-l\(style.colour)")
                    canvas.path(
                        Panel.markPath(series: series, x: left + Self.sample / 2, y: middle, radius: 3.5),
                        style: "sf-f\(style.colour)")
                } else {
                    style.draw(path, width: 1.6, on: &canvas)
                }
            } else {
                canvas.line(x1: left, y1: middle, x2: left + Self.sample, y2: middle, style: "sf-rule")
            }
            canvas.text(entry.name, x: left + Self.sample + 6, y: middle + 4)
        }
    }

    private func place(width: Double) -> [(entry: Entry, offset: Double, line: Int)] {
        var line = 0, offset = 0.0
        return entries.map { entry in
            let needed = Self.sample + 6 + Canvas.width(of: entry.name) + 18
            if offset > 0 && offset + needed > width {
                line += 1
                offset = 0
            }
            defer { offset += needed }
            return (entry, offset, line)
        }
    }
}
