import CSupport

/// What is to be delivered in each of the coming steps.
///
/// A spike puts the runs of its synapses under the steps at which they arrive; a step then reads its runs in the order
/// in which they were put there: by time of the spike, then by neuron.
final class DeliveryCalendar<Entry: BitwiseCopyable> {
    private var buckets: [Bucket]

    private struct Bucket {
        var base: UnsafeMutablePointer<Entry>?
        var count = 0
        var capacity: Int
    }

    /// Makes room for delays of up to `greatestDelay` steps.
    init(greatestDelay: Int) {
        // Most of many calendars stay empty: memory is taken when the first entry comes.
        buckets = (0...greatestDelay).map { _ in Bucket(base: nil, capacity: 0) }
    }

    deinit { for bucket in buckets { bucket.base?.deallocate() } }

    /// Puts an entry under a step, which is not more than the greatest delay after the last step that was taken.
    @inline(__always) func add(_ entry: Entry, at step: Int) {
        let index = step % buckets.count
        if buckets[index].count == buckets[index].capacity { grow(index) }
        // There is memory where there is capacity.
        if let base = buckets[index].base { base[buckets[index].count] = entry }
        buckets[index].count += 1
    }

    private func grow(_ index: Int) {
        let bucket = buckets[index]
        let capacity = max(16, bucket.capacity * 2)
        let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
        if let base = bucket.base {
            larger.update(from: base, count: bucket.count)
            base.deallocate()
        }
        buckets[index] = Bucket(base: larger, count: bucket.count, capacity: capacity)
    }

    /// Hands out the entries of a step and forgets them.
    @inline(__always) func take(_ step: Int, _ body: (UnsafeBufferPointer<Entry>) -> Void) {
        let index = step % buckets.count
        guard buckets[index].count > 0 else { return }
        body(UnsafeBufferPointer(start: buckets[index].base, count: buckets[index].count))
        buckets[index].count = 0
    }
}

/// Neighbouring synapses of one source and one delay.
struct DeliveryRun: BitwiseCopyable {
    let start: Int
    let length: Int
}

/// Constant synapses of all sources onto the neurons of one worker, and what of them is on its way.
final class StaticSynapses {
    let rows: SynapseRows
    private let calendar: DeliveryCalendar<DeliveryRun>

    /// How many runs ahead memory is asked for, and the most cache lines of a run.
    private static let (runsAhead, linesAhead) = (4, 24)

    init(_ rows: SynapseRows) {
        self.rows = rows
        calendar = DeliveryCalendar(greatestDelay: max(1, rows.greatestDelay))
    }

    /// Notes a spike of a source at the end of a step.
    @inline(__always) func add(source: Int, step: Int) {
        var start = rows.starts[source]
        for run in Int(rows.runStarts[source])..<Int(rows.runStarts[source + 1]) {
            let length = Int(rows.runLengths[run])
            calendar.add(DeliveryRun(start: start, length: length), at: step + Int(rows.runDelays[run]))
            start += length
        }
    }

    /// Adds what arrives at the end of a step.
    func deliver(step: Int, into input: UnsafeMutablePointer<Float>) {
        let synapses = rows.synapses
        calendar.take(step) { runs in
            for index in 0..<runs.count {
                if index + Self.runsAhead < runs.count { Self.prefetch(synapses, runs[index + Self.runsAhead]) }
                let run = runs[index]
                let first = synapses + run.start
                for place in 0..<run.length {
                    let synapse = first[place]
                    input[Int(synapse.slot)] += synapse.weight
                }
            }
        }
    }

    @inline(__always) private static func prefetch(_ synapses: UnsafeMutablePointer<Synapse32>, _ run: DeliveryRun) {
        let address = UnsafeRawPointer(synapses + run.start)
        let bytes = min(run.length * MemoryLayout<Synapse32>.stride, linesAhead * 64)
        var offset = 0
        while offset < bytes {
            synfire_prefetch(address + offset)
            offset += 64
        }
    }
}
