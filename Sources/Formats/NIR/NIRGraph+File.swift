import SynfireHDF5

extension NIRGraph {
    /// How deep graphs may be nested; a file in which a group contains itself is deeper.
    private static let deepest = 16
    /// How many nodes all graphs of a file may have.
    private static let mostNodes = 100_000

    /// Reads the nodes' types and the edges of `node` in a group, and dissolves nested graphs.
    init(_ root: borrowing HDF5Group) throws {
        file = root.fileName
        guard try root.exists("node") else {
            throw NIRError.notNIR(file: file, reason: "it has no group 'node'")
        }
        path = "node"
        let graph = try root.group("node")
        let type = try graph.string("type")
        guard type == "NIRGraph" else {
            throw NIRError.notNIR(file: file, reason: "its node is of the type '\(type)', not a graph")
        }
        var nested: [String: (inputs: [String], outputs: [String])] = [:]
        try add(graph, path: "node", prefix: "", depth: 0, &nested)
        try resolve(nested)
        // The format has no two edges between the same nodes; the package `nir` refuses such a file.
        var seen: Set<[String]> = []
        for (index, edge) in edges.enumerated() where !seen.insert([edge.source, edge.target]).inserted {
            throw NIRError.structure(
                file: file, reason: "edge \(index), from '\(edge.source)' to '\(edge.target)', is there twice")
        }
    }

    private mutating func add(
        _ graph: borrowing HDF5Group, path: String, prefix: String, depth: Int,
        _ nested: inout [String: (inputs: [String], outputs: [String])]
    ) throws {
        guard depth <= Self.deepest else {
            throw NIRError.structure(
                file: file, reason: "graphs are nested deeper than \(Self.deepest): does a group contain itself?")
        }
        let list = try graph.group("nodes")
        var (inputs, outputs, graphs): ([String], [String], [String]) = ([], [], [])
        for child in try list.children() {
            let group = try list.group(child.name)
            let (name, type) = (prefix + child.name, try group.string("type"))
            let place = path + "/nodes/" + child.name
            guard nodes[name] == nil, nested[name] == nil else {
                throw NIRError.structure(file: file, reason: "two nodes are called '\(name)'")
            }
            if type == "NIRGraph" {
                nested[name] = ([], [])
                graphs.append(child.name)
                continue
            }
            guard Self.supported.contains(type) else {
                throw NIRError.unsupportedType(file: file, node: name, type: type, supported: Self.supported)
            }
            nodes[name] = Node(type: type, path: place)
            guard nodes.count <= Self.mostNodes else {
                throw NIRError.structure(file: file, reason: "it has more than \(Self.mostNodes) nodes")
            }
            if type == "Input" { inputs.append(name) }
            if type == "Output" { outputs.append(name) }
        }
        if !prefix.isEmpty { nested[String(prefix.dropLast())] = (inputs, outputs) }
        try addEdges(graph, prefix: prefix)
        for name in graphs {
            try add(
                list.group(name), path: path + "/nodes/" + name, prefix: prefix + name + ".", depth: depth + 1, &nested)
        }
    }

    private mutating func addEdges(_ graph: borrowing HDF5Group, prefix: String) throws {
        let dataset = try graph.dataset("edges")
        let shape = try dataset.shape
        guard (shape.count == 2 && shape[1] == 2) || shape.contains(0) else {
            throw NIRError.structure(
                file: file, reason: "'\(dataset.path)' has the shape \(shape): one pair of names an edge is needed")
        }
        guard !shape.contains(0) else { return }
        let names = try dataset.read(as: String.self)
        for row in stride(from: 0, to: names.count, by: 2) {
            edges.append((prefix + names[row], prefix + names[row + 1]))
        }
    }

    /// Lets edges of nested graphs lead to their inputs and from their outputs.
    private mutating func resolve(_ nested: [String: (inputs: [String], outputs: [String])]) throws {
        func only(_ names: [String], of graph: String, _ kind: String) throws -> String {
            guard let name = names.first, names.count == 1 else {
                throw NIRError.structure(
                    file: file,
                    reason: "an edge names the nested graph '\(graph)', which has \(names.count) nodes of the type "
                        + "\(kind) where one is needed")
            }
            return name
        }
        for (index, edge) in edges.enumerated() {
            var (source, target) = edge
            if let graph = nested[source] { source = try only(graph.outputs, of: source, "Output") }
            if let graph = nested[target] { target = try only(graph.inputs, of: target, "Input") }
            for name in [source, target] where nodes[name] == nil {
                throw NIRError.unknownNode(file: file, edge: index, name: name, valid: nodes.keys.sorted())
            }
            edges[index] = (source, target)
        }
    }
}
