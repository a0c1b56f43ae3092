/// What a user writes to choose images: a data set or file, a split of it, a part of that.
///
///     fashion-mnist                    the whole split that suits the command
///     fashion-mnist:test               a split
///     fashion-mnist:train:1000         the first 1,000 images of a split
///     fashion-mnist:test:100-199       images 100 to 199, counted from 0
///     fashion-mnist-sample:50          the split may be left out
///     drawings.h5:50                   a file of the layout of `datasets/fashion-mnist-sample`
public struct DatasetReference: Sendable, Equatable {
    /// Which images of a split.
    public enum Selection: Sendable, Equatable {
        /// Every image.
        case all
        /// The first so many; at least 1.
        case first(Int)
        /// A range of indices from 0; not empty.
        case range(ClosedRange<Int>)
    }

    /// What the user wrote.
    public let text: String
    /// The name of a data set, or the path of a file.
    public let name: String
    /// Whether `name` is a path.
    public let isFile: Bool
    /// The split, if one was written.
    public let split: String?
    /// Which images of the split.
    public let selection: Selection

    /// Takes apart what the user wrote; whether a data set and a split of the names exist is not looked at.
    ///
    /// - Throws: `DatasetError.invalidSelection` for a part that is neither a split nor a selection.
    public init(_ text: String) throws(DatasetError) {
        var rest: Substring
        if let end = Self.endOfPath(in: text) {
            isFile = true
            name = String(text[..<end])
            rest = text[end...]
        } else {
            isFile = text.contains("/")
            let end = isFile ? text.endIndex : text.firstIndex(of: ":") ?? text.endIndex
            name = String(text[..<end])
            rest = text[end...]
        }
        self.text = text
        if rest.hasPrefix(":") {
            rest = rest.dropFirst()
        } else if rest.isEmpty {
            split = nil
            selection = .all
            return
        }
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        switch parts.count {
        case 1 where parts[0].first?.isNumber == true || isFile:
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

    /// Where a path that ends in .h5 or .hdf5 ends, if the text starts with one.
    private static func endOfPath(in text: String) -> String.Index? {
        for ending in [".h5", ".hdf5"] {
            var start = text.startIndex
            while let found = text[start...].firstRange(of: ending) {
                if found.upperBound == text.endIndex || text[found.upperBound] == ":" { return found.upperBound }
                start = found.upperBound
            }
        }
        return nil
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

extension ImageDataset {
    /// The images a reference selects, under the reference's text as name.
    ///
    /// - Throws: `DatasetError.beyondEnd` if there are not as many.
    func selecting(_ selection: DatasetReference.Selection, as name: String) throws(DatasetError) -> ImageDataset {
        switch selection {
        case .all: self.named(name)
        case .first(let count): try first(count).named(name)
        case .range(let range): try self.range(range.lowerBound..<range.upperBound + 1).named(name)
        }
    }
}
