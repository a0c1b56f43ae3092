/// What is wrong with the text of an ``Expression``, or with the names that it is evaluated with.
public struct ExpressionError: Error, Equatable, CustomStringConvertible {
    /// The kinds of mistakes.
    public enum Reason: Sendable, Equatable {
        /// The text has nothing but blanks.
        case empty
        /// The text has more bytes than are read.
        case tooLong(bytes: Int, limit: Int)
        /// Parentheses, signs or powers are nested more deeply than is read.
        case tooDeep(limit: Int)
        /// Something that cannot stand where it stands; `found` is `nil` at the end of the text.
        case unexpected(found: String?, allowed: String)
        /// A number that no floating-point number is near to.
        case numberTooLarge(String)
        /// Comparisons one after the other, such as `a < b < c`.
        case chainedComparison
        /// A function that does not exist.
        case unknownFunction(String)
        /// A function with the wrong number of arguments.
        case argumentCount(function: String, found: Int, allowed: String)
        /// The name of a function without its arguments.
        case functionWithoutArguments(String)
        /// A name that has no value; `valid` are those that have one, as far as is known.
        case unknownName(String, valid: [String])
    }

    /// The text of the expression, at most its first 200 characters, with blanks for control characters.
    public let text: String
    /// Where in the text the mistake is: a character's number, counted from 1.
    public let position: Int
    /// What is wrong there.
    public let reason: Reason

    init(text: String, position: Int, reason: Reason) {
        var shown = String.UnicodeScalarView()
        for letter in text.unicodeScalars.prefix(200) {
            shown.append(letter.properties.generalCategory == .control ? " " : letter)
        }
        self.text = String(shown) + (text.unicodeScalars.count > 200 ? "…" : "")
        self.position = position
        self.reason = reason
    }

    /// One sentence: the text, the place, what was found there, and what is allowed.
    public var description: String {
        switch reason {
        case .empty: "an expression is empty: give a number or a formula such as 0.1 * exp(-d / 200)"
        case .tooLong(let bytes, let limit):
            "an expression has \(bytes) bytes: at most \(limit) are allowed"
        default: "expression '\(text)', character \(position): \(fault)"
        }
    }

    private var fault: String {
        switch reason {
        case .empty, .tooLong: ""
        case .tooDeep(let limit): "it is nested more than \(limit) levels deep"
        case .unexpected(let found, let allowed):
            "found \(found.map { "'\($0)'" } ?? "the end"), where \(allowed) is allowed"
        case .numberTooLarge(let number): "the number \(number) is too large"
        case .chainedComparison:
            "comparisons cannot follow one another: write (a < b) * (b < c) for 'a < b and b < c'"
        case .unknownFunction(let name):
            "there is no function '\(name)'; \(NearestName.hint(name, among: Expression.functions))"
        case .argumentCount(let function, let found, let allowed):
            "'\(function)' is given \(found) \(found == 1 ? "argument" : "arguments") and takes \(allowed)"
        case .functionWithoutArguments(let name): "'\(name)' is a function: its arguments must follow in parentheses"
        case .unknownName(let name, let valid):
            valid.isEmpty
                ? "'\(name)' has no value" : "'\(name)' has no value; \(NearestName.hint(name, among: valid))"
        }
    }
}
