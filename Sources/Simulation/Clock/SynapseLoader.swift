import SynfireParallel
import SynfireSpikingNetworks

/// Puts synapses that were made before where each worker has its own.
///
/// With as many workers as made them each part belongs to one worker and is read straight into place; with another number
/// it is gone through twice, first to count. Both give the tables that making would give.
struct SynapseLoader {
    let index: NeuronIndex
    let slots: SlotMap
    let projections: [ProjectionPlan]
    let pool: WorkerPool
    let memoryLimit: Int?

    /// How many synapses are read at a time.
    private static let portion = 1 << 21

    func load(_ reader: any SynapseTableReader, _ reporter: BuildReporter) throws -> [MadeSynapses] {
        let expected = plannedTables()
        let found = reader.tables
        for (number, plan) in expected.enumerated() {
            guard found.indices.contains(number), found[number].name == plan.name else {
                throw SimulationError.badTables(table: plan.name, "it is not there")
            }
            let table = found[number]
            guard table.rows == plan.rows else {
                throw SimulationError.badTables(
                    table: plan.name, "it has \(table.rows) sources, the network \(plan.rows)")
            }
            guard !table.synapses.isEmpty, table.synapses.count <= 1 << 16,
                table.synapses.allSatisfy({ $0 >= 0 && $0 < 1 << 40 })
            else { throw SimulationError.badTables(table: plan.name, "it has impossible numbers of synapses") }
        }
        try checkMemory(found.prefix(expected.count))
        var done = 0
        var constant: [SynapseRows] = []
        var plastic = [[MadeSynapses.Plastic]](repeating: [], count: index.workers)
        for (number, plan) in expected.enumerated() {
            let tables = try rows(reader, number, plan) { more in
                done += more
                try reporter.report(done)
            }
            guard let part = plan.plastic else {
                constant = tables
                continue
            }
            for (worker, rows) in tables.enumerated() {
                plastic[worker].append(
                    MadeSynapses.Plastic(
                        projection: part.projection, part: part.part, population: part.population,
                        receptor: part.receptor, rows: rows))
            }
        }
        return (0..<index.workers).map { MadeSynapses(constant: constant[$0], plastic: plastic[$0]) }
    }

    /// Refuses more synapses than there is memory for: a file may say what it likes.
    private func checkMemory(_ tables: ArraySlice<SynapseTable>) throws(SimulationError) {
        let count = tables.reduce(0.0) { $0 + $1.synapses.reduce(0.0) { $0 + Double($1) } }
        let each = SynapseRows.bytesPerSynapse + SynapseRows.bytesWhileMade
        let available = MemoryEstimate.available(limit: memoryLimit)
        guard available > 0, count * Double(each) > available * 0.95 else { return }
        throw .tooManySynapses(
            expected: count, bytes: count * Double(each), available: available,
            fitting: available * 0.95 / Double(each), procedural: nil)
    }

    // MARK: What is to be there

    /// A table that the network has.
    private struct Plan {
        let name: String
        let rows: Int
        let owners: SlotOwners
        let plastic: (projection: Int, part: Int, population: Int, receptor: Int)?
    }

    private func plannedTables() -> [Plan] {
        let constant = Plan(
            name: SynapseTable.constant, rows: index.count, owners: SlotOwners(slots, workers: index.workers),
            plastic: nil)
        return [constant]
            + projections.enumerated().filter { $1.isPlastic && !$1.isProcedural }.flatMap { number, projection in
                zip(projection.targets.parts, projection.receptors).enumerated().map { part, pair in
                    Plan(
                        name: SynapseTable.name(projection: projection.name, part: part),
                        rows: projection.sources.count, owners: SlotOwners(index, pair.0),
                        plastic: (number, part, pair.0.population, pair.1))
                }
            }
    }

    // MARK: Reading

    private func rows(
        _ reader: any SynapseTableReader, _ number: Int, _ plan: Plan, report: (Int) throws -> Void
    ) throws -> [SynapseRows] {
        let counts = reader.tables[number].synapses
        let runs = try counts.indices.map { part in
            let runs = try reader.runs(of: number, part: part)
            if let fault = fault(runs, rows: plan.rows, synapses: counts[part]) {
                throw SimulationError.badTables(table: plan.name, fault)
            }
            return runs
        }
        let splits = plan.plastic != nil
        if counts.count == index.workers {
            let tables = try zip(counts, runs).map { try SynapseRows(rows: plan.rows, synapses: $0, runs: $1) }
            for part in counts.indices {
                try forEachPortion(reader, number, part, counts[part], report) { first, places, weights in
                    let isWrong = tables[part].place(first, places, weights, plan.owners, worker: part, pool)
                    if isWrong { throw wrongPlace(plan) }
                }
            }
            pool.forEachWorker { worker in if splits { tables[worker].splitRuns() } }
            return tables
        }
        let tallies = (0..<index.workers).map { _ in SynapseCounts(rows: plan.rows) }
        for part in counts.indices {
            var walk = RowWalk(runs[part])
            try forEachPortion(reader, number, part, counts[part], { _ in try report(0) }) { _, places, weights in
                guard plan.owners.contain(places), weights.allSatisfy(\.isFinite) else { throw wrongPlace(plan) }
                let start = walk
                pool.forEachWorker { worker in
                    var walk = start
                    walk.advance(over: places.count) { synapses, row, _ in
                        for index in synapses where plan.owners.worker(Int(places[index])) == worker {
                            tallies[worker].add(row: row)
                        }
                    }
                }
                walk.advance(over: places.count) { _, _, _ in }
            }
        }
        let tables = try tallies.map { try SynapseRows($0) }
        for part in counts.indices {
            var walk = RowWalk(runs[part])
            try forEachPortion(reader, number, part, counts[part], report) { _, places, weights in
                // Whatever it was the first time: a file may have been changed.
                guard plan.owners.contain(places), weights.allSatisfy(\.isFinite) else { throw wrongPlace(plan) }
                let start = walk
                pool.forEachWorker { worker in
                    var walk = start
                    walk.advance(over: places.count) { synapses, row, delay in
                        for index in synapses where plan.owners.worker(Int(places[index])) == worker {
                            guard tables[worker].hasRoom(row: row) else { continue }
                            tables[worker].add(
                                row: row, slot: plan.owners.slot(Int(places[index])), weight: weights[index],
                                delay: Int32(delay))
                        }
                    }
                }
                walk.advance(over: places.count) { _, _, _ in }
            }
        }
        guard tables.allSatisfy(\.isFull) else {
            throw SimulationError.badTables(table: plan.name, "it was changed while it was read")
        }
        pool.forEachWorker { worker in tables[worker].finish(splittingRuns: splits) }
        return tables
    }

    private func wrongPlace(_ plan: Plan) -> SimulationError {
        .badTables(table: plan.name, "a synapse has a target that it cannot have, or a weight that is not finite")
    }

    private func forEachPortion(
        _ reader: any SynapseTableReader, _ number: Int, _ part: Int, _ count: Int, _ report: (Int) throws -> Void,
        _ body: (_ first: Int, _ places: [UInt32], _ weights: [Float]) throws -> Void
    ) throws {
        for first in stride(from: 0, to: count, by: Self.portion) {
            let range = first..<min(count, first + Self.portion)
            let (places, weights) = try reader.synapses(of: number, part: part, range: range)
            guard places.count == range.count, weights.count == range.count else {
                throw SimulationError.badTables(table: reader.tables[number].name, "it ends before its last synapse")
            }
            try body(first, places, weights)
            try report(range.count)
        }
    }

    private func fault(_ runs: SynapseTableRuns, rows: Int, synapses: Int) -> String? {
        guard runs.counts.count == rows else { return "it tells the runs of \(runs.counts.count) sources, not \(rows)" }
        guard runs.delays.count == runs.lengths.count,
            runs.counts.reduce(0, { $0 + Int($1) }) == runs.delays.count
        else { return "its runs are not as many as its sources have" }
        guard runs.lengths.reduce(0, { $0 + Int($1) }) == synapses else {
            return "its runs have not as many synapses as it has"
        }
        guard runs.delays.allSatisfy({ $0 > 0 }) else { return "a delay is 0 steps" }
        var first = 0
        for count in runs.counts {
            for run in first + 1..<max(first + 1, first + Int(count)) where runs.delays[run] < runs.delays[run - 1] {
                return "the delays of a source are not in ascending order"
            }
            first += Int(count)
        }
        return nil
    }
}

/// Goes through the synapses of a part in order, portion by portion.
private struct RowWalk {
    private let runs: SynapseTableRuns
    private var row = 0
    private var run = 0
    /// The first run of the next row, and what is left of the run.
    private var rowEnd, left: Int

    init(_ runs: SynapseTableRuns) {
        self.runs = runs
        rowEnd = Int(runs.counts.first ?? 0)
        left = Int(runs.lengths.first ?? 0)
    }

    /// Calls with the synapses of a portion that are of one run, with its row and delay.
    @inline(__always)
    mutating func advance(over count: Int, _ body: (_ synapses: Range<Int>, _ row: Int, _ delay: UInt16) -> Void) {
        var first = 0
        while first < count {
            while left == 0 {
                run += 1
                left = Int(runs.lengths[run])
            }
            while run >= rowEnd {
                row += 1
                rowEnd += Int(runs.counts[row])
            }
            let length = min(left, count - first)
            body(first..<first + length, row, runs.delays[run])
            left -= length
            first += length
        }
    }
}

/// Which worker has each place of a single worker's input, and where.
struct SlotOwners: Sendable {
    private let workers: [UInt16]
    private let slots: [UInt32]

    /// The places of all receptors of all populations.
    init(_ map: SlotMap, workers count: Int) {
        var workers = [UInt16](repeating: 0, count: map.singleCount)
        var slots = [UInt32](repeating: 0, count: map.singleCount)
        for worker in 0..<count {
            map.forEachStretch(of: worker) { places, single in
                for (offset, place) in places.enumerated() {
                    workers[single + offset] = UInt16(worker)
                    slots[single + offset] = UInt32(place)
                }
            }
        }
        (self.workers, self.slots) = (workers, slots)
    }

    /// The neurons of a population that are targets.
    init(_ index: NeuronIndex, _ part: Members.Part) {
        let count = index.populations[part.population].count
        var workers = [UInt16](repeating: Self.nobody, count: count)
        var slots = [UInt32](repeating: 0, count: count)
        for worker in 0..<index.workers {
            let strip = index.strip(part.population, of: worker)
            for position in part.neurons.positions(in: strip) {
                let neuron = part.neurons[position]
                workers[neuron] = UInt16(worker)
                slots[neuron] = UInt32(neuron - strip.lowerBound)
            }
        }
        (self.workers, self.slots) = (workers, slots)
    }

    /// What is no worker's; a pool has fewer.
    private static let nobody = UInt16.max

    /// Whether each place is somebody's.
    func contain(_ places: [UInt32]) -> Bool {
        for place in places where place >= workers.count || workers[Int(place)] == Self.nobody { return false }
        return true
    }

    @inline(__always) func worker(_ place: Int) -> Int { Int(workers[place]) }

    @inline(__always) func slot(_ place: Int) -> Int { Int(slots[place]) }
}

extension SynapseRows {
    /// Rows whose runs are known, with synapses still to be put there.
    fileprivate convenience init(rows: Int, synapses: Int, runs table: SynapseTableRuns) throws(SimulationError) {
        try self.init(rows: rows, count: synapses, runs: table.delays.count)
        var (run, place) = (0, 0)
        for row in 0..<rows {
            starts[row] = place
            runStarts[row] = run
            for _ in 0..<table.counts[row] {
                runs[run] = SynapseRun(delay: table.delays[run], length: table.lengths[run])
                place += Int(table.lengths[run])
                run += 1
            }
        }
        starts[rows] = place
        runStarts[rows] = run
        noteDelays()
    }

    /// Puts synapses from `first` on, and tells whether one cannot be right.
    fileprivate func place(
        _ first: Int, _ places: [UInt32], _ weights: [Float], _ owners: SlotOwners, worker: Int, _ pool: WorkerPool
    ) -> Bool {
        guard owners.contain(places) else { return true }
        let count = places.count
        let wrong = (0..<pool.workers).map { _ in WorkBuffer<Bool>(repeating: false, count: 1) }
        let flags = WrongFlags(wrong)
        pool.forEachWorker { part in
            let range = count * part / pool.workers..<count * (part + 1) / pool.workers
            var isWrong = false
            var sum: Float = 0
            for index in range {
                let place = Int(places[index])
                isWrong = isWrong || owners.worker(place) != worker
                sum += weights[index] * 0
                synapses[first + index] = Synapse32(
                    slot: UInt32(truncatingIfNeeded: owners.slot(place)), weight: weights[index])
            }
            // Nought times a number is nought unless the number is infinite or none.
            flags.set(part, isWrong || sum != 0)
        }
        return wrong.contains { $0.base[0] }
    }
}

/// A flag for each worker.
///
/// Unchecked `Sendable`: a worker sets only its own.
private final class WrongFlags: @unchecked Sendable {
    private let flags: [WorkBuffer<Bool>]
    init(_ flags: [WorkBuffer<Bool>]) { self.flags = flags }
    func set(_ worker: Int, _ value: Bool) { flags[worker].base[0] = value }
}
