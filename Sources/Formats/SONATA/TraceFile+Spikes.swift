import SynfireHDF5
import SynfireSpikingNetworks

extension TraceFile {
    /// How many rows are looked at in one read where all must be.
    private static let block = 1 << 20

    /// The population of a name.
    ///
    /// - Throws: ``SONATAError`` with the nearest name where there is none.
    public func population(named name: String) throws -> SpikePopulation {
        guard let population = populations.first(where: { $0.name == name }) else {
            throw SONATAError.notRecorded(
                file: path, what: "spikes of a population", name: name, valid: populations.map(\.name))
        }
        return population
    }

    /// All spikes of a population, in the order of the file: times since the start of the first trial [ms].
    public func spikes(of name: String) throws -> SpikeTrain {
        let population = try population(named: name)
        return try read(population, rows: 0..<population.count)
    }

    /// The spikes of a population with `start` ≤ time < `end` [ms].
    ///
    /// - Complexity: O(spikes in the window + log(spikes)) reads where they are sorted by time, else O(spikes) time and
    ///   O(spikes in the window) memory.
    public func spikes(of name: String, from start: Double, to end: Double) throws -> SpikeTrain {
        let population = try population(named: name)
        guard population.sorting != .byTime else {
            let first = try firstRow(of: population, at: start)
            return try read(population, rows: first..<max(first, try firstRow(of: population, at: end)))
        }
        var found = SpikeTrain()
        for first in stride(from: 0, to: population.count, by: Self.block) {
            let part = try read(population, rows: first..<min(first + Self.block, population.count))
            for (time, neuron) in zip(part.times, part.neurons) where time >= start && time < end {
                found.times.append(time)
                found.neurons.append(neuron)
            }
        }
        return found
    }

    /// Spikes, with the trial that each belongs to.
    public struct RecordedSpikes: Sendable, Equatable {
        /// Times since the start of the first trial [ms], and neurons.
        public var train = SpikeTrain()
        /// The place of each spike's trial in ``TraceFile/trials``; `nil` in a file without trials.
        ///
        /// Of two trials that meet at a spike's time, it is the one that the spike happened in.
        public var trials: [Int]?

        /// The spikes in the order of time.
        public func sortedByTime() -> RecordedSpikes {
            let order = train.times.indices.sorted { train.times[$0] < train.times[$1] }
            return RecordedSpikes(
                train: SpikeTrain(times: order.map { train.times[$0] }, neurons: order.map { train.neurons[$0] }),
                trials: trials.map { all in order.map { all[$0] } })
        }
    }

    /// The spikes of a population with `start` ≤ time ≤ `end` [ms]: both ends are included.
    ///
    /// Trials that only begin at `end`, or end at `start`, are not.
    public func recordedSpikes(of name: String, from start: Double, through end: Double) throws -> RecordedSpikes {
        var all = RecordedSpikes(trials: trials.isEmpty ? nil : [])
        try forEachPart(of: name, from: start, through: end) { part in
            all.train.times += part.train.times
            all.train.neurons += part.train.neurons
            all.trials? += part.trials ?? []
        }
        return all
    }

    /// Hands on the spikes with `start` ≤ time ≤ `end` [ms] in the order of the file, in parts that fit into memory.
    ///
    /// - Complexity: O(spikes) time, of a file that is sorted by time O(spikes in the window); O(1) memory.
    public func forEachPart(
        of name: String, from start: Double = -.infinity, through end: Double = .infinity,
        _ body: (RecordedSpikes) throws -> Void
    ) throws {
        let population = try population(named: name)
        var rows = 0..<population.count
        let isSorted = population.sorting == .byTime
        if isSorted {
            let first = start == -.infinity ? 0 : try firstRow(of: population, at: start)
            let last = end == .infinity ? population.count : try firstRow(of: population, at: end.nextUp)
            rows = first..<max(first, last)
        }
        let bounds = trials.isEmpty ? nil : try trialRows(of: population)
        let isOutside = trials.map { trial in
            let last = trial.start + (trialDuration ?? 0)
            return start < end && (trial.start >= end || trial.start < start && last <= start)
        }
        var previous = -Double.infinity
        for first in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.block) {
            let read = try read(population, rows: first..<min(first + Self.block, rows.upperBound))
            var part = RecordedSpikes(trials: bounds.map { _ in [] })
            var trial = 0
            for (offset, time) in read.times.enumerated() {
                if let bounds { while bounds[trial + 1] <= first + offset { trial += 1 } }
                guard !isSorted || time >= previous else {
                    throw SONATAError.malformed(
                        file: path, path: "/\(population.group)/timestamps",
                        reason: "'sorting' says by_time, but row \(first + offset) is earlier than the one before")
                }
                previous = time
                guard time >= start, time <= end, bounds == nil || !isOutside[trial] else { continue }
                part.train.times.append(time)
                part.train.neurons.append(read.neurons[offset])
                part.trials?.append(trial)
            }
            try body(part)
        }
    }

    /// The row at which the spikes of each trial begin, and where those of the last end.
    private func trialRows(of population: SpikePopulation) throws -> [Int] {
        let dataset = "synfire/trials/spike_rows/\(population.name)"
        let bounds = try file.root.dataset(dataset).read(as: Int.self)
        guard bounds.count == trials.count + 1, bounds.first == 0, bounds.last == population.count,
            zip(bounds, bounds.dropFirst()).allSatisfy({ $0 <= $1 })
        else {
            throw SONATAError.malformed(
                file: path, path: "/" + dataset,
                reason: "it does not divide \(population.count) spikes among \(trials.count) trials in order")
        }
        return bounds
    }

    /// The spikes of a population in one trial, with times since the start of the trial [ms].
    ///
    /// - Throws: ``SONATAError`` where the file has no such trial.
    public func spikes(of name: String, trial: Int) throws -> SpikeTrain {
        let population = try population(named: name)
        guard let place = trials.firstIndex(where: { $0.index == trial }) else {
            let range = trials.isEmpty ? [] : ["0 to \(trials.count - 1)"]
            throw SONATAError.notRecorded(file: path, what: "trial", name: "\(trial)", valid: range)
        }
        let dataset = "synfire/trials/spike_rows/\(name)"
        let bounds = try file.root.dataset(dataset).read(as: Int.self, start: [place], count: [2])
        guard bounds.count == 2, 0 <= bounds[0], bounds[0] <= bounds[1], bounds[1] <= population.count else {
            throw SONATAError.malformed(
                file: path, path: dataset, reason: "rows \(bounds) are not within \(population.count) spikes")
        }
        var train = try read(population, rows: bounds[0]..<bounds[1])
        let start = trials[place].start
        if start != 0 { for index in train.times.indices { train.times[index] -= start } }
        return train
    }

    /// The times of the first and the last spike of a population [ms]; `nil` where there is none.
    ///
    /// - Complexity: two reads where spikes are sorted by time, else O(spikes).
    public func timeRange(of name: String) throws -> ClosedRange<Double>? {
        let population = try population(named: name)
        guard population.count > 0 else { return nil }
        var (first, last) = (Double.infinity, -Double.infinity)
        func look(_ rows: Range<Int>) throws {
            for time in try times(population, rows: rows) { (first, last) = (min(first, time), max(last, time)) }
        }
        if population.sorting == .byTime {
            try look(0..<1)
            try look(population.count - 1..<population.count)
        } else {
            for row in stride(from: 0, to: population.count, by: Self.block) {
                try look(row..<min(row + Self.block, population.count))
            }
        }
        guard first <= last else {
            throw SONATAError.malformed(
                file: path, path: population.group + "/timestamps", reason: "its times are not in order or not numbers")
        }
        return first...last
    }

    // MARK: Rows

    /// The first row whose time is at or after `time`, by bisection.
    private func firstRow(of population: SpikePopulation, at time: Double) throws -> Int {
        var rows = 0..<population.count
        // The last steps of a bisection would read the same chunk again and again: one read ends it.
        while rows.count > SpikeColumns.batch {
            let middle = rows.lowerBound + rows.count / 2
            let value = try times(population, rows: middle..<middle + 1)[0]
            rows = value < time ? middle + 1..<rows.upperBound : rows.lowerBound..<middle
        }
        let values = try times(population, rows: rows)
        return rows.lowerBound + (values.firstIndex { $0 >= time } ?? values.count)
    }

    private func times(_ population: SpikePopulation, rows: Range<Int>) throws -> [Double] {
        guard !rows.isEmpty else { return [] }
        var values = try file.root.dataset(population.group + "/timestamps")
            .read(as: Double.self, start: [rows.lowerBound], count: [rows.count])
        if population.scale != 1 { for index in values.indices { values[index] *= population.scale } }
        if let wrong = values.firstIndex(where: { !Self.times.contains($0) }) {
            throw SONATAError.malformed(
                file: path, path: "/\(population.group)/timestamps",
                reason: "row \(rows.lowerBound + wrong) is \(values[wrong]) ms, but times are numbers within "
                    + "\(Self.short(Self.times.upperBound)) ms")
        }
        return values
    }

    private func read(_ population: SpikePopulation, rows: Range<Int>) throws -> SpikeTrain {
        guard !rows.isEmpty else { return SpikeTrain() }
        let neurons = try file.root.dataset(population.group + "/" + population.neurons)
            .read(as: UInt32.self, start: [rows.lowerBound], count: [rows.count])
        let count = population.neuronCount ?? Self.mostNeurons
        if let wrong = neurons.firstIndex(where: { $0 >= count }) {
            throw SONATAError.malformed(
                file: path, path: "/\(population.group)/\(population.neurons)",
                reason:
                    "row \(rows.lowerBound + wrong) names neuron \(neurons[wrong]), but there are neurons 0 to \(count - 1)"
            )
        }
        return SpikeTrain(times: try times(population, rows: rows), neurons: neurons)
    }

    // MARK: Finding

    /// The name that the one population of the older layout is given.
    private static let legacyName = "spikes"

    static func findPopulations(_ root: borrowing HDF5Group) throws -> [SpikePopulation] {
        guard try root.exists("spikes") else { return [] }
        let spikes = try root.group("spikes")
        if try spikes.exists("gids"), try spikes.exists("timestamps") {
            return [try describe(spikes, name: legacyName, path: "spikes", neurons: "gids", in: root)]
        }
        var found: [SpikePopulation] = []
        for child in try spikes.children() where child.kind == .group || child.kind == .softLink {
            let group = try spikes.group(child.name)
            found.append(
                try describe(group, name: child.name, path: "spikes/" + child.name, neurons: "node_ids", in: root))
        }
        return found
    }

    private static func describe(
        _ group: borrowing HDF5Group, name: String, path: String, neurons: String, in root: borrowing HDF5Group
    ) throws -> SpikePopulation {
        func malformed(_ place: String, _ reason: String) -> SONATAError {
            .malformed(file: group.fileName, path: "/" + path + place, reason: reason)
        }
        let times = try group.dataset("timestamps")
        let (rows, others) = (try times.shape, try group.dataset(neurons).shape)
        guard rows.count == 1, rows == others else {
            throw malformed(
                "", "'timestamps' has the shape \(rows) and '\(neurons)' \(others): one number a spike each")
        }
        var scale = 1.0
        if let units = try times.optional("units", as: String.self) {
            guard let known = ["ms": 1, "s": 1000, "us": 1e-3, "milliseconds": 1, "seconds": 1000][units] else {
                throw malformed("/timestamps@units", "'\(units)' is none of ms, s and us")
            }
            scale = known
        }
        let shape = try group.hasAttribute("shape") ? group.attribute("shape", as: [Int].self) : nil
        var count: Int?
        if let shape {
            count = shape.reduce(Optional(1)) { product, extent in
                guard let product, extent >= 0 else { return nil }
                let (next, overflow) = product.multipliedReportingOverflow(by: extent)
                return overflow || next > mostNeurons ? nil : next
            }
            guard count != nil else {
                throw malformed("@shape", "\(shape) is not the shape of 0 to \(mostNeurons) neurons")
            }
        }
        return SpikePopulation(
            name: name, count: rows[0], shape: shape, neuronCount: count,
            windows: try RecordedWindows.read(name, neuronCount: count, in: root), sorting: try sorting(group),
            group: path, neurons: neurons,
            scale: scale)
    }

    /// The attribute `sorting`: an enumeration, or a text as some tools write it.
    private static func sorting(_ group: borrowing HDF5Group) throws -> Sorting {
        guard try group.hasAttribute("sorting") else { return .none }
        let text: String?
        switch try group.attributeType("sorting") {
        case .enumeration: text = try group.attribute("sorting", as: HDF5Enum.self).name
        case .string: text = try group.attribute("sorting", as: String.self)
        default: text = nil
        }
        switch text {
        case "by_time", "time": return .byTime
        case "by_id", "id", "by_ids": return .byNeuron
        default: return .none
        }
    }
}
