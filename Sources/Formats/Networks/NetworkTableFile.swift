import SynfireHDF5
import SynfireSpikingNetworks

/// The synapses of a built network in a file, so that a second run need not build them again.
///
///     let writer = try NetworkTableWriter(path: "built.h5", replacing: false, network: network, fingerprint: fingerprint, ...)
///     try simulation.writeTables(to: writer)
///     try writer.finish()
///
///     let file = try NetworkTableFile("built.h5")
///     try file.check(fingerprint)
///     let again = try ClockSimulation(network, step: step, seed: seed, pool: pool, tables: file)
///
/// | Path | Content |
/// |---|---|
/// | `/@format`, `/@format_version` | `synfire-network`, 1 |
/// | `/@synfire_version`, `/@network`, `/@step`, `/@seed` | what wrote it, and of what: name, step in ms, seed |
/// | `/fingerprint/names`, `/fingerprint/values` | what the synapses follow from |
/// | `/tables/<number>@name`, `@rows` | `constant`, or a plastic projection with the number of a target population; sources |
/// | `/tables/<number>/<part>/run_counts` | uint32, for each source how many runs it has |
/// | `/tables/<number>/<part>/delays`, `lengths` | uint16, for each run its delay in steps and how many synapses it has |
/// | `/tables/<number>/<part>/places` | uint32, for each synapse where its weight goes, see below |
/// | `/tables/<number>/<part>/weights` | float32, in the receptor's unit |
///
/// Synapses lie source by source, each source's by delay. A place of the table `constant` counts, population by population,
/// the neurons of each receptor in turn; one of a plastic projection is the target's index in its population.
public final class NetworkTableFile: SynapseTableReader {
    /// What `/@format` says.
    public static let format = "synfire-network"
    /// The version of the layout that is written; those up to it are read.
    static let version = 1

    /// The path of the file.
    public let path: String
    /// The tables.
    public let tables: [SynapseTable]
    /// The name of the network.
    public let network: String
    /// The length of a step [ms].
    public let step: Double
    /// The seed that synapses were drawn with.
    public let seed: UInt64
    /// The version of Synfire that wrote the file.
    public let synfireVersion: String
    private let fingerprint: NetworkFingerprint
    private let file: HDF5File

    /// Opens a file.
    ///
    /// - Throws: `HDF5Error`, and ``ModelFileError`` for a file of another kind or with impossible numbers.
    public init(_ path: String) throws {
        let file = try HDF5File.open(path)
        let root = file.root
        guard try ModelContainer.format(of: root) == Self.format else {
            throw ModelFileError(
                file: path, path: "/",
                reason: .wrongFormat(found: try ForeignFile.words(for: root), expected: "a built network of Synfire"))
        }
        let found = try root.attribute("format_version", as: Int.self)
        guard found <= Self.version else {
            throw ModelFileError(file: path, path: "/", reason: .newerVersion(found: found, known: Self.version))
        }
        self.path = path
        network = try root.attribute("network", as: String.self)
        step = try root.attribute("step", as: Double.self)
        seed = try root.attribute("seed", as: UInt64.self)
        synfireVersion = try root.attribute("synfire_version", as: String.self)
        fingerprint = NetworkFingerprint(
            names: try root.strings("fingerprint/names"),
            values: try root.dataset("fingerprint/values").read(as: UInt64.self))
        let group = try root.group("tables")
        tables = try (0..<(try group.children().count)).map { number in
            let table = try group.group("\(number)")
            let rows = try table.attribute("rows", as: Int.self)
            let parts = try table.children().count
            guard rows >= 0, parts >= 1 else {
                throw ModelFileError(
                    file: path, path: table.path,
                    reason: .impossible(value: "a table of \(rows) sources and \(parts) parts", allowed: "at least one")
                )
            }
            return SynapseTable(
                name: try table.attribute("name", as: String.self), rows: rows,
                synapses: try (0..<parts).map { try table.dataset("\($0)/places").count })
        }
        self.file = file
    }

    /// Compares what the synapses follow from with a network that is to have them.
    ///
    /// - Throws: ``NetworkTableError`` where it is another.
    public func check(_ wanted: NetworkFingerprint) throws(NetworkTableError) {
        if let difference = wanted.difference(from: fingerprint) {
            throw NetworkTableError(path: path, difference: difference)
        }
    }

    /// The runs of a part.
    public func runs(of table: Int, part: Int) throws -> SynapseTableRuns {
        let group = try file.root.group("tables/\(table)/\(part)")
        return SynapseTableRuns(
            counts: try group.dataset("run_counts").read(as: UInt32.self),
            delays: try group.dataset("delays").read(as: UInt16.self),
            lengths: try group.dataset("lengths").read(as: UInt16.self))
    }

    /// Some synapses of a part.
    public func synapses(
        of table: Int, part: Int, range: Range<Int>
    ) throws -> (places: [UInt32], weights: [Float]) {
        let group = try file.root.group("tables/\(table)/\(part)")
        let (start, count) = ([range.lowerBound], [range.count])
        return (
            try group.dataset("places").read(as: UInt32.self, start: start, count: count),
            try group.dataset("weights").read(as: Float.self, start: start, count: count)
        )
    }
}

/// A built network that is another than the one that is asked for.
public struct NetworkTableError: Error, Equatable, CustomStringConvertible {
    /// The path of the file.
    public let path: String
    /// What is not the same, in words.
    public let difference: String

    /// One sentence with what to do.
    public var description: String {
        "'\(path)' holds the synapses of another network: \(difference); build it anew"
    }
}

/// Writes a ``NetworkTableFile``; the file appears when it is finished.
public final class NetworkTableWriter: SynapseTableWriter {
    /// `nil` once the file is finished.
    private var file: HDF5File?
    private var tables = 0
    /// The group of the part that is written.
    private var part = ""
    private var written = 0
    private let path: String

    /// Starts a file under a temporary name beside its final one.
    ///
    /// - Throws: `HDF5Error`, among it `.exists`.
    public init(
        path: String, replacing: Bool, network: String, step: Double, seed: UInt64, fingerprint: NetworkFingerprint,
        synfireVersion: String
    ) throws {
        let file = try HDF5File.create(path, replacing: replacing)
        let root = file.root
        try root.setAttribute("format", NetworkTableFile.format)
        try root.setAttribute("format_version", NetworkTableFile.version)
        try root.setAttribute("synfire_version", synfireVersion)
        try root.setAttribute("network", network)
        try root.setAttribute("step", step)
        try root.setAttribute("seed", seed)
        let group = try root.createGroup("fingerprint")
        try group.writeStrings("names", fingerprint.names)
        try group.write("values", fingerprint.values)
        _ = try root.createGroup("tables")
        self.path = path
        self.file = consume file
    }

    private func root() throws -> HDF5Group {
        switch file {
        case .some(let file): return file.root
        case .none: throw SONATAError.closed(path)
        }
    }

    /// Begins a part of a table.
    public func begin(_ table: SynapseTable, part number: Int, runs: SynapseTableRuns) throws {
        let root = try root()
        if number == 0 {
            let group = try root.createGroup("tables/\(tables)")
            try group.setAttribute("name", table.name)
            try group.setAttribute("rows", table.rows)
            tables += 1
        }
        part = "tables/\(tables - 1)/\(number)"
        let group = try root.createGroup(part)
        try group.write("run_counts", runs.counts)
        try group.write("delays", runs.delays)
        try group.write("lengths", runs.lengths)
        _ = try group.createDataset("places", of: UInt32.self, shape: [table.synapses[number]])
        _ = try group.createDataset("weights", of: Float.self, shape: [table.synapses[number]])
        written = 0
    }

    /// Adds synapses to the part.
    public func append(places: [UInt32], weights: [Float]) throws {
        let group = try root().group(part)
        try group.dataset("places").write(places, start: [written], count: [places.count])
        try group.dataset("weights").write(weights, start: [written], count: [weights.count])
        written += places.count
    }

    /// Completes the file and gives it its name.
    ///
    /// - Throws: `HDF5Error`; nothing is left behind then.
    public func finish() throws {
        guard let file = file.take() else { throw SONATAError.closed(path) }
        try file.commit()
    }
}
