import SynfireSpikingNetworks

/// The synapses of a projection, one entry each, by target and then by source.
public struct SynapseList: Sendable, Equatable {
    /// The source of each, by its index among the projection's sources.
    public var sources: [Int32] = []
    /// The target of each, by its index among the projection's targets.
    public var targets: [Int32] = []
    /// The weight of each, in the receptor's unit.
    public var weights: [Float] = []
    /// The delay of each, in steps.
    public var delays: [Int32] = []

    /// How many there are.
    public var count: Int { sources.count }
}

extension ClockSimulation {
    /// The synapses of a projection with their weights as they are now.
    ///
    /// - Parameter name: The name of the projection.
    /// - Throws: `SpikingNetworkError` for a name that the network does not have.
    /// - Complexity: O(synapses · log(synapses)). Constant synapses are drawn anew, plastic ones are read; of a network
    ///   whose synapses were loaded, preparing a connector comes on top.
    public func synapses(of name: String) throws -> SynapseList {
        guard let number = projections.firstIndex(where: { $0.name == name }) else {
            throw SpikingNetworkError.unknownProjection(name, valid: projections.map(\.name))
        }
        let projection = projections[number]
        guard projection.synapse.storage == .procedural || !projection.isPlastic else {
            return plasticSynapses(projection, number)
        }
        switch connections[number] {
        case .made(let maker): return try drawn(projection, by: maker)
        case .drawn(let outgoing): return try drawn(projection, by: outgoing)
        case .unmade:
            guard case .made(let maker) = try projection.connections() else { return SynapseList() }
            return try drawn(projection, by: maker)
        }
    }

    private func plasticSynapses(_ projection: ProjectionPlan, _ number: Int) -> SynapseList {
        var entries: [Entry] = []
        for (worker, strip) in strips.enumerated() {
            for synapses in strip.plastic where synapses.projection == number {
                // A neuron may be several targets only in different parts, each of which has its own table.
                let part = projection.targets.parts[synapses.part]
                let neurons = index.strip(synapses.population, of: worker)
                var targetOfPlace = [Int32](repeating: -1, count: neurons.count)
                for position in part.neurons.positions(in: neurons) {
                    targetOfPlace[part.neurons[position] - neurons.lowerBound] = Int32(part.first + position)
                }
                synapses.forEach { source, place, weight, delay in
                    entries.append(
                        Entry(source: source, target: targetOfPlace[place], weight: weight, delay: delay))
                }
            }
        }
        return Self.sorted(entries)
    }

    private struct Entry {
        let source: Int32
        let target: Int32
        let weight: Float
        let delay: Int32
    }

    private func drawn(_ projection: ProjectionPlan, by maker: any ConnectionMaker) throws -> SynapseList {
        var entries: [Entry] = []
        var list = ConnectionList()
        for target in 0..<projection.targets.count {
            list.removeAll()
            maker.appendSources(ofTarget: target, to: &list)
            var weights: [Float] = []
            var delays: [Int32] = []
            try projection.draw.append(target: target, list, weights: &weights, delays: &delays)
            for (number, source) in list.sources.enumerated() {
                entries.append(
                    Entry(source: source, target: Int32(target), weight: weights[number], delay: delays[number]))
            }
        }
        return Self.sorted(entries)
    }

    private func drawn(_ projection: ProjectionPlan, by outgoing: OutgoingConnections) throws -> SynapseList {
        var entries: [Entry] = []
        var list = ConnectionList()
        var counts: [Int] = []
        for source in 0..<projection.sources.count {
            outgoing.countTargets(of: source, into: &counts)
            for block in counts.indices {
                list.removeAll()
                outgoing.appendTargets(of: source, block: block, count: counts[block], to: &list.sources)
                var weights: [Float] = []
                var delays: [Int32] = []
                try projection.draw.append(
                    source: source, block: block, targets: list, weights: &weights, delays: &delays)
                for (number, target) in list.sources.enumerated() {
                    entries.append(
                        Entry(
                            source: Int32(source), target: target, weight: weights[number], delay: delays[number]))
                }
            }
        }
        return Self.sorted(entries)
    }

    /// By target, source and delay; of several between the same two with one delay, in the order in which they were made.
    private static func sorted(_ entries: [Entry]) -> SynapseList {
        let order = entries.indices.sorted {
            (entries[$0].target, entries[$0].source, entries[$0].delay, $0)
                < (entries[$1].target, entries[$1].source, entries[$1].delay, $1)
        }
        return SynapseList(
            sources: order.map { entries[$0].source }, targets: order.map { entries[$0].target },
            weights: order.map { entries[$0].weight }, delays: order.map { entries[$0].delay })
    }
}
