import SynfireSpikingNetworks
import SynfireUnits

/// The synapses of a projection in continuous time, one entry each, by target and then by source.
public struct ExactSynapseList: Sendable, Equatable {
    /// The source of each, by its index among the projection's sources.
    public var sources: [Int32] = []
    /// The target of each, by its index among the projection's targets.
    public var targets: [Int32] = []
    /// The weight of each, in the receptor's unit; without what short-term plasticity makes of it.
    public var weights: [Double] = []
    /// The delay of each [ms].
    public var delays: [Double] = []

    /// How many there are.
    public var count: Int { sources.count }
}

extension EventSimulation {
    /// The synapses of a projection, as spikes pass them, with their weights as they are now.
    ///
    /// - Parameter name: The name of the projection.
    /// - Throws: `SpikingNetworkError` for a name that the network does not have.
    /// - Complexity: O(synapses · log(synapses)).
    public func synapses(of name: String) throws -> ExactSynapseList {
        guard let number = network.projections.firstIndex(where: { $0.name == name }) else {
            throw SpikingNetworkError.unknownProjection(name, valid: network.projections.map(\.name))
        }
        var list = ExactSynapseList()
        for strip in strips {
            for population in strip.populations {
                for table in population.tables where table.part.projection == number {
                    append(table, of: population.neurons, to: &list)
                }
            }
        }
        // Of several between the same two with one delay, in the order in which they were made.
        let order = list.sources.indices.sorted {
            (list.targets[$0], list.sources[$0], list.delays[$0], $0)
                < (list.targets[$1], list.sources[$1], list.delays[$1], $1)
        }
        return ExactSynapseList(
            sources: order.map { list.sources[$0] }, targets: order.map { list.targets[$0] },
            weights: order.map { list.weights[$0] }, delays: order.map { list.delays[$0] })
    }

    private func append(_ table: EventTable, of neurons: Range<Int>, to list: inout ExactSynapseList) {
        // A neuron may be several targets only in different parts, each of which has its own table.
        let (members, rows) = (table.part.members, table.rows)
        var targetOfPlace = [Int32](repeating: -1, count: neurons.count)
        for position in members.neurons.positions(in: neurons) {
            targetOfPlace[members.neurons[position] - neurons.lowerBound] = Int32(members.first + position)
        }
        let plastic = table.plastic?.weights(at: end)
        for row in 0..<rows.rows {
            for synapse in rows.starts[row]..<rows.starts[row + 1] {
                list.sources.append(Int32(row))
                list.targets.append(targetOfPlace[Int(rows.targets[synapse])])
                let constant = table.part.weight ?? rows.weights.map { Double($0[synapse]) } ?? 0
                list.weights.append(plastic?[synapse] ?? constant)
                list.delays.append(Ticks.milliseconds(table.part.delay ?? rows.delays?[synapse] ?? 0))
            }
        }
    }
}
