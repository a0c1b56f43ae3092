/// Precision, recall and F1 of every class, and their averages, as scikit-learn's `classification_report` has them.
///
///     precision = right / told to be of the class
///     recall    = right / of the class
///     F1        = 2 · right / (of the class + told to be of the class)
///
/// A quotient without anything to divide by is undefined: nil for its class, and 0 in the averages, as in scikit-learn. A
/// class that neither labels nor predictions have does not enter the averages at all.
///
/// - Source: F. Pedregosa et al. 2011, J. Mach. Learn. Res. 12:2825 (scikit-learn, `sklearn.metrics`, `zero_division=0`).
public struct ClassificationReport: Sendable, Hashable {
    /// How a class was told.
    public struct Row: Sendable, Hashable {
        /// The class's name.
        public let name: String
        /// The part of what was told to be of the class that is; nil where nothing was.
        public let precision: Double?
        /// The part of the class that was told to be of it; nil where the class has no samples.
        public let recall: Double?
        /// The harmonic mean of both; nil where the class is in neither labels nor predictions.
        public let f1: Double?
        /// How many samples of the class there are.
        public let support: Int
        /// How many samples were told to be of the class.
        public let predicted: Int

        /// Whether labels or predictions have the class.
        public var occurs: Bool { support + predicted > 0 }
    }

    /// An average over classes.
    public struct Average: Sendable, Hashable {
        /// The mean precision.
        public let precision: Double
        /// The mean recall.
        public let recall: Double
        /// The mean F1.
        public let f1: Double
    }

    /// The classes, in their order.
    public let rows: [Row]
    /// The part of all samples that was told right; 0 where there are none.
    public let accuracy: Double
    /// Every class that occurs counts once.
    public let macroAverage: Average
    /// Every class counts by its support.
    public let weightedAverage: Average
    /// How many samples there are.
    public let support: Int

    /// Takes the figures from a confusion matrix.
    ///
    /// - Complexity: O(classes²).
    public init(_ matrix: ConfusionMatrix) {
        let rows = matrix.classNames.indices.map { label in
            let (right, support, predicted) = (
                matrix[label, label], matrix.support(of: label), matrix.predicted(as: label)
            )
            return Row(
                name: matrix.classNames[label], precision: Self.part(right, of: predicted),
                recall: Self.part(right, of: support), f1: Self.part(2 * right, of: support + predicted),
                support: support, predicted: predicted)
        }
        self.rows = rows
        support = matrix.total
        accuracy = Self.part(matrix.correct, of: matrix.total) ?? 0
        macroAverage = Self.average(rows) { $0.occurs ? 1 : 0 }
        weightedAverage = Self.average(rows) { Double($0.support) }
    }

    /// The classes of which there are no samples.
    public var emptyClasses: [String] { rows.filter { $0.support == 0 }.map(\.name) }

    /// The classes that were never told although there are samples of them.
    public var neverPredicted: [String] { rows.filter { $0.support > 0 && $0.predicted == 0 }.map(\.name) }

    private static func part(_ count: Int, of whole: Int) -> Double? {
        whole > 0 ? Double(count) / Double(whole) : nil
    }

    private static func average(_ rows: [Row], weight: (Row) -> Double) -> Average {
        let whole = rows.reduce(0) { $0 + weight($1) }
        func mean(_ figure: (Row) -> Double?) -> Double {
            whole > 0 ? rows.reduce(0) { $0 + weight($1) * (figure($1) ?? 0) } / whole : 0
        }
        return Average(precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1))
    }
}
