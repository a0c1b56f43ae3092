import SynfireHDF5
import SynfireSpikingModels
import SynfireSpikingNetworks

/// Makes a network of a graph: shapes, operators, biases and populations node by node, then the paths between them.
struct NIRReader {
    /// The elements that a shape may have; a hostile file can ask for more than any memory.
    private static let mostElements = 1 << 26

    var graph: NIRGraph
    /// The places of the edges into and out of each node.
    private var incoming: [String: [Int]] = [:]
    private var outgoing: [String: [Int]] = [:]
    /// The shape behind each node.
    private var shapes: [String: [Int]] = [:]
    /// The operators of each node that is no population.
    private var operators: [String: [any ConnectionOperator]] = [:]
    /// What is constant behind each such node, where that is not zero everywhere.
    private var constants: [String: [Double]] = [:]
    private var populations: [Population] = []
    private var readouts: [String] = []
    private var timing = NIRTiming.asWritten

    init(_ graph: NIRGraph) throws(NIRError) {
        self.graph = graph
        guard !graph.nodes.isEmpty else { throw .structure(file: graph.file, reason: "it has no nodes") }
    }

    /// The network of the graph that lies in `root`.
    mutating func network(_ root: borrowing HDF5Group) throws -> Network {
        let remarks = try NIRRemarks(root.group(graph.path))
        timing = try NIRTiming(graph, remarks, in: root)
        index()
        try addEnds(root, isOurs: remarks.isOurs)
        for name in try order() { try visit(name, root) }
        var projections = try self.projections()
        if remarks.projections.count == projections.count {
            projections = zip(projections, remarks.projections).map { projection, name in
                Projection(name, from: projection.source, to: projection.target, operators: projection.operators)
            }
        }
        let names = populations.map(\.name)
        if Set(remarks.populations) == Set(names), remarks.populations.count == names.count {
            populations = remarks.populations.compactMap { name in populations.first { $0.name == name } }
        }
        let readout = remarks.isOurs ? remarks.readout : readouts.count == 1 ? readouts[0] : nil
        do {
            var network = try Network(
                name: remarks.name ?? Self.fileName(graph.file), populations: populations, projections: projections,
                readout: readout, metadata: remarks.facts)
            network.timing = timing.timing
            return network
        } catch { throw NIRError.network(file: graph.file, error) }
    }

    private static func fileName(_ path: String) -> String {
        let last = path.split(separator: "/").last.map(String.init) ?? path
        return last.hasSuffix(".nir") && last.count > 4 ? String(last.dropLast(4)) : last
    }

    // MARK: Graph

    private mutating func index() {
        incoming = [:]
        outgoing = [:]
        for (place, edge) in graph.edges.enumerated() {
            incoming[edge.target, default: []].append(place)
            outgoing[edge.source, default: []].append(place)
        }
    }

    /// Gives inputs to what has none and outputs to operators that lead nowhere, as the package `nir` does.
    private mutating func addEnds(_ root: borrowing HDF5Group, isOurs: Bool) throws {
        for (name, node) in graph.nodes.sorted(by: { $0.key < $1.key }) {
            if incoming[name] == nil, node.type != "Input", !(isOurs && NIRGraph.neurons.contains(node.type)) {
                let fields = try NIRNodeFields(node, name: name, in: root)
                guard node.type != "Output", let shape = try fields.inputShape() else {
                    throw NIRError.structure(
                        file: graph.file, reason: "nothing leads to node '\(name)', and its shape is not known")
                }
                let input = free("input_" + name)
                graph.nodes[input] = NIRGraph.Node(type: "Input", path: "")
                graph.edges.append((input, name))
                shapes[input] = shape
            }
            let isEnd = NIRGraph.neurons.contains(node.type) || NIRGraph.passThrough.contains(node.type)
            if outgoing[name] == nil, !isEnd {
                let output = free("output_" + name)
                graph.nodes[output] = NIRGraph.Node(type: "Output", path: "")
                graph.edges.append((name, output))
            }
        }
        index()
    }

    private func free(_ wanted: String) -> String {
        var (name, number) = (wanted, 1)
        while graph.nodes[name] != nil {
            number += 1
            name = "\(wanted)_\(number)"
        }
        return name
    }

    /// The nodes, each behind all that lead to it, otherwise in the order of the edges.
    private func order() throws(NIRError) -> [String] {
        var waiting = incoming.mapValues(\.count)
        var seen: Set<String> = []
        let named = graph.edges.flatMap { [$0.source, $0.target] } + graph.nodes.keys.sorted()
        var ready = named.filter { waiting[$0] == nil && seen.insert($0).inserted }
        var done = 0
        while done < ready.count {
            for place in outgoing[ready[done]] ?? [] {
                let target = graph.edges[place].target
                waiting[target, default: 0] -= 1
                if waiting[target] == 0 { ready.append(target) }
            }
            done += 1
        }
        guard ready.count == graph.nodes.count else {
            let rest = Set(graph.nodes.keys).subtracting(ready).sorted()
            throw .structure(
                file: graph.file,
                reason: "the nodes \(rest.prefix(8).joined(separator: ", ")) form a loop or stand behind one; loops "
                    + "without delay have no defined order of spikes")
        }
        return ready
    }

    // MARK: Nodes

    private mutating func visit(_ name: String, _ root: borrowing HDF5Group) throws {
        guard let node = graph.nodes[name] else { return }
        let input = try inputShape(of: name)
        let constant = inputConstant(of: name)
        if NIRGraph.passThrough.contains(node.type) {
            try pass(name, node, input, constant, root)
            return
        }
        let fields = try NIRNodeFields(node, name: name, in: root)
        if NIRGraph.neurons.contains(node.type) {
            let population = try fields.population(input: input, current: constant, divisor: timing.divisor)
            shapes[name] = population.shape
            populations.append(population)
            return
        }
        guard let input else { return }
        let (items, bias) = try fields.operators(for: input)
        var (shape, values) = (input, constant)
        do {
            for item in items {
                let before = shape
                shape = try item.outputShape(for: before)
                try checkSize(shape, name)
                if let some = values { values = try item.applied(to: some, shape: before) }
            }
        } catch let error as SpikingNetworkError {
            throw NIRError.shape(file: graph.file, node: name, reason: "\(error)")
        }
        if let bias {
            let each = shape.reduce(1, *) / bias.count
            guard each * bias.count == shape.reduce(1, *) else {
                throw fields.bad("bias", "it has \(bias.count) numbers, which do not fit the shape \(shape)")
            }
            var sum = values ?? [Double](repeating: 0, count: shape.reduce(1, *))
            for index in sum.indices { sum[index] += bias[index / each] }
            values = sum
        }
        operators[name] = items
        shapes[name] = shape
        constants[name] = values
    }

    /// An input or output: a population, or something that passes on what comes in.
    private mutating func pass(
        _ name: String, _ node: NIRGraph.Node, _ input: [Int]?, _ constant: [Double]?, _ root: borrowing HDF5Group
    ) throws {
        var shape = input ?? shapes[name]
        if !node.path.isEmpty {
            let fields = try NIRNodeFields(node, name: name, in: root)
            let own = try fields.extents()
            guard shape == nil || shape == own else {
                throw NIRError.shape(
                    file: graph.file, node: name, reason: "its shape is \(own) and \(shape ?? []) comes to it")
            }
            shape = own
        }
        guard let shape else { return }
        try checkSize(shape, name)
        shapes[name] = shape
        if input == nil {
            populations.append(try population(name, shape, AnalogInput.self))
        } else if node.type == "Output", outgoing[name] == nil {
            if let readout = populationBefore(name) {
                readouts.append(readout)
                operators[name] = []
            } else {
                let current = constant.map { Column.compact($0, shape: shape) } ?? .uniform(0)
                populations.append(try population(name, shape, Integrator.self, ["i": current]))
                readouts.append(name)
            }
        } else {
            operators[name] = []
            constants[name] = constant
        }
    }

    private func population(
        _ name: String, _ shape: [Int], _ model: any NeuronModel.Type, _ parameters: [String: Column] = [:]
    ) throws(NIRError) -> Population {
        do {
            return try Population(
                name, shape: shape, model: model, parameters: parameters.mapValues { ParameterValue($0) })
        } catch {
            throw .network(file: graph.file, error)
        }
    }

    /// The one population that an output shows as it is, if there is nothing but that in front.
    private func populationBefore(_ output: String) -> String? {
        var name = output
        while let edges = incoming[name], edges.count == 1 {
            name = graph.edges[edges[0]].source
            guard let passes = operators[name] else { return name }
            guard passes.isEmpty, constants[name] == nil else { return nil }
        }
        return nil
    }

    private func inputShape(of name: String) throws(NIRError) -> [Int]? {
        let sources = (incoming[name] ?? []).map { graph.edges[$0].source }
        guard let first = sources.first else { return nil }
        for other in sources where shapes[other] != shapes[first] {
            throw .shape(
                file: graph.file, node: name,
                reason: "'\(first)' brings the shape \(shapes[first] ?? []) and '\(other)' \(shapes[other] ?? [])")
        }
        return shapes[first]
    }

    private func inputConstant(of name: String) -> [Double]? {
        var sum: [Double]?
        for place in incoming[name] ?? [] {
            guard let values = constants[graph.edges[place].source] else { continue }
            if let before = sum { sum = zip(before, values).map { $0 + $1 } } else { sum = values }
        }
        return sum
    }

    private func checkSize(_ shape: [Int], _ node: String) throws(NIRError) {
        var count = 1
        for extent in shape {
            let product = count.multipliedReportingOverflow(by: extent)
            guard !product.overflow, product.partialValue <= Self.mostElements else {
                throw .shape(
                    file: graph.file, node: node,
                    reason: "its shape \(shape) has more than \(Self.mostElements) elements")
            }
            count = product.partialValue
        }
    }
}

extension NIRReader {
    /// How many projections a graph may come to: paths multiply where nodes branch and join.
    private static let mostProjections = 10_000

    /// The paths between populations, in the order of their edges.
    private func projections() throws(NIRError) -> [Projection] {
        let ends = Set(populations.map(\.name))
        var found: [(path: [Int], source: String, target: String, operators: [any ConnectionOperator])] = []
        var steps = 0
        for population in populations {
            var pending = (outgoing[population.name] ?? []).map { (path: [$0], items: [any ConnectionOperator]()) }
            while let (path, items) = pending.popLast() {
                steps += 1
                guard found.count <= Self.mostProjections, steps <= 100 * Self.mostProjections else {
                    throw .structure(
                        file: graph.file,
                        reason: "there are more than \(Self.mostProjections) ways from population to population")
                }
                let node = graph.edges[path[path.count - 1]].target
                if ends.contains(node) {
                    found.append((path, population.name, node, items))
                    continue
                }
                let more = items + (operators[node] ?? [])
                pending += (outgoing[node] ?? []).map { (path + [$0], more) }
            }
        }
        found.sort { $0.path.lexicographicallyPrecedes($1.path) }
        var names: [String: Int] = [:]
        return found.map { entry in
            let base = "\(entry.source)-\(entry.target)"
            let number = names[base, default: 0] + 1
            names[base] = number
            return Projection(
                number == 1 ? base : "\(base)-\(number)", from: entry.source, to: entry.target,
                operators: entry.operators)
        }
    }
}
