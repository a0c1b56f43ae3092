import SynfireSpikingModels

/// The names that other tools have for what is asked for: who comes from NEST or PyNN knows those.
enum ForeignNames {
    /// The fault of a model that NEST or PyNN calls so, with our name for it; `nil` for other names.
    static func model(
        _ name: String, what: String, among schemas: [ModelSchema]
    ) -> ModelDescriptionError.Reason? {
        let schema = schemas.first { $0.aliases.contains { $0.lowercased() == name.lowercased() } }
        return schema.map {
            .conflict("there is no \(what) '\(name)', a name of NEST or PyNN: did you mean '\($0.name)'?")
        }
    }

    /// The fault of a key that stands in the wrong section of a model, or that NEST or PyNN calls so; `nil` for others.
    ///
    /// - Parameters:
    ///   - rows: The rows of the section; none for options and tables.
    ///   - title: What the section is called.
    static func key(
        _ name: String, _ rows: [ParameterRow], of schema: ModelSchema, title: String
    ) -> ModelDescriptionError.Reason? {
        func matches(_ other: String?) -> Bool { other?.lowercased() == name.lowercased() }
        // A row has several names where a tool has several.
        func isForeign(_ row: ParameterRow) -> Bool {
            [row.pyNN, row.nest].compactMap { $0 }.contains { names in
                names.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.contains { matches(String($0)) }
            }
        }
        if let row = rows.first(where: { $0.symbol != name && isForeign($0) }) {
            return .conflict(
                "\(title) has no key '\(name)', a name of NEST or PyNN: did you mean '\(row.symbol)' (\(row.unit))?")
        }
        let places = [
            ("parameters", schema.parameters.map(\.symbol)), ("options", schema.options.map(\.symbol)),
            ("tables", schema.tables.map(\.symbol)), ("initial", schema.state.map(\.symbol)),
        ]
        guard let place = places.first(where: { $0.1.contains(name) }) else { return nil }
        return .conflict("\(title) has no key '\(name)': it stands under '\(place.0)' of '\(schema.name)'")
    }
}
