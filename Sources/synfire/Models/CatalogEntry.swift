import SynfireFormats
import SynfireSpikingModels
import SynfireSpikingNetworks

/// One model, connector, distribution or layer, as `synfire models` and `synfire layers` show it.
struct CatalogEntry: Encodable {
    /// What kind of thing it is: the heading that it stands under.
    enum Kind: String, Encodable, CaseIterable {
        case neuron = "Neurons and sources"
        case stimulus = "Stimuli"
        case shortTerm = "Short-term plasticity"
        case longTerm = "Long-term plasticity"
        case connector = "Connectors"
        case distribution = "Distributions"
        case layer = "Layers"
    }

    /// A table with a heading.
    struct Table: Encodable {
        let title: String
        let header: [String]
        let rows: [[String]]
    }

    let name: String
    /// The names that NEST and PyNN have for it.
    var aliases: [String] = []
    let kind: Kind
    let summary: String
    var equations: [String] = []
    var source = ""
    var tables: [Table] = []

    init(name: String, kind: Kind, summary: String) {
        self.name = name
        self.kind = kind
        self.summary = summary
    }

    /// What spiking networks are made of, in the catalogs' order.
    static var models: [CatalogEntry] {
        ModelCatalog.all.map { CatalogEntry(.neuron, $0.schema) }
            + StimulusCatalog.all.map { CatalogEntry(.stimulus, $0.schema) }
            + SynapseCatalog.shortTerm.map { CatalogEntry(.shortTerm, $0.schema) }
            + SynapseCatalog.longTerm.map { CatalogEntry(.longTerm, $0.schema) }
            + ConnectorForm.all.map { CatalogEntry(.connector, $0.kind, $0.aliases, $0.summary, $0.arguments) }
            + DistributionForm.all.map { CatalogEntry(.distribution, $0.name, [], $0.summary, $0.arguments) }
    }

    private init(_ kind: Kind, _ schema: ModelSchema) {
        name = schema.name
        aliases = schema.aliases
        self.kind = kind
        summary = schema.summary
        equations = schema.equations
        source = schema.source
        tables = [
            Table(
                title: "parameters", header: ["parameter", "unit", "default", "allowed", "PyNN", "NEST", "meaning"],
                rows: schema.parameters.map { row in
                    let fallback = row.follows.map { "as \($0)" } ?? Self.number(row.defaultValue)
                    return [
                        row.symbol, row.unit, fallback, row.allowed.short, row.pyNN ?? "–", row.nest ?? "–",
                        row.summary,
                    ]
                }),
            Table(
                title: "options", header: ["option", "choices (the first is the default)", "meaning"],
                rows: schema.options.map { [$0.symbol, $0.choices.joined(separator: ", "), $0.summary] }),
            Table(
                title: "tables", header: ["table", "unit", "allowed", "meaning"],
                rows: schema.tables.map {
                    [$0.symbol, $0.unit, $0.allowed.short + ($0.isAscending ? ", ascending" : ""), $0.summary]
                }),
            Table(
                title: "state variables", header: ["variable", "unit", "initial", "NEST", "meaning"],
                rows: schema.state.map { row in
                    let fallback = row.follows.map { "as \($0)" } ?? Self.number(row.defaultValue)
                    return [row.symbol, row.unit, fallback, row.nest ?? "–", row.summary]
                }),
            Table(
                title: "receptors", header: ["receptor", "unit of weights", "sign", "meaning"],
                rows: schema.receptors.map { [$0.name, $0.unit, $0.sign.words, $0.summary] }),
        ].filter { !$0.rows.isEmpty }
    }

    private init(
        _ kind: Kind, _ name: String, _ aliases: [String], _ summary: String, _ arguments: [ArgumentRow]
    ) {
        self.name = name
        self.aliases = aliases
        self.kind = kind
        self.summary = summary
        tables = [
            Table(
                title: "arguments", header: ["argument", "kind", "default", "meaning"],
                rows: arguments.map { [$0.symbol, $0.kind.rawValue, $0.defaultText ?? "required", $0.summary] })
        ].filter { !$0.rows.isEmpty }
    }

    /// A number without what it does not need.
    static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e9 ? "\(Int(value))" : "\(value)"
    }
}

extension ParameterRange {
    /// The range in symbols.
    fileprivate var short: String {
        switch self {
        case .finite: "any"
        case .above(let bound): "> \(CatalogEntry.number(bound))"
        case .atLeast(let bound): "≥ \(CatalogEntry.number(bound))"
        case .between(let low, let high): "\(CatalogEntry.number(low)) to \(CatalogEntry.number(high))"
        }
    }
}

extension ReceptorRow.Sign {
    fileprivate var words: String {
        switch self {
        case .any: "any"
        case .notNegative: "≥ 0"
        case .notPositive: "≤ 0"
        }
    }
}
