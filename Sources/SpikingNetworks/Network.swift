import SpikingModels

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
    /// The name of the population that is read out, where the network classifies or computes something.
    public let readout: String?
    /// Facts about where the network is from, by key; stored with it.
    public var metadata: [String: String]

    /// Makes a network of populations and projections, in any order.
    ///
    /// - Throws: ``SpikingNetworkError`` for duplicate or unknown names, shapes that do not fit, projections into a source,
    ///   or a loop.
    /// - Complexity: O(populations × projections).
    public init(
        name: String, populations: [Population], projections: [Projection], readout: String? = nil,
        metadata: [String: String] = [:]
    ) throws(SpikingNetworkError) {
        guard !populations.isEmpty else { throw .incomplete("network '\(name)' has no population") }
        let names = populations.map(\.name)
        try Network.checkDuplicates(names)
        try Network.checkDuplicates(projections.map(\.name))
        let byName = Dictionary(uniqueKeysWithValues: populations.map { ($0.name, $0) })
        for projection in projections {
            let user = "projection '\(projection.name)'"
            guard let source = byName[projection.source] else {
                throw .unknownPopulation(projection.source, usedBy: user, valid: names)
            }
            guard let target = byName[projection.target] else {
                throw .unknownPopulation(projection.target, usedBy: user, valid: names)
            }
            if case .analog = target.dynamics {
                throw .sourceAsTarget(projection: projection.name, population: target.name)
            }
            let shapes = try projection.shapes(from: source.shape)
            guard let end = shapes.last, end == target.shape else {
                throw .projectionShape(
                    projection: projection.name, found: shapes.last ?? [], target: target.name,
                    expected: target.shape)
            }
        }
        if let readout, byName[readout] == nil {
            throw .unknownPopulation(readout, usedBy: "the readout", valid: names)
        }
        self.name = name
        self.populations = try Network.ordered(populations, projections)
        self.projections = projections
        self.readout = readout
        self.metadata = metadata
    }

    /// The population of a name.
    public func population(named name: String) -> Population? { populations.first { $0.name == name } }

    /// The populations that are given from outside.
    public var analogInputs: [Population] {
        populations.filter { if case .analog = $0.dynamics { true } else { false } }
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
        var waiting = populations
        var placed: [Population] = []
        var names: Set<String> = []
        while !waiting.isEmpty {
            let ready = waiting.firstIndex { candidate in
                projections.allSatisfy { $0.target != candidate.name || names.contains($0.source) }
            }
            guard let ready else { throw .loop(waiting.map(\.name)) }
            names.insert(waiting[ready].name)
            placed.append(waiting.remove(at: ready))
        }
        return placed
    }
}
