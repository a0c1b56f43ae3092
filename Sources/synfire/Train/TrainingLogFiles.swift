import Foundation
import SynfireAnalysis
import SynfireFormats
import SynfireHDF5
import SynfireNeuralNetworks

/// The files that follow a training while it runs: logs as text or HDF5, and curves as a picture.
///
/// After each epoch a line is added to a text and synced, so that others can follow it and a crash costs at most that line;
/// HDF5 and pictures are written beside and renamed.
final class TrainingLogFiles {
    private let title: String
    private let epochs: Int
    private let texts: [String]
    private let tables: [String]
    private let curves: String?
    private var handles: [FileHandle] = []
    private(set) var log: TrainingLog

    /// Opens the logs of a training.
    ///
    /// - Parameters:
    ///   - title: What the picture is called.
    ///   - epochs: How many epochs there will be.
    ///   - history: The epochs that a checkpoint has already.
    ///   - replacing: Whether files that stand in the way may be replaced.
    ///   - resuming: Whether a training goes on; then logs that exist are its own, and gone on with.
    init(
        _ options: TrainingLogOptions, title: String, epochs: Int, history: [EpochMetrics], resuming: Bool,
        replacing: Bool
    ) throws {
        self.title = title
        self.epochs = epochs
        texts = options.log.filter { !TrainingLogOptions.isTable($0) }
        tables = options.log.filter(TrainingLogOptions.isTable)
        curves = options.curves
        log = TrainingLog(rows: history.map { TrainingLog.Row($0) })
        if resuming {
            // What one of the logs knows beside the checkpoint's figures, all get.
            for path in options.log where FileManager.default.fileExists(atPath: path) {
                let merged = try TrainingLog(history: history, earlier: try TrainingLog.read(path), file: path)
                if merged.rows.contains(where: { $0.seconds != nil }) { log = merged }
            }
        }
        for path in texts {
            try Output.write(log.csv, to: path, force: replacing || resuming)
            guard let handle = FileHandle(forWritingAtPath: path) else {
                throw WriteError(path: path, reason: "it could not be opened")
            }
            _ = try handle.seekToEnd()
            handles.append(handle)
        }
    }

    deinit { for handle in handles { try? handle.close() } }

    /// Adds an epoch to all files.
    func add(_ row: TrainingLog.Row) throws {
        log.rows.append(row)
        for (path, handle) in zip(texts, handles) {
            do {
                try handle.write(contentsOf: Data((row.csv + "\n").utf8))
                try handle.synchronize()
            } catch {
                throw WriteError(path: path, reason: error.localizedDescription)
            }
        }
        for path in tables { try log.write(hdf5: path, replacing: true) }
        if let curves {
            try Output.write(
                TrainingCurves(title: title, log: log, epochs: epochs).svg(), to: curves, force: true)
        }
    }
}

extension TrainingCurves {
    /// The curves of a log.
    init(title: String, log: TrainingLog, epochs: Int? = nil) {
        self.init(
            title: title,
            points: log.rows.map { row in
                Point(
                    epoch: row.epoch, loss: row.loss, accuracy: row.accuracy, validationLoss: row.validationLoss,
                    validationAccuracy: row.validationAccuracy)
            }, epochs: epochs)
    }
}
