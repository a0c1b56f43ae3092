/// Counts of points in cells of a frame, for clouds too large to draw point by point.
///
/// However many points there are, its picture has a bounded size: at most one short path command for each cell.
struct DensityGrid {
    let frame: Frame
    let cell: Double
    let columns: Int
    let rows: Int
    private var counts: [UInt32]

    init(frame: Frame, cell: Double) {
        self.init(frame: frame, cell: cell, rows: max(1, Int(frame.height / cell)))
    }

    init(frame: Frame, cell: Double, rows: Int) {
        self.frame = frame
        self.cell = cell
        columns = max(1, Int((frame.width / cell).rounded(.up)))
        self.rows = rows
        counts = Array(repeating: 0, count: columns * rows)
    }

    /// Counts a point given by its fractions of the frame, from the left and from the top; one outside is left out.
    mutating func add(_ fromLeft: Double, _ fromTop: Double) {
        guard fromLeft >= 0, fromLeft <= 1, fromTop >= 0, fromTop <= 1 else { return }
        let column = min(Int(fromLeft * frame.width / cell), columns - 1)
        let row = min(Int(fromTop * Double(rows)), rows - 1)
        counts[row * columns + column] &+= 1
    }

    /// Draws the cells in four shades, the strongest for the fullest.
    ///
    /// Steps are equal in the count, up to the count that only one cell in fifty exceeds: a single burst does not make everything
    /// else pale.
    func draw(on canvas: inout Canvas, series: Int) {
        let filled = counts.filter { $0 > 0 }.sorted()
        guard !filled.isEmpty else { return }
        let most = filled[(filled.count - 1) * 49 / 50]
        let shades = 4
        let height = frame.height / Double(rows)
        var paths = Array(repeating: "", count: shades)
        for row in 0..<rows {
            // Within a row, moves are relative to where the last run of the same shade ended.
            var ends: [Double?] = Array(repeating: nil, count: shades)
            let level = frame.y + (Double(row) + 0.5) * height
            var column = 0
            while column < columns {
                let shade = self.shade(row: row, column: column, most: most, of: shades)
                var end = column + 1
                while end < columns, self.shade(row: row, column: end, most: most, of: shades) == shade { end += 1 }
                if let shade {
                    let start = frame.x + Double(column) * cell
                    if let last = ends[shade] {
                        paths[shade] += "m\(Numerals.decimal(start - last)) 0"
                    } else {
                        paths[shade] += "M\(Numerals.decimal(start)) \(Numerals.decimal(level))"
                    }
                    let length = min(Double(end - column) * cell, frame.right - start)
                    paths[shade] += "h\(Numerals.decimal(length))"
                    ends[shade] = start + length
                }
                column = end
            }
        }
        for (shade, path) in paths.enumerated() {
            let opacity = Numerals.decimal(0.25 + 0.75 * Double(shade) / Double(shades - 1), places: 2)
            canvas.path(
                path, style: "sf-l\(series % DrawingStyle.seriesCount)",
                attributes: "fill=\"none\" shape-rendering=\"crispEdges\" "
                    + "stroke-width=\"\(Numerals.decimal(height, places: 2))\" stroke-opacity=\"\(opacity)\"")
        }
    }

    private func shade(row: Int, column: Int, most: UInt32, of shades: Int) -> Int? {
        let count = counts[row * columns + column]
        if count == 0 { return nil }
        return min(shades - 1, (Int(count) * shades - 1) / Int(most))
    }
}
