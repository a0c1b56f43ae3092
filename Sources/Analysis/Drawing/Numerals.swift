import Foundation

/// Numbers as people and pictures want them, independent of the locale.
enum Numerals {
    /// A number with at most so many digits after the point, without zeros at the end; a dash if it is not finite.
    static func decimal(_ value: Double, places: Int = 1) -> String {
        guard value.isFinite else { return "–" }
        let factor = powersOfTen[min(max(places, 0), powersOfTen.count - 1)]
        let scaled = (abs(value) * factor).rounded()
        guard scaled < 9e15 else { return "\(value)" }
        let unit = Int(factor)
        let (whole, part) = Int(scaled).quotientAndRemainder(dividingBy: unit)
        let sign = value < 0 && scaled > 0 ? "-" : ""
        if part == 0 { return sign + String(whole) }
        var digits = String(part + unit).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(sign)\(whole).\(digits)"
    }

    /// A number with exactly so many digits after the point, as in a column of a table.
    static func fixed(_ value: Double, places: Int) -> String {
        let short = decimal(value, places: places)
        guard places > 0, value.isFinite else { return short }
        let point = short.firstIndex(of: ".")
        let present = point.map { short.distance(from: $0, to: short.endIndex) - 1 } ?? 0
        return short + (point == nil ? "." : "") + String(repeating: "0", count: max(0, places - present))
    }

    /// A number with about three significant digits, and a power of ten where it would be long.
    static func significant(_ value: Double, digits: Int = 3) -> String {
        guard value.isFinite else { return "–" }
        if value == 0 { return "0" }
        let exponent = Int(floor(log10(abs(value))))
        if exponent < -4 || exponent > 6 {
            return decimal(value / pow(10, Double(exponent)), places: digits - 1) + "×10" + superscript(exponent)
        }
        return decimal(value, places: max(0, digits - 1 - exponent))
    }

    /// A whole number with its thousands separated: 1,234,567.
    static func grouped(_ value: Int) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    /// A large number in thousands, millions or billions: 12.3 M.
    static func compact(_ value: Double) -> String {
        for (unit, name) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] where abs(value) >= unit * 0.9995 {
            return significant(value / unit) + " " + name
        }
        return significant(value)
    }

    /// A share from 0 to 1 in per cent.
    static func percent(_ share: Double, places: Int = 1) -> String {
        share.isFinite ? fixed(share * 100, places: places) + " %" : "–"
    }

    private static let powersOfTen: [Double] = (0...9).map { pow(10, Double($0)) }

    private static func superscript(_ value: Int) -> String {
        let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
        return (value < 0 ? "⁻" : "")
            + String(String(value.magnitude).compactMap { $0.wholeNumberValue }.map { digits[$0] })
    }
}
