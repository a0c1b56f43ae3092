import SynfireSpikingModels
import SynfireSpikingNetworks

/// The neurons of all populations under one number, and which worker has them.
///
/// Each worker has a strip of every population, so that populations of different cost are shared alike.
struct NeuronIndex: Sendable {
    let populations: [Population]
    let workers: Int
    /// The number of the first neuron of each population, and behind the last.
    let offsets: [Int]
    private let byName: [String: Int]

    init(_ network: Network, workers: Int) {
        populations = network.populations
        self.workers = workers
        offsets = network.populations.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        byName = Dictionary(uniqueKeysWithValues: network.populations.enumerated().map { ($1.name, $0) })
    }

    /// How many neurons there are.
    var count: Int { offsets[offsets.count - 1] }

    /// The neurons of a population that a worker has.
    func strip(_ population: Int, of worker: Int) -> Range<Int> {
        let count = populations[population].count
        return count * worker / workers..<count * (worker + 1) / workers
    }

    func population(named name: String) -> Int {
        guard let index = byName[name] else { fatalError("the network has no population '\(name)'") }
        return index
    }

    /// An assembly's neurons.
    func members(_ assembly: Assembly, seed: UInt64) -> Members {
        var parts: [Members.Part] = []
        var first = 0
        for view in assembly.views {
            let population = population(named: view.population)
            let count = populations[population].count
            let neurons: Members.Neurons
            switch view.selection {
            case .all: neurons = .range(0..<count)
            case .range(let range): neurons = .range(range)
            case .indices, .random: neurons = .list(view.indices(count: count, seed: seed))
            }
            parts.append(Members.Part(population: population, first: first, neurons: neurons))
            first += neurons.count
        }
        return Members(parts: parts, count: first)
    }

    /// The numbers of an assembly's neurons, in its order.
    func numbers(_ members: Members) -> [Int32] {
        members.parts.flatMap { part in
            (0..<part.neurons.count).map { Int32(truncatingIfNeeded: offsets[part.population] + part.neurons[$0]) }
        }
    }
}

/// The neurons of an assembly, part by part.
struct Members: Sendable {
    /// Neurons of one population, by index in it.
    enum Neurons: Sendable {
        case range(Range<Int>)
        case list([Int32])

        var count: Int {
            switch self {
            case .range(let range): range.count
            case .list(let list): list.count
            }
        }

        subscript(position: Int) -> Int {
            switch self {
            case .range(let range): range.lowerBound + position
            case .list(let list): Int(list[position])
            }
        }

        /// The positions whose neurons are in a strip, in ascending order.
        func positions(in strip: Range<Int>) -> [Int] {
            switch self {
            case .range(let range):
                let common = range.clamped(to: strip)
                return common.map { $0 - range.lowerBound }
            case .list(let list): return list.indices.filter { strip.contains(Int(list[$0])) }
            }
        }
    }

    struct Part: Sendable {
        let population: Int
        /// The index of its first neuron in the assembly.
        let first: Int
        let neurons: Neurons
    }

    let parts: [Part]
    let count: Int
}
