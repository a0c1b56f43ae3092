/// How many rows and columns an image has.
public struct ImageSize: Sendable, Equatable, CustomStringConvertible {
    /// The most rows or columns that can be asked for.
    public static let largestSide = 8192

    /// The number of rows; at least 1.
    public let rows: Int
    /// The number of columns; at least 1.
    public let columns: Int

    /// Makes a size.
    ///
    /// - Throws: `DatasetError.invalidImageSize` if rows or columns are outside 1 to ``largestSide``.
    public init(rows: Int, columns: Int) throws(DatasetError) {
        guard (1...Self.largestSide).contains(rows), (1...Self.largestSide).contains(columns) else {
            throw .invalidImageSize(text: "\(rows)x\(columns)")
        }
        self.rows = rows
        self.columns = columns
    }

    /// Reads a size as users write it: `32x48` for 32 rows and 48 columns.
    ///
    /// - Throws: `DatasetError.invalidImageSize`.
    public init(parsing text: some StringProtocol) throws(DatasetError) {
        let parts = text.split(separator: "x", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { ("0"..."9").contains($0) } }),
            let rows = Int(parts[0]), let columns = Int(parts[1]),
            (1...Self.largestSide).contains(rows), (1...Self.largestSide).contains(columns)
        else { throw .invalidImageSize(text: String(text)) }
        self.rows = rows
        self.columns = columns
    }

    /// A size as a file has it, not yet held against any limit.
    init(unchecked rows: Int, _ columns: Int) {
        self.rows = rows
        self.columns = columns
    }

    /// `32x48`: rows, then columns.
    public var description: String { "\(rows)x\(columns)" }
}
