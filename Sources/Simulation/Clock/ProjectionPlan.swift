import SynfireParallel
import SynfireSpikingModels
import SynfireSpikingNetworks

/// What gives the connections of a projection.
enum Connections {
    /// Target by target, to be stored.
    case made(any ConnectionMaker)
    /// Source by source, at each spike.
    case drawn(OutgoingConnections)
    /// Not at all: the synapses come from elsewhere.
    case unmade
}

/// A projection with everything resolved that its synapses are made from.
struct ProjectionPlan: Sendable {
    let name: String
    let synapse: Synapse
    let targets: Members
    /// The number in the network of each source.
    let sources: [Int32]
    /// The receptor of each part of the targets.
    let receptors: [Int]
    /// For each neuron of the network its index among the sources, or −1; empty where the clock engine's synapses are
    /// stored and constant.
    let rowOfNeuron: [Int32]
    let site: ConnectionSite
    private let connector: any Connector
    let draw: SynapseDraw
    let expected: Double

    /// What gives the connections: taken once all projections together are known to fit into memory.
    func connections() throws -> Connections {
        guard isProcedural, let connector = connector as? any ProceduralConnector else {
            return .made(try connector.prepared(site))
        }
        let outgoing = OutgoingConnections(connector.outgoingRule(site), site: site, expected: expected)
        if let fault = outgoing.fault { throw SpikingNetworkError.unfitParameters("projection '\(name)'", fault) }
        return .drawn(outgoing)
    }

    /// Whether synapses are drawn again at each spike.
    var isProcedural: Bool { synapse.storage == .procedural }

    /// Whether they could be.
    var couldBeProcedural: Bool { NetworkCheck.proceduralFault(connector, synapse) == nil }

    /// Whether the connector changes the projection's weights.
    var bringsFactors: Bool { connector.bringsFactors }

    var isPlastic: Bool { synapse.shortTerm != nil || synapse.longTerm != nil }

    init(_ projection: Projection, _ index: NeuronIndex, seed: UInt64, step: Double?) throws {
        guard case .synapses(let connector, let synapse, let receptor) = projection.transmission else {
            throw SimulationError.operatorsInSteps(projection: projection.name)
        }
        let user = "projection '\(projection.name)'"
        let sourceMembers = index.members(projection.sources, seed: seed)
        let targets = index.members(projection.targets, seed: seed)
        let (sources, targetNumbers) = (index.numbers(sourceMembers), index.numbers(targets))
        let places = try index.places(of: sources, user)
        let isStatic = synapse.shortTerm == nil && synapse.longTerm == nil && synapse.storage == .stored
        rowOfNeuron = isStatic && step != nil ? [] : places
        name = projection.name
        self.synapse = synapse
        self.targets = targets
        self.sources = sources
        receptors = try targets.parts.map { part in
            try NetworkCheck.receptor(
                receptor, synapse.weight, index.populations[part.population].model.schema, projection: projection.name)
        }
        site = ConnectionSite(
            sources: sources.count, targets: targets.count,
            twins: Self.twins(targetNumbers, among: places),
            positions: try index.positions(sourceMembers, targets, seed: seed),
            shapes: projection.shapes(of: { index.populations[index.population(named: $0)].shape }), seed: seed,
            projection: projection.name)
        if let fault = connector.fault(site) { throw SpikingNetworkError.unfitParameters(user, fault) }
        expected = connector.expectedCount(site)
        self.connector = connector
        // Of several parts, one that takes weights of one sign only decides.
        let signs = zip(targets.parts, receptors).map { part, receptor in
            index.populations[part.population].model.schema.receptors[receptor].sign
        }
        draw = try SynapseDraw(synapse, site: site, step: step, sign: signs.first { $0 != .any } ?? .any)
    }

    /// For each target its index among the sources, or −1; `nil` where no neuron is on both sides.
    private static func twins(_ targets: [Int32], among places: [Int32]) -> [Int32]? {
        let twins = targets.map { places[Int($0)] }
        return twins.contains { $0 >= 0 } ? twins : nil
    }
}

extension NeuronIndex {
    /// For each neuron of the network its index in a list, or −1.
    ///
    /// - Throws: ``SpikingNetworkError`` where one stands twice in it.
    func places(of numbers: [Int32], _ user: String) throws(SpikingNetworkError) -> [Int32] {
        var places = [Int32](repeating: -1, count: count)
        for (place, number) in numbers.enumerated() {
            guard places[Int(number)] < 0 else {
                let population = offsets.lastIndex { $0 <= Int(number) } ?? 0
                let neuron = "neuron \(Int(number) - offsets[population]) of '\(populations[population].name)'"
                throw .unfitParameters(user, "\(neuron) stands twice among the sources: name it once")
            }
            places[Int(number)] = Int32(truncatingIfNeeded: place)
        }
        return places
    }

    /// Where the neurons of both sides are, if all of them are somewhere.
    func positions(
        _ sources: Members, _ targets: Members, seed: UInt64
    ) throws(SpikingNetworkError) -> (source: Positions.Points, target: Positions.Points)? {
        guard let source = try points(sources, seed: seed), let target = try points(targets, seed: seed) else {
            return nil
        }
        return (source, target)
    }

    private func points(_ members: Members, seed: UInt64) throws(SpikingNetworkError) -> Positions.Points? {
        var joined: Positions.Points?
        for part in members.parts {
            guard let all = try populations[part.population].points(seed: seed) else { return nil }
            let own = all.selecting((0..<part.neurons.count).lazy.map { Int32(truncatingIfNeeded: part.neurons[$0]) })
            guard let first = joined else {
                joined = own
                continue
            }
            guard let both = first.joined(with: own) else { return nil }
            joined = both
        }
        return joined
    }
}
