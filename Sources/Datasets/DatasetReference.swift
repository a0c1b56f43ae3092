/// What a user writes to choose samples: a data set, file or folder, a split of it, a part of that.
///
///     fashion-mnist                    the whole split that suits the command
///     fashion-mnist:test               a split
///     fashion-mnist:train:1000         the first 1,000 samples of a split
///     fashion-mnist:test:100-199       samples 100 to 199, counted from 0
///     fashion-mnist-sample:50          the split may be left out
///     drawings.h5:50                   an HDF5 file of the layout of `datasets/`
///     table.csv:0-99                   a table with a row for each sample
///     table.csv@species                one whose label is the column `species`
///     ./pictures:train                 a folder of images; its path has at least one slash
///     ./pictures@32x48:train           images brought to 32 rows and 48 columns
public struct DatasetReference: Sendable, Equatable {
    /// Which samples of a split.
    public enum Selection: Sendable, Equatable {
        /// Every sample.
        case all
        /// The first so many; at least 1.
        case first(Int)
        /// A range of indices from 0; not empty.
        case range(ClosedRange<Int>)
    }

    /// What a reference leads to.
    public enum Kind: Sendable, Equatable {
        /// A data set of ``DatasetCatalog``.
        case name
        /// A file that ends in `.h5` or `.hdf5`.
        case hdf5
        /// A file that ends in `.csv` or `.tsv`, or so with `.gz`.
        case table
        /// A path of anything else, taken for a folder of images.
        case folder
    }

    /// What the user wrote.
    public let text: String
    /// The name of a data set, or the path of a file or folder.
    public let name: String
    /// What it leads to.
    public let kind: Kind
    /// The split, if one was written.
    public let split: String?
    /// Which samples of the split.
    public let selection: Selection
    /// The size that images are brought to, if one was written.
    public let imageSize: ImageSize?
    /// The name of the column of labels of a table, if one was written.
    public let labelColumn: String?

    /// Whether `name` is a path.
    public var isFile: Bool { kind != .name }

    /// Takes apart what the user wrote; whether a data set and a split of the names exist is not looked at.
    ///
    /// - Throws: `DatasetError.invalidSelection` for a part that is neither a split nor a selection,
    ///   `DatasetError.invalidImageSize` for an `@` behind a name or HDF5 file that no size follows.
    public init(_ text: String) throws(DatasetError) {
        let end: String.Index
        (kind, end) = Self.path(in: text)
        self.text = text
        name = String(text[..<end])
        var rest = text[end...]
        var modifier: Substring?
        if rest.hasPrefix("@") {
            let end = rest.firstIndex(of: ":") ?? rest.endIndex
            modifier = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[end...]
        }
        labelColumn = kind == .table ? modifier.map(String.init) : nil
        if let modifier, kind != .table {
            imageSize = try ImageSize(parsing: modifier)
        } else {
            imageSize = nil
        }
        if rest.isEmpty {
            split = nil
            selection = .all
            return
        }
        rest = rest.dropFirst()
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        switch parts.count {
        case 1 where parts[0].first.map { $0.isNumber || $0 == "-" } ?? false:
            split = nil
            selection = try Self.selection(parts[0], in: text)
        case 1 where !parts[0].isEmpty:
            split = String(parts[0])
            selection = .all
        case 2 where !parts[0].isEmpty:
            split = String(parts[0])
            selection = try Self.selection(parts[1], in: text)
        default:
            throw .invalidSelection(reference: text, part: String(rest))
        }
    }

    private static let endings: [(ending: String, kind: Kind)] = [
        (".h5", .hdf5), (".hdf5", .hdf5), (".csv", .table), (".tsv", .table), (".csv.gz", .table),
        (".tsv.gz", .table),
    ]

    /// Where the name or path ends, and what it is.
    private static func path(in text: String) -> (kind: Kind, end: String.Index) {
        for (ending, kind) in endings {
            var start = text.startIndex
            while let found = text[start...].firstRange(of: ending) {
                let end = found.upperBound
                if end == text.endIndex || text[end] == ":" || text[end] == "@" { return (kind, end) }
                start = end
            }
        }
        guard let slash = text.lastIndex(of: "/") else {
            return (.name, text.firstIndex { $0 == ":" || $0 == "@" } ?? text.endIndex)
        }
        // A colon or a size can only follow the last part of a path; an @ without a size is part of the folder's name.
        let last = text[slash...]
        let colon = last.firstIndex(of: ":") ?? text.endIndex
        if let at = last[..<colon].lastIndex(of: "@"),
            (try? ImageSize(parsing: last[last.index(after: at)..<colon])) != nil
        {
            return (.folder, at)
        }
        return (.folder, colon)
    }

    private static func selection(_ part: Substring, in text: String) throws(DatasetError) -> Selection {
        let bounds = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        if bounds.count == 1, let count = bounds[0], count > 0 { return .first(count) }
        if bounds.count == 2, let lower = bounds[0], let upper = bounds[1], lower >= 0, upper < Int.max, lower <= upper
        {
            return .range(lower...upper)
        }
        throw .invalidSelection(reference: text, part: String(part))
    }
}

extension LabelledDataset {
    /// The samples a reference selects, under the reference's text as name.
    ///
    /// - Throws: `DatasetError.beyondEnd` if there are not as many.
    func selecting(_ selection: DatasetReference.Selection, as name: String) throws(DatasetError) -> LabelledDataset {
        switch selection {
        case .all: self.named(name)
        case .first(let count): try first(count).named(name)
        case .range(let range): try self.range(range.lowerBound..<range.upperBound + 1).named(name)
        }
    }
}
