import SynfireHDF5
import SynfireSpikingNetworks

/// The spikes of one population as they are written: `/spikes/<population>/{timestamps, node_ids}`.
///
/// Chunks are small, so that a population with few spikes takes little room, and written many at once.
final class SpikeColumns {
    static let batch = 1 << 16
    static let chunk = 1 << 13
    /// The order of spikes in a group, as libsonata reads it.
    static let sortings = ["none": 0, "by_id": 1, "by_time": 2]

    private let times: GrowingList<Double>
    private let neurons: GrowingList<UInt32>
    /// The row at which the next trial begins.
    private(set) var rows: UInt64 = 0

    /// Makes the group and its datasets.
    ///
    /// Times of the event engine hardly compress (they are arbitrary doubles), so the lowest level is used for them: it
    /// still shrinks the times of the clock engine, which repeat, to almost nothing.
    init(_ population: Population, in root: borrowing HDF5Group, compressing: Bool) throws(HDF5Error) {
        func options(_ level: Int) -> HDF5DatasetOptions {
            compressing
                ? HDF5DatasetOptions(chunk: [4 * Self.chunk], gzip: level, shuffle: true)
                : HDF5DatasetOptions(chunk: [Self.chunk])
        }
        let group = try root.createGroup("spikes/\(population.name)")
        try group.setAttribute("sorting", HDF5Enum(members: Self.sortings, value: 2))
        try group.setAttribute("shape", population.shape)
        let times = try group.createDataset(
            "timestamps", of: Double.self, shape: [0], maxShape: [nil],
            options: options(1))
        try times.setAttribute("units", "ms")
        let neurons = try group.createDataset(
            "node_ids", of: UInt64.self, shape: [0], maxShape: [nil],
            options: options(4))
        let chunk = compressing ? 4 * Self.chunk : Self.chunk
        self.times = GrowingList(times, chunk: chunk, batch: Self.batch)
        self.neurons = GrowingList(neurons, chunk: chunk, batch: Self.batch)
    }

    /// Adds the spikes of a trial that lasts from `start` to `end` [ms].
    func append(_ train: SpikeTrain, start: Double, end: Double) throws(HDF5Error) {
        // The sum may be rounded beyond the start of the next trial, which would break the order by the last digit.
        try times.append(start == 0 ? train.times : train.times.map { min($0 + start, end) })
        try neurons.append(train.neurons)
        rows += UInt64(train.times.count)
    }

    /// Adds spikes of a run without trials.
    func append(_ train: SpikeTrain) throws(HDF5Error) {
        try times.append(train.times)
        try neurons.append(train.neurons)
    }

    func flush() throws(HDF5Error) {
        try times.flush()
        try neurons.flush()
    }

    /// What a flush of the file adds for readers.
    func tails() throws(HDF5Error) -> [HDF5Tail] { [try times.tail(), try neurons.tail()] }
}
