import SynfireSpikingModels

/// Synapses of one projection, with plasticity, onto the neurons of one population that one worker has.
final class PlasticSynapses {
    /// The index of the projection, and of the part of its targets.
    let projection, part: Int
    /// The population whose neurons are the targets.
    let population: Int
    /// The sum of weights of each target goes from here on in the worker's input.
    let firstSlot: Int

    /// The synapses, with the slots and weights of each run apart.
    let rows: SynapseRows
    /// How many synapses spikes have passed.
    private(set) var events = 0
    /// For each neuron of the network its row, or −1.
    private let rowOfNeuron: [Int32]
    private let shortTerm: (any ShortTermKernel)?
    private let longTerm: (any PlasticityKernel)?
    private let calendar: DeliveryCalendar<Entry>

    private struct Entry: BitwiseCopyable {
        let start: Int
        let length: Int32
        let delay: Int32
        let source: Int32
        let spikeStep: Int
        let previousStep: Int
        let trace: Float
        let factor: Float
    }

    /// - Parameters:
    ///   - rows: The synapses, with split runs; slots are targets in the worker's strip.
    ///   - rowOfNeuron: For each neuron of the network its row, or −1.
    init(
        _ rows: SynapseRows, projection: Int, part: Int, rowOfNeuron: [Int32], population: Int, firstSlot: Int,
        shortTerm: (any ShortTermKernel)?, longTerm: (any PlasticityKernel)?
    ) {
        self.rows = rows
        (self.projection, self.part) = (projection, part)
        self.rowOfNeuron = rowOfNeuron
        self.population = population
        self.firstSlot = firstSlot
        self.shortTerm = shortTerm
        self.longTerm = longTerm
        calendar = DeliveryCalendar(greatestDelay: max(1, rows.greatestDelay))
    }

    /// Whether spikes of the targets matter.
    var watchesTargets: Bool { longTerm != nil }

    /// Notes a spike of a neuron of the network at the end of a step.
    func add(neuron: Int, step: Int) {
        let row = Int(rowOfNeuron[neuron])
        guard row >= 0 else { return }
        // State goes on even where this worker has none of the source's synapses: it is the same on every worker.
        let factor = shortTerm?.factor(source: row, step: step) ?? 1
        let spike =
            longTerm?.sourceSpiked(row, step: step)
            ?? SourceSpike(source: row, step: step, previousStep: .min, trace: 0)
        var start = rows.starts[row]
        for number in rows.runStarts[row]..<rows.runStarts[row + 1] {
            let (length, delay) = (rows.runs[number].length, Int(rows.runs[number].delay))
            calendar.add(
                Entry(
                    start: start, length: Int32(truncatingIfNeeded: length), delay: Int32(truncatingIfNeeded: delay),
                    source: Int32(truncatingIfNeeded: row), spikeStep: step, previousStep: spike.previousStep,
                    trace: spike.trace, factor: factor),
                at: step + delay)
            start += Int(length)
        }
    }

    /// Notes a spike of a target.
    func targetSpiked(_ target: Int, step: Int) { longTerm?.targetSpiked(target, step: step) }

    /// Each synapse: its source in the projection, its target in the worker's strip, its weight now and its delay.
    func forEach(_ body: (_ source: Int32, _ target: Int, _ weight: Float, _ delay: Int32) -> Void) {
        rows.forEachRun { row, place, run in
            let (targets, weights) = rows.split(place, Int(run.length))
            for index in 0..<Int(run.length) {
                body(Int32(truncatingIfNeeded: row), Int(targets[index]), weights[index], Int32(run.delay))
            }
        }
    }

    /// Adds what arrives at the end of a step.
    func deliver(step: Int, into slots: UnsafeMutablePointer<Float>) {
        let input = slots + firstSlot
        calendar.take(step) { entries in
            for entry in entries {
                let (targets, weights) = rows.split(entry.start, Int(entry.length))
                events += Int(entry.length)
                guard let longTerm else {
                    for index in 0..<Int(entry.length) { input[Int(targets[index])] += weights[index] * entry.factor }
                    continue
                }
                longTerm.deliver(
                    PlasticRun(targets: targets, weights: weights, count: Int(entry.length), delay: Int(entry.delay)),
                    of: SourceSpike(
                        source: Int(entry.source), step: entry.spikeStep, previousStep: entry.previousStep,
                        trace: entry.trace),
                    factor: entry.factor, into: input)
            }
        }
    }
}
