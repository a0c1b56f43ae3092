import SynfireSpikingModels
import SynfireUnits

/// The names that texts of a description may use: constants, and variables of `for_each`.
struct DescriptionScope {
    /// Constants by name: each may use all before it, so that finding one must not go through them.
    private var constants: [String: DescriptionConstant] = [:]
    /// Their names in the order of the file.
    private var constantNames: [String] = []
    private(set) var variables: [(name: String, value: DescriptionConstant)] = []

    /// The longest expression.
    private static let longest = 4096

    /// What YAML and others write for numbers that are none.
    private static let notFinite: Set<String> = [
        "nan", ".nan", "inf", "+inf", "-inf", ".inf", "+.inf", "-.inf", "infinity", "-infinity",
    ]

    /// What a name stands for; a variable hides a constant of its name.
    func find(_ name: some StringProtocol) -> DescriptionConstant? {
        variables.last { $0.name == name }?.value ?? constants[String(name)]
    }

    var names: [String] { variables.map(\.name) + constantNames }

    mutating func define(_ name: String, _ value: DescriptionConstant) {
        guard constants[name] == nil else { return }
        constants[name] = value
        constantNames.append(name)
    }

    /// The scope in which a variable has a value besides.
    func binding(_ name: String, _ value: DescriptionConstant) -> DescriptionScope {
        var scope = self
        scope.variables.append((name, value))
        return scope
    }

    // MARK: Quantities

    /// The number that stands somewhere: `20`, `0.8 * n`, `20 ms`, `60 * 0.27 / 10 mV`, `tau`, `N[x]`.
    func quantity(_ value: DescriptionValue) throws(ModelDescriptionError) -> DescriptionQuantity {
        if let number = value.realOrNil { return DescriptionQuantity(number: number, unit: nil) }
        let text = try expressionText(value)
        guard !Self.notFinite.contains(text.lowercased()) else {
            throw value.failure(.outOfRange(what: value.what, value: value.found, allowed: "a finite number"))
        }
        let (body, unit) = try splitUnit(text, value)
        if let constant = try reference(body, value) {
            guard case .number(let number, let own) = constant else {
                throw value.failure(
                    .wrongKind(what: value.what, found: "'\(body)', \(constant.words)", expected: "a number"))
            }
            guard own == nil || unit == nil else { throw twoUnits(body, own ?? "", value) }
            return DescriptionQuantity(number: number, unit: unit ?? own)
        }
        let (resolved, withUnit) = try resolve(body, value)
        if unit != nil, let withUnit { throw twoUnits(withUnit.name, withUnit.unit, value) }
        return DescriptionQuantity(number: try evaluate(resolved, text: text, value), unit: unit)
    }

    private func twoUnits(_ name: String, _ unit: String, _ value: DescriptionValue) -> ModelDescriptionError {
        value.failure(
            .conflict("\(value.what) is \(value.found), but '\(name)' is in \(unit) already: leave the unit away"))
    }

    private func evaluate(_ resolved: String, text: String, _ value: DescriptionValue) throws(ModelDescriptionError)
        -> Double
    {
        let number: Double
        do throws(DescriptionExpression.Fault) {
            number = try DescriptionExpression.value(of: resolved)
        } catch {
            throw value.failure(
                .wrongKind(
                    what: value.what, found: value.found,
                    expected: "a number, a number with a unit, or an expression: \(error.reason)"))
        }
        guard number.isFinite else {
            throw value.failure(
                .outOfRange(what: value.what, value: "\(value.found), that is \(number)", allowed: "a finite number"))
        }
        return number
    }

    /// A function of the distance `d`, with a unit behind it where there is one; `nil` where the text has no `d`.
    func ofDistance(
        _ value: DescriptionValue, in unit: String?
    ) throws(ModelDescriptionError) -> Expression? {
        guard value.realOrNil == nil else { return nil }
        let text = try expressionText(value)
        guard Self.identifiers(in: text).contains(where: { $0 == DescriptionExpression.distance }) else { return nil }
        return try function(value, of: [DescriptionExpression.distance], in: unit, "a function of the distance d")
    }

    /// A function of some variables, with a unit behind it where there is one.
    func function(
        _ value: DescriptionValue, of variables: Set<String>, in unit: String?, _ expected: String
    ) throws(ModelDescriptionError) -> Expression {
        let (body, own) = try splitUnit(try expressionText(value), value)
        var (resolved, _) = try resolve(body, value, free: variables)
        if let own, let unit {
            guard let factor = UnitScale.factor(from: own, to: unit) else { throw wrongUnit(own, unit, value) }
            if factor != 1 { resolved = "(\(resolved)) * \(factor)" }
        }
        do throws(DescriptionExpression.Fault) {
            return try DescriptionExpression.function(resolved)
        } catch {
            throw value.failure(
                .wrongKind(what: value.what, found: value.found, expected: "\(expected): \(error.reason)"))
        }
    }

    func wrongUnit(_ found: String, _ expected: String, _ value: DescriptionValue) -> ModelDescriptionError {
        let measured = expected == "1" ? "has no unit" : "is measured in \(expected)"
        return value.failure(.conflict("\(value.what) is given in '\(found)', but \(measured)"))
    }

    private func expressionText(_ value: DescriptionValue) throws(ModelDescriptionError) -> String {
        let text = try value.scalar("a number, a number with a unit, or an expression")
        guard text.utf8.count <= Self.longest else {
            throw value.failure(.tooLarge(what: "the expression for \(value.what)", limit: "\(Self.longest) letters"))
        }
        return text.trimmingBlanks
    }

    // MARK: Units

    /// Takes the unit off the end of a text.
    ///
    /// The last word is the unit where it is one, names no constant, and follows a complete expression.
    private func splitUnit(
        _ text: String, _ value: DescriptionValue
    ) throws(ModelDescriptionError) -> (body: String, unit: String?) {
        if let match = text.prefixMatch(of: /[+-]?[0-9.]+([eE][+-]?[0-9]+)?/) {
            let word = String(text[match.range.upperBound...]).trimmingBlanks
            if isUnit(word) { return (String(match.0), word) }
        }
        guard let blank = text.lastIndex(where: \.isWhitespace) else { return (text, nil) }
        let word = String(text[text.index(after: blank)...])
        let body = String(text[..<blank]).trimmingBlanks
        guard let last = body.last, last.isIdentifier || ")].".contains(last) else { return (text, nil) }
        if isUnit(word) { return (body, word) }
        if word.allSatisfy({ $0.isIdentifier || "/µμ".contains($0) }), word.first?.isNumber == false,
            find(word) == nil
        {
            throw value.failure(.unknownName(word, what: "unit", known: DescriptionUnits.known))
        }
        return (text, nil)
    }

    private func isUnit(_ word: String) -> Bool {
        guard find(word) == nil, let first = word.first else { return false }
        // A bare 1 is a number, although it is also the unit of pure numbers.
        return (!first.isNumber || word.contains("/")) && UnitScale.isUnit(word)
    }

    // MARK: Names

    /// What a text that is nothing but a name, or a name with keys, stands for; `nil` for other texts and unknown names.
    func reference(
        _ text: String, _ value: DescriptionValue
    ) throws(ModelDescriptionError) -> DescriptionConstant? {
        let name = text.prefix { $0.isIdentifier }
        guard let first = name.first, !first.isNumber, let constant = find(name) else { return nil }
        var rest = text[name.endIndex...]
        let found = try index(constant, named: String(name), &rest, value)
        return rest.isEmpty ? found : nil
    }

    /// Follows the keys in brackets behind a name.
    private func index(
        _ constant: DescriptionConstant, named name: String, _ rest: inout Substring, _ value: DescriptionValue
    ) throws(ModelDescriptionError) -> DescriptionConstant {
        var (found, path) = (constant, name)
        while rest.first == "[" {
            var depth = 0
            guard
                let close = rest.firstIndex(where: { character in
                    depth += character == "[" ? 1 : character == "]" ? -1 : 0
                    return depth == 0
                })
            else { throw value.failure(.conflict("\(value.what) is \(value.found), in which a ']' is missing")) }
            let key = String(rest[rest.index(after: rest.startIndex)..<close]).trimmingBlanks
            found = try entry(of: found, key: key, path: path, value)
            path += "[\(key)]"
            rest = rest[rest.index(after: close)...]
        }
        return found
    }

    private func entry(
        of constant: DescriptionConstant, key: String, path: String, _ value: DescriptionValue
    ) throws(ModelDescriptionError) -> DescriptionConstant {
        let what = "entry of '\(path)'"
        switch constant {
        case .table(let rows):
            var name = key
            if let bound = variables.last(where: { $0.name == key })?.value.inText {
                name = bound
            } else if let constant = try reference(key, value)?.inText, !rows.contains(where: { $0.key == key }) {
                name = constant
            }
            guard let row = rows.first(where: { $0.key == name }) else {
                throw value.failure(.unknownName(name, what: what, known: rows.map(\.key)))
            }
            return row.value
        case .list(let values):
            let (resolved, _) = try resolve(key, value)
            let number = try evaluate(resolved, text: key, value)
            guard number == number.rounded(), number >= 0, number < Double(values.count) else {
                throw value.failure(
                    .outOfRange(
                        what: "the place in '\(path)' for \(value.what)", value: "\(number)",
                        allowed: "a whole number from 0 to \(values.count - 1)"))
            }
            return values[Int(number)]
        case .number, .text:
            throw value.failure(.conflict("\(value.what): '\(path)' is \(constant.words) and has no entries"))
        }
    }

    /// The text with numbers in place of names, and the first name that has a unit.
    ///
    /// - Parameter free: Names that stay.
    private func resolve(
        _ text: String, _ value: DescriptionValue, free: Set<String> = []
    ) throws(ModelDescriptionError) -> (text: String, withUnit: (name: String, unit: String)?) {
        var (result, rest) = ("", text[...])
        var withUnit: (name: String, unit: String)?
        while let character = rest.first {
            if character.isNumber || character == "." {
                let number = rest.prefixMatch(of: /[0-9.]+([eE][+-]?[0-9]+)?/).map(\.0) ?? rest.prefix(1)
                result += number
                rest = rest[number.endIndex...]
                continue
            }
            guard character.isIdentifier else {
                result.append(character)
                rest = rest.dropFirst()
                continue
            }
            let name = rest.prefix { $0.isIdentifier }
            rest = rest[name.endIndex...]
            let isFunction = rest.first { !$0.isWhitespace } == "("
            if isFunction || free.contains(String(name)) || DescriptionExpression.builtIns.contains(String(name)) {
                result += name
                continue
            }
            guard let constant = find(name) else {
                throw unknown(String(name), value)
            }
            let start = name.startIndex
            let found = try index(constant, named: String(name), &rest, value)
            let path = String(text[start..<rest.startIndex])
            guard case .number(let number, let unit) = found else {
                throw value.failure(
                    .wrongKind(what: "'\(path)' in \(value.what)", found: found.words, expected: "a number"))
            }
            if let unit, withUnit == nil { withUnit = (path, unit) }
            result += "(\(number))"
        }
        return (result, withUnit)
    }

    private func unknown(_ name: String, _ value: DescriptionValue) -> ModelDescriptionError {
        guard names.isEmpty else { return value.failure(.unknownName(name, what: "constant", known: names)) }
        let short = ModelDescriptionError.Reason.shortened(name)
        return value.failure(.conflict("there is no constant '\(short)' for \(value.what); none is defined so far"))
    }

    private static func identifiers(in text: String) -> [Substring] {
        text.split { !$0.isIdentifier }.filter { $0.first?.isNumber == false }
    }

    // MARK: Texts

    /// A text with `{x}` and `{table[x]}` filled in.
    func filled(_ text: String, _ value: DescriptionValue) throws(ModelDescriptionError) -> String {
        guard text.contains("{") || text.contains("}") else { return text }
        var (result, rest) = ("", text[...])
        while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            result += rest[..<open]
            guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}") else {
                throw value.failure(.conflict("\(value.what) is \(value.found), in which braces do not match"))
            }
            let name = String(rest[rest.index(after: open)..<close]).trimmingBlanks
            guard let constant = try reference(name, value) else {
                throw unknown(name, value)
            }
            guard let text = constant.inText else {
                throw value.failure(
                    .wrongKind(what: "'{\(name)}' in \(value.what)", found: constant.words, expected: "a text"))
            }
            result += text
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    /// The text that stands somewhere, filled in.
    func text(_ value: DescriptionValue) throws(ModelDescriptionError) -> String {
        try filled(try value.text(), value)
    }
}

extension Character {
    /// Whether it may be part of a constant's name.
    var isIdentifier: Bool { isASCII && (isLetter || isNumber) || self == "_" }
}

extension String {
    /// The text without blanks at its ends.
    var trimmingBlanks: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
