import SynfireHDF5
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits

/// A network as the nodes and edges that are written.
struct NIRLayout {
    /// What a dataset of a node holds.
    enum Field {
        case text(String)
        case integer(Int)
        case integers([Int])
        /// Single precision where that changes nothing, else double; a shape of `[]` is a single number.
        case numbers([Double], shape: [Int])
        case weights([Float], shape: [Int])
        case group([String: Field])
    }

    /// A node: its datasets by name, without `type`.
    struct Node {
        var name: String
        var type: String
        var fields: [String: Field]
    }

    private(set) var nodes: [Node] = []
    private(set) var edges: [(source: String, target: String)] = []
    private(set) var metadata: [String: Field] = [:]
    private var names: Set<String>

    init(_ network: Network) throws(NIRError) {
        names = Set(network.populations.map(\.name))
        for population in network.populations where population.isDrawn {
            throw .notExpressible(
                what: "population '\(population.name)'", reason: "its parameters are still to be drawn")
        }
        for projection in network.projections where projection.operatorChain == nil {
            throw .notExpressible(
                what: "projection '\(projection.name)'", reason: "it has synapses with delays, not linear operators")
        }
        if let stimulus = network.stimuli.first {
            throw .notExpressible(what: "stimulus '\(stimulus.name)'", reason: "NIR has no node for it")
        }
        for population in network.populations { nodes.append(try Self.node(of: population, network.timing)) }
        let biases = try BiasPlacement(network)
        for (index, projection) in network.projections.enumerated() {
            try add(projection, network, bias: biases.biases[index])
        }
        addOutputs(network)
        metadata = Self.metadata(of: network)
    }

    // MARK: Nodes

    private static func node(of population: Population, _ timing: NetworkTiming) throws(NIRError) -> Node {
        let (values, shape, name) = (population.values, population.shape, population.name)
        func full(_ symbol: String) -> Field { .numbers(values[symbol].expanded(shape: shape), shape: shape) }
        var r: Field {
            // Other tools know by r = 1/dt that a step adds what comes in.
            guard case .steps(let dt) = timing else { return full("r") }
            return .numbers(values["r"].expanded(shape: shape).map { $0 * (1 / dt) }, shape: shape)
        }
        func remarks(_ more: [String: Field]) -> Field {
            let start = values["v"]
            let potential: Field = start.storedCount == nil ? .numbers(start.storedValues, shape: []) : full("v")
            return .group(more.merging(["initial_potential": potential]) { first, _ in first })
        }
        switch population.model.schema.name {
        case AnalogInput.schema.name: return Node(name: name, type: "Input", fields: ["shape": .integers(shape)])
        case Integrator.schema.name:
            return Node(name: name, type: "I", fields: ["r": r, "metadata": remarks([:])])
        case IntegrateAndFire.schema.name:
            var facts = ["reset": Field.text(values.options["reset"] ?? "")]
            let onset = values["onset"]
            if onset != .uniform(0) {
                facts["onset"] = onset.storedCount == nil ? .numbers(onset.storedValues, shape: []) : full("onset")
            }
            return Node(
                name: name, type: "IF",
                fields: [
                    "r": r, "v_threshold": full("v_threshold"), "v_reset": full("v_reset"),
                    "metadata": remarks(facts),
                ])
        case let model:
            throw .notExpressible(
                what: "population '\(name)'", reason: "the model '\(model)' has no node type that means the same")
        }
    }

    /// A name that is still free, made of the name of the population that the node stands in front of or behind.
    private mutating func free(_ wanted: String) -> String {
        var (name, number) = (wanted, 1)
        while !names.insert(name).inserted {
            number += 1
            name = "\(wanted)_\(number)"
        }
        return name
    }

    private mutating func add(_ projection: Projection, _ network: Network, bias: BiasPlacement.Bias?) throws(NIRError)
    {
        guard var shape = network.population(named: projection.source)?.shape else { return }
        var previous = projection.source
        var chain: [Node] = []
        for (place, item) in projection.operators.enumerated() {
            let behind = try notExpressible(projection) { () throws(SpikingNetworkError) in
                try item.outputShape(for: shape)
            }
            let values = bias?.position == .at(place) ? bias?.values : nil
            chain += try Self.nodes(of: item, from: shape, to: behind, bias: values, projection: projection)
            shape = behind
        }
        if let bias, bias.position == .behind {
            chain.append(Self.identity(adding: bias.values, shape: shape))
        } else if chain.isEmpty, edges.contains(where: { $0 == (projection.source, projection.target) }) {
            // The format has no two edges between the same nodes.
            chain.append(Node(name: "scale", type: "Scale", fields: ["scale": Self.same(1, shape: shape)]))
        }
        for var node in chain {
            node.name = free(projection.target + "." + node.name)
            edges.append((previous, node.name))
            previous = node.name
            nodes.append(node)
        }
        edges.append((previous, projection.target))
    }

    private func notExpressible<Result>(
        _ projection: Projection, _ work: () throws(SpikingNetworkError) -> Result
    ) throws(NIRError) -> Result {
        do { return try work() } catch {
            throw .notExpressible(what: "projection '\(projection.name)'", reason: "\(error)")
        }
    }

    private mutating func addOutputs(_ network: Network) {
        let sources = Set(network.projections.map(\.source))
        for population in network.populations {
            let isReadout = population.name == network.readout
            guard isReadout || !sources.contains(population.name) else { continue }
            let name = free(isReadout || network.populations.count == 1 ? "output" : "output_" + population.name)
            nodes.append(Node(name: name, type: "Output", fields: ["shape": .integers(population.shape)]))
            edges.append((population.name, name))
        }
    }

    private static func metadata(of network: Network) -> [String: Field] {
        func list(_ texts: [String]) -> Field {
            .group(Dictionary(uniqueKeysWithValues: texts.enumerated().map { ("\($0.offset)", .text($0.element)) }))
        }
        let facts = network.metadata.map { (NIRKey.encoded($0.key), Field.text($0.value)) }
        var all: [String: Field] = [
            "name": .text(network.name), "synfire_version": .text(SynfireVersion.current),
            "time_unit": .text("1 ms per unit of time"),
            "populations": list(network.populations.map(\.name)),
            "projections": list(network.projections.map(\.name)),
            "facts": .group(Dictionary(uniqueKeysWithValues: facts)),
        ]
        if let readout = network.readout { all["readout"] = .text(readout) }
        switch network.timing {
        case .continuous: break
        case .steps(let dt): all["dt"] = .numbers([dt], shape: [])
        case .unknown(let reason): all["unknown_timing"] = .text(reason)
        }
        return all
    }

    static func same(_ value: Double, shape: [Int]) -> Field {
        .numbers([Double](repeating: value, count: shape.reduce(1, *)), shape: shape)
    }
}
