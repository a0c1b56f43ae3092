import SynfireSpikingModels
import SynfireUnits

/// The names that other tools have for what is asked for: who comes from NEST or PyNN knows those.
enum ForeignNames {
    /// The fault of a model that NEST or PyNN calls so, with our name for it; `nil` for other names.
    static func model(
        _ name: String, what: String, among schemas: [ModelSchema]
    ) -> ModelDescriptionError.Reason? {
        schemas.first { $0.isKnown(as: name) }.map { reason(name, what: what, ours: $0.name) }
    }

    /// The fault of a connector that NEST or PyNN calls so, with our name for it; `nil` for other names.
    static func connector(_ name: String) -> ModelDescriptionError.Reason? {
        ConnectorForm.all.first { $0.isKnown(as: name) }.map { reason(name, what: "connector", ours: $0.kind) }
    }

    private static func reason(_ name: String, what: String, ours: String) -> ModelDescriptionError.Reason {
        .conflict("there is no \(what) '\(name)', \(NearestName.aliasHint(ours))")
    }

    /// The fault of a key that NEST or PyNN calls so, with our name for it; `nil` for others.
    ///
    /// - Parameters:
    ///   - rows: The rows of the section.
    ///   - title: What the section is called.
    static func key(_ name: String, _ rows: [ParameterRow], title: String) -> ModelDescriptionError.Reason? {
        rows.first { $0.symbol != name && $0.isKnown(as: name) }.map { row in
            .conflict(
                "\(title) has no key '\(name)', a name of NEST or PyNN: did you mean '\(row.symbol)' (\(row.unit))?")
        }
    }

    /// The fault of a key that NEST or PyNN calls so, or that stands in the wrong section of a model; `nil` for others.
    ///
    /// - Parameters:
    ///   - rows: The rows of the section; none for options and tables.
    ///   - title: What the section is called.
    static func key(
        _ name: String, _ rows: [ParameterRow], of schema: ModelSchema, title: String
    ) -> ModelDescriptionError.Reason? {
        if let reason = key(name, rows, title: title) { return reason }
        let places = [
            ("parameters", schema.parameters.map(\.symbol)), ("options", schema.options.map(\.symbol)),
            ("tables", schema.tables.map(\.symbol)), ("initial", schema.state.map(\.symbol)),
        ]
        guard let place = places.first(where: { $0.1.contains(name) }) else { return nil }
        return .conflict("\(title) has no key '\(name)': it stands under '\(place.0)' of '\(schema.name)'")
    }
}
