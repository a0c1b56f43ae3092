/// SVG elements, one after the other.
struct Canvas {
    private(set) var body = ""

    /// Where a text starts, stands or ends at its point.
    enum Anchor: String {
        case start, middle, end
    }

    mutating func text(
        _ text: String, x: Double, y: Double, anchor: Anchor = .start, style: String = "sf-text", rotated: Bool = false,
        isBold: Bool = false, fill: String? = nil
    ) {
        let position = "x=\"\(Numerals.decimal(x))\" y=\"\(Numerals.decimal(y))\""
        let turn = rotated ? " transform=\"rotate(-90 \(Numerals.decimal(x)) \(Numerals.decimal(y)))\"" : ""
        // As a style: the class sets the font, and an attribute would lose against it.
        let looks = [isBold ? "font-weight:600" : nil, fill.map { "fill:\($0)" }].compactMap { $0 }
        let weight = looks.isEmpty ? "" : " style=\"\(looks.joined(separator: ";"))\""
        let alignment = anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
        body += "<text class=\"\(style)\" \(position)\(alignment)\(weight)\(turn)>\(Markup.escape(text))</text>\n"
    }

    mutating func line(x1: Double, y1: Double, x2: Double, y2: Double, style: String) {
        path(
            "M\(Numerals.decimal(x1)) \(Numerals.decimal(y1))L\(Numerals.decimal(x2)) \(Numerals.decimal(y2))",
            style: style)
    }

    mutating func path(_ data: String, style: String, attributes: String = "") {
        guard !data.isEmpty else { return }
        body += "<path class=\"\(style)\"\(attributes.isEmpty ? "" : " " + attributes) d=\"\(data)\"/>\n"
    }

    mutating func rectangle(_ frame: Frame, style: String, attributes: String = "") {
        body +=
            "<rect class=\"\(style)\"\(attributes.isEmpty ? "" : " " + attributes) x=\"\(Numerals.decimal(frame.x))\" "
            + "y=\"\(Numerals.decimal(frame.y))\" width=\"\(Numerals.decimal(frame.width))\" "
            + "height=\"\(Numerals.decimal(frame.height))\"/>\n"
    }

    /// A picture of pixels, which stay squares however large it is drawn.
    mutating func image(_ frame: Frame, address: String) {
        body +=
            "<image x=\"\(Numerals.decimal(frame.x))\" y=\"\(Numerals.decimal(frame.y))\" "
            + "width=\"\(Numerals.decimal(frame.width))\" height=\"\(Numerals.decimal(frame.height))\" "
            + "preserveAspectRatio=\"none\" image-rendering=\"optimizeSpeed\" style=\"image-rendering:pixelated\" "
            + "href=\"\(address)\"/>\n"
    }

    /// The text, cut to a width with an ellipsis where it is wider.
    static func fit(_ text: String, width: Double, size: Double = 12) -> String {
        guard Self.width(of: text, size: size) > width else { return text }
        var short = text
        while !short.isEmpty, Self.width(of: short + "…", size: size) > width { short.removeLast() }
        return short + "…"
    }

    /// About the width of a text of 12 px: wide enough for the system fonts in use.
    static func width(of text: String, size: Double = 12) -> Double {
        text.reduce(0) { width, character in
            switch character {
            case "i", "l", "j", "t", "f", "r", "I", ".", ",", ":", ";", "'", "|", " ", "(", ")", "/", "-": width + 0.34
            case "m", "w", "M", "W", "%", "@", "–", "×": width + 0.86
            case _ where character.isUppercase: width + 0.68
            default: width + 0.57
            }
        } * size
    }
}

/// A rectangle in pixels, y downwards.
struct Frame: Equatable {
    var x: Double, y: Double, width: Double, height: Double

    var right: Double { x + width }
    var bottom: Double { y + height }
}
