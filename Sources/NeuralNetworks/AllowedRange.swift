/// The numbers that a hyperparameter may take.
public struct AllowedRange: Sendable, Hashable, CustomStringConvertible {
    /// The smallest number, or the bound above which all are allowed.
    public let lower: Double
    /// The largest number, or the bound below which all are allowed; infinite for none.
    public let upper: Double
    /// Whether the bounds themselves are allowed.
    public let includesLower: Bool
    /// Whether the upper bound itself is allowed.
    public let includesUpper: Bool

    /// Numbers from `lower` on.
    public static func atLeast(_ lower: Double) -> AllowedRange {
        AllowedRange(lower: lower, upper: .infinity, includesLower: true, includesUpper: false)
    }

    /// Numbers greater than `lower`.
    public static func above(_ lower: Double) -> AllowedRange {
        AllowedRange(lower: lower, upper: .infinity, includesLower: false, includesUpper: false)
    }

    /// Numbers from `lower` to `upper`, both included.
    public static func closed(_ range: ClosedRange<Double>) -> AllowedRange {
        AllowedRange(lower: range.lowerBound, upper: range.upperBound, includesLower: true, includesUpper: true)
    }

    /// Numbers from `lower` to below `upper`.
    public static func halfOpen(_ range: Range<Double>) -> AllowedRange {
        AllowedRange(lower: range.lowerBound, upper: range.upperBound, includesLower: true, includesUpper: false)
    }

    /// Whether a number is allowed.
    ///
    /// Infinity and what is not a number never are.
    public func contains(_ value: Double) -> Bool {
        value.isFinite && (includesLower ? value >= lower : value > lower)
            && (includesUpper ? value <= upper : value < upper)
    }

    /// The range in words.
    public var description: String {
        func text(_ value: Double) -> String {
            Int(exactly: value).map(String.init) ?? "\(value)"
        }
        let from = includesLower ? "at least \(text(lower))" : "above \(text(lower))"
        guard upper.isFinite else { return from }
        if includesLower && includesUpper { return "\(text(lower)) to \(text(upper))" }
        return from + (includesUpper ? " and at most \(text(upper))" : " and below \(text(upper))")
    }
}
