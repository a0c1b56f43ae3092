import SynfireParallel
import SynfireSpikingNetworks
import SynfireUnits

/// One part of a projection's targets, and how its synapses are made.
struct EventPart: Sendable {
    let projection: Int
    let members: Members.Part
    let receptor: Int
    /// The weight of all synapses; `nil` where each has its own.
    let weight: Double?
    /// The delay of all synapses [ticks]; `nil` where each has its own.
    let delay: Int64?
}

/// Makes the synapses of the event engine, each worker those onto its own neurons, in two passes over the same random
/// streams: one counts the synapses of each source, one draws and stores them.
struct EventSynapseMaker {
    let index: NeuronIndex
    let projections: [ProjectionPlan]
    let pool: WorkerPool

    /// The parts of all projections, in order.
    func parts() -> [EventPart] {
        projections.enumerated().flatMap { number, projection in
            zip(projection.targets.parts, projection.receptors).map { part, receptor in
                EventPart(
                    projection: number, members: part, receptor: receptor, weight: projection.sharedWeight,
                    delay: projection.draw.exactDelay.map(Ticks.count))
            }
        }
    }

    /// For each part, the synapses of each worker.
    func make(_ parts: [EventPart], progress: (Int) throws -> Void) throws -> [[EventRows]] {
        var done = 0
        var made: [[EventRows]] = []
        let makers = try projections.map { try $0.maker() }
        for part in parts {
            let projection = projections[part.projection]
            let maker = makers[part.projection]
            let counts = (0..<index.workers).map { _ in SynapseCounts(rows: projection.sources.count) }
            try index.forEachBlock(of: part.members, pool: pool) { worker, positions in
                var list = ConnectionList()
                for position in positions {
                    list.removeAll()
                    maker.appendSources(ofTarget: part.members.first + position, to: &list)
                    for source in list.sources { counts[worker].add(row: Int(source)) }
                }
            } report: {
                try progress(done)
            }
            let tables = try counts.map {
                try EventRows($0, hasWeights: part.weight == nil, hasDelays: part.delay == nil)
            }
            try index.forEachBlock(of: part.members, pool: pool) { worker, positions in
                try fill(tables[worker], part, projection, maker, positions, worker)
            } report: {
                try progress(done)
            }
            pool.forEachWorker { tables[$0].finish() }
            done += tables.reduce(0) { $0 + $1.count }
            try progress(done)
            made.append(tables)
        }
        return made
    }

    private func fill(
        _ table: EventRows, _ part: EventPart, _ projection: ProjectionPlan, _ maker: any ConnectionMaker,
        _ positions: ArraySlice<Int>, _ worker: Int
    ) throws {
        let strip = index.strip(part.members.population, of: worker)
        let needsNumbers = part.weight == nil || part.delay == nil
        var list = ConnectionList()
        var (weights, delays): ([Float], [Double]) = ([], [])
        for position in positions {
            list.removeAll()
            weights.removeAll(keepingCapacity: true)
            delays.removeAll(keepingCapacity: true)
            let target = part.members.first + position
            maker.appendSources(ofTarget: target, to: &list)
            if needsNumbers {
                try projection.draw.append(target: target, list, weights: &weights, exactDelays: &delays)
            } else if let fault = list.fault {
                throw SpikingNetworkError.unfitParameters("projection '\(projection.name)'", fault)
            }
            let place = part.members.neurons[position] - strip.lowerBound
            for (number, source) in list.sources.enumerated() {
                table.add(
                    row: Int(source), target: place, weight: needsNumbers ? weights[number] : 0,
                    delay: needsNumbers ? Ticks.count(delays[number]) : 0)
            }
        }
    }
}

extension ProjectionPlan {
    /// The weight of all synapses, where no connector changes it.
    fileprivate var sharedWeight: Double? { bringsFactors || synapse.longTerm != nil ? nil : draw.exactWeight }

    /// The weight that plastic synapses all begin with, where they do.
    var initialWeight: Double? { bringsFactors ? nil : draw.exactWeight }

    /// What makes the connections target by target.
    fileprivate func maker() throws -> any ConnectionMaker {
        guard case .made(let maker) = try connections() else {
            throw SimulationError.proceduralInEvents(projection: name)
        }
        return maker
    }
}
