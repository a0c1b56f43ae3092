/// The bands of a raster: one population each, from the top, with a row for each of its neurons.
///
/// Time is the horizontal position, through the scale of a panel that spans all bands.
struct RasterBands {
    let bands: [SpikeEvents]
    /// What stands under the name of each band, where there is room.
    let notes: [String]
    let range: ClosedRange<Double>

    /// The room between two bands.
    static let gap = 6.0

    init(_ bands: [SpikeEvents], notes: [String]? = nil, range: ClosedRange<Double>) {
        self.bands = bands
        self.notes = notes ?? bands.map { "n = \(Numerals.grouped($0.neuronCount))" }
        self.range = range
    }

    /// The spikes in the range.
    var shownCount: Int { bands.reduce(0) { $0 + $1.times.count { range.contains($0) } } }

    /// The room that names and notes need on the left.
    var leftMargin: Double {
        let names = bands.map { Canvas.width(of: Self.shortened($0.name)) }
        let under = notes.map { Canvas.width(of: $0, size: 11) }
        return max(60, ((names + under).max() ?? 0) + 20).rounded(.up)
    }

    /// The height of each band: four pixels a neuron while there is room; then bands share it by the square root of their
    /// size.
    func heights(limit: Double) -> [Double] {
        let wanted = bands.map { min(140, max(20, Double($0.neuronCount) * 4)) }
        let total = wanted.reduce(0, +)
        if total <= limit { return wanted }
        let weights = bands.map { Double(max(1, $0.neuronCount)).squareRoot() }
        let sum = weights.reduce(0, +)
        let room = max(0, limit - 20 * Double(bands.count))
        return weights.map { (20 + room * $0 / sum).rounded() }
    }

    /// The height of all bands together.
    static func total(_ heights: [Double]) -> Double {
        heights.reduce(0, +) + Double(max(0, heights.count - 1)) * gap
    }

    /// Draws names and spikes in the frame of a panel.
    ///
    /// - Parameter isShaded: Whether spikes are counted in cells instead of drawn one by one.
    func draw(on canvas: inout Canvas, panel: Panel, heights: [Double], isShaded: Bool) {
        let inner = panel.frame
        var top = inner.y
        for (index, band) in bands.enumerated() {
            let frame = Frame(x: inner.x, y: top, width: inner.width, height: heights[index])
            let middle = top + heights[index] / 2
            canvas.text(
                Self.shortened(band.name), x: inner.x - 8, y: heights[index] < 26 ? middle + 4 : middle - 1,
                anchor: .end)
            if heights[index] >= 26 {
                canvas.text(notes[index], x: inner.x - 8, y: middle + 13, anchor: .end, style: "sf-note")
            }
            if isShaded {
                shade(band, index: index, frame: frame, scale: panel.x, on: &canvas)
            } else {
                mark(band, index: index, frame: frame, panel: panel, on: &canvas)
            }
            top += heights[index] + Self.gap
            if index + 1 < bands.count {
                let edge = top - Self.gap / 2
                canvas.line(x1: inner.x, y1: edge, x2: inner.right, y2: edge, style: "sf-grid")
            }
        }
        if shownCount == 0 {
            canvas.text(
                "no spikes", x: inner.x + inner.width / 2, y: inner.y + inner.height / 2 + 4, anchor: .middle,
                style: "sf-note")
        }
    }

    /// Vertical lines at the ticks of the time axis, with or without their numbers, and the axis below the bands.
    func drawGrid(on canvas: inout Canvas, panel: Panel, hasLabels: Bool) {
        var grid = ""
        let frame = panel.frame
        for tick in panel.x.ticks {
            let x = panel.horizontal(tick.value)
            grid += "M\(Numerals.decimal(x)) \(Numerals.decimal(frame.y))v\(Numerals.decimal(frame.height))"
            if hasLabels { canvas.text(tick.label, x: x, y: frame.bottom + 17, anchor: .middle) }
        }
        canvas.path(grid, style: "sf-grid")
        canvas.line(x1: frame.x, y1: frame.bottom + 1, x2: frame.right, y2: frame.bottom + 1, style: "sf-axis")
    }

    private static func shortened(_ name: String) -> String {
        name.count <= 22 ? name : name.prefix(21) + "…"
    }

    private func mark(_ band: SpikeEvents, index: Int, frame: Frame, panel: Panel, on canvas: inout Canvas) {
        let row = frame.height / Double(max(1, band.neuronCount))
        let length = min(8, max(2.5, row * 0.8))
        var path = ""
        for (time, neuron) in zip(band.times, band.neurons) where range.contains(time) {
            let y = frame.y + (Double(neuron) + 0.5) * row - length / 2
            path += "M\(Numerals.decimal(panel.horizontal(time))) \(Numerals.decimal(y))v\(Numerals.decimal(length))"
        }
        canvas.path(
            path, style: "sf-l\(index % DrawingStyle.seriesCount)", attributes: "fill=\"none\" stroke-width=\"1.4\"")
    }

    private func shade(_ band: SpikeEvents, index: Int, frame: Frame, scale: Scale, on canvas: inout Canvas) {
        var grid = DensityGrid(
            frame: frame, cell: 2, rows: max(1, min(band.neuronCount, Int(frame.height / 2))))
        for (time, neuron) in zip(band.times, band.neurons) {
            grid.add(scale.fraction(time), (Double(neuron) + 0.5) / Double(band.neuronCount))
        }
        grid.draw(on: &canvas, series: index)
    }
}
