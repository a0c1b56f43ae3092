/// The synapses of a projection's sources onto the neurons of one worker, in continuous time.
///
/// A row holds the synapses of one source, by delay and then by target. What all synapses share, a weight or a delay, is not
/// stored: such a synapse takes 4 bytes, one with a weight and a delay of its own 16.
///
/// Unchecked `Sendable`: it is filled by one worker, and then only read.
final class EventRows: @unchecked Sendable {
    let rows: Int
    let count: Int
    /// The synapses of row `r` are `starts[r] ..< starts[r + 1]`.
    let starts: UnsafeMutablePointer<Int>
    let targets: UnsafeMutablePointer<Int32>
    let weights: UnsafeMutablePointer<Float>?
    /// In ticks.
    let delays: UnsafeMutablePointer<Int64>?

    private var cursors: UnsafeMutablePointer<Int>?

    /// Takes memory for what was counted.
    init(_ counts: SynapseCounts, hasWeights: Bool, hasDelays: Bool) throws(SimulationError) {
        rows = counts.rows
        count = counts.sum
        starts = .allocate(capacity: rows + 1)
        targets = try SynapseRows.take(Int32.self, count)
        weights = hasWeights ? try SynapseRows.take(Float.self, count) : nil
        delays = hasDelays ? try SynapseRows.take(Int64.self, count) : nil
        let cursors = UnsafeMutablePointer<Int>.allocate(capacity: rows + 1)
        var start = 0
        for row in 0...rows {
            starts[row] = start
            cursors[row] = start
            start += counts.counts[row]
        }
        self.cursors = cursors
    }

    deinit {
        starts.deallocate()
        cursors?.deallocate()
        SynapseRows.give(targets, count)
        if let weights { SynapseRows.give(weights, count) }
        if let delays { SynapseRows.give(delays, count) }
    }

    /// The bytes that the tables take.
    var bytes: Int {
        count * (4 + (weights == nil ? 0 : 4) + (delays == nil ? 0 : 8)) + (rows + 1) * MemoryLayout<Int>.stride
    }

    /// Second pass: the next synapse of a row.
    @inline(__always) func add(row: Int, target: Int, weight: Float, delay: Int64) {
        let cursor = cursors.unsafelyUnwrapped + row
        targets[cursor.pointee] = Int32(truncatingIfNeeded: target)
        if let weights { weights[cursor.pointee] = weight }
        if let delays { delays[cursor.pointee] = delay }
        cursor.pointee += 1
    }

    /// Sorts each row by delay, keeping the order of synapses with one delay.
    func finish() {
        cursors?.deallocate()
        cursors = nil
        guard let delays else { return }
        var order: [Int32] = []
        var (oldTargets, oldWeights, oldDelays): ([Int32], [Float], [Int64]) = ([], [], [])
        for row in 0..<rows {
            let (first, length) = (starts[row], starts[row + 1] - starts[row])
            guard length > 1, (1..<length).contains(where: { delays[first + $0] < delays[first + $0 - 1] }) else {
                continue
            }
            order.removeAll(keepingCapacity: true)
            order.append(contentsOf: (0..<length).lazy.map { Int32(truncatingIfNeeded: $0) })
            order.sort { (delays[first + Int($0)], $0) < (delays[first + Int($1)], $1) }
            oldTargets.removeAll(keepingCapacity: true)
            oldTargets.append(contentsOf: UnsafeBufferPointer(start: targets + first, count: length))
            oldDelays.removeAll(keepingCapacity: true)
            oldDelays.append(contentsOf: UnsafeBufferPointer(start: delays + first, count: length))
            for (place, index) in order.enumerated() {
                targets[first + place] = oldTargets[Int(index)]
                delays[first + place] = oldDelays[Int(index)]
            }
            guard let weights else { continue }
            oldWeights.removeAll(keepingCapacity: true)
            oldWeights.append(contentsOf: UnsafeBufferPointer(start: weights + first, count: length))
            for (place, index) in order.enumerated() { weights[first + place] = oldWeights[Int(index)] }
        }
    }

    /// The least and the greatest weight that is stored.
    var weightBounds: (Double, Double) {
        guard let weights, count > 0 else { return (0, 0) }
        var (low, high) = (weights[0], weights[0])
        for index in 0..<count {
            low = min(low, weights[index])
            high = max(high, weights[index])
        }
        return (Double(low), Double(high))
    }

    /// The least and the greatest delay that is stored [ticks]; `nil` where none is.
    var delayBounds: ClosedRange<Int64>? {
        guard let delays, count > 0 else { return nil }
        var (low, high) = (delays[0], delays[0])
        for index in 0..<count {
            low = min(low, delays[index])
            high = max(high, delays[index])
        }
        return low...high
    }
}
