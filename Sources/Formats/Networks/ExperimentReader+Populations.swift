import SynfireSpikingModels
import SynfireSpikingNetworks

extension ExperimentReader {
    /// All neurons together: what a simulation counts them with.
    private static let mostNeurons = Int(Int32.max)

    mutating func readPopulations() throws {
        let value = try root.required("populations")
        let entries = try repetition.entries(
            of: value, noun: "population",
            keys: ["size", "shape", "model", "parameters", "options", "tables", "initial", "positions"], scope: scope)
        guard !entries.isEmpty else {
            throw value.failure(.wrongKind(what: value.what, found: "empty", expected: "at least one population"))
        }
        var neurons = 0
        for entry in entries {
            let population = try population(entry)
            neurons += population.count
            guard neurons <= Self.mostNeurons else {
                throw entry.key.failure(
                    .tooLarge(what: "the network up to population '\(entry.name)'", limit: "2^31 - 1 neurons"))
            }
            add(population)
        }
    }

    private func population(_ entry: DescriptionEntry) throws -> Population {
        let (section, scope) = (entry.section, entry.scope)
        let shape = try shape(entry)
        let modelValue = try section.required("model")
        let name = try scope.text(modelValue)
        guard let model = ModelCatalog.model(named: name) else {
            throw modelValue.failure(
                ForeignNames.model(name, what: "neuron model", among: ModelCatalog.all.map { $0.schema })
                    ?? .unknownName(name, what: "neuron model", known: ModelCatalog.names))
        }
        let schema = model.schema
        let count = shape.reduce(1, *)
        let parameters = try parameters(section["parameters"], of: schema, schema.parameters, scope, count: count)
        let initial = try self.parameters(section["initial"], of: schema, schema.state, scope, count: count)
        let options = try options(section["options"], of: schema, scope)
        let tables = try tables(section["tables"], of: schema, scope, count: count)
        let positions = try section["positions"].map { try self.positions($0, shape: shape, scope) }
        return try entry.located {
            try Population(
                entry.name, shape: shape, model: model, parameters: parameters, options: options,
                initialValues: initial, tables: tables, positions: positions)
        }
    }

    private func shape(_ entry: DescriptionEntry) throws -> [Int] {
        let section = entry.section
        if let size = section["size"] {
            if let shape = section["shape"] {
                throw shape.failure(.conflict("\(section.value.what) has both 'size' and 'shape': give one of them"))
            }
            return [try entry.scope.integer(size, 1...Self.mostNeurons)]
        }
        guard let value = section["shape"] else {
            throw section.value.failure(.missingKey("size' or 'shape", section: section.value.what))
        }
        let extents = try value.list("a list of one to three extents").map {
            try entry.scope.integer($0, 1...Self.mostNeurons)
        }
        guard (1...3).contains(extents.count) else {
            throw value.failure(
                .wrongKind(
                    what: value.what, found: "a list of \(extents.count)", expected: "a list of one to three extents"))
        }
        guard extents.reduce(1.0, { $0 * Double($1) }) <= Double(Self.mostNeurons) else {
            throw value.failure(.tooLarge(what: value.what, limit: "2^31 - 1 neurons"))
        }
        return extents
    }

    // MARK: Parameters

    /// Reads parameters or initial values against their rows.
    ///
    /// - Parameter unit: The unit that a row is given in; by default the row's own.
    func parameters(
        _ value: DescriptionValue?, of schema: ModelSchema, _ rows: [ParameterRow], _ scope: DescriptionScope,
        count: Int?, unit: (ParameterRow) throws -> String = { $0.unit }
    ) throws -> [String: ParameterValue] {
        guard let value else { return [:] }
        var found: [String: ParameterValue] = [:]
        for entry in try section(value, of: schema, rows.map(\.symbol), rows).entries {
            guard let row = rows.first(where: { $0.symbol == entry.name }) else { continue }
            found[row.symbol] = try scope.parameter(
                entry.value, in: unit(row), allowed: row.allowed, count: count)
        }
        return found
    }

    func options(
        _ value: DescriptionValue?, of schema: ModelSchema, _ scope: DescriptionScope
    ) throws -> [String: String] {
        guard let value else { return [:] }
        var found: [String: String] = [:]
        for entry in try section(value, of: schema, schema.options.map(\.symbol)).entries {
            guard let row = schema.options.first(where: { $0.symbol == entry.name }) else { continue }
            found[row.symbol] = try choice(entry.value, row, scope)
        }
        return found
    }

    func choice(_ value: DescriptionValue, _ row: OptionRow, _ scope: DescriptionScope) throws -> String {
        let text = try scope.text(value)
        guard row.choices.contains(text) else {
            throw value.failure(.unknownName(text, what: "choice for '\(row.symbol)'", known: row.choices))
        }
        return text
    }

    func tables(
        _ value: DescriptionValue?, of schema: ModelSchema, _ scope: DescriptionScope, count: Int?
    ) throws -> [String: [[Double]]] {
        guard let value else { return [:] }
        var found: [String: [[Double]]] = [:]
        for entry in try section(value, of: schema, schema.tables.map(\.symbol)).entries {
            guard let row = schema.tables.first(where: { $0.symbol == entry.name }) else { continue }
            found[row.symbol] = try scope.table(entry.value, row, count: count)
        }
        return found
    }

    private func section(
        _ value: DescriptionValue, of schema: ModelSchema, _ keys: [String], _ rows: [ParameterRow] = []
    ) throws -> DescriptionSection {
        let titled = DescriptionValue(node: value.node, file: value.file, what: "\(value.what) (\(schema.name))")
        let section = try DescriptionSection(titled)
        for entry in section.entries where !keys.contains(entry.name) {
            let reason = ForeignNames.key(entry.name, rows, of: schema, title: titled.what)
            if let reason { throw entry.key.failure(reason) }
        }
        if keys.isEmpty, let first = section.entries.first {
            throw first.key.failure(.conflict("\(titled.what) cannot have '\(first.name)': the model has none"))
        }
        try section.allow(keys)
        return section
    }

    // MARK: Positions

    private func positions(_ value: DescriptionValue, shape: [Int], _ scope: DescriptionScope) throws -> Positions {
        if value.isList {
            return .listed(
                try value.list().map { point in
                    try point.list("one to three numbers").map { try scope.number($0, in: "1") }
                })
        }
        let section = try DescriptionSection(value, keys: ["grid", "random"])
        guard section.entries.count == 1, let entry = section.entries.first else {
            throw value.failure(
                .wrongKind(
                    what: value.what, found: "a section of \(section.entries.count) keys",
                    expected: "{grid: {spacing, origin}}, {random: {low, high}} or a list of points"))
        }
        func point(_ value: DescriptionValue) throws -> [Double] {
            try value.list("a list of one to three numbers").map { try scope.number($0, in: "1") }
        }
        if entry.name == "grid" {
            let grid = try DescriptionSection(entry.value, keys: ["spacing", "origin"])
            let spacing = try point(grid.required("spacing"))
            return .grid(origin: try grid["origin"].map(point) ?? spacing.map { _ in 0 }, spacing: spacing)
        }
        let box = try DescriptionSection(entry.value, keys: ["low", "high"])
        return .random(low: try point(box.required("low")), high: try point(box.required("high")))
    }
}
