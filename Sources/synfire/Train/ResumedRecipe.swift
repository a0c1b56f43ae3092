import SynfireFormats
import SynfireNeuralNetworks

/// How a training goes on: as it was begun.
///
/// A description that has changed since would be ignored, so it is refused, but for the number of epochs.
struct ResumedRecipe {
    /// How often each image is learned from.
    let epochs: Int
    /// What options change, to be said when the training begins.
    private(set) var notes: [String] = []

    /// Keys that options of the command take the place of.
    private static let overridable: Set = ["data", "validation", "epochs", "seed"]

    /// - Parameters:
    ///   - stored: What the checkpoint tells.
    ///   - described: How the file that is given now says that the network is trained.
    /// - Throws: ``RequestError`` where that is not how the training was begun.
    init(_ stored: CheckpointFile.Content, _ described: TrainingDescription?, command: TrainCommand) throws {
        let begun = stored.training?.settings.epochs ?? described?.settings.epochs ?? 0
        var differences: [TrainingDifference] = []
        if let described, let recipe = stored.recipe ?? stored.training {
            differences = try described.differences(from: recipe)
            // Where the file is not known as it was, what differs may come from an option.
            if stored.recipe == nil { differences.removeAll { Self.overridable.contains($0.key) } }
        }
        let isLonger = differences.contains { $0.key == "epochs" }
        differences.removeAll { $0.key == "epochs" }
        guard differences.isEmpty else {
            let words = differences.map {
                "'\($0.key)' is \($0.own ?? "not given"), but was \($0.other ?? "not given")"
            }
            throw RequestError(
                "'\(command.model)' does not say how the training in '\(command.resume ?? "")' was begun: "
                    + words.joined(separator: "; ") + ": give it as it was, or begin anew without --resume")
        }
        epochs = isLonger ? described?.settings.epochs ?? begun : begun
        let given = command.epochs ?? epochs
        if given != begun { notes.append("the training goes on to epoch \(given); it was begun for \(begun)") }
        for (option, now, before) in [
            ("--data", command.data, stored.training?.data),
            ("--validation", command.validation, stored.training?.validationData),
        ] {
            if let now, let before, now != before {
                notes.append("\(option): the training goes on with '\(now)'; it was begun with '\(before)'")
            }
        }
    }
}
