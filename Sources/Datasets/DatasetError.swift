import Foundation
import SynfireUnits

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
    /// Samples and labels are not as many.
    case countMismatch(path: String, samples: Int, labels: Int)
    /// A label is beyond the last class.
    case labelOutOfRange(path: String, index: Int, label: Int, classes: Int)
    /// A value is infinite or not a number.
    case notFinite(path: String, sample: Int, value: Int)
    /// The byte that stands for 1.0 is 0, or a byte of an image is above it.
    case badMaximum(path: String, maximum: Int, index: Int?)
    /// A file of records of one size ends inside one.
    case partialRecord(path: String, size: Int, record: Int, layout: String)
    /// A list of names has another length than there are classes.
    case wrongNameCount(path: String, found: Int, expected: Int)
    /// A tar archive is damaged.
    case corruptArchive(path: String, reason: String)
    /// A folder of images, or one of its files, cannot be used.
    case badImages(path: String, fault: ImageFault)
    /// A table of comma-separated values cannot be used.
    case badTable(path: String, fault: TableFault)
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
    /// A size of images is not two numbers within bounds.
    case invalidImageSize(text: String)
    /// What was asked for does not go with this kind of data: a size of images, a column of labels.
    case inapplicable(option: String, reference: String, allowed: String)
    /// More samples are asked for than there are.
    case beyondEnd(dataset: String, requested: Int, available: Int)
    /// An index does not name a sample.
    case indexOutOfRange(dataset: String, index: Int, available: Int)
    /// The share to hold out is not between 0 and 1, or leaves a part without samples.
    case badFraction(dataset: String, fraction: Double, samples: Int)
    /// Samples are of a class that the other set does not have.
    case unknownClass(dataset: String, name: String, known: [String])
    /// Means and deviations are no numbers to divide by, or for another kind of samples.
    case badStandardization(reason: String)
    /// The folder given as `--data-dir` does not exist.
    case folderNotFound(path: String)
    /// The files of a data set are in none of the places looked at; `remedy` says how to get them.
    case notInstalled(dataset: String, files: [String], places: [String], remedy: String)
}

extension DatasetError {
    /// Opens a regular file; a pipe or a device is refused instead of waited for.
    static func open(_ path: String) throws(DatasetError) -> FileHandle {
        do throws(InputFile.Fault) {
            return FileHandle(fileDescriptor: try InputFile.open(path), closeOnDealloc: true)
        } catch {
            if error == .missing { throw .fileNotFound(path: path) }
            throw .unreadable(path: path, reason: error.reason)
        }
    }
}
