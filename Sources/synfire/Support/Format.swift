import Foundation
import SynfireUnits

/// Numbers as people read them, the same in every locale.
enum Format {
    /// A share in percent with two digits.
    static func percent(_ share: Double) -> String { String(format: "%.2f %%", share * 100) }

    /// A number with about three significant digits and a letter for thousands, millions and milliards.
    static func count(_ value: Double) -> String {
        switch abs(value) {
        case 1e9...: String(format: "%.2f G", value / 1e9)
        case 1e6...: String(format: "%.2f M", value / 1e6)
        case 1e4...: String(format: "%.1f k", value / 1e3)
        case 100...: String(format: "%.0f", value)
        case 10...: String(format: "%.1f", value)
        default: String(format: "%.2f", value)
        }
    }

    /// A span of time.
    static func seconds(_ value: Double) -> String {
        // What is no time of a run any more, and would be no whole number, is written as it is.
        if !(value >= 60 && value < 1e15) { return String(format: "%.1f s", value) }
        let whole = Int(value.rounded())
        return whole < 3600
            ? String(format: "%d:%02d min", whole / 60, whole % 60)
            : String(format: "%d:%02d h", whole / 3600, whole / 60 % 60)
    }

    /// A span of biological time.
    static func biological(_ time: Milliseconds) -> String {
        time.value >= 1000 ? String(format: "%g s", time.value / 1000) : "\(time)"
    }

    /// A number of bytes.
    static func bytes(_ value: Double) -> String {
        switch value {
        case 1e9...: String(format: "%.2f GB", value / 1e9)
        case 1e6...: String(format: "%.1f MB", value / 1e6)
        default: String(format: "%.0f kB", (value / 1e3).rounded(.up))
        }
    }

    /// A whole number with its thousands separated: 1,234,567.
    static func grouped(_ value: Int) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    /// A text of at most so many characters, with an ellipsis where it was cut.
    static func cut(_ text: String, to length: Int) -> String {
        text.count <= length ? text : text.prefix(length - 1) + "…"
    }

    /// Lines with columns of one width, the first flush left and the others flush right.
    static func table(_ rows: [[String]]) -> String {
        guard let columns = rows.map(\.count).max() else { return "" }
        // A name from a file must not end its line or begin another.
        let rows = rows.map { $0.map(\.printable) }
        let widths = (0..<columns).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, text in
                let room = String(repeating: " ", count: widths[column] - text.count)
                return column == 0 ? text + room : room + text
            }
            return cells.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
