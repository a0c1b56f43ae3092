import SynfireHDF5
import SynfireSpikingNetworks

/// Writes what a run on a clock records while it goes on, in the layout of SONATA's spike and report files.
///
///     let writer = try SegmentWriter(
///         path: "traces.h5", replacing: false, network: network, channels: simulation.channels, facts: ["seed": "1"])
///     try simulation.run(for: .seconds(1)) { segment in try writer.append(segment) }
///     try writer.finish(duration: simulation.time.value, wallTime: 1.5)
///
/// Spikes are in `/spikes/<population>`, those of several channels of a population together. Each channel of a variable
/// has a report: the first of a population in `/report/<population>`, others in `/report/<population>.<variable>`. The
/// file has its name when it is finished; a writer that is dropped leaves nothing. If the process is killed, `NAME.partial`
/// holds what was appended up to half a second before the last append.
///
/// - Source: SONATA developer guide, https://github.com/AllenInstitute/sonata; as libsonata 0.2 reads it.
public final class SegmentWriter {
    /// The final name of the file.
    public let path: String

    /// `nil` once the file is finished or has failed.
    private var file: HDF5File?
    private let channels: [RecordingChannel]
    private let trains: [(columns: SpikeColumns, channels: [Int])]
    private let reports: [(table: ReportTable, channel: Int, order: [Int]?)]
    private let began = ContinuousClock.now

    /// Starts a file under a temporary name beside its final one.
    ///
    /// - Parameters:
    ///   - path: The final name.
    ///   - replacing: Whether a file of that name may be replaced.
    ///   - network: The network that is simulated.
    ///   - channels: What is recorded; what segments have beyond these is left out.
    ///   - compressing: Whether spikes and samples are compressed with gzip, which libsonata from PyPI cannot read.
    ///   - facts: What else should be known: engine, seed, versions, command.
    /// - Throws: ``SONATAError`` for channels that do not fit the network; `HDF5Error`, among it `.exists`.
    public init(
        path: String, replacing: Bool, network: Network, channels: [RecordingChannel], compressing: Bool = false,
        facts: [String: String] = [:]
    ) throws {
        let populations = try channels.map { try Self.population($0, network) }
        let file = try HDF5File.create(path, replacing: replacing)
        let root = file.root
        _ = try TraceFile.begin(root, networkName: network.name, facts: facts)
        var spiking: [(population: Population, channels: [Int])] = []
        var names: Set<String> = []
        var reports: [(table: ReportTable, channel: Int, order: [Int]?)] = []
        for (index, channel) in channels.enumerated() {
            guard case .variable(let variable) = channel.quantity else {
                if let known = spiking.firstIndex(where: { $0.population.name == channel.population }) {
                    spiking[known].channels.append(index)
                } else {
                    spiking.append((populations[index], [index]))
                }
                continue
            }
            let order = channel.neurons.indices.sorted { channel.neurons[$0] < channel.neurons[$1] }
            let table = try ReportTable(
                .init(
                    name: Self.name(channel.population, variable, taken: &names), population: channel.population,
                    neurons: order.map { channel.neurons[$0] }, variable: variable, units: channel.unit,
                    start: channel.start, interval: channel.interval), in: root, compressing: compressing)
            reports.append((table, index, order == Array(order.indices) ? nil : order))
        }
        trains = try spiking.map { (try SpikeColumns($0.population, in: root, compressing: compressing), $0.channels) }
        for (population, indices) in spiking {
            try RecordedWindows.begin(population, indices.map { channels[$0] }, in: root)
        }
        self.reports = reports
        self.channels = channels
        self.path = path
        try file.flush()
        self.file = consume file
    }

    private static func population(_ channel: RecordingChannel, _ network: Network) throws(SONATAError) -> Population {
        guard let population = network.population(named: channel.population) else {
            throw .unknownPopulation(channel.population, valid: network.populations.map(\.name))
        }
        if let wrong = channel.neurons.first(where: { !(0..<population.count).contains($0) }) {
            throw .badNeuron(
                population: population.name, neuron: wrong, reason: "but there are neurons 0 to \(population.count - 1)"
            )
        }
        if Set(channel.neurons).count != channel.neurons.count {
            let twice = Dictionary(grouping: channel.neurons) { $0 }.filter { $0.value.count > 1 }.keys.min() ?? 0
            throw .badNeuron(population: population.name, neuron: twice, reason: "and again")
        }
        return population
    }

    /// A name that no report has yet.
    private static func name(_ population: String, _ variable: String, taken: inout Set<String>) -> String {
        var name = population
        var number = 1
        while !taken.insert(name).inserted {
            name = number == 1 ? "\(population).\(variable)" : "\(population).\(variable).\(number)"
            number += 1
        }
        return name
    }

    // MARK: Recording

    /// Takes the next stretch of the run.
    ///
    /// - Parameters:
    ///   - segment: What was recorded.
    ///   - time: The biological time up to which it goes [ms]: how long the run is for who reads it after a kill.
    /// - Throws: ``SONATAError`` for a segment of other channels; `HDF5Error`, such as `.outOfSpace`, after which the file
    ///   is gone.
    public func append(_ segment: RecordedSegment, until time: Double? = nil) throws {
        guard file != nil else { throw SONATAError.closed(path) }
        guard segment.recordings.count >= channels.count else {
            throw SONATAError.badSegment(
                "it has \(segment.recordings.count) recordings where there are \(channels.count) channels")
        }
        for report in reports {
            let (count, width) = (segment.recordings[report.channel].samples.count, report.table.about.neurons.count)
            guard width == 0 ? count == 0 : count.isMultiple(of: width) else {
                throw SONATAError.badSegment(
                    "'\(report.table.about.name)' has \(count) values, which are no whole samples of \(width) neurons")
            }
        }
        do {
            for train in trains {
                try train.columns.append(Self.merged(train.channels.map { segment.recordings[$0].spikes }))
            }
            for report in reports {
                try report.table.append(Self.ordered(segment.recordings[report.channel].samples, report.order))
            }
            try file?.flushIfDue { () throws(HDF5Error) in try tails(until: time) }
        } catch {
            file = nil
            throw error
        }
    }

    /// What makes the file readable as it is.
    private func tails(until time: Double?) throws(HDF5Error) -> [HDF5Tail] {
        guard let root = file?.root else { return [] }
        let group = try TraceFile.update(root, wallTime: (ContinuousClock.now - began) / .seconds(1))
        if let time { try group.setAttribute("duration", time) }
        var tails: [HDF5Tail] = []
        for train in trains { tails += try train.columns.tails() }
        for report in reports { tails.append(try report.table.tail(in: root)) }
        return tails
    }

    /// Samples with their columns in another order.
    private static func ordered(_ samples: [Float], _ order: [Int]?) -> [Float] {
        guard let order else { return samples }
        var result: [Float] = []
        result.reserveCapacity(samples.count)
        for start in stride(from: 0, to: samples.count, by: order.count) {
            for column in order { result.append(samples[start + column]) }
        }
        return result
    }

    /// Spikes of several channels in order of time and then of neuron; one that several have, once.
    ///
    /// A neuron may spike several times in a step: its second spike is another than its first.
    private static func merged(_ trains: [SpikeTrain]) -> SpikeTrain {
        guard trains.count > 1 else { return trains.first ?? SpikeTrain() }
        var all: [(time: Double, neuron: UInt32, repetition: Int)] = []
        for train in trains {
            for (time, neuron) in zip(train.times, train.neurons) {
                let isRepeated = all.last.map { $0.time == time && $0.neuron == neuron } ?? false
                all.append((time, neuron, isRepeated ? (all.last?.repetition ?? 0) + 1 : 0))
            }
            // What follows belongs to another channel: the same spike there is no repetition.
            all.append((.infinity, 0, 0))
        }
        all.removeAll { $0.time == .infinity }
        all.sort { ($0.time, $0.neuron, $0.repetition) < ($1.time, $1.neuron, $1.repetition) }
        var result = SpikeTrain()
        for (index, spike) in all.enumerated() where index == 0 || all[index - 1] != spike {
            result.times.append(spike.time)
            result.neurons.append(spike.neuron)
        }
        return result
    }

    // MARK: Ending

    /// Completes the file and gives it its name.
    ///
    /// - Parameters:
    ///   - duration: The biological time that was simulated [ms].
    ///   - wallTime: How long that took [s].
    /// - Throws: `HDF5Error`; nothing is left behind then.
    public func finish(duration: Double, wallTime: Double) throws {
        let file = try complete(duration: duration, wallTime: wallTime, isWhole: true)
        try file.commit()
    }

    /// Completes the file with what it has, and names it `NAME.partial.h5` beside its final name.
    ///
    /// For a run that was interrupted. A partial file of an earlier run is replaced.
    ///
    /// - Returns: The path of the file.
    /// - Throws: `HDF5Error`; nothing is left behind then.
    @discardableResult public func finishPartial(duration: Double, wallTime: Double) throws -> String {
        let partial = TraceFile.partialName(of: path)
        let file = try complete(duration: duration, wallTime: wallTime, isWhole: false)
        try file.commit(as: partial, replacing: true)
        return partial
    }

    private func complete(duration: Double, wallTime: Double, isWhole: Bool) throws -> HDF5File {
        guard let file = file.take() else { throw SONATAError.closed(path) }
        for train in trains { try train.columns.flush() }
        for report in reports { try report.table.finish(in: file.root) }
        let group = try TraceFile.end(file.root, wallTime: wallTime, isWhole: isWhole)
        try group.setAttribute("duration", duration)
        for train in trains {
            let own = train.channels.map { channels[$0] }
            try RecordedWindows.end(own[0].population, own, duration: duration, in: file.root)
        }
        return file
    }
}
