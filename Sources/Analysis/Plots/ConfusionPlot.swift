/// A confusion matrix: what each class was taken for, coloured by the part of the class.
///
/// Up to 40 classes have their names; the counts stand in the cells as long as they are legible there.
public struct ConfusionPlot: Picture {
    /// Written above the picture.
    public var title: String
    /// The counts.
    public var matrix: ConfusionMatrix

    /// Describes a picture of a confusion matrix.
    public init(title: String, matrix: ConfusionMatrix) {
        self.title = title
        self.matrix = matrix
    }

    /// The most classes whose names are written.
    public static let namedClasses = 40

    private var count: Int { matrix.classNames.count }

    /// Pixels a cell.
    private var cell: Double {
        switch count {
        case ...6: 64
        case ...12: 46
        case ...20: 34
        case ...Self.namedClasses: 18
        default: max(1.5, 640 / Double(count))
        }
    }

    /// Draws it.
    ///
    /// - Complexity: O(classes²).
    public func drawing() -> Drawing {
        let isNamed = count <= Self.namedClasses
        let fontSize = cell < 20 ? 11.0 : 12
        let names = isNamed ? matrix.classNames.map { Canvas.fit($0, width: 150, size: fontSize) } : []
        let labelRoom = names.map { Canvas.width(of: $0, size: fontSize) }.max() ?? 0
        let side = cell * Double(count)
        let frame = Frame(x: 34 + labelRoom + 10, y: 46, width: side, height: side)
        // Names that do not fit below their column stand on end.
        let isTurned = labelRoom > cell - 6
        let nameHeight = names.isEmpty ? 6 : isTurned ? labelRoom + 12 : 20
        let bar = ColourBar(
            map: .blues, lower: 0, upper: 1, name: "part of the class", label: { Numerals.percent($0, places: 0) })

        var canvas = Canvas()
        let width = max(frame.right + 22 + bar.width + 10, 360)
        canvas.text(Canvas.fit(title, width: width - 24, size: 15), x: 12, y: 22, style: "sf-title")
        drawCells(on: &canvas, frame)
        let style = cell < 20 ? "sf-note" : "sf-text"
        for (index, name) in names.enumerated() {
            let middle = (Double(index) + 0.5) * cell
            canvas.text(name, x: frame.x - 8, y: frame.y + middle + 4, anchor: .end, style: style)
            if isTurned {
                canvas.text(
                    name, x: frame.x + middle + 4, y: frame.bottom + 8, anchor: .end, style: style, rotated: true)
            } else {
                canvas.text(name, x: frame.x + middle, y: frame.bottom + 16, anchor: .middle, style: style)
            }
        }
        canvas.text("label", x: 20, y: frame.y + side / 2, anchor: .middle, rotated: true)
        canvas.text("prediction", x: frame.x + side / 2, y: frame.bottom + nameHeight + 16, anchor: .middle)
        bar.draw(on: &canvas, x: frame.right + 22, y: frame.y, height: min(side, 220))
        let bottom = frame.bottom + nameHeight + 30
        canvas.text(Canvas.fit(caption, width: width - 24, size: 11), x: 12, y: bottom + 10, style: "sf-note")
        return Drawing(
            width: width, height: bottom + 22, title: title.isEmpty ? "Confusion matrix" : title, summary: summary,
            body: canvas.body)
    }

    private func drawCells(on canvas: inout Canvas, _ frame: Frame) {
        let rows = matrix.rows
        let shares = rows.map { row in
            let support = row.reduce(0, +)
            return row.map { support > 0 ? Double($0) / Double(support) : 0 }
        }
        if count > Self.namedClasses {
            let pixels = shares.joined().flatMap { share in
                let colour = ColourMap.blues.colour(share)
                return [colour.red, colour.green, colour.blue]
            }
            canvas.image(
                frame,
                address: PNG.dataAddress(PNG.encode(width: count, height: count, kind: .colour, pixels: pixels)))
        } else {
            for (row, line) in shares.enumerated() {
                for (column, share) in line.enumerated() {
                    let place = Frame(
                        x: frame.x + Double(column) * cell, y: frame.y + Double(row) * cell, width: cell, height: cell)
                    let colour = ColourMap.blues.colour(share)
                    canvas.rectangle(
                        place, style: "sf-cell",
                        attributes: "fill=\"\(colour.hex)\" stroke=\"#c9d3dd\" stroke-width=\"0.5\"")
                    let text = "\(rows[row][column])"
                    guard cell >= 30, Canvas.width(of: text) <= cell - 4 else { continue }
                    // The darker text where the cell is light; cells do not change with the surroundings.
                    let ink = colour.luminance > 0.36 ? (rows[row][column] == 0 ? "#9aa4ae" : "#14171a") : "#ffffff"
                    canvas.text(
                        text, x: place.x + cell / 2, y: place.y + cell / 2 + 4, anchor: .middle, fill: ink)
                }
            }
        }
        canvas.rectangle(frame, style: "sf-axis", attributes: "fill=\"none\"")
    }

    private var caption: String {
        let report = ClassificationReport(matrix)
        let empty = report.emptyClasses
        let none = empty.isEmpty ? "" : "; no samples of \(empty.joined(separator: ", "))"
        return "\(Numerals.percent(report.accuracy, places: 2)) of \(Numerals.grouped(matrix.total)) told right\(none)"
    }

    private var summary: String {
        let confused = matrix.rows.enumerated().flatMap { label, row in
            row.enumerated().filter { $0.offset != label && $0.element > 0 }.map {
                (count: $0.element, text: "\(matrix.classNames[label]) as \(matrix.classNames[$0.offset])")
            }
        }.sorted { $0.count > $1.count }.prefix(3)
        guard !confused.isEmpty else { return caption }
        return caption + "; most often " + confused.map { "\($0.text) (\($0.count))" }.joined(separator: ", ")
    }
}
