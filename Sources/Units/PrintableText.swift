/// Texts from files and arguments on their way to a terminal.
///
/// A name in a file may hold escape sequences, which would colour, overwrite or rename a terminal, line breaks, which
/// would fake a line of output, and marks of direction, which show letters in another order than they have.
extension String {
    /// The text with each such character written out: `\n`, `\u001b`.
    public var printable: String { printable(keepingLines: false) }

    /// The text with each such character written out.
    ///
    /// - Parameter keepingLines: Whether line breaks and tabs stay, as in a text of several lines.
    public func printable(keepingLines: Bool) -> String {
        func isKept(_ scalar: Unicode.Scalar) -> Bool {
            keepingLines && (scalar == "\n" || scalar == "\t") || !scalar.steersTerminal
        }
        if unicodeScalars.allSatisfy(isKept) { return self }
        var result = ""
        for scalar in unicodeScalars {
            if isKept(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                switch scalar {
                case "\n": result += "\\n"
                case "\r": result += "\\r"
                case "\t": result += "\\t"
                default:
                    // As JSON writes them: four digits for each unit of UTF-16.
                    for unit in String(scalar).utf16 {
                        let digits = String(unit, radix: 16)
                        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                    }
                }
            }
        }
        return result
    }
}

extension Unicode.Scalar {
    /// Whether a terminal may do something else with it than show it: control characters, breaks of lines, marks of
    /// direction, and tags.
    public var steersTerminal: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0: true
        case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F: true
        default: false
        }
    }
}
