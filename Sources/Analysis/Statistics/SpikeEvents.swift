/// The spikes of one population: when, and which neuron.
///
/// Statistics are those of the neurons that were recorded, over the time in which they were, and trial by trial: no
/// interval reaches from one trial, or one stretch of recording, to the next.
public struct SpikeEvents: Sendable, Equatable {
    /// Trials that lie one after the other in time.
    public struct Trials: Sendable, Equatable {
        /// When each begins, in ms, ascending.
        public let starts: [Double]
        /// How long each lasts, in ms.
        public let duration: Double
        /// The trial of each spike, as a position in `starts`.
        public let indices: [Int]

        /// Describes trials.
        public init(starts: [Double], duration: Double, indices: [Int]) {
            self.starts = starts
            self.duration = duration
            self.indices = indices
        }
    }

    /// The population's name.
    public let name: String
    /// How many neurons it has, silent ones included.
    public let neuronCount: Int
    /// When each spike happened, in ms, in any order.
    public let times: [Double]
    /// Which neuron fired it, from 0.
    public let neurons: [Int]
    /// Which neurons were recorded, and when; nil for all of them, always.
    public let coverage: RecordingCoverage?
    /// The trials; nil for one run.
    public let trials: Trials?

    /// Makes a list of spikes.
    ///
    /// - Precondition: `times`, `neurons` and the trials' `indices` are of equal length, and each neuron is in
    ///   `0..<neuronCount`.
    public init(
        name: String, neuronCount: Int, times: [Double], neurons: [Int], coverage: RecordingCoverage? = nil,
        trials: Trials? = nil
    ) {
        precondition(times.count == neurons.count, "\(name): \(times.count) times, \(neurons.count) neurons")
        precondition(
            neurons.allSatisfy { $0 >= 0 && $0 < neuronCount }, "\(name): a neuron outside 0..<\(neuronCount)")
        if let trials {
            precondition(trials.indices.count == times.count, "\(name): \(trials.indices.count) trials of spikes")
            precondition(trials.indices.allSatisfy { trials.starts.indices.contains($0) }, "\(name): a trial too many")
        }
        self.name = name
        self.neuronCount = neuronCount
        self.times = times
        self.neurons = neurons
        self.coverage = coverage
        self.trials = trials
    }

    /// Makes a list of spikes as traces store them, where `indices` are the neurons.
    ///
    /// - Precondition: As for the other initialiser.
    public init(
        name: String, neuronCount: Int, times: [Double], indices: [UInt32], coverage: RecordingCoverage? = nil,
        trials: Trials? = nil
    ) {
        self.init(
            name: name, neuronCount: neuronCount, times: times, neurons: indices.map(Int.init), coverage: coverage,
            trials: trials)
    }

    /// The number of spikes.
    public var count: Int { times.count }

    /// The spike times of each neuron, each in order.
    ///
    /// - Complexity: O(n log n); memory goes with the neurons.
    public var trains: [[Double]] {
        var trains = Array(repeating: [Double](), count: neuronCount)
        for (time, neuron) in zip(times, neurons) { trains[neuron].append(time) }
        for index in trains.indices { trains[index].sort() }
        return trains
    }

    /// The intervals between successive spikes of the same neuron, of all neurons, in ms.
    public var intervals: [Double] { intervalsOfFiringNeurons.flatMap { $0 } }

    /// The mean rate over a duration in ms, in spikes per second and neuron, as if all neurons were recorded throughout.
    public func meanRate(duration: Double) -> Double? {
        SpikeStatistics.rate(count: count, neurons: neuronCount, duration: duration)
    }

    /// The mean rate of the recorded neurons in a stretch of time, both ends included, in spikes per second.
    ///
    /// - Returns: Nil where no neuron was recorded.
    public func meanRate(in range: ClosedRange<Double>) -> Double? {
        let observed = observedTime(in: range)
        guard observed > 0 else { return nil }
        return Double(times.count { range.contains($0) }) * 1000 / observed
    }

    /// How long the recorded neurons were observed in a stretch of time, all together, in ms.
    func observedTime(in range: ClosedRange<Double>) -> Double {
        coverage?.observedTime(in: range) ?? Double(neuronCount) * (range.upperBound - range.lowerBound)
    }

    /// The rate of each recorded neuron in a stretch of time, in spikes per second, silent neurons included.
    ///
    /// - Parameter range: In ms, closed at its lower and open at its upper end; not empty.
    public func rates(in range: Range<Double>) -> [Double] {
        let groups = rateGroups { range.contains($0) }
        return (0..<neuronCount).compactMap { neuron in
            let observed = observedTime(of: neuron, in: range.lowerBound...range.upperBound)
            return observed > 0 ? Double(groups[neuron] ?? 0) * 1000 / observed : nil
        }
    }

    /// The distribution of the rates of recorded neurons in a stretch of time, both ends included.
    ///
    /// Silent neurons count and take no memory. Nil where no neuron was recorded.
    public func rateSummary(in range: ClosedRange<Double>) -> BoxSummary? {
        let counts = rateGroups { range.contains($0) }
        let rates = counts.compactMap { neuron, count -> Double? in
            let observed = observedTime(of: neuron, in: range)
            return observed > 0 ? Double(count) * 1000 / observed : nil
        }
        let recorded =
            coverage?.recordedNeurons(in: range) ?? (range.lowerBound < range.upperBound ? neuronCount : 0)
        return BoxSummary(rates, zeros: recorded - rates.count)
    }

    private func rateGroups(where isCounted: (Double) -> Bool) -> [Int: Int] {
        var counts: [Int: Int] = [:]
        for (time, neuron) in zip(times, neurons) where isCounted(time) { counts[neuron, default: 0] += 1 }
        return counts
    }

    private func observedTime(of neuron: Int, in range: ClosedRange<Double>) -> Double {
        coverage?.observedTime(of: neuron, in: range) ?? range.upperBound - range.lowerBound
    }

    /// The coefficient of variation of the intervals of each neuron that has at least two, those of all trials together.
    public var coefficientsOfVariation: [Double] {
        intervalsOfFiringNeurons.compactMap { SpikeStatistics.coefficientOfVariation(of: $0) }
    }

    /// The share of recorded neurons without a spike, from 0 to 1; nil without neurons.
    public var silentShare: Double? {
        let recorded = coverage?.recordedNeurons ?? neuronCount
        guard recorded > 0 else { return nil }
        return 1 - Double(min(Set(neurons).count, recorded)) / Double(recorded)
    }

    /// The rate of the recorded neurons in each bin of a stretch of time, in spikes per second and neuron.
    ///
    /// A bin in which no neuron was recorded is not a number.
    ///
    /// - Parameters:
    ///   - range: In ms, closed at its lower and open at its upper end.
    ///   - bin: The length of a bin in ms; positive.
    public func populationRate(in range: Range<Double>, bin: Double) -> [Double] {
        guard neuronCount > 0 else { return [] }
        return SpikeStatistics.counts(of: times, in: range, window: bin).enumerated().map { index, count in
            let start = range.lowerBound + Double(index) * bin
            guard let coverage else { return Double(count) * 1000 / (bin * Double(neuronCount)) }
            let observed = coverage.observedTime(in: start...start + bin)
            return observed > 0 ? Double(count) * 1000 / observed : .nan
        }
    }

    /// The spikes in a stretch of time, both ends included.
    func within(_ range: ClosedRange<Double>) -> SpikeEvents { filtered { range.contains(times[$0]) } }

    /// The spikes at some places of the list.
    func filtered(_ isKept: (Int) -> Bool) -> SpikeEvents {
        let kept = times.indices.filter(isKept)
        return SpikeEvents(
            name: name, neuronCount: neuronCount, times: kept.map { times[$0] }, neurons: kept.map { neurons[$0] },
            coverage: coverage,
            trials: trials.map { all in
                Trials(starts: all.starts, duration: all.duration, indices: kept.map { all.indices[$0] })
            })
    }
}
