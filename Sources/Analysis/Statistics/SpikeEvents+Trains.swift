extension SpikeEvents {
    /// The intervals of each neuron that fired, by ascending neuron; none from one trial or stretch of recording to the
    /// next.
    ///
    /// - Complexity: O(n log n); memory goes with the spikes, however many neurons there are.
    var intervalsOfFiringNeurons: [[Double]] {
        let order = byNeuron
        var result: [[Double]] = []
        var first = 0
        while first < order.count {
            let neuron = neurons[order[first]]
            var end = first + 1
            while end < order.count, neurons[order[end]] == neuron { end += 1 }
            result.append(intervals(of: neuron, at: Array(order[first..<end])))
            first = end
        }
        return result
    }

    /// The intervals of one neuron, whose spikes are at some places of the list.
    private func intervals(of neuron: Int, at places: [Int]) -> [Double] {
        func trial(_ place: Int) -> Int { trials?.indices[place] ?? 0 }
        func isBefore(_ a: Int, _ b: Int) -> Bool { (trial(a), times[a]) < (trial(b), times[b]) }
        let isInOrder = zip(places, places.dropFirst()).allSatisfy { !isBefore($1, $0) }
        let places = isInOrder ? places : places.sorted(by: isBefore)
        return zip(places, places.dropFirst()).compactMap { earlier, later in
            guard trial(earlier) == trial(later) else { return nil }
            if let coverage,
                coverage.stretch(of: neuron, at: times[earlier]) != coverage.stretch(of: neuron, at: times[later])
            {
                return nil
            }
            return times[later] - times[earlier]
        }
    }

    /// The places of all spikes by ascending neuron, those of one in the order of the list.
    private var byNeuron: [Int] {
        guard neuronCount <= max(1 << 20, 4 * count) else {
            return times.indices.sorted { (neurons[$0], $0) < (neurons[$1], $1) }
        }
        var next = [Int](repeating: 0, count: neuronCount + 1)
        for neuron in neurons { next[neuron + 1] += 1 }
        for neuron in 0..<neuronCount { next[neuron + 1] += next[neuron] }
        var order = [Int](repeating: 0, count: count)
        for (place, neuron) in neurons.enumerated() {
            order[next[neuron]] = place
            next[neuron] += 1
        }
        return order
    }

    /// How much neurons fire together: the variance of the number of their spikes in a bin, divided by its mean.
    ///
    /// Independent Poisson processes have 1. Bins begin anew in each trial and each stretch of recording. Where neurons
    /// were recorded at different times, those count that are most at once.
    ///
    /// - Parameters:
    ///   - range: In ms, closed at its lower and open at its upper end.
    ///   - bin: In ms; 3 in the source.
    ///   - limit: The most neurons that count, from the first; 1,000 in the source. The number grows with them.
    /// - Returns: Nil for fewer than two bins, or without spikes.
    /// - Source: T. C. Potjans, M. Diesmann 2014, Cereb. Cortex 24:785, doi:10.1093/cercor/bhs358 (figure 6).
    public func synchrony(in range: Range<Double>, bin: Double = 3, neurons limit: Int = 1000) -> Double? {
        precondition(bin > 0, "a bin of \(bin)")
        let closed = range.lowerBound...range.upperBound
        let group = coverage?.groups.filter { $0.observedTime(in: closed) > 0 }.max { $0.count < $1.count }
        if coverage != nil, group == nil { return nil }
        let stretches = (group?.stretches ?? [closed]).flatMap { stretch in
            (trials.map { all in all.starts.map { $0...$0 + all.duration } } ?? [stretch]).compactMap {
                $0.overlaps(stretch) && $0.overlaps(closed) ? $0.clamped(to: stretch).clamped(to: closed) : nil
            }
        }.sorted { $0.lowerBound < $1.lowerBound }
        // The first bin of each stretch: bins without a spike take no memory.
        var firstBins = [0]
        for stretch in stretches {
            let length = stretch.upperBound - stretch.lowerBound
            firstBins.append(firstBins[firstBins.count - 1] + Int(min(length / bin * (1 + 1e-12), 1e15)))
        }
        let members = Set((group?.neurons ?? []).prefix(limit))
        var bins: [Int] = []
        for (place, time) in times.enumerated() where range.contains(time) {
            let neuron = neurons[place]
            guard group?.neurons == nil ? neuron < limit : members.contains(neuron) else { continue }
            let index = stretch(of: place, among: stretches)
            guard let index else { continue }
            let number = Int((time - stretches[index].lowerBound) / bin)
            let count = firstBins[index + 1] - firstBins[index]
            // A spike at the very end of the last bin is in it.
            let isAtEnd = number == count && time <= stretches[index].lowerBound + Double(count) * bin * (1 + 1e-12)
            if number < count || isAtEnd, count > 0 { bins.append(firstBins[index] + min(number, count - 1)) }
        }
        return SpikeStatistics.fanoFactor(ofBins: bins, count: firstBins[firstBins.count - 1])
    }

    /// The stretch that a spike lies in; of two that meet at its time, that of its trial.
    private func stretch(of place: Int, among stretches: [ClosedRange<Double>]) -> Int? {
        let time = times[place]
        // The last that begins at or before the time.
        var (low, high) = (0, stretches.count)
        while low < high {
            let middle = (low + high) / 2
            if stretches[middle].lowerBound <= time { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let index = low - 1
        if let trials, index > 0, stretches[index].lowerBound == time,
            trials.starts[trials.indices[place]] < stretches[index].lowerBound, stretches[index - 1].contains(time)
        {
            return index - 1
        }
        return stretches[index].contains(time) ? index : nil
    }
}
