import HDF5
import SpikingNetworks

/// The sampled potentials of one population as they are written: `/report/<population>`.
///
/// Several probes of a population become columns of one table, in the order of their neurons.
final class ReportRows {
    let population: String
    /// The time between two rows [ms].
    let interval: Double
    /// Which probe each column is from, and which of its columns.
    private let columns: [(probe: Int, column: Int)]
    private let probes: [(index: Int, width: Int)]
    private let samples: Int
    private let rows: GrowingList<Float>
    private var rowCount = 0

    /// Makes the group, its table and its mapping, except the times, which are known at the end.
    ///
    /// - Parameter probes: The probes of this population, with their places in the request.
    init(
        _ population: Population, probes: [(index: Int, probe: PotentialProbe)], samples: Int,
        in root: borrowing HDF5Group, compressing: Bool
    ) throws {
        self.population = population.name
        self.samples = samples
        interval = probes[0].probe.interval
        self.probes = probes.map { ($0.index, $0.probe.neurons.count) }
        var places: [(neuron: Int, probe: Int, column: Int)] = []
        for (index, probe) in probes {
            for (column, neuron) in probe.neurons.enumerated() { places.append((neuron, index, column)) }
        }
        places.sort { $0.neuron < $1.neuron }
        for (place, next) in zip(places, places.dropFirst()) where place.neuron == next.neuron {
            throw SONATAError.badNeuron(population: population.name, neuron: place.neuron, reason: "and again")
        }
        for place in places where !(0..<population.count).contains(place.neuron) {
            throw SONATAError.badNeuron(
                population: population.name, neuron: place.neuron,
                reason: "but there are neurons 0 to \(population.count - 1)")
        }
        columns = places.map { ($0.probe, $0.column) }

        let group = try root.createGroup("report/\(population.name)")
        let width = places.count
        // About 64 KiB a chunk; four are written at once.
        let chunkRows = max(1, (1 << 14) / max(width, 1))
        let data = try group.createDataset(
            "data", of: Float.self, shape: [0, width], maxShape: [nil, width],
            options: HDF5DatasetOptions(
                chunk: [chunkRows, max(width, 1)], gzip: compressing ? 1 : nil, shuffle: compressing))
        try data.setAttribute("units", "mV")
        try data.setAttribute("variable", "v")
        rows = GrowingList(data, batch: 4 * chunkRows * max(width, 1))
        let mapping = try group.createGroup("mapping")
        try mapping.write("node_ids", places.map { UInt64($0.neuron) })
        try mapping.dataset("node_ids").setAttribute("sorted", UInt8(1))
        try mapping.write("index_pointers", (0...width).map { UInt64($0) })
        try mapping.createHardLink("index_pointer", to: "index_pointers")
        try mapping.write("element_ids", [UInt32](repeating: 0, count: width))
    }

    /// Checks that a trial has the samples that were announced.
    func check(_ trace: TrialTrace) throws {
        for (index, width) in probes where trace.potentials[index].count != samples * width {
            throw SONATAError.badTrace(
                trial: trace.trial,
                reason: "probe \(index) of '\(population)' has \(trace.potentials[index].count) values where "
                    + "\(samples) samples of \(width) neurons are needed")
        }
    }

    /// Adds the samples of a trial that was checked.
    func append(_ trace: TrialTrace) throws(HDF5Error) {
        rowCount += samples
        let widths = Dictionary(uniqueKeysWithValues: probes.map { ($0.index, $0.width) })
        var table = [Float](repeating: 0, count: samples * columns.count)
        for (place, source) in columns.enumerated() {
            let values = trace.potentials[source.probe]
            let width = widths[source.probe] ?? 0
            for row in 0..<samples { table[row * columns.count + place] = values[row * width + source.column] }
        }
        try rows.append(table)
    }

    /// Writes what is left, and the time of the rows.
    func finish(in root: borrowing HDF5Group) throws(HDF5Error) {
        try rows.flush()
        let path = "report/\(population)/mapping/time"
        try root.write(path, [0, Double(rowCount) * interval, interval])
        try root.dataset(path).setAttribute("units", "ms")
    }
}
