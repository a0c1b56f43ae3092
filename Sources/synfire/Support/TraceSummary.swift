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
        /// How many of them were recorded in the time that counts.
        let recordedNeurons: Int?
        /// How long each of those was, on average [ms].
        let recordedTime: Double?
        let spikes: Int
        /// Spikes per second and recorded neuron over the time in which it was recorded.
        let rate: Double?
        /// The mean, over neurons with two intervals or more, of the coefficient of variation of their intervals, of which
        /// none reaches from one trial or window to the next.
        let cv: Double?
        /// The share of recorded neurons without a spike.
        let silentShare: Double?
        /// The times of the first and the last spike [ms].
        let first: Double?
        let last: Double?
    }

    static let header = ["population", "shape", "neurons", "spikes", "spikes/s", "CV", "silent", "from", "to"]

    /// The numbers of each population.
    ///
    /// - Parameter window: What counts, both ends included, in ms; `nil` for all that is recorded.
    static func rows(_ file: TraceFile, window: ClosedRange<Double>?) throws -> [Row] {
        try file.populations.map { population in
            let coverage = population.neuronCount.flatMap { file.coverage(of: population, neurons: $0) }
            let statistics = try statistics(file, population, coverage, window: window)
            let range = statistics.timeRange
            // Other tools' files say nothing about silent neurons or the end of the recording.
            let end = file.recordedTime.map { max($0, window?.lowerBound ?? 0) } ?? window?.upperBound
            let counted = window ?? min(0, range?.lowerBound ?? 0)...max(0, end ?? range?.upperBound ?? 0)
            let neurons = population.neuronCount
            let recorded = coverage?.recordedNeurons(in: counted) ?? neurons
            let isFinite = counted.lowerBound.isFinite && counted.upperBound.isFinite
            let observed =
                coverage?.observedTime(in: counted)
                ?? (end == nil || !isFinite
                    ? nil : neurons.map { Double($0) * (counted.upperBound - counted.lowerBound) })
            return Row(
                population: population.name, shape: population.shape, neurons: neurons, recordedNeurons: recorded,
                recordedTime: observed.flatMap { time in recorded.flatMap { $0 > 0 ? time / Double($0) : nil } },
                spikes: statistics.spikeCount,
                rate: observed.flatMap { $0 > 0 ? Double(statistics.spikeCount) * 1000 / $0 : nil },
                cv: statistics.meanCoefficientOfVariation,
                silentShare: recorded.flatMap { statistics.silentShare(of: $0) },
                first: range?.lowerBound, last: range?.upperBound)
        }
    }

    /// What was recorded of each population, a row a window, where the file says so.
    static func windows(_ file: TraceFile) -> [[InspectCommand.Value]] {
        file.populations.flatMap { population in
            (population.windows ?? []).map { window in
                [
                    .text(population.name),
                    window.neurons.map { .whole($0.count) }
                        ?? population.neuronCount.map { .number(Double($0), shown: "all \($0)") } ?? "all",
                    .time(window.start), .time(window.stop),
                ]
            }
        }
    }

    private static func statistics(
        _ file: TraceFile, _ population: TraceFile.SpikePopulation, _ coverage: RecordingCoverage?,
        window: ClosedRange<Double>?
    ) throws -> TrainStatistics {
        var statistics = TrainStatistics(neurons: population.neuronCount ?? 0)
        let (start, end) = (window?.lowerBound ?? -.infinity, window?.upperBound ?? .infinity)
        func add(_ part: TraceFile.RecordedSpikes) throws {
            if population.windows != nil { try check(coverage, file, population.name, part.train) }
            statistics.add(
                times: part.train.times, neurons: part.train.neurons, trials: part.trials, coverage: coverage)
        }
        if population.sorting == .none {
            // Spikes in no order have to be held, and sorted by time, before there are intervals.
            try add(try file.recordedSpikes(of: population.name, from: start, through: end).sortedByTime())
        } else {
            try file.forEachPart(of: population.name, from: start, through: end, add)
        }
        return statistics
    }

    /// Refuses a spike of a neuron that was not recorded then.
    static func check(_ coverage: RecordingCoverage?, _ file: TraceFile, _ name: String, _ train: SpikeTrain) throws {
        guard let place = coverage?.firstUnrecorded(times: train.times, neurons: train.neurons) else { return }
        throw RequestError(
            "'\(file.path)': neuron \(train.neurons[place]) of '\(name)' spikes at \(train.times[place]) ms, when "
                + "'/synfire/recorded/\(name)' says that it was not recorded")
    }

    static func cells(_ row: Row) -> [InspectCommand.Value] {
        func three(_ value: Double) -> String { String(format: "%.3f", value) }
        func time(_ value: Double?) -> InspectCommand.Value {
            .optional(value, unit: "ms") { "\(Format.count($0)) ms" }
        }
        return [
            .text(row.population), row.shape.map { .shape($0) } ?? .nothing,
            .optional(row.neurons.map(Double.init)) { _ in neurons(row) }, .whole(row.spikes),
            .optional(row.rate, shown: three), .optional(row.cv, shown: three),
            .optional(row.silentShare, shown: Format.percent), time(row.first), time(row.last),
        ]
    }

    private static func neurons(_ row: Row) -> String {
        guard let all = row.neurons else { return "" }
        guard let recorded = row.recordedNeurons, recorded < all else { return "\(all)" }
        return "\(recorded) of \(all)"
    }
}
