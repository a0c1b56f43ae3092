import SynfireUnits

/// A value of an augmentation's setting.
public enum AugmentationValue: Sendable, Hashable, CustomStringConvertible {
    /// A number.
    case number(Double)
    /// Some numbers, such as the ends of a range.
    case list([Double])
    /// A word, such as `bilinear`.
    case word(String)

    /// The value as one would write it in a description.
    public var description: String {
        switch self {
        case .number(let number): Self.text(number)
        case .list(let numbers): "[\(numbers.map(Self.text).joined(separator: ", "))]"
        case .word(let word): word
        }
    }

    private static func text(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? "\(number)"
    }
}

/// One setting of a kind of augmentation.
public struct AugmentationRow: Sendable {
    /// What may stand for a value.
    public enum Form: Sendable, Hashable {
        /// A whole number.
        case whole
        /// A number.
        case number
        /// Two numbers.
        case pair
        /// The two ends of a range.
        case range
        /// A number, or lists of so many numbers, the ends of ranges.
        case numberOrList([Int])
        /// One of some words.
        case word([String])
        /// A number or one of some words.
        case numberOrWord([String])

        /// The form in words.
        public var description: String {
            switch self {
            case .whole: "a whole number"
            case .number: "a number"
            case .pair, .range: "a list of 2 numbers"
            case .numberOrList(let lengths):
                "a number or a list of \(lengths.map(String.init).joined(separator: " or ")) numbers"
            case .word(let words): words.map { "'\($0)'" }.joined(separator: " or ")
            case .numberOrWord(let words): "a number or " + words.map { "'\($0)'" }.joined(separator: " or ")
            }
        }
    }

    /// The name.
    public let name: String
    /// What may stand for a value.
    public let form: Form
    /// What holds where no value is given; nil where one must be.
    public let fallback: AugmentationValue?
    /// The numbers allowed.
    public let allowed: AllowedRange?
    /// What it means, in one sentence.
    public let summary: String

    /// Writes a row.
    public init(
        _ name: String, _ form: Form, default fallback: AugmentationValue? = nil, allowed: AllowedRange? = nil,
        _ summary: String
    ) {
        self.name = name
        self.form = form
        self.fallback = fallback
        self.allowed = allowed
        self.summary = summary
    }
}

/// Where in an image's random stream a kind of augmentation reads.
///
/// The places are part of what a seed means; they never change, and no two kinds have the same. So a kind draws the same
/// numbers whatever other kinds are used beside it.
public struct AugmentationDraws: Sendable, Hashable {
    /// The word from which it is decided whether an image is changed.
    let coin: UInt64
    /// The first word of all others.
    let first: UInt64

    /// A place of 2³² words; kinds outside of this module take numbers from 128 on.
    public static func slot(_ number: UInt32) -> AugmentationDraws {
        AugmentationDraws(coin: UInt64(number) << 32, first: UInt64(number) << 32 + 4)
    }
}

/// What a kind of augmentation is called and how it is described.
public struct AugmentationSchema: Sendable {
    /// The kind's name in descriptions, such as `horizontal_flip`.
    public let name: String
    /// What it does, in one sentence.
    public let summary: String
    /// Whether it needs rows and columns, so that lists of features cannot be changed so.
    public let needsImages: Bool
    /// Its settings.
    public let rows: [AugmentationRow]

    let draws: AugmentationDraws

    /// Writes a schema; the setting `p`, the probability of a change, is added to the rows.
    public init(
        _ name: String, _ summary: String, draws: AugmentationDraws, probability: Double = 1, needsImages: Bool = true,
        rows: [AugmentationRow] = []
    ) {
        self.name = name
        self.summary = summary
        self.draws = draws
        self.needsImages = needsImages
        let probability = AugmentationRow(
            "p", .number, default: .number(probability), allowed: .closed(0...1), "The probability of a change.")
        self.rows = rows + [probability]
    }

    /// Checks given values and fills in the defaults.
    ///
    /// - Throws: ``NetworkError`` for a name that is not in the schema, a missing value, one of the wrong form or one
    ///   out of its range.
    public func resolve(_ given: [String: AugmentationValue]) throws(NetworkError) -> AugmentationValues {
        let names = rows.map(\.name)
        for key in given.keys.sorted() where !names.contains(key) {
            throw .unknownHyperparameter(
                kind: name, name: key, nearest: NearestName.find(key, among: names), known: names)
        }
        var resolved: [String: AugmentationValue] = [:]
        for row in rows {
            guard let value = given[row.name] ?? row.fallback else {
                throw .missingHyperparameter(kind: name, name: row.name)
            }
            try check(value, row)
            resolved[row.name] = value
        }
        return AugmentationValues(kind: name, resolved)
    }

    private func check(_ value: AugmentationValue, _ row: AugmentationRow) throws(NetworkError) {
        let numbers: [Double]
        switch (row.form, value) {
        case (.whole, .number(let number)) where Int32(exactly: number) != nil: numbers = [number]
        case (.number, .number(let number)), (.numberOrList, .number(let number)), (.numberOrWord, .number(let number)):
            numbers = [number]
        case (.pair, .list(let list)) where list.count == 2: numbers = list
        case (.range, .list(let list)) where list.count == 2: numbers = list
        case (.numberOrList(let lengths), .list(let list)) where lengths.contains(list.count): numbers = list
        case (.word(let words), .word(let word)) where words.contains(word): numbers = []
        case (.numberOrWord(let words), .word(let word)) where words.contains(word): numbers = []
        default:
            throw .wrongHyperparameterKind(
                kind: name, name: row.name, value: value.description, expected: row.form.description)
        }
        // Numbers that single precision cannot hold are of no use in an image.
        guard numbers.allSatisfy({ row.allowed?.contains($0) ?? Float($0).isFinite }) else {
            throw .hyperparameterOutOfRange(
                kind: name, name: row.name, value: value.description, allowed: row.allowed?.description ?? "finite")
        }
        if case .list(let list) = value, row.form != .pair {
            for end in stride(from: 1, to: list.count, by: 2) where list[end - 1] > list[end] {
                throw .hyperparameterOutOfRange(
                    kind: name, name: row.name, value: value.description,
                    allowed: "a range from its smaller to its larger end")
            }
        }
    }
}

/// Checked values of all settings of an augmentation.
public struct AugmentationValues: Sendable, Hashable {
    /// The values by name.
    public let values: [String: AugmentationValue]

    private let kind: String

    fileprivate init(kind: String, _ values: [String: AugmentationValue]) {
        self.kind = kind
        self.values = values
    }

    // A missing value is a kind whose rows and initialiser disagree; tests read every row of the catalog.

    /// The number `name`.
    public func number(_ name: String) -> Double {
        guard case .number(let value) = values[name] else { fatalError("no number '\(name)' in the schema of \(kind)") }
        return value
    }

    /// The whole number `name`.
    public func whole(_ name: String) -> Int { Int(number(name)) }

    /// The numbers of the list `name`; none where a single number or a word stands.
    public func list(_ name: String) -> [Double] {
        if case .list(let value) = values[name] { value } else { [] }
    }

    /// The word `name`; nil where a number stands.
    public func word(_ name: String) -> String? {
        if case .word(let value) = values[name] { value } else { nil }
    }

    /// The range `name`; a single number d stands for what is up to d from the middle.
    ///
    /// - Throws: ``NetworkError/hyperparameterOutOfRange(kind:name:value:allowed:)`` where d is negative.
    func range(_ name: String, around middle: Double = 0) throws(NetworkError) -> ClosedRange<Double> {
        let ends = list(name)
        if ends.count == 2 { return ends[0]...ends[1] }
        let distance = number(name)
        guard distance >= 0 else {
            throw .hyperparameterOutOfRange(
                kind: kind, name: name, value: values[name]?.description ?? "",
                allowed: "at least 0, or a list of 2 numbers")
        }
        return middle - distance...middle + distance
    }
}
