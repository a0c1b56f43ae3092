import SynfireUnits

/// A value of a layer's hyperparameter.
public enum HyperparameterValue: Sendable, Hashable, CustomStringConvertible {
    /// A whole number.
    case integer(Int)
    /// A number.
    case real(Double)
    /// Yes or no.
    case flag(Bool)
    /// Two whole numbers: along the rows, along the columns.
    case pair(Pair)
    /// Whole numbers of any count, such as a shape.
    case list([Int])
    /// What is added around an image.
    case padding(Padding)
    /// A word, such as the name of a method.
    case text(String)

    /// The value as one would write it in a network description.
    public var description: String {
        switch self {
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .flag(let value): "\(value)"
        case .pair(let value): "\(value)"
        case .list(let values): "\(values)"
        case .padding(let value): "\(value)"
        case .text(let value): value
        }
    }
}

/// One hyperparameter of a layer: all that is known of it, in one place.
///
/// Reading a description, checking it and the documentation all work from these rows.
public struct HyperparameterRow: Sendable {
    /// What kind of value it takes.
    public enum Kind: Sendable, Hashable {
        /// A whole number.
        case integer
        /// A number.
        case real
        /// Yes or no.
        case flag
        /// A whole number, or two in a list: rows, columns.
        case pair
        /// Whole numbers in a list.
        case list
        /// What is added around an image.
        case padding
        /// One of some words.
        case choice([String])

        /// The kind as messages say it.
        public var words: String {
            switch self {
            case .integer: "a whole number"
            case .real: "a number"
            case .flag: "true or false"
            case .pair: "a whole number or a list of two"
            case .list: "a list of whole numbers"
            case .padding:
                "a whole number, [rows, columns], [top, bottom, left, right], 'same' or 'valid'"
            case .choice(let words): words.map { "'\($0)'" }.joined(separator: " or ")
            }
        }
    }

    /// What holds where no value is given.
    public enum Default: Sendable {
        /// A value has to be given.
        case required
        /// This value.
        case value(HyperparameterValue)
        /// The value of another hyperparameter.
        case same(as: String)
    }

    /// The name, spelt as in PyTorch.
    public let name: String
    /// What kind of value it takes.
    public let kind: Kind
    /// What holds where no value is given.
    public let fallback: Default
    /// The numbers allowed; for a pair, of each of the two.
    public let allowed: AllowedRange?
    /// What it means, in one sentence.
    public let summary: String

    /// Writes a row.
    public init(
        _ name: String, _ kind: Kind, default fallback: Default = .required, allowed: AllowedRange? = nil,
        _ summary: String
    ) {
        self.name = name
        self.kind = kind
        self.fallback = fallback
        self.allowed = allowed
        self.summary = summary
    }
}

/// What a kind of layer is called and how it is described.
public struct LayerSchema: Sendable {
    /// The kind's name, as in PyTorch and Keras, such as `Conv2d`.
    public let kind: String
    /// What it does, in one sentence.
    public let summary: String
    /// Its hyperparameters, in the order of PyTorch's arguments.
    public let rows: [HyperparameterRow]

    /// Writes a schema.
    public init(_ kind: String, _ summary: String, rows: [HyperparameterRow] = []) {
        self.kind = kind
        self.summary = summary
        self.rows = rows
    }

    /// Checks given values and fills in the defaults.
    ///
    /// A whole number counts as a number and as a pair of equal ones.
    ///
    /// - Throws: ``NetworkError`` for a name that is not in the schema, a missing value, one of the wrong kind or one
    ///   out of its range.
    public func resolve(_ given: [String: HyperparameterValue]) throws -> HyperparameterValues {
        let names = rows.map(\.name)
        for name in given.keys.sorted() where !names.contains(name) {
            throw NetworkError.unknownHyperparameter(
                kind: kind, name: name, nearest: NearestName.find(name, among: names), known: names)
        }
        var resolved: [String: HyperparameterValue] = [:]
        for row in rows {
            if let value = given[row.name] {
                resolved[row.name] = try check(value, row)
                continue
            }
            switch row.fallback {
            case .required: throw NetworkError.missingHyperparameter(kind: kind, name: row.name)
            case .value(let value): resolved[row.name] = try check(value, row)
            case .same(let other): resolved[row.name] = resolved[other]
            }
        }
        return HyperparameterValues(resolved)
    }

    /// The padding that a value means.
    private static func padding(_ value: HyperparameterValue) -> Padding? {
        switch value {
        case .padding(let padding): padding
        case .integer(let number): Padding(Pair(number, number))
        case .pair(let pair): Padding(pair)
        case .list(let numbers): Padding(numbers)
        case .text("same"): .same
        case .text("valid"): .valid
        default: nil
        }
    }

    private func check(_ value: HyperparameterValue, _ row: HyperparameterRow) throws -> HyperparameterValue {
        let wrongKind = NetworkError.wrongHyperparameterKind(
            kind: kind, name: row.name, value: value.description, expected: row.kind.words)
        let (converted, numbers): (HyperparameterValue, [Double])
        switch (row.kind, value) {
        case (.integer, .integer(let number)): (converted, numbers) = (value, [Double(number)])
        case (.real, .real(let number)): (converted, numbers) = (value, [number])
        case (.real, .integer(let number)): (converted, numbers) = (.real(Double(number)), [Double(number)])
        case (.flag, .flag): (converted, numbers) = (value, [])
        case (.pair, .pair(let pair)): (converted, numbers) = (value, [Double(pair.rows), Double(pair.columns)])
        case (.pair, .integer(let number)): (converted, numbers) = (.pair(Pair(number, number)), [Double(number)])
        case (.list, .list(let list)): (converted, numbers) = (value, list.map(Double.init))
        case (.list, .integer(let number)): (converted, numbers) = (.list([number]), [Double(number)])
        case (.list, .pair(let pair)):
            (converted, numbers) = (.list([pair.rows, pair.columns]), [Double(pair.rows), Double(pair.columns)])
        case (.padding, _):
            guard let padding = Self.padding(value) else { throw wrongKind }
            (converted, numbers) = (.padding(padding), padding.numbers.map(Double.init))
        case (.choice(let words), .text(let word)):
            guard words.contains(word) else {
                throw NetworkError.unknownChoice(
                    kind: kind, name: row.name, value: word, nearest: NearestName.find(word, among: words),
                    known: words)
            }
            (converted, numbers) = (value, [])
        default: throw wrongKind
        }
        // Whole numbers beyond 2^40 are no sizes of anything, and products of them would overflow.
        let sane = row.kind == .real || numbers.allSatisfy { abs($0) < 0x1p40 }
        guard sane, numbers.allSatisfy({ row.allowed?.contains($0) ?? $0.isFinite }) else {
            throw NetworkError.hyperparameterOutOfRange(
                kind: kind, name: row.name, value: value.description,
                allowed: sane ? row.allowed?.description ?? "finite" : "below 2^40")
        }
        return converted
    }
}

/// Checked values of all hyperparameters of a layer.
public struct HyperparameterValues: Sendable, Hashable {
    /// The values by name.
    public let values: [String: HyperparameterValue]

    /// Joins values that match a schema: those that ``LayerSchema/resolve(_:)`` gives, or a layer's own.
    init(_ values: [String: HyperparameterValue]) {
        self.values = values
    }

    // A missing value is a layer whose rows and initialiser disagree; tests read every row of the catalog.

    /// The whole number `name`.
    public func integer(_ name: String) -> Int {
        guard case .integer(let value) = values[name] else { fatalError("no whole number '\(name)' in the schema") }
        return value
    }

    /// The number `name`.
    public func real(_ name: String) -> Double {
        guard case .real(let value) = values[name] else { fatalError("no number '\(name)' in the schema") }
        return value
    }

    /// The flag `name`.
    public func flag(_ name: String) -> Bool {
        guard case .flag(let value) = values[name] else { fatalError("no flag '\(name)' in the schema") }
        return value
    }

    /// The pair `name`.
    public func pair(_ name: String) -> Pair {
        guard case .pair(let value) = values[name] else { fatalError("no pair '\(name)' in the schema") }
        return value
    }

    /// The list `name`.
    public func list(_ name: String) -> [Int] {
        guard case .list(let value) = values[name] else { fatalError("no list '\(name)' in the schema") }
        return value
    }

    /// The padding `name`.
    public func padding(_ name: String) -> Padding {
        guard case .padding(let value) = values[name] else { fatalError("no padding '\(name)' in the schema") }
        return value
    }

    /// The word `name`.
    public func text(_ name: String) -> String {
        guard case .text(let value) = values[name] else { fatalError("no word '\(name)' in the schema") }
        return value
    }
}
