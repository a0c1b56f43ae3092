import CSynfireSupport

/// Constant synapses of all sources onto the neurons of one worker, and what of them is on its way.
final class StaticSynapses {
    let rows: SynapseRows
    /// How many synapses spikes have passed.
    private(set) var events = 0
    private let calendar: DeliveryCalendar<UInt64>

    /// How many runs ahead memory is asked for, and the most cache lines of a run.
    private static let (runsAhead, linesAhead) = (4, 24)
    /// How many spikes ahead the list of runs is asked for.
    private static let spikesAhead = 3

    init(_ rows: SynapseRows) {
        self.rows = rows
        calendar = DeliveryCalendar(greatestDelay: max(1, rows.greatestDelay))
    }

    /// Notes spikes of sources at the end of a step.
    func add(sources: UnsafeBufferPointer<Int32>, step: Int) {
        guard rows.count > 0 else { return }
        let (starts, runStarts, runs) = (rows.starts, rows.runStarts, rows.runs)
        for (index, neuron) in sources.enumerated() {
            if index + Self.spikesAhead < sources.count {
                let next = Int(sources[index + Self.spikesAhead])
                // Some forty runs of four bytes.
                for line in 0..<3 { synfire_prefetch(UnsafeRawPointer(runs + runStarts[next]) + 64 * line) }
            }
            let source = Int(neuron)
            // A run in one word: where it starts, and in the low 16 bits its length.
            var place = UInt64(truncatingIfNeeded: starts[source]) << 16
            for number in runStarts[source]..<runStarts[source + 1] {
                let run = runs[number]
                calendar.add(place | UInt64(run.length), at: step + Int(run.delay))
                place += UInt64(run.length) << 16
            }
        }
    }

    /// Adds what arrives at the end of a step.
    func deliver(step: Int, into input: UnsafeMutablePointer<Float>) {
        let synapses = rows.synapses
        var passed = 0
        calendar.take(step) { runs in
            for index in 0..<runs.count {
                if index + Self.runsAhead < runs.count { Self.prefetch(synapses, runs[index + Self.runsAhead]) }
                let length = Int(runs[index] & 0xFFFF)
                let first = synapses + Int(runs[index] >> 16)
                for place in 0..<length {
                    let synapse = first[place]
                    input[Int(synapse.slot)] += synapse.weight
                }
                passed += length
            }
        }
        events += passed
    }

    @inline(__always) private static func prefetch(_ synapses: UnsafeMutablePointer<Synapse32>, _ run: UInt64) {
        let address = UnsafeRawPointer(synapses + Int(run >> 16))
        let bytes = min(Int(run & 0xFFFF) * MemoryLayout<Synapse32>.stride, linesAhead * 64)
        var offset = 0
        while offset < bytes {
            synfire_prefetch(address + offset)
            offset += 64
        }
    }
}
