/// An arithmetic expression of numbers and names, as people write it: `0.1 * exp(-d / 200)`.
///
/// From what binds most: parentheses and functions; `^` or `**` (from the right: `2^3^2` is 512); signs (`-2^2` is
/// −4); `*` and `/`; `+` and `-`; one comparison (`<`, `<=`, `>`, `>=`, `==`, `!=`), which is 1 where it holds and
/// otherwise 0. `if(condition, a, b)` is `a` where the condition is not 0.
///
///     let kernel = try Expression(parsing: "if(d < r, p * exp(-d / 200), 0)")
///     let probability = try kernel.function(of: "d", constants: ["r": 500, "p": 0.1])
///     probability(120)
///
/// Functions: `abs`, `atan`, `ceil`, `cos`, `exp`, `floor`, `log` (natural), `log10`, `max` and `min` (of two or
/// more), `pow(x, y)`, `round` (halves away from 0), `sin`, `sqrt`, `step` or `heaviside` (1 from 0 on, else 0),
/// `tan`, `tanh`. The constant `pi`. Every other name is a constant or variable that gets its value later; capitals
/// count. Anything computed from a number that is not one (NaN) is NaN, comparisons and `if` too, so that no mistake
/// hides behind them.
///
/// Two expressions are equal where their texts and bound constants are.
public struct Expression: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The text.
    public let description: String
    /// The constants that the text's names have been given.
    public let constants: [String: Double]
    /// The text as instructions; names are still names, except `pi`.
    let program: ExpressionProgram

    /// The most bytes that a text may have.
    public static let longestText = 10_000
    /// The deepest nesting that a text may have.
    public static let deepestNesting = 100
    /// The names of all functions.
    public static let functions: [String] =
        (ExpressionFunctions.table.keys.map { $0 } + ["if"]).sorted()

    /// The text, and the constants that its names have been given.
    public var debugDescription: String {
        constants.isEmpty
            ? description
            : description + " where "
                + constants.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
    }

    /// A constant.
    public init(constant: Double) {
        description = "\(constant)"
        constants = [:]
        program = ExpressionProgram(constant: constant)
    }

    /// Reads a text.
    ///
    /// - Throws: ``ExpressionError`` with the place of the mistake. Text from anywhere is safe to read: its length and
    ///   its nesting are limited.
    /// - Complexity: O(length).
    public init(parsing text: String) throws(ExpressionError) {
        program = try ExpressionParser.parse(text)
        description = text
        constants = [:]
    }

    private init(_ expression: Expression, program: ExpressionProgram, constants: [String: Double]) {
        description = expression.description
        self.constants = constants
        self.program = program
    }

    /// The names that still need a value.
    public var names: Set<String> { Set(program.names.map(\.name)) }

    /// The expression with values for some of its names; names that it does not have are no mistake.
    public func binding(_ values: [String: Double]) -> Expression {
        let names = names
        let used = values.filter { names.contains($0.key) }
        guard !used.isEmpty else { return self }
        return Expression(
            self, program: program.binding(used), constants: constants.merging(used) { first, _ in first })
    }

    /// The value; NaN and infinity are values too.
    ///
    /// - Parameter lookup: Gives each name its value.
    /// - Throws: ``ExpressionError`` for a name that `lookup` does not know.
    public func value(_ lookup: (String) -> Double?) throws(ExpressionError) -> Double {
        var values: [String: Double] = [:]
        for (name, position) in program.names {
            guard let value = lookup(name) else {
                throw ExpressionError(
                    text: description, position: position, reason: .unknownName(name, valid: []))
            }
            values[name] = value
        }
        return try function(of: "", constants: values)(0)
    }

    /// The value for constants by name.
    ///
    /// - Throws: ``ExpressionError`` for a name that has no value, with the nearest that has one.
    public func value(_ constants: [String: Double] = [:]) throws(ExpressionError) -> Double {
        try function(of: "", constants: constants)(0)
    }

    /// The expression as a fast function of one of its names.
    ///
    /// - Parameters:
    ///   - variable: The name of the variable; the expression need not have it.
    ///   - constants: The values of all other names.
    /// - Throws: ``ExpressionError`` for a name that has no value, with the nearest that has one.
    public func function(
        of variable: String, constants: [String: Double] = [:]
    ) throws(ExpressionError) -> ExpressionFunction {
        for (name, position) in program.names where name != variable && constants[name] == nil {
            let valid = constants.keys.sorted() + (variable.isEmpty ? [] : [variable])
            throw ExpressionError(
                text: description, position: position, reason: .unknownName(name, valid: valid))
        }
        var values = constants
        values[variable] = nil
        return ExpressionFunction(program.binding(values))
    }

    /// Whether texts and bound constants are equal.
    public static func == (left: Expression, right: Expression) -> Bool {
        left.description == right.description && left.constants == right.constants
    }
}
