import SynfireSpikingModels

/// A spiking network as a value: populations, the projections between them, and what is known about it.
///
/// It is checked as a whole when it is made; the engines may rely on that.
public struct Network: Sendable {
    /// The name, for files and tables.
    public let name: String
    /// The populations; a source stands in front of what it projects to.
    public let populations: [Population]
    /// The projections.
    public let projections: [Projection]
    /// What acts on neurons from outside.
    public let stimuli: [Stimulus]
    /// The name of the population that is read out, where the network classifies or computes something.
    public let readout: String?
    /// Facts about where the network is from, by key; stored with it.
    public var metadata: [String: String]
    /// How the network counts time: continuously, unless what it was read from says otherwise.
    public var timing = NetworkTiming.continuous

    /// Makes a network of populations and projections, in any order.
    ///
    /// - Throws: ``SpikingNetworkError`` for duplicate or unknown names, shapes that do not fit, projections into a source,
    ///   units or receptors, or a loop of operators.
    /// - Complexity: O(populations × projections).
    public init(
        name: String, populations: [Population], projections: [Projection], stimuli: [Stimulus] = [],
        readout: String? = nil,
        metadata: [String: String] = [:]
    ) throws(SpikingNetworkError) {
        guard !populations.isEmpty else { throw .incomplete("network '\(name)' has no population") }
        let names = populations.map(\.name)
        try Network.checkDuplicates(names)
        try Network.checkDuplicates(projections.map(\.name) + stimuli.map(\.name))
        let byName = Dictionary(uniqueKeysWithValues: populations.map { ($0.name, $0) })
        for projection in projections { try NetworkCheck(byName, names).check(projection) }
        for stimulus in stimuli { try NetworkCheck(byName, names).check(stimulus) }
        if let readout, byName[readout] == nil {
            throw .unknownPopulation(readout, usedBy: "the readout", valid: names)
        }
        self.name = name
        self.populations = try Network.ordered(populations, projections)
        self.projections = projections
        self.stimuli = stimuli
        self.readout = readout
        self.metadata = metadata
    }

    /// The population of a name.
    public func population(named name: String) -> Population? { populations.first { $0.name == name } }

    /// The populations that are given from outside.
    public var analogInputs: [Population] {
        populations.filter { if case .analog = $0.dynamics { true } else { false } }
    }

    /// The network with a number for each neuron in place of each distribution of parameters and initial values.
    ///
    /// - Throws: ``SpikingNetworkError`` for a draw that a parameter does not allow.
    public func drawn(seed: UInt64) throws(SpikingNetworkError) -> Network {
        var drawn: [Population] = []
        for population in populations { drawn.append(try population.drawn(seed: seed)) }
        return Network(self, populations: drawn)
    }

    /// The network with procedural synapses in every projection that allows it, see ``SynapseStorage/procedural``.
    ///
    /// - Throws: ``SpikingNetworkError`` where no projection does, with the reason of the first.
    public func procedural() throws(SpikingNetworkError) -> Network {
        var (changed, firstFault): ([Projection], (String, String)?) = ([], nil)
        var isAny = false
        for projection in projections {
            guard case .synapses(let connector, var synapse, let receptor) = projection.transmission else {
                changed.append(projection)
                continue
            }
            if let fault = NetworkCheck.proceduralFault(connector, synapse) {
                firstFault = firstFault ?? (projection.name, fault)
            } else {
                synapse.storage = .procedural
                isAny = true
            }
            changed.append(
                Projection(
                    projection.name, from: projection.sources, to: projection.targets, connector: connector,
                    synapse: synapse, receptor: receptor))
        }
        if let firstFault, !isAny {
            throw .unfitParameters(
                "projection '\(firstFault.0)'", "no synapses of this network can be procedural: \(firstFault.1)")
        }
        return Network(self, populations: populations, projections: changed)
    }

    private init(_ network: Network, populations: [Population], projections: [Projection]? = nil) {
        name = network.name
        self.populations = populations
        self.projections = projections ?? network.projections
        stimuli = network.stimuli
        readout = network.readout
        metadata = network.metadata
        timing = network.timing
    }

    /// How many neurons there are, sources from outside not counted.
    public var neuronCount: Int {
        populations.reduce(0) { sum, population in
            if case .analog = population.dynamics { return sum }
            return sum + population.count
        }
    }

    private static func checkDuplicates(_ names: [String]) throws(SpikingNetworkError) {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted { throw .duplicateName(name) }
    }

    /// Populations with each source in front of its targets, otherwise as given.
    private static func ordered(
        _ populations: [Population], _ projections: [Projection]
    ) throws(SpikingNetworkError) -> [Population] {
        let chains = projections.filter { $0.operatorChain != nil }
        var waiting = populations
        var placed: [Population] = []
        var names: Set<String> = []
        while !waiting.isEmpty {
            let ready = waiting.firstIndex { candidate in
                chains.allSatisfy { $0.target != candidate.name || names.contains($0.source) }
            }
            guard let ready else { throw .loop(waiting.map(\.name)) }
            names.insert(waiting[ready].name)
            placed.append(waiting.remove(at: ready))
        }
        return placed
    }
}
