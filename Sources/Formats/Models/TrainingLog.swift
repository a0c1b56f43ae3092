import Foundation
import SynfireHDF5
import SynfireNeuralNetworks
import SynfireUnits

/// The course of a training as a table: a row an epoch.
///
/// As text it has a header line and a comma between fields; a figure that is not known is left empty. In HDF5 it is a dataset
/// a column, not a number where a figure is not known, and the attribute `format` says `synfire-training-log`.
///
/// | Column | Meaning |
/// |---|---|
/// | `epoch` | from 1 |
/// | `seconds` | how long the epoch took, validation counted; of a training that went on within it, the part since |
/// | `learning_rate` | that of its last batch |
/// | `loss`, `accuracy` | over the training samples, each taken when it was learned from |
/// | `validation_loss`, `validation_accuracy` | over the validation samples after the epoch |
/// | `images_per_second` | of training alone |
public struct TrainingLog: Sendable, Equatable {
    /// An epoch.
    public struct Row: Sendable, Equatable, Encodable {
        /// The epoch, from 1.
        public var epoch: Int
        /// How long it took, in seconds.
        public var seconds: Double?
        /// The learning rate of its last batch.
        public var learningRate: Double?
        /// The mean loss over the training samples.
        public var loss: Double
        /// The part of the training samples told right, from 0 to 1.
        public var accuracy: Double
        /// The mean loss over the validation samples.
        public var validationLoss: Double?
        /// The part of the validation samples told right, from 0 to 1.
        public var validationAccuracy: Double?
        /// Training samples a second; nil where an epoch was not measured in one go.
        public var imagesPerSecond: Double?

        /// Takes an epoch's figures, and what was measured beside them.
        public init(_ metrics: EpochMetrics, seconds: Double? = nil, learningRate: Double? = nil) {
            epoch = metrics.epoch
            self.seconds = seconds ?? metrics.seconds
            self.learningRate = learningRate ?? metrics.learningRate
            loss = metrics.loss
            accuracy = metrics.accuracy
            validationLoss = metrics.validationLoss
            validationAccuracy = metrics.validationAccuracy
            imagesPerSecond = metrics.imagesPerSecond > 0 ? metrics.imagesPerSecond : nil
        }

        fileprivate init(epoch: Int, figures: [Double?]) {
            self.epoch = epoch
            (seconds, learningRate, loss, accuracy) = (figures[0], figures[1], figures[2] ?? .nan, figures[3] ?? .nan)
            (validationLoss, validationAccuracy, imagesPerSecond) = (figures[4], figures[5], figures[6])
        }

        /// The columns after the epoch's.
        fileprivate var figures: [Double?] {
            [seconds, learningRate, loss, accuracy, validationLoss, validationAccuracy, imagesPerSecond]
        }

        /// The row as text, without the line's end.
        public var csv: String {
            (["\(epoch)"] + figures.map { $0.map { "\($0)" } ?? "" }).joined(separator: ",")
        }
    }

    /// The columns' names.
    public static let columns = [
        "epoch", "seconds", "learning_rate", "loss", "accuracy", "validation_loss", "validation_accuracy",
        "images_per_second",
    ]
    /// The value of the attribute `format` in HDF5.
    public static let format = "synfire-training-log"
    /// The first line of the text, without its end.
    public static var header: String { columns.joined(separator: ",") }

    /// The epochs, in their order.
    public var rows: [Row]

    /// Joins rows.
    public init(rows: [Row] = []) { self.rows = rows }

    /// The rows of a training that goes on: those of its complete epochs, with what an earlier log knows beside them.
    ///
    /// - Throws: ``TrainingLogError`` where the log has other figures for an epoch, and so is of another training.
    public init(history: [EpochMetrics], earlier: TrainingLog, file: String) throws(TrainingLogError) {
        var known: [Int: Row] = [:]
        for row in earlier.rows { known[row.epoch] = row }
        var rows: [Row] = []
        for metrics in history {
            var row = Row(metrics)
            if let old = known[metrics.epoch] {
                guard old.loss == metrics.loss || (old.loss.isNaN && metrics.loss.isNaN) else {
                    throw TrainingLogError(
                        file: file,
                        reason: "is the log of another training: its loss of epoch \(metrics.epoch) is \(old.loss), "
                            + "the checkpoint's \(metrics.loss)")
                }
                (row.seconds, row.learningRate) = (old.seconds ?? row.seconds, old.learningRate ?? row.learningRate)
            }
            rows.append(row)
        }
        self.rows = rows
    }
}

/// What is wrong with a log.
public struct TrainingLogError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file.
    public let file: String
    /// What is wrong, to follow the file's name.
    public let reason: String

    /// One sentence.
    public var description: String { "'\(file)' \(reason)".printable }
}

// MARK: - Text

extension TrainingLog {
    /// The whole table as text.
    public var csv: String { ([Self.header] + rows.map(\.csv)).joined(separator: "\n") + "\n" }

    /// Reads the text of a log.
    ///
    /// A last line without its end was cut while it was written, and does not count.
    /// - Parameters:
    ///   - csv: The text.
    ///   - file: What errors call it.
    /// - Throws: ``TrainingLogError`` for another header or a line that is not a row.
    public init(csv: String, file: String) throws(TrainingLogError) {
        var lines = csv.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
        // What stands behind the last line's end: nothing, or what was cut.
        let rest = lines.removeLast()
        guard let first = lines.first else {
            // Cut within the header.
            guard Self.header.hasPrefix(rest) else { throw Self.wrongHeader(rest, file) }
            rows = []
            return
        }
        guard first == Self.header else { throw Self.wrongHeader(first, file) }
        rows = []
        for (number, line) in lines.enumerated().dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let figures = fields.dropFirst().map { $0.isEmpty ? .some(nil) : Double($0).map { Double?.some($0) } }
            guard fields.count == Self.columns.count, let epoch = Int(fields[0]),
                TrainingHistory.epochs.contains(epoch),
                figures.allSatisfy({ $0 != nil })
            else {
                throw TrainingLogError(
                    file: file,
                    reason: "has no row of a training's log in line \(number + 1): '\(line.prefix(80))'")
            }
            rows.append(Row(epoch: epoch, figures: figures.map { $0 ?? nil }))
        }
    }

    private static func wrongHeader(_ found: String, _ file: String) -> TrainingLogError {
        TrainingLogError(
            file: file, reason: "is no log of a training: it begins with '\(found.prefix(80))', not with '\(header)'")
    }
}

// MARK: - HDF5

extension TrainingLog {
    /// Writes the table; the file gets its name when it is complete.
    ///
    /// - Parameters:
    ///   - path: The file's name.
    ///   - replacing: Whether a file of that name may be replaced.
    public func write(hdf5 path: String, replacing: Bool = false) throws(HDF5Error) {
        let file = try HDF5File.create(path, replacing: replacing)
        let root = file.root
        try root.setAttribute("format", Self.format)
        try root.setAttribute("format_version", 1)
        try root.write("epoch", rows.map(\.epoch))
        for (index, name) in Self.columns.dropFirst().enumerated() {
            try root.write(name, rows.map { $0.figures[index] ?? .nan })
        }
        try file.commit()
    }

    /// Reads a log from HDF5.
    ///
    /// - Throws: `HDF5Error`, and ``TrainingLogError`` for a file of another kind or columns that do not fit each other.
    public init(hdf5 path: String) throws {
        let file = try HDF5File.open(path)
        let root = file.root
        guard try ModelContainer.format(of: root) == Self.format else {
            throw TrainingLogError(
                file: path, reason: "is \(try ForeignFile.words(for: root)), not the log of a training")
        }
        let epochs = try root.dataset("epoch").read(as: Int.self)
        var columns: [[Double]] = []
        for name in Self.columns.dropFirst() {
            let column = try root.dataset(name).read(as: Double.self)
            guard column.count == epochs.count else {
                throw TrainingLogError(
                    file: path, reason: "has \(epochs.count) epochs, but \(column.count) numbers in '\(name)'")
            }
            columns.append(column)
        }
        try TrainingHistory.check(epochs: epochs, file: path, path: "/epoch")
        rows = epochs.indices.map { index in
            Row(epoch: epochs[index], figures: columns.map { $0[index].isNaN ? nil : $0[index] })
        }
    }

    /// Reads a log, as text or HDF5; which it is, is told by its content.
    public static func read(_ path: String) throws -> TrainingLog {
        if let fault = InputFile.fault(path) {
            throw TrainingLogError(file: path, reason: "is no log of a training: \(fault.reason)")
        }
        do {
            return try TrainingLog(hdf5: path)
        } catch let error as HDF5Error where error.code == .notHDF5 {
            guard let text = String(data: try Data(contentsOf: URL(fileURLWithPath: path)), encoding: .utf8) else {
                throw TrainingLogError(file: path, reason: "is no log of a training: it is not text in UTF-8")
            }
            return try TrainingLog(csv: text, file: path)
        }
    }
}
