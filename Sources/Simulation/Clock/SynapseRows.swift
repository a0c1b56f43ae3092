import CSupport

/// A synapse: where its weight is added, and the weight, side by side, since they are read together.
struct Synapse32 {
    var slot: UInt32
    var weight: Float
}

/// How many synapses each source has onto the neurons of one worker: the first of two passes over the connections.
///
/// Unchecked `Sendable`: it is filled by one worker, and then only read.
final class SynapseCounts: @unchecked Sendable {
    let rows: Int
    fileprivate let counts: UnsafeMutablePointer<Int>

    init(rows: Int) {
        self.rows = rows
        counts = .allocate(capacity: rows + 1)
        counts.initialize(repeating: 0, count: rows + 1)
    }

    deinit { counts.deallocate() }

    /// A row has one more synapse.
    @inline(__always) func add(row: Int) { counts[row] += 1 }

    var sum: Int { (0..<rows).reduce(0) { $0 + counts[$1] } }
}

/// The synapses of many sources onto the neurons of one worker, for each source sorted by delay.
///
/// Made in two passes over the same connections, so that little memory beyond the synapses is needed on the way: first
/// ``SynapseCounts``, then ``add(row:slot:weight:delay:)`` for each in the same order, then ``finish()``.
///
/// Unchecked `Sendable`: it is filled by one worker, and then only read.
final class SynapseRows: @unchecked Sendable {
    let rows: Int
    /// How many synapses there are.
    let count: Int
    /// The synapses of row `r` are `starts[r] ..< starts[r + 1]`.
    let starts: UnsafeMutablePointer<Int>
    let synapses: UnsafeMutablePointer<Synapse32>
    /// The runs of row `r` are `runStarts[r] ..< runStarts[r + 1]`; they follow each other from `starts[r]` on.
    private(set) var runStarts: [UInt32] = []
    private(set) var runDelays: [UInt16] = []
    private(set) var runLengths: [UInt32] = []
    private(set) var greatestDelay = 0
    private(set) var leastDelay = Int.max

    private let cursors: UnsafeMutablePointer<Int>
    private let delays: UnsafeMutablePointer<UInt16>
    private var isFilled = false

    /// What a synapse takes while it is made.
    static let bytesPerSynapse = MemoryLayout<Synapse32>.stride + MemoryLayout<UInt16>.stride

    /// Takes memory for what was counted.
    init(_ counts: SynapseCounts) throws(SimulationError) {
        rows = counts.rows
        count = counts.sum
        synapses = try Self.take(Synapse32.self, count)
        do {
            delays = try Self.take(UInt16.self, count)
        } catch {
            Self.give(synapses, count)
            throw error
        }
        starts = .allocate(capacity: rows + 1)
        cursors = .allocate(capacity: rows + 1)
        var start = 0
        for row in 0...rows {
            starts[row] = start
            cursors[row] = start
            start += counts.counts[row]
        }
    }

    deinit {
        starts.deallocate()
        cursors.deallocate()
        Self.give(synapses, count)
        if !isFilled { Self.give(delays, count) }
    }

    private static func take<Element>(
        _: Element.Type, _ count: Int
    ) throws(SimulationError) -> UnsafeMutablePointer<Element> {
        let bytes = max(1, count) * MemoryLayout<Element>.stride
        guard let memory = synfire_take_pages(bytes) else { throw .outOfMemory(bytes: bytes) }
        return memory.bindMemory(to: Element.self, capacity: max(1, count))
    }

    private static func give<Element>(_ memory: UnsafeMutablePointer<Element>, _ count: Int) {
        synfire_give_pages(memory, max(1, count) * MemoryLayout<Element>.stride)
    }

    /// Second pass: the next synapse of a row.
    @inline(__always) func add(row: Int, slot: Int, weight: Float, delay: Int32) {
        let place = cursors[row]
        cursors[row] = place + 1
        synapses[place] = Synapse32(slot: UInt32(truncatingIfNeeded: slot), weight: weight)
        delays[place] = UInt16(truncatingIfNeeded: delay)
    }

    /// Sorts each row by delay, keeping the order in which synapses of one delay were added, and lists the runs.
    func finish() {
        runStarts.reserveCapacity(rows + 1)
        runStarts.append(0)
        var scratch = RowScratch()
        for row in 0..<rows {
            let (first, length) = (starts[row], starts[row + 1] - starts[row])
            if length > 0 { sort(first, length, &scratch) }
            runStarts.append(UInt32(truncatingIfNeeded: runDelays.count))
        }
        Self.give(delays, count)
        isFilled = true
    }

    private struct RowScratch {
        var counts: [Int] = []
        var synapses: [Synapse32] = []
        var order: [Int] = []
    }

    private func sort(_ first: Int, _ length: Int, _ scratch: inout RowScratch) {
        let (row, times) = (synapses + first, delays + first)
        var (low, high) = (times[0], times[0])
        var isSorted = true
        for index in 1..<max(length, 1) {
            isSorted = isSorted && times[index] >= times[index - 1]
            low = min(low, times[index])
            high = max(high, times[index])
        }
        leastDelay = min(leastDelay, Int(low))
        greatestDelay = max(greatestDelay, Int(high))
        if isSorted {
            appendRuns(length) { times[$0] }
            return
        }
        scratch.synapses.removeAll(keepingCapacity: true)
        scratch.synapses.append(contentsOf: UnsafeBufferPointer(start: row, count: length))
        let span = Int(high) - Int(low) + 1
        guard span <= 8 * length + 64 else {
            // Few synapses with delays far apart: by comparison.
            scratch.order = (0..<length).sorted { (times[$0], $0) < (times[$1], $1) }
            let sorted = scratch.order.map { times[$0] }
            for (place, index) in scratch.order.enumerated() { row[place] = scratch.synapses[index] }
            appendRuns(length) { sorted[$0] }
            return
        }
        scratch.counts.removeAll(keepingCapacity: true)
        scratch.counts.append(contentsOf: repeatElement(0, count: span + 1))
        for index in 0..<length { scratch.counts[Int(times[index] - low) + 1] += 1 }
        for delay in 0..<span {
            let found = scratch.counts[delay + 1]
            if found > 0 {
                runDelays.append(low + UInt16(delay))
                runLengths.append(UInt32(truncatingIfNeeded: found))
            }
            scratch.counts[delay + 1] += scratch.counts[delay]
        }
        for index in 0..<length {
            let delay = Int(times[index] - low)
            row[scratch.counts[delay]] = scratch.synapses[index]
            scratch.counts[delay] += 1
        }
    }

    private func appendRuns(_ length: Int, _ delay: (Int) -> UInt16) {
        var start = 0
        for index in 1...length where index == length || delay(index) != delay(start) {
            runDelays.append(delay(start))
            runLengths.append(UInt32(truncatingIfNeeded: index - start))
            start = index
        }
    }
}
