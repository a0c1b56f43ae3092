import SynfireSpikingModels
import SynfireSpikingNetworks

extension ExperimentReader {
    // MARK: Stimuli

    mutating func readStimuli() throws -> [(value: Stimulus, key: DescriptionValue)] {
        let entries = try repetition.entries(
            of: root["stimuli"], noun: "stimulus",
            keys: ["model", "to", "receptor", "parameters", "options", "tables"], scope: scope)
        return try entries.map { (try stimulus($0), $0.key) }
    }

    private func stimulus(_ entry: DescriptionEntry) throws -> Stimulus {
        let (section, scope) = (entry.section, entry.scope)
        let modelValue = try section.required("model")
        let name = try scope.text(modelValue)
        guard let model = StimulusCatalog.model(named: name) else {
            throw modelValue.failure(
                ForeignNames.model(name, what: "stimulus", among: StimulusCatalog.all.map { $0.schema })
                    ?? .unknownName(name, what: "stimulus", known: StimulusCatalog.all.map { $0.schema.name }))
        }
        let targetValue = try section.required("to")
        let target = try assembly(targetValue, scope)
        let receptor = try section["receptor"].map { try self.receptor($0, of: target, scope) }
        if model.effect == .current, let receptor = section["receptor"] {
            throw receptor.failure(.conflict("stimulus '\(entry.name)' is a current, which takes no receptor"))
        }
        let count = self.count(of: target)
        let schema = model.schema
        let parameters = try parameters(
            section["parameters"], of: schema, schema.parameters, scope, count: count
        ) { row in
            // A weight is counted as the receptor does.
            guard model.effect == .receptor, row.isWeight else { return row.unit }
            return try weightUnit(targetValue, receptor: receptor, of: target, owner: section.value.what)
        }
        return Stimulus(
            entry.name, model, to: target, receptor: receptor, parameters: parameters,
            options: try options(section["options"], of: schema, scope),
            tables: try tables(section["tables"], of: schema, scope, count: count))
    }

    private func count(of assembly: Assembly) -> Int {
        assembly.views.reduce(0) { sum, view in
            let all = population(named: view.population)?.count ?? 0
            return switch view.selection {
            case .all: sum + all
            case .range(let range): sum + range.count
            case .indices(let indices): sum + indices.count
            case .random(let count): sum + count
            }
        }
    }

    // MARK: Recorders

    mutating func readRecorders() throws -> [Recorder] {
        let entries = try repetition.entries(
            ofList: root["record"], noun: "recorder",
            keys: ["spikes", "variable", "of", "every", "from", "to"], scope: scope)
        return try entries.flatMap { try recorders($0) }
    }

    private func recorders(_ entry: DescriptionEntry) throws -> [Recorder] {
        let (section, scope) = (entry.section, entry.scope)
        let start = try section["from"].map { try scope.time($0) } ?? 0
        let stop = try section["to"].map { value in
            let time = try scope.time(value)
            guard time > start else {
                throw value.failure(
                    .outOfRange(what: value.what, value: value.found, allowed: "after 'from', \(start) ms"))
            }
            return time
        }
        if let spikes = section["spikes"] {
            for key in ["variable", "of", "every"] {
                if let value = section[key] {
                    throw value.failure(
                        .conflict("\(section.value.what) has both 'spikes' and '\(key)': record variables in another"))
                }
            }
            let neurons = try emitters(spikes, scope)
            return [Recorder(.spikes, of: neurons, from: start, to: stop)]
        }
        guard let variable = section["variable"] else {
            throw section.value.failure(.missingKey("spikes' or 'variable", section: section.value.what))
        }
        let neurons = try assembly(section.required("of"), scope)
        let interval = try section["every"].map { try scope.time($0, allowed: .above(0)) } ?? 1
        var symbols = [variable]
        if variable.isList { symbols = try variable.list("a variable or a list of them") }
        return try symbols.map { value in
            let symbol = try scope.text(value)
            for population in members(of: neurons) {
                let known = population.model.schema.state.map(\.symbol)
                guard known.contains(symbol) else {
                    let what = "variable of '\(population.name)' (\(population.model.schema.name))"
                    if known.isEmpty { throw value.failure(.conflict("there is no \(what) to record")) }
                    throw value.failure(.unknownName(symbol, what: what, known: known))
                }
            }
            return Recorder(.variable(symbol), of: neurons, every: interval, from: start, to: stop)
        }
    }

    /// Neurons that spike; `all` is every population that does.
    private func emitters(_ value: DescriptionValue, _ scope: DescriptionScope) throws -> Assembly {
        if value.scalarOrNil == "all", population(named: "all") == nil {
            return Assembly(
                populations.filter { $0.model.schema.emitsSpikes }.map { PopulationView($0.name) })
        }
        let neurons = try assembly(value, scope)
        for population in members(of: neurons) where !population.model.schema.emitsSpikes {
            throw value.failure(
                .conflict(
                    "\(value.what): population '\(population.name)' (\(population.model.schema.name)) emits no spikes"))
        }
        return neurons
    }
}
