import SynfireAnalysis
import SynfireFormats
import SynfireSpikingNetworks

extension TraceFile {
    /// The time that is shown or counted where nobody says otherwise [ms]: all that is recorded.
    func recordedRange(of names: [String]) throws -> ClosedRange<Double> {
        var (low, high) = (0.0, recordedTime ?? 0)
        for range in try names.compactMap({ try timeRange(of: $0) }) {
            (low, high) = (min(low, range.lowerBound), max(high, range.upperBound))
        }
        return low...high
    }

    /// Which neurons of a population were recorded, and when; `nil` where the file does not tell how long that was.
    ///
    /// - Parameter neurons: How many neurons the population has.
    func coverage(of population: SpikePopulation, neurons: Int) -> RecordingCoverage? {
        if let windows = population.windows {
            return RecordingCoverage(
                neuronCount: neurons,
                windows: windows.map { .init(start: $0.start, stop: $0.stop, neurons: $0.neurons) })
        }
        return recordedTime.map { RecordingCoverage(neuronCount: neurons, windows: [.init(start: 0, stop: $0)]) }
    }

    /// What to say of a file that does not tell what was recorded; `nil` where it does.
    var unknownCoverage: String? {
        guard populations.contains(where: { $0.windows == nil }) else { return nil }
        return recordedTime.map { "the file does not say which neurons and when; taken as all, from 0 to \($0) ms" }
            ?? "the file does not say which neurons and when"
    }
}

extension SpikeEvents {
    /// The spikes of a population in a stretch of time, both ends included.
    init(_ traces: TraceFile, population name: String, in range: ClosedRange<Double>) throws {
        let population = try traces.population(named: name)
        let recorded = try traces.recordedSpikes(of: name, from: range.lowerBound, through: range.upperBound)
        let count = population.neuronCount ?? recorded.train.neurons.max().map { Int($0) + 1 } ?? 1
        let coverage = traces.coverage(of: population, neurons: count)
        if population.windows != nil { try TraceSummary.check(coverage, traces, name, recorded.train) }
        self.init(
            name: name, neuronCount: count, times: recorded.train.times, indices: recorded.train.neurons,
            coverage: coverage,
            trials: recorded.trials.map { indices in
                Trials(
                    starts: traces.trials.map(\.start), duration: traces.trialDuration ?? 0, indices: indices)
            })
    }
}
