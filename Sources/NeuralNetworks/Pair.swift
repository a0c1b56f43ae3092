/// Two whole numbers for the two axes of an image.
public struct Pair: Sendable, Hashable, CustomStringConvertible, ExpressibleByIntegerLiteral {
    /// Along the rows, that is down the image.
    public var rows: Int
    /// Along the columns, that is across the image.
    public var columns: Int

    /// Joins two numbers.
    public init(_ rows: Int, _ columns: Int) {
        self.rows = rows
        self.columns = columns
    }

    /// The same number for both axes.
    public init(integerLiteral value: Int) {
        self.init(value, value)
    }

    /// The pair as a list: `[rows, columns]`.
    public var description: String { "[\(rows), \(columns)]" }

    var tuple: (Int, Int) { (rows, columns) }
}

/// What is added around the rows and columns of a feature map.
public enum Padding: Sendable, Hashable, CustomStringConvertible, ExpressibleByIntegerLiteral {
    /// So many rows above and below, and columns to the left and right; each at least 0.
    case numbers(top: Int, bottom: Int, left: Int, right: Int)
    /// So much that an edge of n becomes ⌈n / stride⌉, one more below and to the right where it is odd, as in Keras.
    case same

    /// None.
    public static let valid = Padding.numbers(top: 0, bottom: 0, left: 0, right: 0)

    /// The same on both sides of an axis.
    public init(_ pair: Pair) {
        self = .numbers(top: pair.rows, bottom: pair.rows, left: pair.columns, right: pair.columns)
    }

    /// The same on all sides.
    public init(integerLiteral value: Int) {
        self.init(Pair(value, value))
    }

    /// Reads a padding of two numbers, rows and columns, or four: top, bottom, left, right.
    init?(_ numbers: [Int]) {
        switch numbers.count {
        case 2: self.init(Pair(numbers[0], numbers[1]))
        case 4: self = .numbers(top: numbers[0], bottom: numbers[1], left: numbers[2], right: numbers[3])
        default: return nil
        }
    }

    /// Rows and columns of it where both sides of each axis have the same, or nil.
    public var symmetric: Pair? {
        guard case .numbers(let top, let bottom, let left, let right) = self, top == bottom, left == right else {
            return nil
        }
        return Pair(top, left)
    }

    /// As one writes it: a number, `[rows, columns]`, `[top, bottom, left, right]` or `same`.
    public var description: String {
        guard case .numbers(let top, let bottom, let left, let right) = self else { return "same" }
        guard let symmetric else { return "[\(top), \(bottom), \(left), \(right)]" }
        return symmetric.rows == symmetric.columns ? "\(symmetric.rows)" : "\(symmetric)"
    }

    var numbers: [Int] {
        guard case .numbers(let top, let bottom, let left, let right) = self else { return [] }
        return [top, bottom, left, right]
    }
}
