/// A rectangle with two axes, and the way from values to pixels in it.
struct Panel {
    let frame: Frame
    let x: Scale
    let y: Scale

    func horizontal(_ value: Double) -> Double { frame.x + x.fraction(value) * frame.width }
    func vertical(_ value: Double) -> Double { frame.bottom - y.fraction(value) * frame.height }

    /// The room the labels of an axis on the left need.
    static func leftMargin(for scale: Scale, hasName: Bool) -> Double {
        let widest = scale.ticks.map { Canvas.width(of: $0.label) }.max() ?? 0
        return widest + 14 + (hasName ? 24 : 0)
    }

    /// Room below for the numbers and the name of the axis.
    static let bottomMargin = 44.0

    /// Draws grid, axes, numbers and names.
    ///
    /// - Parameter nameX: Where the name of the vertical axis stands, so that those of stacked panels can be in line; by default
    ///   just left of the numbers.
    func drawAxes(
        on canvas: inout Canvas, xName: String?, yName: String?, hasXLabels: Bool = true, nameX: Double? = nil
    ) {
        var grid = ""
        for tick in y.ticks {
            let position = vertical(tick.value)
            grid += "M\(Numerals.decimal(frame.x)) \(Numerals.decimal(position))h\(Numerals.decimal(frame.width))"
            canvas.text(tick.label, x: frame.x - 8, y: position + 4, anchor: .end)
        }
        let labels = legibleLabels()
        for tick in x.ticks {
            let position = horizontal(tick.value)
            grid += "M\(Numerals.decimal(position)) \(Numerals.decimal(frame.y))v\(Numerals.decimal(frame.height))"
            if hasXLabels && labels.contains(tick.label) {
                canvas.text(tick.label, x: position, y: frame.bottom + 17, anchor: .middle)
            }
        }
        canvas.path(grid, style: "sf-grid")
        canvas.line(x1: frame.x, y1: frame.bottom, x2: frame.right, y2: frame.bottom, style: "sf-axis")
        if let xName {
            canvas.text(xName, x: frame.x + frame.width / 2, y: frame.bottom + 36, anchor: .middle)
        }
        if let yName {
            canvas.text(
                yName, x: nameX ?? frame.x - Self.leftMargin(for: y, hasName: true) + 16, y: frame.y + frame.height / 2,
                anchor: .middle, rotated: true)
        }
    }

    /// The labels of the x axis that fit beside each other, from the first on.
    private func legibleLabels() -> Set<String> {
        var labels: Set<String> = []
        var end = -Double.infinity
        for tick in x.ticks {
            let half = Canvas.width(of: tick.label) / 2, position = horizontal(tick.value)
            if position - half > end + 4 {
                labels.insert(tick.label)
                end = position + half
            }
        }
        return labels
    }

    /// Draws a dashed level; its name belongs into the legend, where no line can cross it.
    func drawRule(on canvas: inout Canvas, at value: Double) {
        let position = vertical(value)
        guard position >= frame.y - 0.5, position <= frame.bottom + 0.5 else { return }
        canvas.line(x1: frame.x, y1: position, x2: frame.right, y2: position, style: "sf-rule")
    }
}
