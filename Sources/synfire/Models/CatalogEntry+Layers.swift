import SynfireNeuralNetworks

extension CatalogEntry {
    /// The layers of trained networks, in the catalog's order.
    static var layers: [CatalogEntry] { LayerCatalog.all.map { layer($0) } }

    private static func layer<L: Layer>(_ type: L.Type) -> CatalogEntry {
        let schema = type.schema
        let inputs = type.inputCount.upperBound == 1 ? "" : " It reads \(count(type.inputCount)) values."
        var entry = CatalogEntry(name: schema.kind, kind: .layer, summary: schema.summary + inputs)
        entry.tables = [
            Table(
                title: "settings", header: ["setting", "kind", "default", "allowed", "meaning"],
                rows: schema.rows.map {
                    [$0.name, $0.kind.words, fallback($0), $0.allowed?.description ?? "–", $0.summary]
                }),
            Table(
                title: "parameters", header: ["parameter", "changed by"],
                rows: type.parameterSlots.map { [$0.name, $0.isTrainable ? "training" : "the statistics of training"] }),
        ].filter { !$0.rows.isEmpty }
        return entry
    }

    private static func count(_ inputs: ClosedRange<Int>) -> String {
        if inputs.upperBound == .max { return "\(inputs.lowerBound) or more" }
        return inputs.count == 1 ? "\(inputs.lowerBound)" : "\(inputs.lowerBound) to \(inputs.upperBound)"
    }

    private static func fallback(_ row: HyperparameterRow) -> String {
        switch row.fallback {
        case .required: "required"
        case .value(.real(let number)): number == number.rounded() ? Self.number(number) : "\(number)"
        case .value(let value): value.description
        case .same(let other): "as \(other)"
        }
    }
}
