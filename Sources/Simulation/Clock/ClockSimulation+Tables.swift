import SynfireSpikingNetworks

extension ClockSimulation {
    /// Writes the tables of stored synapses, with the weights as they are now, so that the network need not be built
    /// again; procedural synapses have none.
    ///
    /// What plasticity remembers of past spikes is not among them: a network that is read goes on as from rest.
    ///
    /// - Parameters:
    ///   - writer: Where they go.
    ///   - progress: Told how many synapses have been written; what it throws ends it.
    /// - Complexity: O(synapses).
    public func writeTables(to writer: some SynapseTableWriter, progress: (Int) throws -> Void = { _ in }) throws {
        let map = SlotMap(index)
        var done = 0
        func write(_ table: SynapseTable, _ rows: [SynapseRows], areSplit: Bool, single: (Int) -> [UInt32]) throws {
            for (part, rows) in rows.enumerated() {
                try writer.begin(table, part: part, runs: rows.tableRuns)
                let places = single(part)
                try rows.forEachPortion { range in
                    let count = rows.starts[range.upperBound] - rows.starts[range.lowerBound]
                    var (slots, weights): ([UInt32], [Float]) = ([], [])
                    slots.reserveCapacity(count)
                    weights.reserveCapacity(count)
                    rows.read(range, areSplit: areSplit) { slot, weight in
                        slots.append(places[Int(slot)])
                        weights.append(weight)
                    }
                    try writer.append(places: slots, weights: weights)
                    done += count
                    try progress(done)
                }
            }
        }
        let constant = strips.map(\.constant.rows)
        try write(
            SynapseTable(name: SynapseTable.constant, rows: index.count, synapses: constant.map(\.count)), constant,
            areSplit: false
        ) { worker in
            var places = [UInt32](repeating: 0, count: map.count(worker))
            map.forEachStretch(of: worker) { own, single in
                for (offset, place) in own.enumerated() { places[place] = UInt32(single + offset) }
            }
            return places
        }
        for number in strips[0].plastic.indices {
            let own = strips.map { $0.plastic[number] }
            let projection = projections[own[0].projection]
            let table = SynapseTable(
                name: SynapseTable.name(projection: projection.name, part: own[0].part),
                rows: projection.sources.count, synapses: own.map(\.rows.count))
            try write(table, own.map(\.rows), areSplit: true) { worker in
                index.strip(own[0].population, of: worker).map { UInt32($0) }
            }
        }
    }
}

extension SynapseRows {
    /// The runs as a file keeps them.
    fileprivate var tableRuns: SynapseTableRuns {
        let count = runStarts[rows]
        return SynapseTableRuns(
            counts: (0..<rows).map { UInt32(runStarts[$0 + 1] - runStarts[$0]) },
            delays: (0..<count).map { runs[$0].delay }, lengths: (0..<count).map { runs[$0].length })
    }

    /// Calls with ranges of rows that have some millions of synapses together.
    fileprivate func forEachPortion(_ body: (Range<Int>) throws -> Void) throws {
        var first = 0
        while first < rows {
            var end = first + 1
            while end < rows, starts[end + 1] - starts[first] <= 1 << 21 { end += 1 }
            try body(first..<end)
            first = end
        }
    }

    /// Calls with each synapse of some rows, in order.
    fileprivate func read(_ range: Range<Int>, areSplit: Bool, _ body: (_ slot: UInt32, _ weight: Float) -> Void) {
        guard areSplit else {
            for place in starts[range.lowerBound]..<starts[range.upperBound] {
                body(synapses[place].slot, synapses[place].weight)
            }
            return
        }
        for row in range {
            var place = starts[row]
            for number in runStarts[row]..<runStarts[row + 1] {
                let length = Int(runs[number].length)
                let (slots, weights) = split(place, length)
                for index in 0..<length { body(UInt32(bitPattern: slots[index]), weights[index]) }
                place += length
            }
        }
    }
}
