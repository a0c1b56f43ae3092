import Foundation
import SynfireAnalysis
import Testing

/// What scikit-learn says; see Reference/make_classification.py.
private struct Reference: Decodable {
    struct Figures: Decodable {
        let precision: Double
        let recall: Double
        let f1: Double
        let support: Double

        private enum CodingKeys: String, CodingKey {
            case precision, recall, support
            case f1 = "f1-score"
        }
    }
    struct Case: Decodable {
        let name: String
        let classes: Int
        let labels: [Int]
        let predictions: [Int]
        let confusion: [[Int]]
        let perClass: [String: Figures]
        let macro: Figures
        let weighted: Figures
        let accuracy: Double

        private enum CodingKeys: String, CodingKey {
            case name, classes, labels, predictions, confusion, macro, weighted, accuracy
            case perClass = "per_class"
        }
    }
    struct Top: Decodable {
        let scores: [[Float]]
        let labels: [Int]
        let accuracy: [String: Double]
    }
    let cases: [Case]
    let topK: Top

    private enum CodingKeys: String, CodingKey {
        case cases
        case topK = "top_k"
    }

    static let stored = Result {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Reference/classification.json")
        return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
    }
}

@Suite("Classification figures")
struct ClassificationTests {
    /// Sums of a few hundred quotients differ by rounding alone.
    private static let tolerance = 1e-14

    @Test("agree with scikit-learn's classification_report, empty and untold classes too")
    func report() throws {
        let cases = try Reference.stored.get().cases
        #expect(cases.count >= 6)
        for reference in cases {
            let name = Comment(rawValue: reference.name)
            let matrix = ConfusionMatrix(
                classNames: (0..<reference.classes).map { "c\($0)" }, labels: reference.labels,
                predictions: reference.predictions)
            #expect(matrix.rows == reference.confusion, name)
            let report = ClassificationReport(matrix)
            #expect(abs(report.accuracy - reference.accuracy) <= Self.tolerance, name)
            for (label, row) in report.rows.enumerated() {
                guard let figures = reference.perClass["\(label)"] else {
                    #expect(!row.occurs && row.precision == nil && row.recall == nil && row.f1 == nil, name)
                    continue
                }
                #expect(abs((row.precision ?? 0) - figures.precision) <= Self.tolerance, name)
                #expect(abs((row.recall ?? 0) - figures.recall) <= Self.tolerance, name)
                #expect(abs((row.f1 ?? 0) - figures.f1) <= Self.tolerance, name)
                #expect(Double(row.support) == figures.support, name)
                // What scikit-learn takes for 0 is told apart from what is 0.
                #expect((row.precision == nil) == (row.predicted == 0), name)
                #expect((row.recall == nil) == (row.support == 0), name)
            }
            for (average, figures) in [
                (report.macroAverage, reference.macro), (report.weightedAverage, reference.weighted),
            ] {
                #expect(abs(average.precision - figures.precision) <= Self.tolerance, name)
                #expect(abs(average.recall - figures.recall) <= Self.tolerance, name)
                #expect(abs(average.f1 - figures.f1) <= Self.tolerance, name)
            }
        }
    }

    @Test("name the classes without samples and those that are never told")
    func names() {
        let matrix = ConfusionMatrix(classNames: ["a", "b", "c"], labels: [0, 0, 1], predictions: [0, 0, 0])
        let report = ClassificationReport(matrix)
        #expect(report.emptyClasses == ["c"])
        #expect(report.neverPredicted == ["b"])
        let nothing = ClassificationReport(ConfusionMatrix(classNames: ["a", "b"]))
        #expect(nothing.accuracy == 0 && nothing.macroAverage.f1 == 0 && nothing.weightedAverage.precision == 0)
        #expect(nothing.emptyClasses == ["a", "b"])
    }

    @Test("count a label among the first k as scikit-learn's top_k_accuracy_score")
    func topK() throws {
        let reference = try Reference.stored.get().topK
        #expect(reference.accuracy.count == 5)
        for (text, accuracy) in reference.accuracy {
            let k = try #require(Int(text))
            var top = TopK(k)
            for (scores, label) in zip(reference.scores, reference.labels) { top.add(scores: scores, label: label) }
            #expect(top.count == reference.labels.count)
            #expect(abs(top.accuracy - accuracy) <= Self.tolerance, "k = \(k)")
        }
    }

    @Test("take the class with the smaller index first where scores are equal")
    func ties() {
        var first = TopK(1), second = TopK(2)
        for label in 0..<3 {
            first.add(scores: [1, 1, 1], label: label)
            second.add(scores: [1, 1, 1], label: label)
        }
        #expect(first.hits == 1 && second.hits == 2)
    }

    @Test("are written as a table with commas, names in quotes where they need them")
    func csv() {
        let matrix = ConfusionMatrix(
            classNames: ["T-shirt", "a, b", "the \"c\""], labels: [0, 1, 1, 2], predictions: [0, 1, 2, 0])
        #expect(
            matrix.csv == """
                label \\ prediction,T-shirt,"a, b","the ""c\"""
                T-shirt,1,0,0
                "a, b",0,1,1
                "the ""c\""",1,0,0

                """)
    }
}
