import Foundation
import SynfireAnalysis
import SynfireFormats
import SynfireSpikingNetworks

/// What traces say of each population: neurons, spikes, rates, irregularity.
enum TraceSummary {
    /// One population, as numbers.
    struct Row: Encodable {
        let population: String
        let shape: [Int]?
        let neurons: Int?
        let spikes: Int?
        /// Spikes per second and neuron over the recorded time.
        let rate: Double?
        /// The mean, over neurons with three spikes or more, of the coefficient of variation of their intervals.
        let cv: Double?
        /// The share of neurons without a spike.
        let silentShare: Double?
        /// The times of the first and the last spike [ms].
        let first: Double?
        let last: Double?
    }

    static let header = ["population", "shape", "neurons", "spikes", "spikes/s", "CV", "silent", "from", "to"]

    /// More neurons than that are told only by other tools' files with numbers that mean something else.
    private static let mostNeurons = 1 << 24

    /// The numbers of each population.
    ///
    /// - Parameter window: What counts, in ms; `nil` for all that is recorded.
    static func rows(_ file: TraceFile, window: Range<Double>?) throws -> [Row] {
        // Other tools' files say nothing about silent neurons or the end of the recording.
        let recorded = file.duration ?? file.trialDuration.map { $0 * Double(file.trials.count) }
        let counted = window ?? 0..<Double.infinity
        let end = min(counted.upperBound, recorded ?? counted.upperBound)
        let duration = end.isFinite ? end - counted.lowerBound : nil
        return try file.populations.map { population in
            let known = population.shape.map { $0.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue } }
            let statistics = try statistics(file, population, neurons: known, window: counted)
            // Between two trials the network was reset: such an interval would be none.
            let isOneRun = file.trials.count <= 1
            return Row(
                population: population.name, shape: population.shape, neurons: known,
                spikes: window == nil ? population.count : statistics?.statistics.spikeCount,
                rate: known == nil ? nil : duration.flatMap { statistics?.statistics.meanRate(duration: $0) },
                cv: isOneRun ? statistics?.statistics.meanCoefficientOfVariation : nil,
                silentShare: known == nil ? nil : statistics?.statistics.silentShare,
                first: statistics?.range?.lowerBound,
                last: statistics?.range?.upperBound)
        }
    }

    private static func statistics(
        _ file: TraceFile, _ population: TraceFile.SpikePopulation, neurons: Int?, window: Range<Double>
    ) throws -> (statistics: TrainStatistics, range: ClosedRange<Double>?)? {
        guard (0...mostNeurons).contains(neurons ?? 0) else { return nil }
        var statistics = TrainStatistics(neurons: neurons ?? 0)
        var (first, last, isWithin) = (Double.infinity, -Double.infinity, true)
        func add(_ train: SpikeTrain, rows: some Sequence<Int>) {
            for row in rows where window.contains(train.times[row]) {
                let (time, neuron) = (train.times[row], train.neurons[row])
                guard neuron < mostNeurons else {
                    isWithin = false
                    return
                }
                statistics.add(time: time, neuron: Int(neuron))
                (first, last) = (min(first, time), max(last, time))
            }
        }
        if population.sorting == .none {
            // Spikes in no order have to be held, and sorted by time, before there are intervals.
            let train = try file.spikes(of: population.name)
            add(train, rows: train.times.indices.sorted { train.times[$0] < train.times[$1] })
        } else {
            try file.forEachPart(of: population.name) { add($0, rows: $0.times.indices) }
        }
        return isWithin ? (statistics, first <= last ? first...last : nil) : nil
    }

    static func cells(_ row: Row) -> [String] {
        func number(_ value: Double?, _ format: String) -> String { value.map { String(format: format, $0) } ?? "–" }
        func time(_ value: Double?) -> String { value.map { "\(Format.count($0)) ms" } ?? "–" }
        return [
            row.population, row.shape.map { "\($0)" } ?? "–", row.neurons.map { "\($0)" } ?? "–",
            row.spikes.map { "\($0)" } ?? "–",
            number(row.rate, "%.3f"), number(row.cv, "%.3f"), row.silentShare.map(Format.percent) ?? "–",
            time(row.first), time(row.last),
        ]
    }
}
