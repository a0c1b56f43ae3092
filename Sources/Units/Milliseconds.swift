/// A span of biological time, in milliseconds.
@frozen public struct Milliseconds: Quantity {
    /// Milliseconds are written `ms`.
    public static var unit: String { "ms" }
    /// The span in milliseconds.
    public var value: Double
    /// Makes a span from a number of milliseconds.
    public init(inUnit value: Double) { self.value = value }

    /// A span of `value` milliseconds.
    public static func milliseconds(_ value: Double) -> Self { Self(inUnit: value) }
    /// A span of `value` seconds.
    public static func seconds(_ value: Double) -> Self { Self(inUnit: value * 1000) }
    /// A span of `value` microseconds.
    public static func microseconds(_ value: Double) -> Self { Self(inUnit: value / 1000) }
}

extension Milliseconds {
    /// Reads a span as people write it: a number and one of `us`, `ms`, `s` or `min`; without a unit, milliseconds.
    ///
    ///     try Milliseconds(parsing: "1.5s").value   // 1500
    ///
    /// - Throws: ``QuantityError`` where the text is not a finite number or the unit is unknown.
    public init(parsing text: String) throws(QuantityError) {
        let trimmed = text.filter { !$0.isWhitespace }
        let split =
            trimmed.lastIndex { $0.isNumber || $0 == "." }.map { trimmed.index(after: $0) } ?? trimmed.startIndex
        let unit = String(trimmed[split...])
        guard let number = Double(trimmed[..<split]), number.isFinite else {
            throw QuantityError(text: text, reason: .notANumber)
        }
        switch unit {
        case "us", "µs": self = .microseconds(number)
        case "", "ms": self = .milliseconds(number)
        case "s": self = .seconds(number)
        case "min": self = .seconds(number * 60)
        default: throw QuantityError(text: text, reason: .unknownUnit(unit, allowed: ["us", "ms", "s", "min"]))
        }
    }
}

/// A text that should have been a quantity and is not.
public struct QuantityError: Error, Equatable, CustomStringConvertible {
    /// What is wrong with it.
    public enum Reason: Sendable, Equatable {
        /// No finite number stands in front of the unit.
        case notANumber
        /// The unit is none of those allowed.
        case unknownUnit(String, allowed: [String])
    }
    /// The text as given.
    public var text: String
    /// What is wrong with it.
    public var reason: Reason

    /// One sentence that names the text, the fault and what is allowed.
    public var description: String {
        switch reason {
        case .notANumber: "'\(text)' is not a time: give a number and a unit, such as 64ms or 1.5s"
        case .unknownUnit(let unit, let allowed):
            "'\(text)' has the unknown unit '\(unit)': use \(allowed.joined(separator: ", "))"
        }
    }
}
