import Foundation
import SynfireHDF5
import SynfireSpikingModels
import SynfireSpikingNetworks

/// Writes recordings while a simulation runs, in the layout of SONATA's spike and report files.
///
///     let writer = try TraceWriter(
///         path: "traces.h5", replacing: false, network: network, recording: request, trialDuration: 64,
///         samplesPerTrial: simulation.samplesPerTrial, facts: ["engine": "event"])
///     try simulation.run(trials: 100, pool: pool, input: images) { result in
///         try writer.append(result.trace, label: labels[result.trial], prediction: result.checkpoints[0].prediction)
///     }
///     try writer.finish(wallTime: 1.5)
///
/// Trial k is shifted by k times the duration of a trial. Spikes are in `/spikes/<population>`, potentials in
/// `/report/<population>`; `/synfire` holds what SONATA has no place for: the trials, with the row at which the spikes
/// of each begin, and facts. The file has its name when it is finished; a writer that is dropped leaves nothing. If the
/// process is killed, `NAME.partial` holds the trials of the last flush.
///
/// - Source: SONATA developer guide, https://github.com/AllenInstitute/sonata; as libsonata 0.2 reads it.
public final class TraceWriter {
    /// The final name of the file.
    public let path: String
    /// How many trials have been appended.
    public private(set) var trialCount = 0

    /// `nil` once the file is finished or has failed.
    private var file: HDF5File?
    private let trialDuration: Double
    private let recording: RecordingRequest
    private let spikes: [SpikeColumns]
    private let reports: [ReportRows]
    private let unevenInterval: (population: String, interval: Double)?
    private let table: TrialTable
    private let began = ContinuousClock.now

    /// Starts a file under a temporary name beside its final one.
    ///
    /// - Parameters:
    ///   - path: The final name.
    ///   - replacing: Whether a file of that name may be replaced.
    ///   - network: The network that is simulated.
    ///   - recording: What is recorded.
    ///   - trialDuration: How long a trial lasts [ms], above 0.
    ///   - samplesPerTrial: How many samples each probe of `recording` takes in a trial.
    ///   - trials: How many trials there will be, where that is known: what cannot be written is then told at once.
    ///   - compressing: Whether spikes and samples are compressed with gzip. The packages of libsonata 0.2 that PyPI has
    ///     are built without it and cannot read such files; h5py and Synfire can.
    ///   - facts: What else should be known: engine, seed, versions, recipe, command.
    /// - Throws: ``SONATAError`` for a request that does not fit the network or the layout; `HDF5Error`, among it `.exists`.
    public init(
        path: String, replacing: Bool, network: Network, recording: RecordingRequest, trialDuration: Double,
        samplesPerTrial: [Int], trials: Int? = nil, compressing: Bool = false, facts: [String: String] = [:]
    ) throws {
        precondition(trialDuration > 0 && samplesPerTrial.count == recording.potentials.count)
        let plan = try Self.plan(recording, samplesPerTrial, network)
        unevenInterval = plan.first { group in
            abs(Double(group.samples) * group.probes[0].probe.interval - trialDuration) > 1e-9 * trialDuration
        }.map { ($0.population.name, $0.probes[0].probe.interval) }
        if let unevenInterval, let trials, trials > 1 {
            throw SONATAError.uneven(
                population: unevenInterval.population, interval: unevenInterval.interval, duration: trialDuration)
        }
        let file = try HDF5File.create(path, replacing: replacing)
        let root = file.root
        let group = try TraceFile.begin(root, networkName: network.name, facts: facts)
        spikes = try recording.spikes.map {
            try SpikeColumns(Self.population($0, network), in: root, compressing: compressing)
        }
        reports = try plan.map {
            try ReportRows(
                $0.population, probes: $0.probes, samples: $0.samples, unit: Self.unit(of: $0.population, network),
                in: root, compressing: compressing)
        }
        try group.setAttribute("trial_duration", trialDuration)
        table = try TrialTable(populations: recording.spikes, in: group)
        self.path = path
        try file.flush(try table.tails())
        self.trialDuration = trialDuration
        self.recording = recording
        self.file = consume file
    }

    // MARK: Recording

    /// Takes the next trial, without label and prediction.
    public func append(_ trace: TrialTrace) throws { try append(trace, label: nil, prediction: nil) }

    /// Takes the next trial.
    ///
    /// - Parameters:
    ///   - trace: What was recorded.
    ///   - label: The class that the input belongs to, where it is known.
    ///   - prediction: The class that the network says, where it classifies.
    ///   - flushes: Whether the file is flushed if that is due; otherwise by ``flushIfDue()``.
    /// - Throws: ``SONATAError`` for a trial that is not the next one or has other recordings than announced; `HDF5Error`,
    ///   such as `.outOfSpace`, after which the file is gone.
    public func append(_ trace: TrialTrace, label: Int?, prediction: Int?, flushes: Bool = true) throws {
        guard file != nil else { throw SONATAError.closed(path) }
        try check(trace)
        do {
            let start = Double(trialCount) * trialDuration
            let end = Double(trialCount + 1) * trialDuration
            for (column, train) in zip(spikes, trace.spikes) { try column.append(train, start: start, end: end) }
            for report in reports { try report.append(trace) }
            try table.append(
                index: trialCount, start: start, label: label, prediction: prediction, rows: spikes.map(\.rows))
        } catch {
            file = nil
            throw error
        }
        trialCount += 1
        if flushes { try flushIfDue() }
    }

    /// Makes the trials so far readable should the process be killed, if that was not done lately.
    ///
    /// - Throws: `HDF5Error`, after which the file is gone.
    public func flushIfDue() throws {
        do {
            try file?.flushIfDue { () throws(HDF5Error) in try tails() }
        } catch {
            file = nil
            throw error
        }
    }

    /// What makes the file readable as it is.
    private func tails() throws(HDF5Error) -> [HDF5Tail] {
        guard let root = file?.root else { return [] }
        _ = try TraceFile.update(root, wallTime: (ContinuousClock.now - began) / .seconds(1))
        var tails = try table.tails()
        for column in spikes { tails += try column.tails() }
        for report in reports { tails.append(try report.tail(in: root)) }
        return tails
    }

    private func check(_ trace: TrialTrace) throws {
        guard trace.trial == trialCount else {
            throw SONATAError.trialOrder(found: trace.trial, expected: trialCount)
        }
        guard trace.spikes.count == recording.spikes.count, trace.potentials.count == recording.potentials.count else {
            throw SONATAError.badTrace(
                trial: trace.trial,
                reason: "it has \(trace.spikes.count) spike trains and \(trace.potentials.count) probes where "
                    + "\(recording.spikes.count) and \(recording.potentials.count) were requested")
        }
        if trialCount == 1, let unevenInterval {
            throw SONATAError.uneven(
                population: unevenInterval.population, interval: unevenInterval.interval, duration: trialDuration)
        }
        for report in reports { try report.check(trace) }
    }

    // MARK: Ending

    /// Completes the file and gives it its name.
    ///
    /// - Parameter wallTime: How long the run took [s].
    /// - Throws: `HDF5Error`; nothing is left behind then.
    public func finish(wallTime: Double) throws {
        let file = try complete(wallTime: wallTime, isWhole: true)
        try file.commit()
    }

    /// Completes the file with the trials that it has, and names it `NAME.partial.h5` beside its final name.
    ///
    /// For a run that was interrupted. A partial file of an earlier run is replaced.
    ///
    /// - Parameter wallTime: How long the run took [s].
    /// - Returns: The path of the file.
    /// - Throws: `HDF5Error`; nothing is left behind then.
    @discardableResult public func finishPartial(wallTime: Double) throws -> String {
        let partial = TraceFile.partialName(of: path)
        let file = try complete(wallTime: wallTime, isWhole: false)
        try file.commit(as: partial, replacing: true)
        return partial
    }

    private func complete(wallTime: Double, isWhole: Bool) throws -> HDF5File {
        guard let file = file.take() else { throw SONATAError.closed(path) }
        for column in spikes { try column.flush() }
        for report in reports { try report.finish(in: file.root) }
        try table.flush()
        _ = try TraceFile.end(file.root, wallTime: wallTime, isWhole: isWhole)
        for name in recording.spikes {
            try RecordedWindows.write(
                [.init(start: 0, stop: Double(trialCount) * trialDuration)], of: name, in: file.root)
        }
        return file
    }
}

extension TraceWriter {
    private struct ReportPlan {
        let population: Population
        let probes: [(index: Int, probe: PotentialProbe)]
        let samples: Int
    }

    private static func population(_ name: String, _ network: Network) throws(SONATAError) -> Population {
        guard let population = network.population(named: name) else {
            throw .unknownPopulation(name, valid: network.populations.map(\.name))
        }
        return population
    }

    /// The unit of a population's potential: the model's, but that of a pure number in a network that is given numbers, as
    /// converted ones are, since its weights and thresholds are pure numbers then.
    private static func unit(of population: Population, _ network: Network) -> String {
        guard network.analogInputs.isEmpty else { return "1" }
        return population.model.schema.state.first { $0.symbol == "v" }?.unit ?? "1"
    }

    /// Which probes share a report.
    private static func plan(
        _ recording: RecordingRequest, _ samples: [Int], _ network: Network
    ) throws(SONATAError) -> [ReportPlan] {
        var seen: Set<String> = []
        for name in recording.spikes {
            _ = try population(name, network)
            guard seen.insert(name).inserted else { throw .duplicatePopulation(name) }
        }
        var names: [String] = []
        for probe in recording.potentials where !names.contains(probe.population) { names.append(probe.population) }
        var plans: [ReportPlan] = []
        for name in names {
            let probes = recording.potentials.enumerated().filter { $0.element.population == name }
                .map { (index: $0.offset, probe: $0.element) }
            let intervals = Set(probes.map(\.probe.interval)).sorted()
            guard intervals.count == 1 else { throw .differentIntervals(population: name, intervals) }
            plans.append(
                ReportPlan(
                    population: try population(name, network), probes: probes, samples: samples[probes[0].index]))
        }
        return plans
    }
}
