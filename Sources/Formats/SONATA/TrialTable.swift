import SynfireHDF5

/// The trials of a recording as they are written: `/synfire/trials`, a row a trial.
final class TrialTable {
    private let indices: GrowingList<UInt64>
    private let starts: GrowingList<Double>
    private let labels: GrowingList<Int64>
    private let predictions: GrowingList<Int64>
    /// Of each population, the row at which each trial's spikes begin, and where the last one's end.
    private let spikeRows: [GrowingList<UInt64>]

    init(populations: [String], in group: borrowing HDF5Group) throws(HDF5Error) {
        let table = try group.createGroup("trials")
        indices = try table.growingList("index", of: UInt64.self)
        starts = try table.growingList("start_time", of: Double.self)
        try table.dataset("start_time").setAttribute("units", "ms")
        labels = try table.growingList("label", of: Int64.self)
        predictions = try table.growingList("prediction", of: Int64.self)
        var lists: [GrowingList<UInt64>] = []
        for name in populations { lists.append(try table.growingList("spike_rows/\(name)", of: UInt64.self)) }
        spikeRows = lists
        for list in lists { try list.append([0]) }
    }

    /// Adds a trial.
    ///
    /// - Parameter rows: Of each population, how many spikes there are up to the end of the trial.
    func append(index: Int, start: Double, label: Int?, prediction: Int?, rows: [UInt64]) throws(HDF5Error) {
        try indices.append([UInt64(index)])
        try starts.append([start])
        try labels.append([Int64(label ?? -1)])
        try predictions.append([Int64(prediction ?? -1)])
        for (list, row) in zip(spikeRows, rows) { try list.append([row]) }
    }

    func flush() throws(HDF5Error) {
        try indices.flush()
        try starts.flush()
        try labels.flush()
        try predictions.flush()
        for list in spikeRows { try list.flush() }
    }

    /// What a flush of the file adds for readers.
    func tails() throws(HDF5Error) -> [HDF5Tail] {
        var tails = [try indices.tail(), try starts.tail(), try labels.tail(), try predictions.tail()]
        for list in spikeRows { tails.append(try list.tail()) }
        return tails
    }
}
