import CSynfireSupport
import SynfireSpikingModels
import SynfireUnits

/// Synapses of one projection onto the neurons of one population that one worker has, and the spikes under way to them.
///
/// Unchecked `Sendable`: it belongs to one worker.
final class EventTable: @unchecked Sendable {
    let part: EventPart
    let rows: EventRows
    /// The populations that its sources are in.
    let sourcePopulations: [Int]
    private let rowOfNeuron: [Int32]
    private let shortTerm: (any ShortTermKernel)?
    /// Where weights change; it is also among the watchers of the targets.
    let plastic: PlasticEventSynapses?

    /// A spike under way.
    ///
    /// Where all synapses have one delay, ``time`` is its arrival, otherwise its emission [ticks].
    private struct Traveller {
        var time: Int64
        var row: Int32
        /// The first synapse that it has not reached.
        var next: Int
        /// What short-term plasticity makes of weights.
        var factor: Double
        /// The number of the spike for plasticity.
        var spike: Int

        /// By time and then by row, so that the order does not depend on which other spikes a worker gets.
        func precedes(_ other: Traveller) -> Bool { (time, row) < (other.time, other.row) }
    }
    private var travellers: [Traveller] = []
    /// Travellers before it have arrived everywhere.
    private var head = 0
    /// How many synapses spikes have passed.
    private(set) var events = 0

    /// - Parameter rowOfNeuron: For each neuron of the network its row, or −1.
    init(
        _ part: EventPart, rows: EventRows, sourcePopulations: [Int], rowOfNeuron: [Int32],
        shortTerm: (any ShortTermKernel)?, plastic: PlasticEventSynapses?
    ) {
        self.plastic = plastic
        self.part = part
        self.rows = rows
        self.sourcePopulations = sourcePopulations
        self.rowOfNeuron = rowOfNeuron
        self.shortTerm = shortTerm
    }

    /// Goes on to the next epoch.
    ///
    /// - Parameter goal: When the run ends [ticks].
    func beginEpoch(goal: Int64) {
        travellers.removeFirst(head)
        head = 0
        plastic?.beginEpoch(firstUnderWay: travellers.map(\.spike).min(), goal: goal)
    }

    /// Takes spikes of one of the source populations, in order of time.
    ///
    /// - Parameters:
    ///   - first: The number of the population's first neuron in the network.
    func take(_ spikes: [EventSpike], first: Int) {
        let delay = part.delay ?? 0
        var (isSorted, last) = (true, travellers.count > head ? travellers[travellers.count - 1] : nil)
        for (index, spike) in spikes.enumerated() {
            // Where rows begin lies far apart for large networks.
            if index + 8 < spikes.count {
                let coming = rowOfNeuron[first + Int(spikes[index + 8].neuron)]
                synfire_prefetch(rows.starts + Int(max(coming, 0)))
            }
            let row = rowOfNeuron[first + Int(spike.neuron)]
            guard row >= 0, rows.starts[Int(row)] < rows.starts[Int(row) + 1] else { continue }
            let factor = shortTerm?.factor(source: Int(row), time: Ticks.milliseconds(spike.time)) ?? 1
            let traveller = Traveller(
                time: spike.time + delay, row: row, next: rows.starts[Int(row)], factor: factor,
                spike: plastic?.sourceSpiked(Int(row), time: spike.time) ?? 0)
            if let last, traveller.precedes(last) { isSorted = false }
            last = traveller
            travellers.append(traveller)
        }
        // Several populations, or epochs, may bring spikes that are not in order, and rows may have another one than neurons.
        if !isSorted { travellers[head...].sort { $0.precedes($1) } }
    }

    /// Appends what arrives in a slice [ticks].
    func appendArrivals(from start: Int64, to end: Int64, _ runs: inout [ArrivalRun]) {
        if part.delay != nil {
            while head < travellers.count, travellers[head].time < end {
                let traveller = travellers[head]
                append(traveller, traveller.next..<rows.starts[Int(traveller.row) + 1], start, &runs)
                head += 1
            }
            return
        }
        guard let delays = rows.delays else { return }
        for index in head..<travellers.count {
            let traveller = travellers[index]
            let last = rows.starts[Int(traveller.row) + 1]
            var next = traveller.next
            while next < last, traveller.time + delays[next] < end { next += 1 }
            if next > traveller.next { append(traveller, traveller.next..<next, start, &runs) }
            travellers[index].next = next
            if index == head, next == last { head += 1 }
        }
    }

    /// What is not as it has to be when everything before `end` has been taken; `nil` where nothing is.
    func fault(before end: Int64) -> String? {
        let pending = travellers[head...]
        if zip(pending, pending.dropFirst()).contains(where: { $1.precedes($0) }) { return "spikes are not in order" }
        for traveller in pending where traveller.next < rows.starts[Int(traveller.row) + 1] {
            if traveller.time + (rows.delays?[traveller.next] ?? 0) < end {
                return "a spike was left behind"
            }
        }
        return nil
    }

    @inline(__always) private func append(
        _ traveller: Traveller, _ synapses: Range<Int>, _ start: Int64, _ runs: inout [ArrivalRun]
    ) {
        events += synapses.count
        // All runs of a slice are known before the first is gone through.
        for ahead in stride(from: 0, to: min(synapses.count, 64), by: 16) {
            synfire_prefetch(rows.targets + synapses.lowerBound + ahead)
        }
        var run = ArrivalRun(
            offset: traveller.time - start,
            targets: UnsafePointer(rows.targets + synapses.lowerBound),
            delays: rows.delays.map { UnsafePointer($0 + synapses.lowerBound) },
            weights: rows.weights.map { UnsafePointer($0 + synapses.lowerBound) },
            weight: traveller.factor * (part.weight ?? 1), count: synapses.count, receptor: part.receptor)
        if let plastic {
            run.weights = nil
            run.weight = traveller.factor
            run.plasticity = Unmanaged.passUnretained(plastic)
            run.spike = traveller.spike
            run.firstSynapse = synapses.lowerBound
        }
        runs.append(run)
    }
}
