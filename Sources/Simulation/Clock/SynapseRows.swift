import CSynfireSupport

/// A synapse: where its weight is added, and the weight, side by side, since they are read together.
struct Synapse32: BitwiseCopyable {
    var slot: UInt32
    var weight: Float
}

/// Synapses of one source with one delay: so many of them, from where the run before ends.
struct SynapseRun: BitwiseCopyable, Equatable {
    /// In steps.
    var delay: UInt16
    var length: UInt16

    /// More synapses of one delay are several runs.
    static let longest = Int(UInt16.max)
}

/// How many synapses each source has onto the neurons of one worker: the first of two passes over the connections.
///
/// Unchecked `Sendable`: it is filled by one worker, and then only read.
final class SynapseCounts: @unchecked Sendable {
    let rows: Int
    let counts: UnsafeMutablePointer<Int>

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
/// ``SynapseCounts``, then ``add(row:slot:weight:delay:)`` for each in the same order, then ``finish(splittingRuns:)``.
///
/// Unchecked `Sendable`: it is filled by one worker, and then only read, but for the weights of plastic synapses, which
/// the worker changes.
final class SynapseRows: @unchecked Sendable {
    let rows: Int
    /// How many synapses there are.
    let count: Int
    /// The synapses of row `r` are `starts[r] ..< starts[r + 1]`.
    let starts: UnsafeMutablePointer<Int>
    /// The synapses.
    ///
    /// Where runs are split, the memory of a run holds first the slots of all its synapses, then the weights of all.
    let synapses: UnsafeMutablePointer<Synapse32>
    /// The runs of row `r` are `runStarts[r] ..< runStarts[r + 1]`; they follow each other from `starts[r]` on.
    let runStarts: UnsafeMutablePointer<Int>
    private(set) var runs: UnsafeMutablePointer<SynapseRun>
    private(set) var greatestDelay = 0
    private(set) var leastDelay = Int.max

    private var cursors: UnsafeMutablePointer<Int>?
    private var delays: UnsafeMutablePointer<UInt16>?

    /// What a synapse takes.
    static let bytesPerSynapse = MemoryLayout<Synapse32>.stride
    /// What a synapse takes besides while it is made.
    static let bytesWhileMade = MemoryLayout<UInt16>.stride

    /// Takes memory for what was counted.
    convenience init(_ counts: SynapseCounts) throws(SimulationError) {
        try self.init(rows: counts.rows, count: counts.sum, runs: 0)
        let cursors = UnsafeMutablePointer<Int>.allocate(capacity: rows + 1)
        var start = 0
        for row in 0...rows {
            starts[row] = start
            cursors[row] = start
            start += counts.counts[row]
        }
        self.cursors = cursors
        delays = try Self.take(UInt16.self, count)
    }

    /// Takes memory for synapses and runs that are then put there.
    init(rows: Int, count: Int, runs: Int) throws(SimulationError) {
        synapses = try Self.take(Synapse32.self, count)
        self.rows = rows
        self.count = count
        starts = .allocate(capacity: rows + 1)
        starts.initialize(repeating: 0, count: rows + 1)
        runStarts = .allocate(capacity: rows + 1)
        runStarts.initialize(repeating: 0, count: rows + 1)
        self.runs = .allocate(capacity: max(1, runs))
    }

    deinit {
        starts.deallocate()
        runStarts.deallocate()
        runs.deallocate()
        cursors?.deallocate()
        Self.give(synapses, count)
        if let delays { Self.give(delays, count) }
    }

    /// Takes memory in whole pages for the tables of synapses.
    static func take<Element>(
        _: Element.Type, _ count: Int
    ) throws(SimulationError) -> UnsafeMutablePointer<Element> {
        let bytes = max(1, count) * MemoryLayout<Element>.stride
        guard let memory = synfire_take_pages(bytes) else { throw .outOfMemory(bytes: bytes) }
        return memory.bindMemory(to: Element.self, capacity: max(1, count))
    }

    /// Gives back what ``take(_:_:)`` took.
    static func give<Element>(_ memory: UnsafeMutablePointer<Element>, _ count: Int) {
        synfire_give_pages(memory, max(1, count) * MemoryLayout<Element>.stride)
    }

    /// The bytes that the tables take.
    var bytes: Int {
        count * Self.bytesPerSynapse + 2 * (rows + 1) * MemoryLayout<Int>.stride
            + runStarts[rows] * MemoryLayout<SynapseRun>.stride
    }

    // MARK: Making

    /// Second pass: the next synapse of a row.
    @inline(__always) func add(row: Int, slot: Int, weight: Float, delay: Int32) {
        // Both are there until all is finished.
        let cursor = cursors.unsafelyUnwrapped + row
        synapses[cursor.pointee] = Synapse32(slot: UInt32(truncatingIfNeeded: slot), weight: weight)
        delays.unsafelyUnwrapped[cursor.pointee] = UInt16(truncatingIfNeeded: delay)
        cursor.pointee += 1
    }

    /// Whether a row has still to get a synapse.
    @inline(__always) func hasRoom(row: Int) -> Bool { cursors.unsafelyUnwrapped[row] < starts[row + 1] }

    /// Whether all rows have got all of theirs.
    var isFull: Bool {
        guard let cursors else { return true }
        return (0..<rows).allSatisfy { cursors[$0] == starts[$0 + 1] }
    }

    /// Sorts each row by delay, keeping the order in which synapses of one delay were added, and lists the runs.
    ///
    /// - Parameter splits: Whether slots and weights of a run are put apart.
    func finish(splittingRuns splits: Bool) {
        guard let delays else { return }
        var sorter = RowSorter()
        for row in 0..<rows {
            let (first, length) = (starts[row], starts[row + 1] - starts[row])
            runStarts[row] = sorter.runs.count
            if length > 0 { sorter.sort(synapses + first, delays + first, length) }
        }
        runStarts[rows] = sorter.runs.count
        runs.deallocate()
        runs = .allocate(capacity: max(1, sorter.runs.count))
        for (number, run) in sorter.runs.enumerated() { runs[number] = run }
        Self.give(delays, count)
        self.delays = nil
        cursors?.deallocate()
        cursors = nil
        noteDelays()
        if splits { splitRuns() }
    }

    /// Finds the least and the greatest delay.
    func noteDelays() {
        for number in 0..<runStarts[rows] {
            leastDelay = min(leastDelay, Int(runs[number].delay))
            greatestDelay = max(greatestDelay, Int(runs[number].delay))
        }
    }

    /// Puts the slots and the weights of each run apart, within the run's memory.
    func splitRuns() {
        var scratch: [Synapse32] = []
        forEachRun { _, place, run in
            let length = Int(run.length)
            scratch.removeAll(keepingCapacity: true)
            scratch.append(contentsOf: UnsafeBufferPointer(start: synapses + place, count: length))
            let (slots, weights) = split(place, length)
            for index in 0..<length {
                slots[index] = Int32(bitPattern: scratch[index].slot)
                weights[index] = scratch[index].weight
            }
        }
    }

    /// The slots and weights of a run that has been split.
    @inline(__always) func split(
        _ place: Int, _ length: Int
    ) -> (slots: UnsafeMutablePointer<Int32>, weights: UnsafeMutablePointer<Float>) {
        // The memory is bound to a struct of two numbers of four bytes; a run is read as either, never as both.
        let memory = UnsafeMutableRawPointer(synapses + place)
        return (
            memory.assumingMemoryBound(to: Int32.self),
            (memory + 4 * length).assumingMemoryBound(to: Float.self)
        )
    }

    /// Calls with each run: its row and where its synapses begin.
    func forEachRun(_ body: (_ row: Int, _ place: Int, _ run: SynapseRun) throws -> Void) rethrows {
        for row in 0..<rows {
            var place = starts[row]
            for number in runStarts[row]..<runStarts[row + 1] {
                try body(row, place, runs[number])
                place += Int(runs[number].length)
            }
        }
    }
}
