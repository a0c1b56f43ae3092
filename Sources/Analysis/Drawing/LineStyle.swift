/// How the lines of a picture without marks are told apart: by colour, and by dashes once the colours are used up.
struct LineStyle {
    /// Which colour it has.
    let colour: Int
    /// Lengths of dashes and gaps; nil for an unbroken line.
    let dashes: String?

    private static let patterns: [String?] = [nil, "7 3", "2 2.5", "8 2.5 1.5 2.5"]

    /// How many lines can be told apart.
    static var count: Int { DrawingStyle.seriesCount * patterns.count }

    /// The style of a line; after ``count`` lines, styles come again.
    init(_ series: Int) {
        colour = series % DrawingStyle.seriesCount
        dashes = Self.patterns[series / DrawingStyle.seriesCount % Self.patterns.count]
    }

    /// Draws a path in this style.
    func draw(_ path: String, width: Double, on canvas: inout Canvas) {
        // Round ends would fill the gaps.
        let pattern = dashes.map { " stroke-dasharray=\"\($0)\" style=\"stroke-linecap:butt\"" } ?? ""
        canvas.path(
            path, style: "sf-line sf-l\(colour)", attributes: "stroke-width=\"\(Numerals.decimal(width))\"" + pattern)
    }
}
