import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits

extension ExperimentReader {
    mutating func readProjections() throws -> [(value: Projection, key: DescriptionValue)] {
        let entries = try repetition.entries(
            of: root["projections"], noun: "projection",
            keys: ["from", "to", "connect", "weight", "delay", "receptor", "short_term", "long_term", "storage"],
            scope: scope)
        return try entries.map { (try projection($0), $0.key) }
    }

    private func projection(_ entry: DescriptionEntry) throws -> Projection {
        let (section, scope) = (entry.section, entry.scope)
        let sources = try assembly(section.required("from"), scope)
        let targets = try assembly(section.required("to"), scope)
        let receptor = try section["receptor"].map { try self.receptor($0, of: targets, scope) }
        let weightValue = try section.required("weight")
        let unit = try weightUnit(weightValue, receptor: receptor, of: targets, owner: section.value.what)
        let weight = try synapseValue(weightValue, in: unit, scope)
        let delay = try synapseValue(section.required("delay"), in: "ms", scope)
        let connector = try ConnectorForm.read(
            section.required("connect"), scope: scope, owner: section.value.what)
        let shortTerm = try section["short_term"].map { value in
            let (model, parameters, options) = try plasticity(
                value, among: SynapseCatalog.shortTerm, schema: { $0.schema }, "short-term plasticity", scope,
                weightUnit: unit)
            return try entry.located { try PlasticityMechanism(model, parameters, options: options) }
        }
        let longTerm = try section["long_term"].map { value in
            let (model, parameters, options) = try plasticity(
                value, among: SynapseCatalog.longTerm, schema: { $0.schema }, "long-term plasticity", scope,
                weightUnit: unit)
            return try entry.located { try PlasticityMechanism(model, parameters, options: options) }
        }
        let storage = try section["storage"].map { value in
            let name = try scope.text(value)
            guard let storage = SynapseStorage(rawValue: name) else {
                throw value.failure(
                    .unknownName(name, what: "storage of synapses", known: SynapseStorage.allCases.map(\.rawValue)))
            }
            return storage
        }
        return Projection(
            entry.name, from: sources, to: targets, connector: connector,
            synapse: Synapse(
                weight: weight, delay: delay, shortTerm: shortTerm, longTerm: longTerm, storage: storage ?? .stored),
            receptor: receptor)
    }

    // MARK: Receptors

    /// A receptor that every target has.
    func receptor(
        _ value: DescriptionValue, of targets: Assembly, _ scope: DescriptionScope
    ) throws -> String {
        let name = try scope.text(value)
        for target in members(of: targets) {
            let names = target.model.schema.receptors.map(\.name)
            guard names.contains(name) else {
                let what = "receptor of '\(target.name)' (\(target.model.schema.name))"
                if names.isEmpty {
                    throw value.failure(.conflict("there is no \(what): the model takes no input"))
                }
                throw value.failure(.unknownName(name, what: what, known: names))
            }
        }
        return name
    }

    /// The unit in which weights onto some neurons are counted.
    ///
    /// - Parameter receptor: The receptor; `nil` where the sign of the weights will tell.
    func weightUnit(
        _ value: DescriptionValue, receptor: String?, of targets: Assembly, owner: String
    ) throws -> String {
        var units: Set<String> = []
        for target in members(of: targets) {
            for row in target.model.schema.receptors where receptor == nil || row.name == receptor {
                units.insert(row.unit)
            }
        }
        guard units.count <= 1 else {
            throw value.failure(
                .conflict(
                    "the weights of \(owner) would be in \(units.sorted().joined(separator: " and ")): "
                        + "name a receptor, or make a projection for each kind of target"))
        }
        // A target without receptors is refused by the network's check.
        return units.first ?? "1"
    }

    // MARK: Weights and delays

    /// A weight or delay: a number, an expression, a function of `d`, a distribution, or `listed`.
    private func synapseValue(
        _ value: DescriptionValue, in unit: String, _ scope: DescriptionScope
    ) throws -> SynapseValue {
        if value.isSection { return .drawn(try scope.distribution(value, in: unit)) }
        if value.scalarOrNil == "listed" { return .listed }
        if let expression = try scope.ofDistance(value, in: unit) { return .ofDistance(expression) }
        return .uniform(try scope.number(value, in: unit))
    }

    // MARK: Plasticity

    /// A model with its parameters and options side by side: `{stdp_pair: {tau_plus: 20 ms, weight_dependence: additive}}`.
    private func plasticity<Model>(
        _ value: DescriptionValue, among models: [Model], schema: (Model) -> ModelSchema, _ noun: String,
        _ scope: DescriptionScope, weightUnit: String
    ) throws -> (Model, [String: ParameterValue], [String: String]) {
        var (key, given): (DescriptionValue, DescriptionValue?) = (value, nil)
        var name = ""
        if value.isSection {
            let entries = try DescriptionSection(value).entries
            guard entries.count == 1 else {
                throw value.failure(
                    .wrongKind(
                        what: value.what, found: "a section of \(entries.count) keys",
                        expected: "one model with its parameters"))
            }
            (key, name, given) = (entries[0].key, entries[0].name, entries[0].value)
        } else {
            name = try scope.text(value)
        }
        guard let model = models.first(where: { schema($0).name == name }) else {
            throw key.failure(
                ForeignNames.model(name, what: "model of \(noun)", among: models.map(schema))
                    ?? .unknownName(name, what: "model of \(noun)", known: models.map { schema($0).name }))
        }
        guard let given, !given.isNothing else { return (model, [:], [:]) }
        let rows = schema(model)
        let titled = DescriptionValue(node: given.node, file: given.file, what: "'\(name)' of \(value.what)")
        let keys = rows.parameters.map(\.symbol) + rows.options.map(\.symbol)
        var (parameters, options): ([String: ParameterValue], [String: String]) = ([:], [:])
        let section = try DescriptionSection(titled)
        for entry in section.entries where !keys.contains(entry.name) {
            let reason = ForeignNames.key(entry.name, rows.parameters, title: titled.what)
            if let reason { throw entry.key.failure(reason) }
        }
        try section.allow(keys)
        for entry in section.entries {
            if let option = rows.options.first(where: { $0.symbol == entry.name }) {
                options[entry.name] = try choice(entry.value, option, scope)
            } else if let row = rows.parameters.first(where: { $0.symbol == entry.name }) {
                let unit = row.isWeight ? weightUnit : row.unit
                parameters[entry.name] = .uniform(try scope.number(entry.value, in: unit, allowed: row.allowed))
            }
        }
        return (model, parameters, options)
    }
}
