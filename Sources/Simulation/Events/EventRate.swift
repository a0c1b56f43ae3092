import SpikingModels
import SpikingNetworks

extension Network {
    /// About how many events a neuron gets in a millisecond: what stimuli bring, and from each synapse ten a second, or
    /// what a source's rate says.
    ///
    /// - Parameter synapses: How many synapses there are.
    func eventRate(synapses: Double, seed: UInt64) -> Double {
        let neurons = populations.filter { !$0.model.schema.receptors.isEmpty }.reduce(0) { $0 + $1.count }
        let index = NeuronIndex(self, workers: 1)
        var driven = 0.0
        for stimulus in stimuli where stimulus.model.effect == .receptor {
            let count = index.members(stimulus.target, seed: seed).count
            guard let values = try? stimulus.values(count: count, seed: seed), let rates = values.columns["rate"] else {
                continue
            }
            for neuron in 0..<count { driven += rates.value(at: neuron, neuronsPerChannel: 1) }
        }
        return (driven * 1e-3 + synapses * 1e-2) / Double(max(1, neurons))
    }

    /// The same before any synapse is made.
    var expectedEventRate: Double {
        let index = NeuronIndex(self, workers: 1)
        let synapses = projections.reduce(0.0) { sum, projection in
            sum + ((try? ProjectionPlan(projection, index, seed: 1, step: nil).expected) ?? 0)
        }
        return eventRate(synapses: synapses, seed: 1)
    }
}
