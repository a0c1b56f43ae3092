import SynfireSpikingModels
import SynfireSpikingNetworks

extension Network {
    /// About how many events a neuron gets in a millisecond: what stimuli bring, and from each synapse what the rate of a
    /// source says, or ten a second.
    ///
    /// - Parameter synapses: How many synapses each projection has.
    func eventRate(synapses: [Double], seed: UInt64) -> Double {
        let neurons = populations.filter { !$0.model.schema.receptors.isEmpty }.reduce(0) { $0 + $1.count }
        let index = NeuronIndex(self, workers: 1)
        var perSecond = 0.0
        for stimulus in stimuli where stimulus.model.effect == .receptor {
            let count = index.members(stimulus.target, seed: seed).count
            guard let values = try? stimulus.values(count: count, seed: seed), let rates = values.columns["rate"] else {
                continue
            }
            for neuron in 0..<count { perSecond += rates.value(at: neuron, neuronsPerChannel: 1) }
        }
        for (projection, count) in zip(projections, synapses) {
            let rates = projection.sources.views.map { population(named: $0.population).map(\.meanRate) ?? 10 }
            perSecond += count * rates.reduce(0, +) / Double(max(1, rates.count))
        }
        return perSecond * 1e-3 / Double(max(1, neurons))
    }

    /// The same before any synapse is made.
    var expectedEventRate: Double {
        let index = NeuronIndex(self, workers: 1)
        return eventRate(
            synapses: projections.map { (try? ProjectionPlan($0, index, seed: 1, step: nil).expected) ?? 0 }, seed: 1)
    }
}

extension Population {
    /// Spikes a second of a neuron: what a source's parameter says, or ten.
    fileprivate var meanRate: Double {
        guard let rates = values.columns["rate"], count > 0 else { return 10 }
        let sampled = min(count, 1000)
        return (0..<sampled).reduce(0) { $0 + rates.value(at: $1, neuronsPerChannel: neuronsPerChannel) }
            / Double(sampled)
    }
}
