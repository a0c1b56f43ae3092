import Foundation
import SynfireFormats
import SynfireNeuralNetworks

/// What `synfire train` says at the end.
struct TrainingReport: Encodable {
    let model: String
    let out: String
    let rule: String
    let data: String
    let parameters: Int
    let epochs: Int
    let seed: UInt64
    let loss: Double
    let accuracy: Double
    let validationLoss: Double?
    let validationAccuracy: Double?
    /// The epoch with the best validation accuracy, the first of equal ones.
    let bestEpoch: Int?
    var test: String?
    var testLoss: Double?
    var testAccuracy: Double?
    let imagesPerSecond: Double
    let seconds: Double
    let resumedFrom: String?
    let logs: [String]
    let curves: String?
    let history: [TrainingLog.Row]
    /// Of the perceptron's rule: whether an epoch went by without a mistake.
    var converged: Bool?
    /// Of the perceptron's rule: how many training samples are told wrong at the end.
    var misclassified: Int?
    /// Of the perceptron's rule: how many mistakes each epoch made.
    var mistakes: [Int]?
    /// Of the perceptron's rule: what came out, in a sentence.
    var verdict: String?

    init(
        graph: Graph, out: String, training: TrainingDescription, data: String, rows: [TrainingLog.Row],
        seconds: Double, resumedFrom: String?, files: TrainingLogOptions
    ) {
        model = graph.name
        self.out = out
        rule = training.perceptron == nil ? "gradient_descent" : "perceptron"
        self.data = data
        parameters = graph.parameterCount
        epochs = rows.count
        seed = training.settings.seed
        let last = rows.last
        (loss, accuracy) = (last?.loss ?? 0, last?.accuracy ?? 0)
        (validationLoss, validationAccuracy) = (last?.validationLoss, last?.validationAccuracy)
        let best = rows.compactMap(\.validationAccuracy).max()
        bestEpoch = best.flatMap { best in rows.first { $0.validationAccuracy == best }?.epoch }
        imagesPerSecond = rows.last { $0.imagesPerSecond != nil }?.imagesPerSecond ?? 0
        self.seconds = seconds
        self.resumedFrom = resumedFrom
        logs = files.log
        curves = files.curves
        history = rows
    }

    /// Lines for people.
    var text: String {
        var head =
            "\(model): \(epochs) \(epochs == 1 ? "epoch" : "epochs") on \(data) in \(Format.seconds(seconds)), "
            + "\(Format.percent(accuracy)) of the training images"
        if let validationAccuracy { head += ", \(Format.percent(validationAccuracy)) in validation" }
        if let testAccuracy { head += ", \(Format.percent(testAccuracy)) of \(test ?? "the test images")" }
        let written = [out] + logs + (curves.map { [$0] } ?? [])
        let said = verdict.map { ["the perceptron \($0)"] } ?? []
        return ([head] + said + ["written to \(written.joined(separator: ", "))"]).joined(separator: "\n")
    }
}
