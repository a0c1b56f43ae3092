import SynfireHDF5

/// A population of edges: synapses with their weights and delays.
public struct SONATAEdgePopulation: Sendable, Equatable {
    /// The name below `/edges`.
    public var name: String
    /// The population that source ids count in; `nil` where they count the sources of a projection from a part or from several.
    public var sourcePopulation: String?
    /// The population that target ids count in; `nil` as before.
    public var targetPopulation: String?
    /// The source of each edge.
    public var sources: [Int32] = []
    /// The target of each edge.
    public var targets: [Int32] = []
    /// The weight of each edge, in its receptor's unit.
    public var weights: [Double] = []
    /// The delay of each edge [ms].
    public var delays: [Double] = []

    /// A population without edges.
    public init(name: String, sourcePopulation: String? = nil, targetPopulation: String? = nil) {
        self.name = name
        self.sourcePopulation = sourcePopulation
        self.targetPopulation = targetPopulation
    }
}

/// Writes a file in SONATA's layout for edges, which ``SONATAEdges`` and other tools read; it appears when it is finished.
///
/// | Path | Content |
/// |---|---|
/// | `/edges/<name>/source_node_id`, `target_node_id` | uint64, with the attribute `node_population` where ids count in one |
/// | `/edges/<name>/edge_type_id`, `edge_group_id`, `edge_group_index` | all edges are of one type and one group |
/// | `/edges/<name>/0/syn_weight` | float64, in the receptor's unit |
/// | `/edges/<name>/0/delay` | float64, in ms |
///
/// - Source: SONATA developer guide, https://github.com/AllenInstitute/sonata, "Representing edges".
public final class SONATAEdgesWriter {
    /// `nil` once the file is finished.
    private var file: HDF5File?
    private let path: String

    /// Starts a file under a temporary name beside its final one.
    ///
    /// - Throws: `HDF5Error`, among it `.exists`.
    public init(path: String, replacing: Bool) throws {
        let file = try HDF5File.create(path, replacing: replacing)
        try file.root.setAttribute("magic", UInt32(0x0A7A))
        try file.root.setAttribute("version", [UInt32(0), 1])
        _ = try file.root.createGroup("edges")
        self.path = path
        self.file = consume file
    }

    private func root() throws -> HDF5Group {
        switch file {
        case .some(let file): return file.root
        case .none: throw SONATAError.closed(path)
        }
    }

    /// Adds a population of edges.
    public func append(_ edges: SONATAEdgePopulation) throws {
        let group = try root().createGroup("edges/\(edges.name)")
        let count = edges.sources.count
        try group.write("source_node_id", edges.sources.map { UInt64($0) })
        try group.write("target_node_id", edges.targets.map { UInt64($0) })
        for (column, population) in [
            ("source_node_id", edges.sourcePopulation), ("target_node_id", edges.targetPopulation),
        ] {
            if let population { try group.dataset(column).setAttribute("node_population", population) }
        }
        try group.write("edge_type_id", [UInt32](repeating: 0, count: count))
        try group.write("edge_group_id", [UInt32](repeating: 0, count: count))
        try group.write("edge_group_index", (0..<count).map { UInt64($0) })
        let values = try group.createGroup("0")
        try values.write("syn_weight", edges.weights)
        try values.write("delay", edges.delays)
    }

    /// Completes the file and gives it its name.
    ///
    /// - Throws: `HDF5Error`; nothing is left behind then.
    public func finish() throws {
        guard let file = file.take() else { throw SONATAError.closed(path) }
        try file.commit()
    }
}
