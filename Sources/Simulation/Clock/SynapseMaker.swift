import SynfireParallel
import SynfireSpikingModels
import SynfireSpikingNetworks

/// The synapses onto the neurons of one worker.
struct MadeSynapses: Sendable {
    let constant: SynapseRows
    let plastic: [Plastic]

    /// Synapses of one projection with plasticity onto one population.
    struct Plastic: Sendable {
        let projection: Int
        /// The part of the projection's targets.
        let part: Int
        let population: Int
        let receptor: Int
        let rows: SynapseRows
    }

    var count: Int { constant.count + plastic.reduce(0) { $0 + $1.rows.count } }

    var leastDelay: Int { min(constant.leastDelay, plastic.map(\.rows.leastDelay).min() ?? Int.max) }
}

/// Makes all synapses, each worker those onto its own neurons, in two passes over the same random streams: one counts
/// the synapses of each source, one draws and stores them.
struct SynapseMaker {
    private let index: NeuronIndex
    private let slots: SlotMap
    private let projections: [ProjectionPlan]
    private let connections: [Connections]
    private let pool: WorkerPool
    private let progress: BuildReporter
    private var done = 0

    init(
        index: NeuronIndex, slots: SlotMap, projections: [ProjectionPlan], connections: [Connections],
        pool: WorkerPool, progress: BuildReporter
    ) {
        self.connections = connections
        self.progress = progress
        self.index = index
        self.slots = slots
        self.projections = projections
        self.pool = pool
    }

    /// One part of a projection's targets: the unit in which tables of plastic synapses are kept.
    private struct Part {
        let projection: Int
        let number: Int
        let members: Members.Part
        let receptor: Int
        let maker: any ConnectionMaker
    }

    mutating func make() throws -> [MadeSynapses] {
        let parts = projections.enumerated().flatMap { number, projection -> [Part] in
            guard case .made(let maker) = connections[number] else { return [] }
            return zip(projection.targets.parts, projection.receptors).enumerated().map { place, part in
                Part(projection: number, number: place, members: part.0, receptor: part.1, maker: maker)
            }
        }
        let workers = 0..<index.workers
        let counts = workers.map { _ in
            (constant: SynapseCounts(rows: index.count), plastic: plasticCounts(parts))
        }
        for (number, part) in parts.enumerated() {
            let (projection, maker) = (projections[part.projection], part.maker)
            try index.forEachBlock(of: part.members, pool: pool) { worker, positions in
                let own = counts[worker].plastic[number]
                let constant = counts[worker].constant
                var list = ConnectionList()
                for position in positions {
                    list.removeAll()
                    maker.appendSources(ofTarget: part.members.first + position, to: &list)
                    if let own {
                        for source in list.sources { own.add(row: Int(source)) }
                    } else {
                        for source in list.sources { constant.add(row: Int(projection.sources[Int(source)])) }
                    }
                }
            } report: {
                try progress.report(0)
            }
        }
        let tables = try workers.map { worker in
            (
                constant: try SynapseRows(counts[worker].constant),
                plastic: try counts[worker].plastic.map { try $0.map { try SynapseRows($0) } }
            )
        }
        for (number, part) in parts.enumerated() {
            try fill(part, tables.map { ($0.constant, $0.plastic[number]) })
        }
        pool.forEachWorker { worker in
            tables[worker].constant.finish(splittingRuns: false)
            for rows in tables[worker].plastic { rows?.finish(splittingRuns: true) }
        }
        return tables.map { table in
            MadeSynapses(
                constant: table.constant,
                plastic: zip(parts, table.plastic).compactMap { part, rows in
                    rows.map {
                        MadeSynapses.Plastic(
                            projection: part.projection, part: part.number, population: part.members.population,
                            receptor: part.receptor,
                            rows: $0)
                    }
                })
        }
    }

    private func plasticCounts(_ parts: [Part]) -> [SynapseCounts?] {
        parts.map {
            let projection = projections[$0.projection]
            return projection.isPlastic ? SynapseCounts(rows: projection.sources.count) : nil
        }
    }

    private mutating func fill(
        _ part: Part, _ tables: [(constant: SynapseRows, plastic: SynapseRows?)]
    ) throws {
        let (projection, maker) = (projections[part.projection], part.maker)
        let (index, slots) = (index, slots)
        let before = done
        let tally = WorkerTally(index.workers)
        try index.forEachBlock(of: part.members, pool: pool) { worker, positions in
            let (constant, own) = tables[worker]
            let strip = index.strip(part.members.population, of: worker)
            let firstSlot =
                own != nil
                ? 0 : slots.first(worker: worker, population: part.members.population, receptor: part.receptor)
            var list = ConnectionList()
            var weights: [Float] = []
            var delays: [Int32] = []
            for position in positions {
                list.removeAll()
                weights.removeAll(keepingCapacity: true)
                delays.removeAll(keepingCapacity: true)
                let target = part.members.first + position
                maker.appendSources(ofTarget: target, to: &list)
                try projection.draw.append(target: target, list, weights: &weights, delays: &delays)
                let slot = firstSlot + part.members.neurons[position] - strip.lowerBound
                for (number, source) in list.sources.enumerated() {
                    if let own {
                        own.add(row: Int(source), slot: slot, weight: weights[number], delay: delays[number])
                    } else {
                        constant.add(
                            row: Int(projection.sources[Int(source)]), slot: slot, weight: weights[number],
                            delay: delays[number])
                    }
                }
                tally.add(worker, list.sources.count)
            }
        } report: {
            try progress.report(before + tally.sum)
        }
        done += tally.sum
    }
}

/// A count for each worker.
///
/// Unchecked `Sendable`: a worker changes only its own.
private final class WorkerTally: @unchecked Sendable {
    private let counts: WorkBuffer<Int>

    init(_ workers: Int) { counts = WorkBuffer(repeating: 0, count: workers * 8) }

    // Eight apart, so that workers do not write to one cache line.
    func add(_ worker: Int, _ more: Int) { counts.base[worker * 8] += more }

    var sum: Int { (0..<counts.count / 8).reduce(0) { $0 + counts.base[$1 * 8] } }
}
