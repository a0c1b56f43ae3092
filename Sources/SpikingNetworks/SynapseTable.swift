/// One table of the synapses of a built network: all constant ones, or those of a plastic projection onto a population.
///
/// A table has parts, one for each worker that made it. A part has rows, one for each source; a row has runs of synapses
/// with one delay, in ascending order of the delay.
public struct SynapseTable: Sendable, Equatable {
    /// `constant`, or the name of the plastic projection and which of its targets' populations it is.
    public var name: String
    /// How many sources there are.
    public var rows: Int
    /// How many synapses each part has.
    public var synapses: [Int]

    /// Describes a table.
    public init(name: String, rows: Int, synapses: [Int]) {
        self.name = name
        self.rows = rows
        self.synapses = synapses
    }
}

/// The runs of one part of a ``SynapseTable``.
public struct SynapseTableRuns: Sendable, Equatable {
    /// How many runs each row has.
    public var counts: [UInt32]
    /// The delay of each run, in steps.
    public var delays: [UInt16]
    /// How many synapses each run has.
    public var lengths: [UInt16]

    /// Describes runs.
    public init(counts: [UInt32], delays: [UInt16], lengths: [UInt16]) {
        self.counts = counts
        self.delays = delays
        self.lengths = lengths
    }
}

/// Where a simulation writes the tables of its synapses.
public protocol SynapseTableWriter {
    /// Begins a part of a table; parts and tables come in order.
    func begin(_ table: SynapseTable, part: Int, runs: SynapseTableRuns) throws
    /// Adds synapses to the part, run after run: the place of each target's receptor, and the weight.
    func append(places: [UInt32], weights: [Float]) throws
}

/// What a simulation reads the tables of its synapses from, in place of making them.
public protocol SynapseTableReader {
    /// The tables.
    var tables: [SynapseTable] { get }
    /// The runs of a part.
    func runs(of table: Int, part: Int) throws -> SynapseTableRuns
    /// Some synapses of a part: the place of each target's receptor, and the weight.
    func synapses(of table: Int, part: Int, range: Range<Int>) throws -> (places: [UInt32], weights: [Float])
}

extension SynapseTable {
    /// The name of the table of constant synapses.
    package static let constant = "constant"

    /// The name of the table of a projection with plasticity onto one of its targets' populations.
    package static func name(projection: String, part: Int) -> String { "\(projection)#\(part)" }
}
