import SynfireUnits

/// What can be wrong with a table of comma-separated values; lines are counted from 1, as editors do.
public enum TableFault: Error, Equatable {
    /// The text is not UTF-8.
    case notText
    /// There is no line, or only the one with the names of the columns.
    case noRows
    /// The first line holds numbers, not names.
    case noHeader
    /// The table has fewer than two columns.
    case tooFewColumns(count: Int)
    /// A column has no name.
    case unnamedColumn(column: Int)
    /// Two columns have one name.
    case repeatedColumn(name: String)
    /// No column has the name that was asked for.
    case unknownColumn(name: String, known: [String])
    /// A line has more or fewer fields than the first one.
    case unevenLine(line: Int, fields: Int, columns: Int)
    /// A field is missing.
    case missing(line: Int, column: String)
    /// A feature is not a finite number.
    case notANumber(line: Int, column: String, text: String)
    /// The label is a number of a class, but beyond those there may be.
    case badClassNumber(line: Int, column: String, text: String)
    /// Quotes are not closed, or something follows them.
    case badQuotes(line: Int)

    /// A line is longer than any row of numbers.
    case longLine(line: Int)

    /// So many lines in a row are empty that it is no table.
    case emptyLines(line: Int)

    /// The most empty lines in a row; where lines end in CR LF, half as many.
    public static let mostEmptyLines = 100_000

    /// The longest line in bytes.
    public static let longestLine = 16 << 20

    /// The largest number of a class.
    public static let largestClassNumber = 65_535
}

extension TableFault: CustomStringConvertible {
    /// Where it is wrong, in the form that follows a path, what is wrong and what is allowed.
    public var description: String {
        switch self {
        case .notText: ": not UTF-8 text"
        case .noRows: ": there are no rows below the names of the columns"
        case .noHeader: ", line 1: it holds only numbers; the first line must have the names of the columns"
        case .tooFewColumns(let count):
            ", line 1: \(count) column; at least a feature and a label are needed, separated by commas, semicolons or tabs"
        case .unnamedColumn(let column): ", line 1: column \(column) has no name"
        case .repeatedColumn(let name): ", line 1: two columns are named '\(name)'"
        case .unknownColumn(let name, let known):
            ": there is no column '\(name)'; \(NearestName.hint(name, among: known))"
        case .unevenLine(let line, let fields, let columns):
            ", line \(line): \(fields) fields, but the first line has \(columns)"
        case .missing(let line, let column):
            ", line \(line), column '\(column)': the field is empty; fill it in, or leave the row out"
        case .notANumber(let line, let column, let text):
            ", line \(line), column '\(column)': '\(text)' is not a finite number; every column but the label's is a feature"
        case .badClassNumber(let line, let column, let text):
            ", line \(line), column '\(column)': '\(text)' is not the number of a class; allowed are 0 to "
                + "\(Self.largestClassNumber), or names"
        case .emptyLines(let line):
            ", line \(line): it and the \(Self.mostEmptyLines / 2) lines before it are empty; is this a table?"
        case .longLine(let line):
            ", line \(line): it is longer than \(Self.longestLine) bytes; is this a table?"
        case .badQuotes(let line):
            ", line \(line): something follows a closing quote, or a quote is never closed"
        }
    }
}
