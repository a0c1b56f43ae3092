import SynfireSpikingModels
import SynfireSpikingNetworks

/// What of a network continuous time cannot have.
enum EventSupport {
    /// Why a network cannot be simulated in continuous time; empty where it can.
    static func reasons(against network: Network) -> [SimulationError] {
        var reasons: [SimulationError] = []
        for population in network.populations where !hasEventKernel(population) {
            reasons.append(noClosedForm(population))
        }
        for stimulus in network.stimuli where !hasClosedForm(stimulus.model) {
            reasons.append(noClosedForm(stimulus))
        }
        for projection in network.projections {
            guard case .synapses(_, let synapse, _) = projection.transmission else {
                reasons.append(
                    .notInEvents(
                        what: "projection '\(projection.name)'",
                        reason: "it is a chain of operators without delay, which is run trial by trial"))
                continue
            }
            if synapse.storage == .procedural { reasons.append(.proceduralInEvents(projection: projection.name)) }
            if let (model, values) = synapse.longTerm.map({ ($0.model, $0.values) }),
                model.makeExactKernel(PlasticitySetup(values: values, sources: 0, targets: 0, step: 0)) == nil
            {
                reasons.append(
                    .notInEvents(
                        what: "projection '\(projection.name)'",
                        reason: "the plasticity '\(model.schema.name)' is known in steps only"))
            }
        }
        return reasons
    }

    /// Whether the input of all neurons can be added up, as far as is known before they are made.
    static func sumsInput(_ network: Network) -> Bool {
        let isPlastic = network.projections.contains {
            if case .synapses(_, let synapse, _) = $0.transmission { synapse.longTerm != nil } else { false }
        }
        return !isPlastic
            && network.populations.allSatisfy { population in
                let receptors = population.model.schema.receptors
                guard population.count > 0, !receptors.isEmpty else { return true }
                let setup = KernelSetup(
                    neurons: 0..<1, neuronsPerChannel: population.neuronsPerChannel, step: 0.01,
                    values: population.values, seed: 0, stream: 0)
                // Weights of the signs that receptors are for.
                setup.input = EventInput(
                    weights: receptors.indices.map { $0 == 0 ? 0...1 : -1...0 }, hasCurrents: false)
                return population.model.makeEventKernel(setup)?.sumsInput ?? false
            }
    }

    static func noClosedForm(_ population: Population) -> SimulationError {
        .notInEvents(
            what: "population '\(population.name)'",
            reason: "model '\(population.model.schema.name)' has no closed form between events; take the clock engine")
    }

    static func noClosedForm(_ stimulus: Stimulus) -> SimulationError {
        .notInEvents(
            what: "stimulus '\(stimulus.name)'",
            reason: "'\(stimulus.model.schema.name)' is not constant between events; take the clock engine")
    }

    private static func hasEventKernel(_ population: Population) -> Bool {
        population.model.makeEventKernel(
            KernelSetup(
                neurons: 0..<0, neuronsPerChannel: 1, step: 1, values: population.values, seed: 0, stream: 0)) != nil
    }

    private static func hasClosedForm(_ model: any StimulusModel.Type) -> Bool {
        let values = ModelValues(
            schema: model.schema,
            columns: Dictionary(
                uniqueKeysWithValues: model.schema.parameters.map { ($0.symbol, .uniform($0.defaultValue)) }),
            options: Dictionary(
                uniqueKeysWithValues: model.schema.options.map { ($0.symbol, $0.choices.first ?? "") }))
        return model.makeEventStimulus(
            KernelSetup(neurons: 0..<0, neuronsPerChannel: 1, step: 1, values: values, seed: 0, stream: 0)) != nil
    }
}
