/// The key to the colours of numbers: a strip with a scale beside it.
struct ColourBar {
    let map: ColourMap
    let lower: Double, upper: Double
    /// What the numbers are.
    let name: String
    /// Words for the numbers; by default themselves.
    var label: ((Double) -> String)?

    static let stripWidth = 14.0

    /// The ends and the middle, which say all there is to a linear scale.
    private var ticks: [Scale.Tick] {
        [lower, (lower + upper) / 2, upper].map { value in
            Scale.Tick(value: value, label: label?(value) ?? Numerals.significant(value, digits: 2))
        }
    }

    /// The room it takes across, with its numbers and its name.
    var width: Double {
        Self.stripWidth + 8 + (ticks.map { Canvas.width(of: $0.label, size: 11) }.max() ?? 0) + 24
    }

    /// Draws it with its upper left corner at the point.
    func draw(on canvas: inout Canvas, x: Double, y: Double, height: Double) {
        let parts = 64
        let each = height / Double(parts)
        for part in 0..<parts {
            let share = (Double(parts - 1 - part) + 0.5) / Double(parts)
            // A hair taller than its step, so that no line shows between two.
            canvas.rectangle(
                Frame(
                    x: x, y: y + Double(part) * each, width: Self.stripWidth,
                    height: each + (part < parts - 1 ? 0.5 : 0)),
                style: "sf-cell", attributes: "fill=\"\(map.colour(share).hex)\"")
        }
        canvas.rectangle(
            Frame(x: x, y: y, width: Self.stripWidth, height: height), style: "sf-axis", attributes: "fill=\"none\"")
        for tick in ticks {
            let level = y + height * (upper - tick.value) / (upper - lower)
            canvas.line(
                x1: x + Self.stripWidth, y1: level, x2: x + Self.stripWidth + 4, y2: level, style: "sf-axis")
            canvas.text(tick.label, x: x + Self.stripWidth + 7, y: level + 4, style: "sf-note")
        }
        canvas.text(
            name, x: x + width - 6, y: y + height / 2, anchor: .middle, style: "sf-note", rotated: true)
    }
}
