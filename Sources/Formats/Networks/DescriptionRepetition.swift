import Yams

/// One population, projection or the like of a description, after `for_each` has been written out.
struct DescriptionEntry {
    let name: String
    let key: DescriptionValue
    let section: DescriptionSection
    let scope: DescriptionScope
}

/// Writes out `for_each`.
///
///     "{x}_to_{y}": {for_each: {y: layers, x: layers}, where: "C[y][x] > 0", from: "{x}", to: "{y}"}
struct DescriptionRepetition {
    /// The most entries that all sections of a file may come to.
    static let most = 20_000

    private var count = 0

    /// The entries of a section of names, in the order of the file, the last variable running fastest.
    ///
    /// - Parameters:
    ///   - value: The section; `nil` has no entries.
    ///   - noun: What an entry is, such as `population`.
    ///   - keys: The keys that an entry may have.
    mutating func entries(
        of value: DescriptionValue?, noun: String, keys: [String], scope: DescriptionScope
    ) throws -> [DescriptionEntry] {
        guard let value else { return [] }
        var found: [DescriptionEntry] = []
        var seen: Set<String> = []
        for entry in try DescriptionSection(value).entries {
            for (name, scope) in try repetitions(of: entry.value, scope).map({ scope in
                (try scope.filled(entry.name, entry.key), scope)
            }) {
                try Self.check(name, entry.key, noun)
                guard seen.insert(name).inserted else {
                    throw entry.key.failure(.conflict("two \(noun)s are called '\(name)': names must differ"))
                }
                found.append(
                    try Self.entry(entry.value, what: "\(noun) '\(name)'", name: name, key: entry.key, keys, scope))
            }
        }
        return found
    }

    /// The entries of a list without names.
    mutating func entries(
        ofList value: DescriptionValue?, noun: String, keys: [String], scope: DescriptionScope
    ) throws -> [DescriptionEntry] {
        guard let value else { return [] }
        var found: [DescriptionEntry] = []
        for (index, entry) in try value.list().enumerated() {
            for scope in try repetitions(of: entry, scope) {
                found.append(
                    try Self.entry(entry, what: "\(noun) \(index + 1)", name: "\(index + 1)", key: entry, keys, scope))
            }
        }
        return found
    }

    private static func entry(
        _ value: DescriptionValue, what: String, name: String, key: DescriptionValue, _ keys: [String],
        _ scope: DescriptionScope
    ) throws -> DescriptionEntry {
        let titled = DescriptionValue(node: value.node, file: value.file, what: what)
        let section = try DescriptionSection(titled, keys: ["for_each", "where"] + keys)
        return DescriptionEntry(name: name, key: key, section: section, scope: scope)
    }

    private static func check(_ name: String, _ key: DescriptionValue, _ noun: String) throws {
        let isFit =
            !name.isEmpty && name.utf8.count <= 200 && name != "." && name != ".."
            && !name.contains { $0.isWhitespace || $0.isNewline || "[]{},:+/".contains($0) || $0 == "\0" }
        guard isFit else {
            throw key.failure(
                .conflict(
                    "'\(ModelDescriptionError.Reason.shortened(name))' cannot be the name of a \(noun): give at most "
                        + "200 letters without blanks and without [ ] { } , : + /"))
        }
    }

    /// The scopes in which an entry is read: one without `for_each`.
    private mutating func repetitions(
        of value: DescriptionValue, _ scope: DescriptionScope
    ) throws -> [DescriptionScope] {
        var scopes = [scope]
        let section = try DescriptionSection(value)
        if let loops = section["for_each"] {
            for variable in try DescriptionSection(loops).entries {
                guard variable.name.allSatisfy(\.isIdentifier), variable.name.first?.isNumber == false else {
                    throw variable.key.failure(
                        .conflict("a variable of 'for_each' cannot be called '\(variable.name)': use letters and _"))
                }
                let items = try scope.items(variable.value)
                let (product, isTooLarge) = scopes.count.multipliedReportingOverflow(by: items.count)
                guard !isTooLarge, product + count <= Self.most else { throw tooMany(loops) }
                scopes = scopes.flatMap { scope in items.map { scope.binding(variable.name, $0) } }
            }
        }
        count += scopes.count
        guard count <= Self.most else { throw tooMany(value) }
        guard let condition = section["where"] else { return scopes }
        return try scopes.filter { try $0.quantity(condition).number != 0 }
    }

    private func tooMany(_ value: DescriptionValue) -> ModelDescriptionError {
        value.failure(.tooLarge(what: "what the file comes to with \(value.what)", limit: "\(Self.most) entries"))
    }
}
