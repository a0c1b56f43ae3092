/// A spike on its way: when, and at which place in memory; where several routes meet, also by which of them.
struct Spike: BitwiseCopyable {
    var time: Double
    var place: Int32
    var route: Int32 = 0

    /// Earlier first; at one instant by route, then by place.
    @inline(__always) func precedes(_ other: Spike) -> Bool {
        if time != other.time { return time < other.time }
        if route != other.route { return route < other.route }
        return place < other.place
    }
}

extension [Spike] {
    /// Puts spikes of (start, end] in order of time, then of place, where each neuron's spikes are already in order
    /// and neurons follow each other by place.
    ///
    /// A counting sort by equal parts of the interval, then a comparison sort inside each part: feature maps have
    /// thousands of neurons with the same input, which spike at the very same instant, and those arrive in order.
    ///
    /// - Complexity: O(n) for spikes spread evenly or coinciding; O(n log n) at worst.
    mutating func sortByTime(from start: Double, to end: Double, scratch: inout [Spike], counts: inout [Int32]) {
        guard count > 1 else { return }
        let parts = Swift.max(1, count / 2)
        let scale = Double(parts) / Swift.max(end - start, .leastNormalMagnitude)
        counts.removeAll(keepingCapacity: true)
        counts.append(contentsOf: repeatElement(0, count: parts + 1))
        func part(_ spike: Spike) -> Int {
            let position = (spike.time - start) * scale
            return position >= Double(parts) ? parts - 1 : Swift.max(0, Int(position))
        }
        for spike in self { counts[part(spike) + 1] += 1 }
        for index in 1...parts { counts[index] += counts[index - 1] }
        scratch.removeAll(keepingCapacity: true)
        scratch.append(contentsOf: self)
        for spike in scratch {
            let index = part(spike)
            self[Int(counts[index])] = spike
            counts[index] += 1
        }
        var low = 0
        for index in 0..<parts {
            let high = Int(counts[index])
            sortIfNeeded(low..<high)
            low = high
        }
    }

    /// Puts spikes in order that are in order but for those of one instant.
    mutating func sortInstants() {
        var low = 0
        while low < count {
            var high = low + 1
            while high < count, self[high].time == self[low].time { high += 1 }
            if high - low > 1 { sortIfNeeded(low..<high) }
            low = high
        }
    }

    private mutating func sortIfNeeded(_ range: Range<Int>) {
        guard range.count > 1 else { return }
        var isSorted = true
        for index in range.dropFirst() where self[index].precedes(self[index - 1]) {
            isSorted = false
            break
        }
        if isSorted { return }
        if range.count > 16 {
            self[range].sort { $0.precedes($1) }
            return
        }
        for index in range.dropFirst() {
            let moving = self[index]
            var hole = index
            while hole > range.lowerBound, moving.precedes(self[hole - 1]) {
                self[hole] = self[hole - 1]
                hole -= 1
            }
            self[hole] = moving
        }
    }
}
