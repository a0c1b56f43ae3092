extension ConnectionSite {
    /// Of more neurons no lists are made: without autapses, a synapse in so many is counted too many.
    private static let mostListed = 1 << 20

    /// The two sides of a projection as its description tells them, which is enough to count synapses before they are drawn.
    ///
    /// Without positions. `twins` is nil for more than 2^20 neurons.
    ///
    /// - Complexity: O(sources + targets).
    public init(_ projection: Projection, in network: Network, seed: UInt64) {
        let counts = (projection.sources.count(in: network), projection.targets.count(in: network))
        self.init(
            sources: counts.0, targets: counts.1,
            twins: counts.0 + counts.1 <= Self.mostListed ? Self.twins(projection, in: network, seed: seed) : nil,
            shapes: projection.shapes(of: { network.population(named: $0)?.shape }), seed: seed,
            projection: projection.name)
    }

    /// For each target its index among the sources, or −1; `nil` where no neuron is on both sides.
    private static func twins(_ projection: Projection, in network: Network, seed: UInt64) -> [Int32]? {
        var places: [Neuron: Int32] = [:]
        for (place, neuron) in neurons(projection.sources, in: network, seed: seed).enumerated() {
            places[neuron] = Int32(place)
        }
        let twins = neurons(projection.targets, in: network, seed: seed).map { places[$0] ?? -1 }
        return twins.contains { $0 >= 0 } ? twins : nil
    }

    private struct Neuron: Hashable {
        let population: Int
        let index: Int32
    }

    private static func neurons(_ assembly: Assembly, in network: Network, seed: UInt64) -> [Neuron] {
        assembly.views.flatMap { view -> [Neuron] in
            guard let place = network.populations.firstIndex(where: { $0.name == view.population }) else { return [] }
            return view.indices(count: network.populations[place].count, seed: seed)
                .map { Neuron(population: place, index: $0) }
        }
    }
}

extension Projection {
    /// The shapes of both sides, where each is one whole population.
    ///
    /// - Parameter shape: The shape of a population by its name.
    package func shapes(of shape: (String) -> [Int]?) -> (source: [Int], target: [Int])? {
        func whole(_ assembly: Assembly) -> [Int]? {
            guard assembly.views.count == 1, let view = assembly.views.first, view.selection == .all else { return nil }
            return shape(view.population)
        }
        guard let source = whole(sources), let target = whole(targets) else { return nil }
        return (source, target)
    }
}
