import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits

/// What the recorders of a simulation in continuous time have taken and not yet handed on.
///
/// An epoch is always simulated as a whole. What it has beyond the end of a run is held back for the next one.
final class EventChannelBook {
    let channels: [RecordingChannel]
    let samplers: [EventSampler]
    private var segment: RecordedSegment
    private let trains: [[SpikeChannel]]
    private var size = 0
    /// Spikes and samples beyond the end of the run.
    private var heldSpikes: [(time: Int64, population: Int, neuron: Int32)] = []
    private var heldSamples: [(time: Int64, channel: Int, values: [Float])] = []
    /// How many spikes each population has emitted up to the end of the run.
    private(set) var spikeCounts: [Int]

    private struct SpikeChannel {
        let channel: Int
        /// Whether each neuron is recorded; `nil` for all.
        let isRecorded: [Bool]?
        /// Spikes count after this, and up to `stop` [ticks].
        let after: Int64
        let stop: Int64
    }

    init(_ recorders: [Recorder], index: NeuronIndex, seed: UInt64) throws {
        var channels: [RecordingChannel] = []
        var samplers: [EventSampler] = []
        var trains = [[SpikeChannel]](repeating: [], count: index.populations.count)
        try NetworkCheck(index.populations).check(recorders)
        for recorder in recorders {
            for part in index.members(recorder.neurons, seed: seed).parts {
                let population = index.populations[part.population]
                let neurons = (0..<part.neurons.count).map { part.neurons[$0] }
                var channel = RecordingChannel(
                    population: population.name, quantity: recorder.quantity, unit: "ms", neurons: neurons, interval: 0,
                    start: recorder.start, stop: recorder.stop)
                switch recorder.quantity {
                case .spikes:
                    guard population.model.schema.emitsSpikes else {
                        throw SimulationError.nothingToRecord(population: population.name, what: "spikes")
                    }
                    trains[part.population].append(
                        SpikeChannel(
                            channel: channels.count, isRecorded: population.mask(neurons),
                            // A neuron that is at threshold from the beginning spikes at time 0.
                            after: recorder.start > 0 ? Ticks.count(recorder.start) : -1,
                            stop: recorder.stop.map(Ticks.count) ?? Ticks.never))
                case .variable(let symbol):
                    channel.unit = try population.row(symbol).unit
                    guard recorder.interval.isFinite, recorder.interval > 0 else {
                        throw SimulationError.badTime(what: "the sampling interval", value: recorder.interval)
                    }
                    channel.interval = recorder.interval
                    samplers.append(
                        EventSampler(
                            channel: channels.count, population: part.population, symbol: symbol, neurons: neurons,
                            interval: recorder.interval, start: recorder.start, stop: recorder.stop ?? .infinity,
                            strips: (0..<index.workers).map { index.strip(part.population, of: $0) }))
                }
                channels.append(channel)
            }
        }
        self.channels = channels
        self.samplers = samplers
        self.trains = trains
        spikeCounts = Array(repeating: 0, count: index.populations.count)
        segment = RecordedSegment(recordings: channels.map { _ in RecordedSegment.Recording() })
    }

    /// Begins a run: what was held back and now lies before its end is taken.
    func begin(until end: Int64) {
        let (spikes, samples) = (heldSpikes, heldSamples)
        heldSpikes.removeAll()
        heldSamples.removeAll()
        for spike in spikes { note(spike.time, spike.population, spike.neuron, until: end) }
        for sample in samples { note(sample.time, sample.channel, sample.values, until: end) }
    }

    /// Takes the spikes of a population in an epoch.
    func note(_ spikes: [EventSpike], population: Int, until end: Int64) {
        guard let last = spikes.last else { return }
        if trains[population].isEmpty, last.time <= end {
            spikeCounts[population] += spikes.count
            return
        }
        for spike in spikes { note(spike.time, population, spike.neuron, until: end) }
    }

    private func note(_ time: Int64, _ population: Int, _ neuron: Int32, until end: Int64) {
        guard time <= end else { return heldSpikes.append((time, population, neuron)) }
        spikeCounts[population] += 1
        for train in trains[population] where time > train.after && time <= train.stop {
            guard train.isRecorded?[Int(neuron)] ?? true else { continue }
            segment.recordings[train.channel].spikes.times.append(Ticks.milliseconds(time))
            segment.recordings[train.channel].spikes.neurons.append(UInt32(bitPattern: neuron))
            size += 3
        }
    }

    /// Takes what the samplers have sampled in an epoch.
    func noteSamples(until end: Int64) {
        for sampler in samplers {
            for (row, time) in sampler.times.enumerated() {
                note(time, sampler.channel, Array(sampler.row(row)), until: end)
            }
        }
    }

    private func note(_ time: Int64, _ channel: Int, _ values: [Float], until end: Int64) {
        guard time < end else { return heldSamples.append((time, channel, values)) }
        segment.recordings[channel].samples.append(contentsOf: values)
        size += values.count
    }

    /// Whether so much is held that it should be handed on: some 8 MiB.
    var isFull: Bool { size > 1 << 21 }

    /// Hands on what is held.
    func takeSegment() -> RecordedSegment {
        defer {
            segment = RecordedSegment(recordings: channels.map { _ in RecordedSegment.Recording() })
            size = 0
        }
        return segment
    }
}

extension Population {
    /// Whether each neuron is one of some; `nil` where all are.
    fileprivate func mask(_ neurons: [Int]) -> [Bool]? {
        guard neurons.count < count else { return nil }
        var chosen = [Bool](repeating: false, count: count)
        for neuron in neurons { chosen[neuron] = true }
        return chosen
    }

    /// The row of a state variable.
    fileprivate func row(_ symbol: String) throws(SimulationError) -> ParameterRow {
        guard let row = model.schema.state.first(where: { $0.symbol == symbol }) else {
            throw .unknownVariable(
                population: name, model: model.schema.name, symbol, valid: model.schema.state.map(\.symbol))
        }
        return row
    }
}
