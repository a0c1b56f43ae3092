import Foundation
import SynfireFormats
import SynfireNeuralNetworks

/// What is seen of a training: a bar with the time left on a terminal, a line an epoch, and the files that follow it.
final class TrainingMonitor {
    private let files: TrainingLogFiles
    private let epochs: Int
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var epochStart: ContinuousClock.Instant
    private var bar: ProgressBar?
    private var epoch = 0
    private var rate: Double?
    /// How much of all the work was done when this process began, from 0 to 1.
    private var shareAtStart: Double?
    private var share = 0.0

    init(_ files: TrainingLogFiles, epochs: Int) {
        self.files = files
        self.epochs = epochs
        start = clock.now
        epochStart = start
    }

    var rows: [TrainingLog.Row] { files.log.rows }

    /// How long it has been running.
    var seconds: Double { (clock.now - start) / .seconds(1) }

    /// The time of all epochs, with those that an earlier process did where a log knows them.
    var allSeconds: Double {
        let known = rows.compactMap(\.seconds)
        return known.count == rows.count ? max(known.reduce(0, +), seconds) : seconds
    }

    /// After a batch of gradient descent.
    func progress(_ now: TrainingProgress) {
        rate = now.learningRate
        advance(epoch: now.epoch, done: now.batch, of: now.batches, first: 1, unit: "batches")
        show(
            now.batch, of: now.batches,
            String(
                format: "loss %.4f  accuracy %.2f %%  %@ images/s", now.loss, now.accuracy * 100,
                Format.count(now.imagesPerSecond)))
    }

    /// After some samples of the perceptron's rule.
    func progress(_ now: Perceptron.Progress) {
        advance(epoch: now.epoch, done: now.done, of: now.count, first: now.done, unit: "samples")
        show(now.done, of: now.count, now.mistakes == 1 ? "1 mistake" : "\(now.mistakes) mistakes")
    }

    /// - Parameter first: How much of `total` was done between the beginning and the first report.
    private func advance(epoch: Int, done: Int, of total: Int, first: Int, unit: String) {
        func part(_ done: Int) -> Double {
            (Double(epoch - 1) + Double(done) / Double(max(1, total))) / Double(max(1, epochs))
        }
        share = part(done)
        if shareAtStart == nil { shareAtStart = part(done - first) }
        guard epoch != self.epoch || bar == nil else { return }
        bar?.finish()
        self.epoch = epoch
        bar = ProgressBar("epoch \(epoch)/\(epochs)", unit: unit)
    }

    private func show(_ done: Int, of total: Int, _ note: String) {
        bar?.show(done, of: total) { seconds in
            let left = done < total && seconds > 0 ? seconds / Double(max(1, done)) * Double(total - done) : 0
            let whole = self.secondsLeft.map { ", \(Format.seconds($0)) of all" } ?? ""
            return done < total
                ? "\(note)  \(Format.seconds(left)) left of the epoch\(whole)" : "\(note)  \(Format.seconds(seconds))"
        }
    }

    /// How long the rest will take at the pace so far; nil where that is not known or nothing is left.
    private var secondsLeft: Double? {
        guard let shareAtStart, share > shareAtStart, share < 1 else { return nil }
        return seconds / (share - shareAtStart) * (1 - share)
    }

    /// After an epoch: says how it went, and adds it to the files.
    func finish(_ metrics: EpochMetrics, rate: Double? = nil) throws {
        bar?.finish()
        bar = nil
        let now = clock.now
        let row = TrainingLog.Row(
            metrics, seconds: (now - epochStart) / .seconds(1), learningRate: rate ?? self.rate)
        epochStart = now
        Console.note(line(row))
        try files.add(row)
    }

    private func line(_ row: TrainingLog.Row) -> String {
        var parts = [String(format: "loss %.4f, accuracy %.2f %%", row.loss, row.accuracy * 100)]
        if let accuracy = row.validationAccuracy {
            let loss = row.validationLoss.map { String(format: " (loss %.4f)", $0) } ?? ""
            parts.append(String(format: "validation %.2f %%", accuracy * 100) + loss)
        }
        if let speed = row.imagesPerSecond { parts.append("\(Format.count(speed)) images/s") }
        if let seconds = row.seconds { parts.append(Format.seconds(seconds)) }
        if let left = secondsLeft, row.epoch < epochs { parts.append("\(Format.seconds(left)) left") }
        return "epoch \(row.epoch)/\(epochs): " + parts.joined(separator: ", ")
    }

    /// Ends the line that a bar stands on.
    func close() { bar?.finish() }
}

/// The end of a training because its state, or what follows it, could not be written.
struct TrainingStop: Error, CustomStringConvertible {
    let description: String

    /// - Parameters:
    ///   - reason: What went wrong.
    ///   - kept: The checkpoint that is there, if there is one.
    init(_ reason: any Error, epoch: Int, kept: String?) {
        let text = "\(reason)"
        let end = text.hasSuffix(".") ? String(text.dropLast()) : text
        description =
            "training ended in epoch \(epoch): \(end)"
            + (kept.map { "; the last checkpoint is kept: go on with --resume \($0)" } ?? "")
    }
}
