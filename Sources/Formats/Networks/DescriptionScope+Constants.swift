import Yams

extension DescriptionScope {
    /// Deeper tables are not what anybody wrote by hand.
    private static let deepest = 6
    /// More constants are not what a description needs.
    private static let mostConstants = 10_000

    /// Reads the section `constants`, each of which may use those before it.
    ///
    /// - Parameter overriding: Texts that take the place of what stands in the file, by name.
    mutating func read(
        constants value: DescriptionValue?, overriding: [String: String]
    ) throws {
        let section = try value.map { try DescriptionSection($0) }
        let known = section?.entries.map(\.name) ?? []
        if let section, known.count > Self.mostConstants {
            throw section.value.failure(
                .tooLarge(what: "the section 'constants' of \(known.count)", limit: "\(Self.mostConstants) constants"))
        }
        if let unknown = overriding.keys.sorted().first(where: { !known.contains($0) }) {
            throw DescriptionOverrideError(
                values: [unknown: overriding[unknown] ?? ""], reason: .unknown(unknown, known: known))
        }
        for entry in section?.entries ?? [] {
            let isName = entry.name.allSatisfy(\.isIdentifier) && entry.name.first?.isNumber == false
            guard isName, entry.name != DescriptionExpression.distance,
                !DescriptionExpression.builtIns.contains(entry.name)
            else {
                throw entry.key.failure(
                    .conflict(
                        "a constant cannot be called '\(ModelDescriptionError.Reason.shortened(entry.name))': names "
                            + "consist of letters, digits and _, begin with no digit, and 'd' and 'pi' are taken"))
            }
            var given = DescriptionValue(
                node: entry.value.node, file: entry.value.file, what: "constant '\(entry.name)'")
            if let text = overriding[entry.name] {
                guard case .scalar = given.node else {
                    throw given.failure(.conflict("\(given.what) is a table or list and cannot be set to '\(text)'"))
                }
                given = DescriptionValue(
                    node: .scalar(Node.Scalar(text, .implicit, .plain, given.node.mark)), file: given.file,
                    what: "the value set for constant '\(entry.name)'")
            }
            define(entry.name, try constant(given, depth: 0))
        }
    }

    /// What a value is, as a constant.
    func constant(_ value: DescriptionValue, depth: Int) throws -> DescriptionConstant {
        guard depth <= Self.deepest else {
            throw value.failure(.tooLarge(what: "the nesting of \(value.what)", limit: "\(Self.deepest) levels"))
        }
        switch value.node {
        case .scalar(let scalar):
            let text = scalar.string
            if scalar.style != .plain { return .text(try filled(text, value)) }
            if depth > 0, text.allSatisfy({ $0.isIdentifier || $0 == "-" || $0 == "." }), text.first?.isLetter == true,
                find(text) == nil
            {
                return .text(text)
            }
            if let same = try reference(text.trimmingBlanks, value) { return same }
            let quantity = try quantity(value)
            guard let unit = quantity.unit else { return .number(quantity.number, unit: nil) }
            let canonical = DescriptionUnits.canonical(quantity.number, unit: unit)
            return .number(canonical.number, unit: unit == "1" ? nil : canonical.unit)
        case .sequence:
            return .list(try value.list().map { try constant($0, depth: depth + 1) })
        default:
            let section = try DescriptionSection(value)
            if section["values"] != nil { return try keyed(section, depth: depth) }
            return .table(
                try section.entries.map { entry in
                    DescriptionConstant.Row(
                        key: try filled(entry.name, entry.key), value: try constant(entry.value, depth: depth + 1))
                })
        }
    }

    /// `{keys: [...], values: [...]}` and `{rows: [...], columns: [...], values: [[...], ...]}`.
    private func keyed(_ section: DescriptionSection, depth: Int) throws -> DescriptionConstant {
        let isMatrix = section["rows"] != nil
        try section.allow((isMatrix ? ["rows", "columns"] : ["keys"]) + ["values"])
        let values = try section.required("values")
        let rows = try keys(section.required(isMatrix ? "rows" : "keys"))
        let columns = isMatrix ? try keys(section.required("columns")) : nil
        func matched(_ value: DescriptionValue, _ keys: [String]) throws -> [DescriptionValue] {
            let entries = try value.list()
            guard entries.count == keys.count else {
                throw value.failure(
                    .wrongKind(
                        what: value.what, found: "a list of \(entries.count)",
                        expected: "a list of \(keys.count), one for each key"))
            }
            return entries
        }
        return .table(
            try zip(rows, matched(values, rows)).map { row, entry in
                guard let columns else {
                    return DescriptionConstant.Row(key: row, value: try constant(entry, depth: depth + 1))
                }
                let cells = try zip(columns, matched(entry, columns)).map { column, cell in
                    DescriptionConstant.Row(key: column, value: try constant(cell, depth: depth + 2))
                }
                return DescriptionConstant.Row(key: row, value: .table(cells))
            })
    }

    /// Keys of a table: a list of texts, or the name of one.
    private func keys(_ value: DescriptionValue) throws -> [String] {
        let names = try items(value).map { item in
            guard let name = item.inText else {
                throw value.failure(.wrongKind(what: "a key in \(value.what)", found: item.words, expected: "a text"))
            }
            return name
        }
        if let twice = names.enumerated().first(where: { names[..<$0.offset].contains($0.element) }) {
            throw value.failure(.duplicateKeys([twice.element]))
        }
        return names
    }

    /// The items of a list that is written out, is a constant, or is a range such as `0-9`.
    func items(_ value: DescriptionValue) throws -> [DescriptionConstant] {
        if value.isList {
            return try value.list().map { try constant($0, depth: 1) }
        }
        let text = try value.scalar("a list, the name of one, or a range such as 0-9").trimmingBlanks
        if let constant = try reference(text, value) {
            switch constant {
            case .list(let values): return values
            case .table(let rows): return rows.map { .text($0.key) }
            default:
                throw value.failure(
                    .wrongKind(what: value.what, found: "'\(text)', \(constant.words)", expected: "a list"))
            }
        }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        if ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]) {
            guard first <= last, last - first < DescriptionRepetition.most else {
                throw value.failure(
                    .outOfRange(
                        what: value.what, value: value.found,
                        allowed: "a rising range of at most \(DescriptionRepetition.most) numbers"))
            }
            return (first...last).map { .number(Double($0), unit: nil) }
        }
        throw value.failure(.unknownName(text, what: "list among the constants", known: names))
    }
}
