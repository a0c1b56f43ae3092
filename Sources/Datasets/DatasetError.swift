/// What can be wrong with a data set or with what was said to choose one.
public enum DatasetError: Error, Equatable, Sendable {
    /// There is no file at the path.
    case fileNotFound(path: String)
    /// The file is there and cannot be read.
    case unreadable(path: String, reason: String)
    /// The file has no bytes.
    case emptyFile(path: String)
    /// The file does not start as an IDX file does; `found` are its first bytes, up to four.
    case notIDX(path: String, found: [UInt8])
    /// The third byte of an IDX file names no element type.
    case unknownElementType(path: String, code: UInt8)
    /// The file ends before its header says; `actual` is nil where it was refused unread.
    case truncated(path: String, expected: Int, actual: Int?)
    /// Bytes follow after the last one the header accounts for.
    case trailingBytes(path: String, expected: Int)
    /// No machine can hold an array of this shape.
    case impossibleShape(path: String, shape: [Int])
    /// The compressed data are damaged.
    case corruptGzip(path: String, reason: String)
    /// The elements are of another type than was asked for.
    case unexpectedElementType(path: String, found: String, expected: String)
    /// An array has another shape than its role demands.
    case unexpectedShape(path: String, field: String, found: [Int], expected: String)
    /// Images and labels are not as many.
    case countMismatch(path: String, images: Int, labels: Int)
    /// A label is beyond the last class.
    case labelOutOfRange(path: String, index: Int, label: Int, classes: Int)
    /// A recording of an event camera has something that its format does not allow.
    case badEvents(path: String, fault: EventStreamFault)
    /// An HDF5 file could not be read; the message names file, path inside it and reason.
    case storage(message: String)

    /// No data set has the name.
    case unknownDataset(name: String, known: [String])
    /// The data set has no such split.
    case unknownSplit(dataset: String, split: String, known: [String])
    /// What follows the name selects nothing sensible.
    case invalidSelection(reference: String, part: String)
    /// More images are asked for than there are.
    case beyondEnd(dataset: String, requested: Int, available: Int)
    /// An index does not name an image.
    case indexOutOfRange(dataset: String, index: Int, available: Int)
    /// The folder given as `--data-dir` does not exist.
    case folderNotFound(path: String)
    /// The files of a data set are in none of the places looked at.
    case notInstalled(dataset: String, files: [String], places: [String])
}
