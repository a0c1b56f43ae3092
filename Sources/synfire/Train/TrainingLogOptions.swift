import ArgumentParser
import Foundation

/// Which files follow a training.
struct TrainingLogOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A table with a row an epoch, written while training runs (.csv or .h5); may be given twice.",
            valueName: "file"), completion: .files(.log))
    var log: [String] = []

    @Option(
        help: "A picture of loss and accuracy over the epochs, drawn anew after each (.svg).",
        completion: .files(.picture))
    var curves: String?

    /// Whether a path is that of HDF5.
    static func isTable(_ path: String) -> Bool { !path.lowercased().hasSuffix(".csv") }

    /// Refuses files that exist, unless they may be replaced or a training goes on with them.
    func check(force: Bool, resuming: Bool) throws {
        for (option, path) in log.map({ ("--log", $0) }) + (curves.map { [("--curves", $0)] } ?? []) {
            // A training that goes on reads its logs.
            try Output.check(path, force: force || resuming, option: option, mayBeRead: resuming)
            try (option == "--log" ? OutputKind.log : .picture).check(path, option: option)
        }
    }
}

/// How often a training is kept within an epoch: every so many batches, or so much time.
enum CheckpointInterval: ExpressibleByArgument, Equatable {
    case batches(Int)
    case seconds(Double)

    init?(argument: String) {
        if let batches = Int(argument) {
            guard batches >= 1 else { return nil }
            self = .batches(batches)
            return
        }
        for (unit, factor) in [("min", 60.0), ("h", 3600), ("s", 1)] where argument.hasSuffix(unit) {
            let number = argument.dropLast(unit.count).trimmingCharacters(in: .whitespaces)
            guard let value = Double(number), value > 0, value.isFinite else { return nil }
            self = .seconds(value * factor)
            return
        }
        return nil
    }
}
