import SynfireSpikingModels

/// All that one worker advances: a strip of each population, and the synapses onto it.
///
/// Unchecked `Sendable`: its worker alone uses it while a loop runs.
final class WorkerStrip: @unchecked Sendable {
    let populations: [StripPopulation]
    /// The sums of weights that arrive at the end of a step, by receptor of each population.
    private let input: WorkBuffer<Float>
    let constant: StaticSynapses
    let plastic: [PlasticSynapses]
    let regenerated: [RegeneratedSynapses]
    /// What regenerated synapses add to coming steps.
    private let ring: InputRing
    /// The spikes of this epoch and of the one before.
    let logs: [SpikeLog]
    let stopwatch: Stopwatch
    /// The spikes of all workers in one step, by neuron.
    private let arrivals = SpikeList(capacity: 1024)

    init(
        populations: [StripPopulation], input: WorkBuffer<Float>, constant: StaticSynapses, plastic: [PlasticSynapses],
        regenerated: [RegeneratedSynapses], ring: InputRing, stopwatch: Stopwatch
    ) {
        self.populations = populations
        self.input = input
        self.constant = constant
        self.plastic = plastic
        self.regenerated = regenerated
        self.ring = ring
        self.stopwatch = stopwatch
        logs = [SpikeLog(populations: populations.count), SpikeLog(populations: populations.count)]
    }

    /// What went wrong at a spike, the earliest.
    var failure: DrawFailure? {
        regenerated.isEmpty ? nil : regenerated.compactMap(\.failure).min(by: DrawFailure.isEarlier)
    }

    /// Puts the spikes of an epoch on their way, from all workers in one order: by step, then by neuron.
    ///
    /// - Parameters:
    ///   - log: Which of each strip's logs holds them.
    ///   - strips: The strips of all workers.
    ///   - steps: The steps of the epoch.
    func send(log: Int, of strips: [WorkerStrip], steps: Range<Int>) {
        stopwatch.start()
        for step in steps {
            arrivals.removeAll()
            for population in populations.indices {
                for strip in strips {
                    arrivals.append(
                        strip.logs[log].spikes(step: step - steps.lowerBound, population: population))
                }
            }
            let spikes = UnsafeBufferPointer(start: arrivals.base, count: arrivals.count)
            constant.add(sources: spikes, step: step)
            for synapses in plastic {
                for neuron in spikes { synapses.add(neuron: Int(neuron), step: step) }
            }
            if regenerated.isEmpty { continue }
            stopwatch.lap(.exchange)
            for neuron in spikes {
                for synapses in regenerated { synapses.add(neuron: Int(neuron), step: step) }
            }
            stopwatch.lap(.regeneration)
        }
        stopwatch.lap(.exchange)
    }

    /// Advances all neurons by the steps of an epoch.
    func advance(steps: Range<Int>, log: SpikeLog, samplers: [ChannelSampler], worker: Int) {
        log.removeAll()
        for step in steps {
            if !samplers.isEmpty {
                for sampler in samplers { sampler.take(before: step, worker: worker, from: populations) }
                stopwatch.lap(.recording)
            }
            input.fill(0)
            constant.deliver(step: step, into: input.base)
            stopwatch.lap(.delivery)
            if !plastic.isEmpty {
                for synapses in plastic { synapses.deliver(step: step, into: input.base) }
                stopwatch.lap(.plasticity)
            }
            if !regenerated.isEmpty {
                ring.deliver(step: step, into: input.base)
                stopwatch.lap(.regeneration)
            }
            for population in populations { population.advance(step: step, log: log, stopwatch: stopwatch) }
        }
    }
}
