import SpikingModels
import SpikingNetworks

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
