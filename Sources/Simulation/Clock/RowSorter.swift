/// Sorts rows of synapses by delay and lists their runs, row after row, in memory that is used again.
struct RowSorter {
    /// The runs of all rows so far.
    private(set) var runs: [SynapseRun] = []
    private var counts: [Int] = []
    private var copy: [Synapse32] = []

    /// Sorts a row, keeping the order of synapses with one delay.
    mutating func sort(_ row: UnsafeMutablePointer<Synapse32>, _ delays: UnsafePointer<UInt16>, _ length: Int) {
        var (low, high) = (delays[0], delays[0])
        var isSorted = true
        for index in 1..<max(length, 1) {
            isSorted = isSorted && delays[index] >= delays[index - 1]
            low = min(low, delays[index])
            high = max(high, delays[index])
        }
        if isSorted { return appendRuns(length) { delays[$0] } }
        copy.removeAll(keepingCapacity: true)
        copy.append(contentsOf: UnsafeBufferPointer(start: row, count: length))
        let span = Int(high) - Int(low) + 1
        guard span <= 8 * length + 64 else {
            // Few synapses with delays far apart: by comparison.
            let order = (0..<length).sorted { (delays[$0], $0) < (delays[$1], $1) }
            for (place, index) in order.enumerated() { row[place] = copy[index] }
            return appendRuns(length) { delays[order[$0]] }
        }
        counts.removeAll(keepingCapacity: true)
        counts.append(contentsOf: repeatElement(0, count: span + 1))
        for index in 0..<length { counts[Int(delays[index] - low) + 1] += 1 }
        for delay in 0..<span {
            append(delay: low + UInt16(delay), length: counts[delay + 1])
            counts[delay + 1] += counts[delay]
        }
        for index in 0..<length {
            let delay = Int(delays[index] - low)
            row[counts[delay]] = copy[index]
            counts[delay] += 1
        }
    }

    private mutating func append(delay: UInt16, length: Int) {
        var left = length
        while left > 0 {
            let part = min(left, SynapseRun.longest)
            runs.append(SynapseRun(delay: delay, length: UInt16(part)))
            left -= part
        }
    }

    private mutating func appendRuns(_ length: Int, _ delay: (Int) -> UInt16) {
        var start = 0
        for index in 1...length where index == length || delay(index) != delay(start) {
            append(delay: delay(start), length: index - start)
            start = index
        }
    }
}
