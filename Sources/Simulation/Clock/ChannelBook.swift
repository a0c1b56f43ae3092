import SynfireSpikingModels
import SynfireSpikingNetworks

/// What the recorders of a simulation have taken and not yet handed on.
final class ChannelBook {
    let channels: [RecordingChannel]
    let samplers: [ChannelSampler]
    private var segment: RecordedSegment
    private let trains: [[SpikeChannel]]
    private var held = 0

    /// The spikes of one population that one channel takes.
    private struct SpikeChannel {
        let channel: Int
        /// Whether each neuron is recorded; `nil` for all.
        let isRecorded: [Bool]?
        let start: Int
        let stop: Int
    }

    init(_ recorders: [Recorder], index: NeuronIndex, step: Double, seed: UInt64) throws {
        var channels: [RecordingChannel] = []
        var samplers: [ChannelSampler] = []
        var trains = [[SpikeChannel]](repeating: [], count: index.populations.count)
        try NetworkCheck(index.populations).check(recorders)
        for recorder in recorders {
            let start = try RunPlan.wholeSteps(recorder.start, "the start of a recorder", step: step, allowsZero: true)
            let stop = try recorder.stop.map {
                try RunPlan.wholeSteps($0, "the end of a recorder", step: step, allowsZero: true)
            }
            for part in index.members(recorder.neurons, seed: seed).parts {
                let population = index.populations[part.population]
                let schema = population.model.schema
                let neurons = (0..<part.neurons.count).map { part.neurons[$0] }
                switch recorder.quantity {
                case .spikes:
                    guard schema.emitsSpikes else {
                        throw SimulationError.nothingToRecord(population: population.name, what: "spikes")
                    }
                    var mask: [Bool]?
                    if neurons.count < population.count {
                        var chosen = [Bool](repeating: false, count: population.count)
                        for neuron in neurons { chosen[neuron] = true }
                        mask = chosen
                    }
                    trains[part.population].append(
                        SpikeChannel(
                            channel: channels.count, isRecorded: mask, start: start, stop: stop ?? Int.max))
                    channels.append(
                        RecordingChannel(
                            population: population.name, quantity: .spikes, unit: "ms", neurons: neurons, interval: 0,
                            start: Double(start) * step, stop: stop.map { Double($0) * step }))
                case .variable(let symbol):
                    guard let row = schema.state.first(where: { $0.symbol == symbol }) else {
                        throw SimulationError.unknownVariable(
                            population: population.name, model: schema.name, symbol, valid: schema.state.map(\.symbol))
                    }
                    let interval = try RunPlan.wholeSteps(recorder.interval, "the sampling interval", step: step)
                    samplers.append(
                        ChannelSampler(
                            channel: channels.count, population: part.population, symbol: symbol, neurons: neurons,
                            interval: interval, start: start, stop: stop ?? Int.max,
                            strips: (0..<index.workers).map { index.strip(part.population, of: $0) }))
                    channels.append(
                        RecordingChannel(
                            population: population.name, quantity: recorder.quantity, unit: row.unit, neurons: neurons,
                            interval: Double(interval) * step, start: Double(start) * step,
                            stop: stop.map { Double($0) * step }))
                }
            }
        }
        self.channels = channels
        self.samplers = samplers
        self.trains = trains
        segment = RecordedSegment(recordings: channels.map { _ in RecordedSegment.Recording() })
    }

    /// Takes spikes of a population in one step.
    func note(_ spikes: UnsafeBufferPointer<Int32>, population: Int, first: Int, step: Int, time: Double) {
        for train in trains[population] where step > train.start && step <= train.stop {
            for spike in spikes {
                let neuron = Int(spike) - first
                guard train.isRecorded?[neuron] ?? true else { continue }
                segment.recordings[train.channel].spikes.times.append(time)
                segment.recordings[train.channel].spikes.neurons.append(UInt32(truncatingIfNeeded: neuron))
                held += 3
            }
        }
    }

    /// Takes what the samplers have sampled in an epoch.
    func noteSamples() {
        for sampler in samplers {
            segment.recordings[sampler.channel].samples.append(contentsOf: sampler.samples)
            held += sampler.samples.count
        }
    }

    /// Whether so much is held that it should be handed on: some 8 MiB.
    var isFull: Bool { held > 1 << 21 }

    /// Hands on what is held.
    func takeSegment() -> RecordedSegment {
        defer {
            segment = RecordedSegment(recordings: channels.map { _ in RecordedSegment.Recording() })
            held = 0
        }
        return segment
    }
}
