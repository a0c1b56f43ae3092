/// How often each class was taken for each other one.
public struct ConfusionMatrix: Sendable, Hashable {
    /// The names of the classes; labels and predictions are indices into them.
    public let classNames: [String]

    /// Class by class of the labels, the counts of the predictions.
    private var cells: [Int]

    /// An empty matrix.
    ///
    /// - Precondition: There is a class.
    public init(classNames: [String]) {
        precondition(!classNames.isEmpty, "a confusion matrix without classes")
        self.classNames = classNames
        cells = Array(repeating: 0, count: classNames.count * classNames.count)
    }

    /// Counts labels and what was told in their place.
    ///
    /// - Precondition: As many labels as predictions, each in `0..<classNames.count`.
    public init(classNames: [String], labels: [Int], predictions: [Int]) {
        precondition(labels.count == predictions.count, "\(labels.count) labels, \(predictions.count) predictions")
        self.init(classNames: classNames)
        for (label, prediction) in zip(labels, predictions) { add(label: label, prediction: prediction) }
    }

    /// Counts one sample.
    ///
    /// - Precondition: Both are in `0..<classNames.count`.
    public mutating func add(label: Int, prediction: Int) {
        cells[index(label, prediction)] += 1
    }

    /// How many samples of class `label` were told to be of class `prediction`.
    ///
    /// - Precondition: Both are in `0..<classNames.count`.
    public subscript(label: Int, prediction: Int) -> Int { cells[index(label, prediction)] }

    /// A row for each class of the labels, a column for each class of the predictions.
    public var rows: [[Int]] {
        classNames.indices.map { Array(cells[$0 * classNames.count..<($0 + 1) * classNames.count]) }
    }

    /// How many samples were counted.
    public var total: Int { cells.reduce(0, +) }

    /// How many of them were told right.
    public var correct: Int { classNames.indices.reduce(0) { $0 + self[$1, $1] } }

    /// How many samples of a class there are: the support.
    public func support(of label: Int) -> Int { classNames.indices.reduce(0) { $0 + self[label, $1] } }

    /// How many samples were told to be of a class.
    public func predicted(as prediction: Int) -> Int { classNames.indices.reduce(0) { $0 + self[$1, prediction] } }

    private func index(_ label: Int, _ prediction: Int) -> Int {
        precondition(
            classNames.indices.contains(label) && classNames.indices.contains(prediction),
            "label \(label) and prediction \(prediction) of \(classNames.count) classes")
        return label * classNames.count + prediction
    }
}

extension ConfusionMatrix {
    /// The matrix as a table with commas: classes of the labels down, of the predictions across.
    public var csv: String {
        let header = (["label \\ prediction"] + classNames).map(Self.quoted).joined(separator: ",")
        let lines = zip(classNames, rows).map { name, counts in
            ([Self.quoted(name)] + counts.map(String.init)).joined(separator: ",")
        }
        return ([header] + lines).joined(separator: "\n") + "\n"
    }

    /// A field as RFC 4180 has it: in quotes where it holds a comma, a quote or a line's end.
    private static func quoted(_ field: String) -> String {
        guard field.contains(where: { ",\"\r\n".contains($0) || $0.isNewline }) else { return field }
        return "\"" + field.replacing("\"", with: "\"\"") + "\""
    }
}
