import SynfireUnits

/// What descriptions need of arithmetic: this file is all that knows how an expression is parsed.
///
/// Texts come here with numbers in place of constants.
enum DescriptionExpression {
    /// What is wrong with a text, in words.
    struct Fault: Error {
        let reason: String
    }

    /// Names that an expression knows without being told.
    static let builtIns: Set<String> = ["pi"]

    /// The variable of a function of distance.
    static let distance = "d"

    /// The number that a text without variables stands for; it may be infinite or not a number.
    static func value(of text: String) throws(Fault) -> Double {
        do throws(ExpressionError) {
            return try Expression(parsing: text).value { _ in nil }
        } catch {
            throw Fault(reason: error.description)
        }
    }

    /// A function of some variables.
    static func function(_ text: String) throws(Fault) -> Expression {
        do throws(ExpressionError) { return try Expression(parsing: text) } catch {
            throw Fault(reason: error.description)
        }
    }
}
