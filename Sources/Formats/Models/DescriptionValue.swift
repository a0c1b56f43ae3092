import SynfireNeuralNetworks
import Yams

/// A value in a description: what stands there and where.
///
/// Every accessor throws ``ModelDescriptionError`` with the place where something else stands than asked for.
struct DescriptionValue {
    let node: Node
    let file: String
    /// How messages call it, such as "'epochs' of training".
    let what: String

    var position: ModelDescriptionError.Position? {
        node.mark.map { ModelDescriptionError.Position(line: $0.line, column: $0.column) }
    }

    func failure(_ reason: ModelDescriptionError.Reason) -> ModelDescriptionError {
        ModelDescriptionError(file: file, position: position, reason: reason)
    }

    private func wrongKind(_ expected: String) -> ModelDescriptionError {
        failure(.wrongKind(what: what, found: found, expected: expected))
    }

    /// What stands there, for messages.
    var found: String {
        if isNothing { return "left empty" }
        return switch node {
        case .scalar(let scalar): "'\(ModelDescriptionError.Reason.shortened(scalar.string))'"
        case .sequence: "a list"
        case .mapping: "a section of keys and values"
        case .alias: "an alias"
        }
    }

    /// Whether nothing, `~` or `null` stands there.
    var isNothing: Bool { plain.map { ["", "~", "null"].contains($0) } ?? false }

    /// The text of a scalar without quotes.
    private var plain: String? {
        guard case .scalar(let scalar) = node, scalar.style == .plain else { return nil }
        return scalar.string
    }

    /// Whether keys and values stand there.
    var isSection: Bool { if case .mapping = node { true } else { false } }

    /// Whether a list stands there.
    var isList: Bool { if case .sequence = node { true } else { false } }

    /// The text of a scalar, quoted or not; `nil` for sections and lists.
    var scalarOrNil: String? { if case .scalar(let scalar) = node { scalar.string } else { nil } }

    // MARK: Scalars

    func text() throws(ModelDescriptionError) -> String {
        try scalar("a text")
    }

    /// The text of a scalar, quoted or not.
    ///
    /// - Parameter expected: What messages say is needed.
    func scalar(_ expected: String) throws(ModelDescriptionError) -> String {
        guard case .scalar(let scalar) = node, !isNothing else { throw wrongKind(expected) }
        return scalar.string
    }

    func integer(_ allowed: ClosedRange<Int>) throws(ModelDescriptionError) -> Int {
        guard let plain, Self.isWhole(plain) else { throw wrongKind("a whole number") }
        guard let number = Int(plain), allowed.contains(number) else {
            let range =
                allowed == Int.min...Int.max ? "less than 2^63" : "\(allowed.lowerBound) to \(allowed.upperBound)"
            throw failure(.outOfRange(what: what, value: found, allowed: range))
        }
        return number
    }

    func seed() throws(ModelDescriptionError) -> UInt64 {
        guard let plain, Self.isWhole(plain) else { throw wrongKind("a whole number") }
        guard let number = UInt64(plain) else {
            throw failure(.outOfRange(what: what, value: found, allowed: "0 to 2^64 - 1"))
        }
        return number
    }

    func real() throws(ModelDescriptionError) -> Double {
        guard let number = realOrNil else { throw wrongKind("a number") }
        return number
    }

    /// The number that stands there; infinity and what is not a number are none.
    var realOrNil: Double? {
        guard let plain, plain.allSatisfy({ "0123456789+-.eE".contains($0) }) else { return nil }
        return Double(plain).flatMap { $0.isFinite ? $0 : nil }
    }

    func flag() throws(ModelDescriptionError) -> Bool {
        guard let flag = flagOrNil else { throw wrongKind("true or false") }
        return flag
    }

    private var flagOrNil: Bool? {
        switch plain {
        case "true", "True", "TRUE": true
        case "false", "False", "FALSE": false
        default: nil
        }
    }

    private static func isWhole(_ text: String) -> Bool {
        let digits = text.drop { $0 == "+" || $0 == "-" }
        return !digits.isEmpty && text.count - digits.count <= 1 && digits.allSatisfy { ("0"..."9").contains($0) }
    }

    // MARK: Lists

    func list(_ expected: String = "a list") throws(ModelDescriptionError) -> [DescriptionValue] {
        guard case .sequence(let sequence) = node else { throw wrongKind(expected) }
        return sequence.enumerated().map { DescriptionValue(node: $1, file: file, what: "entry \($0 + 1) of \(what)") }
    }

    // MARK: Hyperparameters

    /// The value of a layer's setting, of whatever kind it is; the layer's schema decides whether it fits.
    func hyperparameter(_ row: HyperparameterRow) throws(ModelDescriptionError) -> HyperparameterValue {
        if let plain, Self.isWhole(plain) { return .integer(try integer(Int.min...Int.max)) }
        if let flag = flagOrNil { return .flag(flag) }
        if let number = realOrNil { return .real(number) }
        switch (row.kind, node) {
        case (.pair, .sequence(let sequence)) where sequence.count == 2:
            let numbers = try wholeNumbers()
            return .pair(Pair(numbers[0], numbers[1]))
        case (.list, .sequence), (.padding, .sequence): return .list(try wholeNumbers())
        case (.choice, .scalar), (.padding, .scalar): return .text(try scalar(row.kind.words))
        default: throw wrongKind(row.kind.words)
        }
    }

    private func wholeNumbers() throws(ModelDescriptionError) -> [Int] {
        try list().map { (value) throws(ModelDescriptionError) in try value.integer(Int.min...Int.max) }
    }
}
