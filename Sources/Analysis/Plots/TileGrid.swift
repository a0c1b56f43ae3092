/// Small grids of numbers side by side in one scale of colours, such as filters or feature maps.
public struct TileGrid: Picture {
    /// One grid.
    public struct Tile: Sendable, Equatable {
        /// What stands above it; empty for nothing.
        public let name: String
        /// How many rows it has.
        public let rows: Int
        /// How many columns it has.
        public let columns: Int
        /// Its numbers, row by row.
        public let values: [Float]

        /// Makes a grid.
        ///
        /// - Precondition: `values` holds `rows * columns` numbers, and both are at least 1.
        public init(name: String, rows: Int, columns: Int, values: [Float]) {
            precondition(
                rows > 0 && columns > 0 && values.count == rows * columns,
                "\(values.count) numbers of \(rows) x \(columns)")
            self.name = name
            self.rows = rows
            self.columns = columns
            self.values = values
        }
    }

    /// How numbers become colours, the same for all tiles.
    public enum Range: Sendable {
        /// Zero is white, and the largest size has the strongest colour on both sides.
        case symmetric
        /// From zero, dark, to what only one number in 200 exceeds, so that a few large ones do not darken all others.
        case fromZero
    }

    /// How tiles stand.
    public enum Arrangement: Sendable, Equatable {
        /// In lines that fit the width.
        case wrapped
        /// So many in a line, with the lines' names on the left; the tiles' names stand above the first line only.
        case matrix(columns: Int, lines: [String])
    }

    /// Written above the picture.
    public var title: String
    /// The grids, all of one size.
    public var tiles: [Tile]
    /// How numbers become colours.
    public var range: Range
    /// How the grids stand.
    public var arrangement: Arrangement
    /// What the numbers are.
    public var valueName: String
    /// What stands below the picture.
    public var caption: String
    /// What the tiles come from, such as the image shown to the network; drawn in grey on the left.
    public var source: Tile?

    /// Describes a picture of grids.
    public init(
        title: String, tiles: [Tile], range: Range, arrangement: Arrangement = .wrapped, valueName: String,
        caption: String = "", source: Tile? = nil
    ) {
        self.title = title
        self.tiles = tiles
        self.range = range
        self.arrangement = arrangement
        self.valueName = valueName
        self.caption = caption
        self.source = source
    }

    private static let width = 760.0, gap = 7.0, sourceSide = 84.0

    /// The number with the strongest colour, and whether some are larger.
    private var limit: (value: Double, isExceeded: Bool) {
        let sizes = tiles.lazy.flatMap(\.values).filter(\.isFinite).map { abs($0) }
        guard let largest = sizes.max(), largest > 0 else { return (1, false) }
        if case .symmetric = range { return (Double(largest), false) }
        let sorted = sizes.sorted()
        let high = sorted[(sorted.count - 1) * 199 / 200]
        return high > 0 && high < largest ? (Double(high), true) : (Double(largest), false)
    }

    private var map: ColourMap { if case .symmetric = range { .diverging } else { .viridis } }

    /// Draws it.
    ///
    /// - Complexity: O(numbers).
    public func drawing() -> Drawing {
        let (limit, isExceeded) = limit
        let lower = if case .symmetric = range { -limit } else { 0.0 }
        let bar = ColourBar(
            map: map, lower: lower, upper: limit, name: valueName,
            label: { (isExceeded && $0 == limit ? "≥ " : "") + Numerals.significant($0, digits: 2) })
        let size = tileSize
        let lineNames: [String] = if case .matrix(_, let lines) = arrangement { lines } else { [] }
        let lineRoom = lineNames.map { Canvas.width(of: $0, size: 11) + 8 }.max() ?? 0
        let sourceRoom = source == nil ? 0 : Self.sourceSide + 20
        let left = 16 + sourceRoom + lineRoom
        let room = Self.width - left - bar.width - 30
        let columns: Int
        switch arrangement {
        case .matrix(let across, _): columns = max(1, across)
        case .wrapped:
            let most = max(1, Int((room + Self.gap) / (size.width + Self.gap)))
            // Lines of about one length.
            let lines = max(1, (tiles.count + most - 1) / most)
            columns = max(1, (tiles.count + lines - 1) / lines)
        }
        let lines = (tiles.count + columns - 1) / columns
        let hasNames = tiles.contains { !$0.name.isEmpty }
        let nameHeight = hasNames ? 13.0 : 0
        let isWrapped = arrangement == .wrapped
        let pitch = size.height + Self.gap + (isWrapped ? nameHeight : 0)
        let top = 38.0
        var canvas = Canvas()
        for (index, tile) in tiles.enumerated() {
            let (line, column) = index.quotientAndRemainder(dividingBy: columns)
            let place = Frame(
                x: left + Double(column) * (size.width + Self.gap), y: top + nameHeight + Double(line) * pitch,
                width: size.width, height: size.height)
            if hasNames, isWrapped || line == 0 {
                canvas.text(
                    Canvas.fit(tile.name, width: size.width + Self.gap - 2, size: 11), x: place.x + size.width / 2,
                    y: place.y - 3, anchor: .middle, style: "sf-note")
            }
            if column == 0, lineNames.indices.contains(line) {
                canvas.text(
                    lineNames[line], x: place.x - 7, y: place.y + size.height / 2 + 4, anchor: .end, style: "sf-note")
            }
            draw(tile, in: place, on: &canvas) { (Double($0) - lower) / (limit - lower) }
        }
        let right = left + Double(min(columns, max(1, tiles.count))) * (size.width + Self.gap)
        let gridHeight = max(nameHeight + Double(lines) * pitch, source == nil ? 0 : Self.sourceSide + 20)
        let barHeight = min(max(gridHeight - nameHeight - Self.gap, 90), 220)
        bar.draw(on: &canvas, x: right + 12, y: top + nameHeight, height: barHeight)
        drawSource(on: &canvas, y: top + nameHeight)
        let width = max(right + 12 + bar.width + 12, 420)
        let bottom = top + max(gridHeight, nameHeight + barHeight + 8)
        canvas.text(Canvas.fit(title, width: width - 24, size: 15), x: 12, y: 22, style: "sf-title")
        var height = bottom + 8
        for text in Self.lines(of: caption, width: width - 24) {
            canvas.text(text, x: 12, y: height + 10, style: "sf-note")
            height += 15
        }
        return Drawing(
            width: width, height: height + 8, title: title, summary: "\(tiles.count) grids of \(valueName). \(caption)",
            body: canvas.body)
    }

    /// Pixels of a tile: whole ones for each number where there is room.
    private var tileSize: (width: Double, height: Double) {
        guard let first = tiles.first else { return (10, 10) }
        let wanted: Double
        switch arrangement {
        case .matrix(let columns, _): wanted = min(44, max(14, 560 / Double(max(1, columns)) - Self.gap))
        case .wrapped:
            wanted =
                switch tiles.count {
                case ...1: 560
                case ...4: 150
                case ...12: 100
                case ...40: 64
                default: 46
                }
        }
        let longer = Double(max(first.rows, first.columns))
        var each = wanted / longer
        if each > 1 { each = each.rounded(.down) }
        each = min(each, 24)
        return (Double(first.columns) * each, Double(first.rows) * each)
    }

    private func drawSource(on canvas: inout Canvas, y: Double) {
        guard let source else { return }
        let scale = Self.sourceSide / Double(max(source.rows, source.columns))
        let place = Frame(x: 16, y: y, width: Double(source.columns) * scale, height: Double(source.rows) * scale)
        let finite = source.values.filter(\.isFinite)
        let (low, high) = (Double(finite.min() ?? 0), Double(finite.max() ?? 1))
        draw(source, in: place, on: &canvas, map: .grey) { high > low ? (Double($0) - low) / (high - low) : 0.5 }
        canvas.text(
            Canvas.fit(source.name, width: Self.sourceSide + 14, size: 11), x: place.x, y: place.bottom + 14,
            style: "sf-note")
    }

    private func draw(
        _ tile: Tile, in frame: Frame, on canvas: inout Canvas, map own: ColourMap? = nil, share: (Float) -> Double
    ) {
        let colours = tile.values.map { (own ?? map).colour(share($0)) }
        if tiles.count * tile.values.count <= 3000 {
            let (width, height) = (frame.width / Double(tile.columns), frame.height / Double(tile.rows))
            for (index, colour) in colours.enumerated() {
                let (row, column) = index.quotientAndRemainder(dividingBy: tile.columns)
                canvas.rectangle(
                    Frame(
                        x: frame.x + Double(column) * width, y: frame.y + Double(row) * height, width: width,
                        height: height), style: "sf-cell",
                    attributes: "fill=\"\(colour.hex)\" shape-rendering=\"crispEdges\"")
            }
        } else {
            let pixels = colours.flatMap { [$0.red, $0.green, $0.blue] }
            let file = PNG.encode(width: tile.columns, height: tile.rows, kind: .colour, pixels: pixels)
            canvas.image(frame, address: PNG.dataAddress(file))
        }
        canvas.rectangle(frame, style: "sf-faint", attributes: "fill=\"none\" stroke-width=\"0.75\"")
    }

    /// A text in lines that fit a width.
    private static func lines(of text: String, width: Double) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, Canvas.width(of: last + " " + word, size: 11) <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
