import SynfireSpikingModels
import SynfireSpikingNetworks
import Testing

/// What holds for every entry of the catalogs of stimuli and synapses, so that a new one is tested by being listed.
@Suite("Catalogs of stimuli and synapses")
struct MechanismCatalogTests {
    private func check(_ schema: ModelSchema) {
        #expect(!schema.summary.isEmpty && !schema.equations.isEmpty && !schema.source.isEmpty, "\(schema.name)")
        let symbols = (schema.parameters + schema.state).map(\.symbol) + schema.tables.map(\.symbol)
        #expect(Set(symbols).count == symbols.count, "\(schema.name)")
        for (index, row) in schema.parameters.enumerated() {
            #expect(row.allowed.contains(row.defaultValue), "\(schema.name).\(row.symbol)")
            #expect(!row.summary.isEmpty && !row.unit.isEmpty, "\(schema.name).\(row.symbol)")
            // A row can only follow one in front of it.
            if let followed = row.follows { #expect(symbols[..<index].contains(followed)) }
        }
        for option in schema.options { #expect(!option.choices.isEmpty && !option.summary.isEmpty) }
        #expect(!schema.emitsSpikes, "\(schema.name)")
    }

    @Test("Every stimulus has complete rows, and acts on a network's neurons with its defaults")
    func stimuli() throws {
        #expect(Set(StimulusCatalog.all.map { $0.schema.name }).count == StimulusCatalog.all.count)
        for model in StimulusCatalog.all {
            check(model.schema)
            #expect(StimulusCatalog.model(named: model.schema.name)?.schema.name == model.schema.name)
            let target = try Population("a", count: 3, model: LIFCurrentExponential.self)
            _ = try Network(
                name: "n", populations: [target], projections: [], stimuli: [Stimulus("s", model, to: "a")])
        }
    }

    @Test("Every model of plasticity has complete rows, and its defaults fit together")
    func plasticity() throws {
        for model in SynapseCatalog.shortTerm {
            check(model.schema)
            #expect(SynapseCatalog.shortTerm(named: model.schema.name)?.schema.name == model.schema.name)
            _ = try PlasticityMechanism(model)
        }
        for model in SynapseCatalog.longTerm {
            check(model.schema)
            #expect(SynapseCatalog.longTerm(named: model.schema.name)?.schema.name == model.schema.name)
            _ = try PlasticityMechanism(model)
            // Each choice of each option can be had.
            for option in model.schema.options {
                for choice in option.choices { _ = try PlasticityMechanism(model, options: [option.symbol: choice]) }
            }
        }
    }
}
