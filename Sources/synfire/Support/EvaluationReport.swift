import Foundation
import SynfireAnalysis
import SynfireDatasets
import SynfireNeuralNetworks
import SynfireParallel

/// What `synfire evaluate` measures, and how it says it.
struct EvaluationReport {
    let graph: Graph
    let data: String
    let evaluation: Evaluation
    let matrix: ConfusionMatrix
    let top: TopK?
    let seconds: Double
    /// A table of all images; empty where it was not asked for.
    let predictions: String

    /// Takes all images through a network.
    static func measure(
        _ graph: Graph, _ images: ImageData, loss: any LossFunction = CrossEntropyLoss(), top: Int?,
        keepsPredictions: Bool, pool: WorkerPool
    ) throws -> EvaluationReport {
        let bar = ProgressBar("evaluating", unit: "images")
        defer { bar.finish() }
        var matrix = ConfusionMatrix(classNames: images.images.classNames)
        var counter = top.map { TopK($0) }
        var lines = keepsPredictions ? ["index,label,prediction,probability"] : []
        let predictor = try Predictor(graph, pool: pool)
        let clock = ContinuousClock()
        let start = clock.now
        let evaluation = try predictor.evaluate(images, loss: loss) { done, all in
            try Interrupt.check("after \(done) of \(all) images")
            bar.update(done, of: all)
        } scored: { image in
            matrix.add(label: image.label, prediction: image.prediction)
            counter?.add(scores: image.scores, label: image.label)
            if keepsPredictions {
                let probability = Float(image.probability)
                lines.append("\(image.index),\(image.label),\(image.prediction),\(probability)")
            }
        }
        return EvaluationReport(
            graph: graph, data: images.images.name, evaluation: evaluation, matrix: matrix, top: counter,
            seconds: (clock.now - start) / .seconds(1), predictions: lines.map { $0 + "\n" }.joined())
    }

    private var imagesPerSecond: Double { seconds > 0 ? Double(evaluation.count) / seconds : 0 }
}

// MARK: - JSON

extension EvaluationReport {
    struct JSON: Encodable {
        struct Class: Encodable {
            let name: String
            let precision: Double?
            let recall: Double?
            let f1: Double?
            let support: Int
            let predicted: Int
        }
        struct Average: Encodable {
            let precision: Double
            let recall: Double
            let f1: Double
        }
        struct Top: Encodable {
            let k: Int
            let accuracy: Double
        }
        let model: String
        let data: String
        let images: Int
        let correct: Int
        let accuracy: Double
        let loss: Double
        let top: Top?
        let classes: [Class]
        let emptyClasses: [String]
        let macroAverage: Average
        let weightedAverage: Average
        let confusion: [[Int]]
        let parameters: Int
        let multiplyAccumulates: Int
        let seconds: Double
        let imagesPerSecond: Double
        let written: [String]
    }

    func json(written: [String]) -> JSON {
        let report = ClassificationReport(matrix)
        func average(_ average: ClassificationReport.Average) -> JSON.Average {
            JSON.Average(precision: average.precision, recall: average.recall, f1: average.f1)
        }
        return JSON(
            model: graph.name, data: data, images: evaluation.count, correct: evaluation.correct,
            accuracy: evaluation.accuracy, loss: evaluation.loss,
            top: top.map { JSON.Top(k: $0.k, accuracy: $0.accuracy) },
            classes: report.rows.map { row in
                JSON.Class(
                    name: row.name, precision: row.precision, recall: row.recall, f1: row.f1, support: row.support,
                    predicted: row.predicted)
            }, emptyClasses: report.emptyClasses, macroAverage: average(report.macroAverage),
            weightedAverage: average(report.weightedAverage), confusion: matrix.rows,
            parameters: graph.parameterCount, multiplyAccumulates: graph.summary.multiplyAccumulates,
            seconds: seconds, imagesPerSecond: imagesPerSecond, written: written)
    }
}

// MARK: - Text

extension EvaluationReport {
    /// More classes than these make a matrix too wide to be read as text.
    private static let printedClasses = 20

    var text: String {
        var parts = [
            "\(graph.name) on \(data): \(Format.percent(evaluation.accuracy)) of \(evaluation.count) images, "
                + "loss \(String(format: "%.4f", evaluation.loss)), \(Format.count(imagesPerSecond)) images/s"
                + (top.map { "\ntop \($0.k): \(Format.percent($0.accuracy))" } ?? ""), classes,
        ]
        if !remarks.isEmpty { parts.append(remarks.joined(separator: "\n")) }
        if matrix.classNames.count <= Self.printedClasses { parts.append(table) }
        return parts.joined(separator: "\n\n")
    }

    private var classes: String {
        func figure(_ value: Double?) -> String { value.map { String(format: "%.4f", $0) } ?? "–" }
        let report = ClassificationReport(matrix)
        var rows = [["class", "precision", "recall", "F1", "support"]]
        rows += report.rows.map { row in
            [row.name, figure(row.precision), figure(row.recall), figure(row.f1), "\(row.support)"]
        }
        for (name, average) in [
            ("macro average", report.macroAverage), ("weighted average", report.weightedAverage),
        ] {
            rows.append(
                [name, figure(average.precision), figure(average.recall), figure(average.f1), "\(report.support)"])
        }
        return Format.table(rows)
    }

    /// What is undefined, and how it counts.
    private var remarks: [String] {
        let report = ClassificationReport(matrix)
        func list(_ names: [String]) -> String {
            names.prefix(10).map { "'\($0)'" }.joined(separator: ", ")
                + (names.count > 10 ? " and \(names.count - 10) more" : "")
        }
        func names(_ isMeant: (ClassificationReport.Row) -> Bool) -> [String] {
            report.rows.filter(isMeant).map(\.name)
        }
        let absent = names { !$0.occurs }
        let told = names { $0.support == 0 && $0.predicted > 0 }
        let untold = report.neverPredicted
        var lines: [String] = []
        if !absent.isEmpty {
            lines.append(
                "The data have no images of \(list(absent)), nor was any told to be: left out of the averages.")
        }
        if !told.isEmpty {
            lines.append(
                "The data have no images of \(list(told)): the recall is not defined, and 0 in the macro average.")
        }
        if !untold.isEmpty {
            lines.append(
                "No image was told to be \(list(untold)): the precision is not defined, and 0 in the averages.")
        }
        return lines
    }

    /// The confusion matrix, columns by the number of their class.
    private var table: String {
        let indices = matrix.classNames.indices
        let header = ["label \\ prediction"] + indices.map { "\($0)" }
        return Format.table(
            [header]
                + zip(indices, matrix.rows).map { index, counts in
                    ["\(index) \(matrix.classNames[index])"] + counts.map { $0 == 0 ? "·" : "\($0)" }
                })
    }
}
