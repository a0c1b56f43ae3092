import SynfireHDF5
import SynfireSpikingNetworks

/// Connections from a file in SONATA's layout for edges.
///
/// - Source: SONATA developer guide, https://github.com/AllenInstitute/sonata, "Representing edges".
public enum SONATAEdges {
    /// The connections of a population of edges.
    ///
    /// Source and target node ids are indices among the projection's sources and targets. Where the file has `syn_weight`
    /// or `delay` [ms] for each edge, the connector brings them; values that stand in a file of edge types are not read.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - population: The name below `/edges`; `nil` where there is only one.
    /// - Throws: `HDF5Error`; ``SONATAError`` for a population that is not there, columns of unequal length, several groups
    ///   of edges, and ids beyond 2³¹.
    public static func connector(_ path: String, population: String? = nil) throws -> ListConnector {
        let file = try HDF5File.open(path)
        guard try file.root.exists("edges") else {
            throw SONATAError.notRecorded(file: path, what: "group", name: "/edges", valid: [])
        }
        let edges = try file.root.group("edges")
        let names = try edges.children().map(\.name).sorted()
        guard let name = population ?? (names.count == 1 ? names[0] : nil) else {
            throw SONATAError.notRecorded(
                file: path, what: "single population of edges; name one, not", name: "", valid: names)
        }
        guard names.contains(name) else {
            throw SONATAError.notRecorded(file: path, what: "population of edges", name: name, valid: names)
        }
        let group = try edges.group(name)
        let sources = try ids("source_node_id", group, file: path, name: name)
        let targets = try ids("target_node_id", group, file: path, name: name)
        guard sources.count == targets.count else {
            throw SONATAError.malformed(
                file: path, path: "/edges/\(name)/target_node_id",
                reason: "it has \(targets.count) entries, source_node_id \(sources.count)")
        }
        let part = try part(group, edges: sources.count, file: path, name: name)
        return ListConnector(
            sources: sources, targets: targets,
            weights: try values("syn_weight", of: part, group, sources.count, file: path, name: name),
            delays: try values("delay", of: part, group, sources.count, file: path, name: name))
    }

    private static func ids(
        _ column: String, _ group: borrowing HDF5Group, file: String, name: String
    ) throws -> [Int32] {
        let numbers = try group.dataset(column).read(as: UInt64.self)
        if let index = numbers.firstIndex(where: { $0 > UInt64(Int32.max) }) {
            throw SONATAError.malformed(
                file: file, path: "/edges/\(name)/\(column)", reason: "entry \(index) is \(numbers[index])")
        }
        return numbers.map { Int32($0) }
    }

    /// The name of the only group that the edges are in; `nil` where there is none.
    private static func part(
        _ group: borrowing HDF5Group, edges: Int, file: String, name: String
    ) throws -> String? {
        let names = try group.children().filter { $0.kind != .dataset && Int($0.name) != nil }.map(\.name)
        guard try group.exists("edge_group_id") else {
            guard names.count <= 1 else {
                throw SONATAError.malformed(
                    file: file, path: "/edges/\(name)",
                    reason: "it has the groups \(names.joined(separator: ", ")), but no edge_group_id")
            }
            return names.first
        }
        let numbers = try group.dataset("edge_group_id").read(as: Int.self)
        guard numbers.count == edges else { throw uneven(file, name, "edge_group_id", numbers.count, edges) }
        guard let first = numbers.first else { return nil }
        if let other = numbers.first(where: { $0 != first }) {
            throw SONATAError.malformed(
                file: file, path: "/edges/\(name)/edge_group_id",
                reason: "edges are in the groups \(first) and \(other), but edges of several groups are not read")
        }
        guard names.contains("\(first)") else {
            let known = names.isEmpty ? "it has none" : "it has \(names.joined(separator: ", "))"
            throw SONATAError.malformed(
                file: file, path: "/edges/\(name)/edge_group_id",
                reason: "edges are in group \(first), which the population does not have; \(known)")
        }
        return "\(first)"
    }

    /// A column of a group of edges, in the order of the edges; `nil` where there is none.
    private static func values(
        _ column: String, of part: String?, _ group: borrowing HDF5Group, _ count: Int, file: String, name: String
    ) throws -> [Float]? {
        guard let part else { return nil }
        let path = "\(part)/\(column)"
        guard try group.exists(path) else { return nil }
        let stored = try group.dataset(path).read(as: Double.self)
        if let wrong = stored.firstIndex(where: { !Float($0).isFinite }) {
            throw SONATAError.malformed(
                file: file, path: "/edges/\(name)/\(path)",
                reason: "entry \(wrong) is \(stored[wrong]), which is no finite number in single precision")
        }
        guard try group.exists("edge_group_index") else {
            guard stored.count == count else { throw uneven(file, name, path, stored.count, count) }
            return stored.map(Float.init)
        }
        let places = try group.dataset("edge_group_index").read(as: UInt64.self)
        guard places.count == count else { throw uneven(file, name, "edge_group_index", places.count, count) }
        return try places.enumerated().map { edge, place in
            guard place < UInt64(stored.count) else {
                throw SONATAError.malformed(
                    file: file, path: "/edges/\(name)/edge_group_index",
                    reason: "entry \(edge) is \(place), but '\(path)' has \(stored.count) entries")
            }
            return Float(stored[Int(place)])
        }
    }

    private static func uneven(
        _ file: String, _ name: String, _ path: String, _ found: Int, _ count: Int
    ) -> SONATAError {
        .malformed(
            file: file, path: "/edges/\(name)/\(path)", reason: "it has \(found) entries, but there are \(count) edges")
    }
}
