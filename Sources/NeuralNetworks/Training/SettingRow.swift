/// A value of a setting of an optimiser, loss or schedule.
public enum SettingValue: Sendable, Hashable, CustomStringConvertible {
    /// A whole number.
    case integer(Int)
    /// A number.
    case real(Double)
    /// Yes or no.
    case flag(Bool)
    /// One of several words.
    case word(String)
    /// Whole numbers.
    case integers([Int])
    /// Numbers.
    case reals([Double])

    /// The value as one would write it in a description.
    public var description: String {
        switch self {
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .flag(let value): "\(value)"
        case .word(let value): value
        case .integers(let values): "\(values)"
        case .reals(let values): "\(values)"
        }
    }

    /// The numbers in it, each with its text, for checks of ranges.
    var numbers: [(value: Double, text: String)] {
        switch self {
        case .integer(let value): [(Double(value), "\(value)")]
        case .real(let value): [(value, "\(value)")]
        case .integers(let values): values.map { (Double($0), "\($0)") }
        case .reals(let values): values.map { ($0, "\($0)") }
        case .flag, .word: []
        }
    }
}

/// One setting of an optimiser, loss or schedule: all that is known of it, in one place.
///
/// Descriptions are read and written, ranges checked and checkpoints compared by these rows.
public struct SettingRow<Owner>: Sendable {
    /// What kind of value a setting takes.
    public enum Kind: Sendable, Hashable {
        /// A whole number.
        case integer
        /// A number.
        case real
        /// Yes or no.
        case flag
        /// One of these words.
        case word([String])
        /// A list of whole numbers.
        case integers
        /// A list of numbers, of so many where that is fixed.
        case reals(count: Int?)
    }

    /// The name, spelt as in PyTorch.
    public let name: String
    /// What kind of value it takes.
    public let kind: Kind
    /// The numbers allowed.
    public let allowed: AllowedRange?
    /// Whether a description has to give it.
    public let isRequired: Bool
    /// What it means, in one sentence.
    public let summary: String
    /// The value that an owner has, nil where it has none.
    public let read: @Sendable (Owner) -> SettingValue?
    /// Sets the value; a value of another kind leaves all as it is.
    public let write: @Sendable (inout Owner, SettingValue) -> Void

    private init(
        _ name: String, _ kind: Kind, _ allowed: AllowedRange?, _ isRequired: Bool, _ summary: String,
        read: @escaping @Sendable (Owner) -> SettingValue?,
        write: @escaping @Sendable (inout Owner, SettingValue) -> Void
    ) {
        self.name = name
        self.kind = kind
        self.allowed = allowed
        self.isRequired = isRequired
        self.summary = summary
        self.read = read
        self.write = write
    }

    /// A number.
    public init(
        _ name: String, _ path: any WritableKeyPath<Owner, Double> & Sendable, isRequired: Bool = false,
        allowed: AllowedRange? = nil, _ summary: String
    ) {
        self.init(name, .real, allowed, isRequired, summary) {
            .real($0[keyPath: path])
        } write: {
            if case .real(let value) = $1 { $0[keyPath: path] = value }
        }
    }

    /// A number that may be left out.
    public init(
        _ name: String, optional path: any WritableKeyPath<Owner, Double?> & Sendable, allowed: AllowedRange? = nil,
        _ summary: String
    ) {
        self.init(name, .real, allowed, false, summary) {
            $0[keyPath: path].map(SettingValue.real)
        } write: {
            if case .real(let value) = $1 { $0[keyPath: path] = value }
        }
    }

    /// A whole number.
    public init(
        _ name: String, _ path: any WritableKeyPath<Owner, Int> & Sendable, isRequired: Bool = false,
        allowed: AllowedRange? = nil, _ summary: String
    ) {
        self.init(name, .integer, allowed, isRequired, summary) {
            .integer($0[keyPath: path])
        } write: {
            if case .integer(let value) = $1 { $0[keyPath: path] = value }
        }
    }

    /// Yes or no.
    public init(_ name: String, _ path: any WritableKeyPath<Owner, Bool> & Sendable, _ summary: String) {
        self.init(name, .flag, nil, false, summary) {
            .flag($0[keyPath: path])
        } write: {
            if case .flag(let value) = $1 { $0[keyPath: path] = value }
        }
    }

    /// One of several words.
    public init<Word: RawRepresentable<String> & CaseIterable & Sendable>(
        _ name: String, word path: any WritableKeyPath<Owner, Word> & Sendable, _ summary: String
    ) {
        self.init(name, .word(Word.allCases.map(\.rawValue)), nil, false, summary) {
            .word($0[keyPath: path].rawValue)
        } write: {
            if case .word(let text) = $1, let value = Word(rawValue: text) { $0[keyPath: path] = value }
        }
    }

    /// Whole numbers.
    public init(
        _ name: String, _ path: any WritableKeyPath<Owner, [Int]> & Sendable, isRequired: Bool = false,
        allowed: AllowedRange? = nil, _ summary: String
    ) {
        self.init(name, .integers, allowed, isRequired, summary) {
            .integers($0[keyPath: path])
        } write: {
            if case .integers(let values) = $1 { $0[keyPath: path] = values }
        }
    }

    /// Numbers that may be left out.
    public init(
        _ name: String, optional path: any WritableKeyPath<Owner, [Double]?> & Sendable, allowed: AllowedRange? = nil,
        _ summary: String
    ) {
        self.init(name, .reals(count: nil), allowed, false, summary) {
            $0[keyPath: path].map(SettingValue.reals)
        } write: {
            if case .reals(let values) = $1 { $0[keyPath: path] = values }
        }
    }

    /// Two numbers.
    public init(
        _ name: String, pair path: any WritableKeyPath<Owner, (Double, Double)> & Sendable,
        allowed: AllowedRange? = nil, _ summary: String
    ) {
        self.init(name, .reals(count: 2), allowed, false, summary) {
            .reals([$0[keyPath: path].0, $0[keyPath: path].1])
        } write: {
            if case .reals(let values) = $1, values.count == 2 { $0[keyPath: path] = (values[0], values[1]) }
        }
    }
}

/// Something whose settings are known by rows.
public protocol Configurable: Sendable {
    /// The name by which descriptions and checkpoints know it.
    static var name: String { get }
    /// Its settings, in PyTorch's order.
    static var settings: [SettingRow<Self>] { get }

    /// Makes one with the defaults; what is required has some value.
    init()

    /// Checks what the rows cannot: settings that depend on each other.
    ///
    /// - Throws: ``NetworkError/invalidSetting(name:value:allowed:)``.
    func validateTogether() throws(NetworkError)
}

extension Configurable {
    /// Nothing depends on anything.
    public func validateTogether() throws(NetworkError) {}

    /// The values of all settings that have one.
    public var settingValues: [String: SettingValue] {
        Dictionary(uniqueKeysWithValues: Self.settings.compactMap { row in row.read(self).map { (row.name, $0) } })
    }

    /// Name and settings as a text; equal for equal ones.
    public var summary: String {
        let values = Self.settings.compactMap { row in row.read(self).map { "\(row.name): \($0)" } }
        return Self.name + (values.isEmpty ? "" : " (\(values.joined(separator: ", ")))")
    }

    /// Checks the settings.
    ///
    /// - Throws: ``NetworkError/invalidSetting(name:value:allowed:)``.
    public func validate() throws(NetworkError) {
        for row in Self.settings {
            guard let value = row.read(self) else { continue }
            for (number, text) in value.numbers where !(row.allowed?.contains(number) ?? number.isFinite) {
                throw .invalidSetting(
                    name: row.name, value: text, allowed: row.allowed?.description ?? "a finite number")
            }
        }
        try validateTogether()
    }
}
