import SpikingModels

/// All that one worker advances: a strip of each population, and the synapses onto it.
///
/// Unchecked `Sendable`: its worker alone uses it while a loop runs.
final class WorkerStrip: @unchecked Sendable {
    let populations: [StripPopulation]
    /// The sums of weights that arrive at the end of a step, by receptor of each population.
    private let input: WorkBuffer<Float>
    private let constant: StaticSynapses
    let plastic: [PlasticSynapses]
    /// The spikes of this epoch and of the one before.
    let logs: [SpikeLog]

    init(
        populations: [StripPopulation], input: WorkBuffer<Float>, constant: StaticSynapses, plastic: [PlasticSynapses]
    ) {
        self.populations = populations
        self.input = input
        self.constant = constant
        self.plastic = plastic
        logs = [SpikeLog(populations: populations.count), SpikeLog(populations: populations.count)]
    }

    /// Puts the spikes of an epoch on their way, from all workers in one order: by step, then by neuron.
    ///
    /// - Parameters:
    ///   - spikes: The logs of all workers.
    ///   - steps: The steps of the epoch.
    func send(_ spikes: [SpikeLog], steps: Range<Int>) {
        for step in steps {
            for population in populations.indices {
                for log in spikes {
                    for neuron in log.spikes(step: step - steps.lowerBound, population: population) {
                        constant.add(source: Int(neuron), step: step)
                        for synapses in plastic { synapses.add(neuron: Int(neuron), step: step) }
                    }
                }
            }
        }
    }

    /// Advances all neurons by the steps of an epoch.
    func advance(steps: Range<Int>, log: SpikeLog, samplers: [ChannelSampler], worker: Int) {
        log.removeAll()
        for step in steps {
            for sampler in samplers { sampler.take(before: step, worker: worker, from: populations) }
            input.fill(0)
            constant.deliver(step: step, into: input.base)
            for synapses in plastic { synapses.deliver(step: step, into: input.base) }
            for population in populations { population.advance(step: step, log: log) }
        }
    }
}
