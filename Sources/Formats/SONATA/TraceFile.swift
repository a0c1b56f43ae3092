import Foundation
import SynfireHDF5
import SynfireSpikingNetworks

/// Recordings in the layout of SONATA's spike and report files, opened for reading: ours or another tool's.
///
///     let traces = try TraceFile("traces.h5")
///     for population in traces.populations { print(population.name, population.count) }
///     let train = try traces.spikes(of: "conv2", from: 0, to: 64)
///
/// Spikes are read in parts: of a file that is sorted by time, only what lies in the window that is asked for.
/// Other tools' variants are taken too: `sorting` as text or as an enumeration, no `units` (milliseconds then), and the
/// older `/spikes/{gids, timestamps}`, whose one population is called `spikes` here.
public final class TraceFile: Sendable {
    /// The order in which a population's spikes lie in the file.
    public enum Sorting: String, Sendable {
        /// No order that could be relied on.
        case none
        /// By neuron.
        case byNeuron
        /// By time.
        case byTime
    }

    /// What the file says of one population's spikes.
    public struct SpikePopulation: Sendable, Equatable {
        /// The name.
        public let name: String
        /// The number of spikes.
        public let count: Int
        /// The extents of the population, where the file tells them.
        public let shape: [Int]?
        /// How many neurons the population has, where the file tells its extents.
        public let neuronCount: Int?
        /// Which neurons were recorded, and when, where the file says so.
        public let windows: [RecordedWindow]?
        /// The order of the spikes.
        public let sorting: Sorting
        let group: String
        let neurons: String
        /// What times are multiplied by to become milliseconds.
        let scale: Double
    }

    /// A trial that the file knows of.
    public struct Trial: Sendable, Equatable {
        /// Its number.
        public let index: Int
        /// When it begins [ms].
        public let start: Double
        /// The class that the input belongs to, where it is known.
        public let label: Int?
        /// The class that the network said, where it classifies.
        public let prediction: Int?
    }

    /// The path as it was given.
    public let path: String
    /// The populations whose spikes are recorded, sorted by name.
    public let populations: [SpikePopulation]
    /// The reports of potentials, sorted by name.
    public let reports: [Report]
    /// The trials in their order; none in other tools' files.
    public let trials: [Trial]
    /// The name of the network, where it is known.
    public let networkName: String?
    /// What else is known: engine, seed, versions, recipe, command.
    public let facts: [String: String]
    /// How long a trial lasts [ms], where there are trials.
    public let trialDuration: Double?
    /// The biological time of a run without trials [ms], where it is known.
    public let duration: Double?
    /// How long the run took [s], where it is known.
    public let wallTime: Double?
    /// When the file was written (ISO 8601), where it is known.
    public let created: String?
    /// Whether the run came to its end; other tools' files count as complete.
    public let isComplete: Bool

    let file: HDF5File

    /// The times that are taken [ms]: a million years, over which a double still tells eighths of a millisecond.
    static let times = -1e15...1e15
    /// A bound in few letters.
    static func short(_ bound: Double) -> String { String(format: "%g", bound) }
    /// More neurons than that have no numbers in a spike train.
    static let mostNeurons = Int(Int32.max)

    /// Opens a file and reads everything but spikes and samples.
    ///
    /// - Throws: `HDF5Error` where it is no readable HDF5 file; ``SONATAError`` where it holds no recordings or
    ///   contradicts the format.
    public convenience init(_ path: String) throws { try self.init(HDF5File.open(path)) }

    /// Takes a file that is open, for example one in memory.
    public init(_ file: consuming HDF5File) throws {
        path = file.path
        let root = file.root
        populations = try Self.findPopulations(root)
        reports = try Self.findReports(root)
        guard try root.exists("spikes") || !reports.isEmpty else {
            throw SONATAError.notRecordings(file: file.path, reason: "it has neither '/spikes' nor '/report'")
        }
        if try root.exists("synfire") {
            let group = try root.group("synfire")
            networkName = try group.optional("name", as: String.self)
            trialDuration = try group.number("trial_duration", in: 0...Self.times.upperBound, unit: "ms")
            duration = try group.number("duration", in: 0...Self.times.upperBound, unit: "ms")
            wallTime = try group.number("wall_time_s", in: 0...1e12, unit: "s")
            created = try group.optional("created", as: String.self)
            isComplete = try group.optional("complete", as: Bool.self) ?? true
            var facts: [String: String] = [:]
            if try group.exists("facts") {
                let about = try group.group("facts")
                for name in try about.attributeNames() { facts[name] = try about.attribute(name, as: String.self) }
            }
            self.facts = facts
            trials = try group.exists("trials") ? Self.readTrials(group.group("trials")) : []
        } else {
            (networkName, trialDuration, duration, wallTime, created, isComplete) = (nil, nil, nil, nil, nil, true)
            facts = [:]
            trials = []
        }
        if let trialDuration, !Self.times.contains(trialDuration * Double(trials.count)) {
            throw SONATAError.malformed(
                file: file.path, path: "/synfire/trials",
                reason:
                    "\(trials.count) trials of \(trialDuration) ms are longer than \(Self.short(Self.times.upperBound)) ms"
            )
        }
        self.file = file
    }

    /// The time that all of it covers [ms], where the file says so.
    public var recordedTime: Double? { duration ?? trialDuration.map { $0 * Double(trials.count) } }

    private static func readTrials(_ table: borrowing HDF5Group) throws -> [Trial] {
        let indices = try table.dataset("index").read(as: Int.self)
        let starts = try table.dataset("start_time").read(as: Double.self)
        let labels = try table.dataset("label").read(as: Int.self)
        let predictions = try table.dataset("prediction").read(as: Int.self)
        let count = indices.count
        guard starts.count == count, labels.count == count, predictions.count == count else {
            throw SONATAError.malformed(
                file: table.fileName, path: table.path,
                reason: "its columns have \(count), \(starts.count), \(labels.count) and \(predictions.count) rows")
        }
        if let row = starts.firstIndex(where: { !times.contains($0) }) {
            throw SONATAError.malformed(
                file: table.fileName, path: table.path + "/start_time",
                reason: "trial \(row) begins at \(starts[row]) ms")
        }
        return indices.indices.map { row in
            Trial(
                index: indices[row], start: starts[row], label: labels[row] < 0 ? nil : labels[row],
                prediction: predictions[row] < 0 ? nil : predictions[row])
        }
    }
}

extension HDF5Object where Self: ~Copyable {
    /// A number as an attribute that may be missing.
    func number(_ name: String, in allowed: ClosedRange<Double>, unit: String) throws -> Double? {
        guard let value = try optional(name, as: Double.self) else { return nil }
        guard allowed.contains(value) else {
            throw SONATAError.malformed(
                file: fileName, path: "\(path)@\(name)",
                reason:
                    "it is \(value) \(unit), but must be from \(TraceFile.short(allowed.lowerBound)) to "
                    + "\(TraceFile.short(allowed.upperBound)) \(unit)")
        }
        return value
    }

    /// An attribute that may be missing.
    func optional<Element: HDF5Element>(_ name: String, as type: Element.Type) throws(HDF5Error) -> Element? {
        guard try hasAttribute(name) else { return nil }
        return try attribute(name, as: type)
    }
}
