import SynfireHDF5
import SynfireSpikingNetworks

/// The sampled potentials of one population as they are written: `/report/<population>`.
///
/// Several probes of a population become columns of one table, in the order of their neurons.
final class ReportRows {
    let population: String
    /// Which probe each column is from, and which of its columns.
    private let columns: [(probe: Int, column: Int)]
    private let probes: [(index: Int, width: Int)]
    private let samples: Int
    private let table: ReportTable

    /// Makes the group, its table and its mapping.
    ///
    /// - Parameters:
    ///   - probes: The probes of this population, with their places in the request.
    ///   - unit: The unit of the potentials.
    init(
        _ population: Population, probes: [(index: Int, probe: PotentialProbe)], samples: Int, unit: String,
        in root: borrowing HDF5Group, compressing: Bool
    ) throws {
        self.population = population.name
        self.samples = samples
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

        table = try ReportTable(
            .init(
                name: population.name, population: population.name, neurons: places.map(\.neuron), variable: "v",
                units: unit, start: 0, interval: probes[0].probe.interval), in: root, compressing: compressing)
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
        let widths = Dictionary(uniqueKeysWithValues: probes.map { ($0.index, $0.width) })
        var rows = [Float](repeating: 0, count: samples * columns.count)
        for (place, source) in columns.enumerated() {
            let values = trace.potentials[source.probe]
            let width = widths[source.probe] ?? 0
            for row in 0..<samples { rows[row * columns.count + place] = values[row * width + source.column] }
        }
        try table.append(rows)
    }

    /// What a flush of the file adds for readers.
    func tail(in root: borrowing HDF5Group) throws(HDF5Error) -> HDF5Tail { try table.tail(in: root) }

    /// Writes what is left, and the time of the rows.
    func finish(in root: borrowing HDF5Group) throws(HDF5Error) { try table.finish(in: root) }
}
