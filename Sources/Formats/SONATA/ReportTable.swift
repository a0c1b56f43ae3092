import SynfireHDF5

/// Samples of some neurons as they are written: `/report/<name>`.
final class ReportTable {
    /// What a report says of itself.
    struct About {
        /// The name of the group.
        var name: String
        var population: String
        /// The recorded neurons, ascending, one a column.
        var neurons: [Int]
        var variable: String
        var units: String
        /// The time of the first row [ms].
        var start: Double
        /// The time between two rows [ms].
        var interval: Double
    }

    let about: About
    private let rows: GrowingList<Float>
    private var values = 0

    /// Makes the group, its table and its mapping.
    init(_ about: About, in root: borrowing HDF5Group, compressing: Bool) throws(HDF5Error) {
        self.about = about
        let group = try root.createGroup("report/\(about.name)")
        let width = about.neurons.count
        // About 64 KiB a chunk; four are written at once.
        let chunkRows = max(1, (1 << 14) / max(width, 1))
        let data = try group.createDataset(
            "data", of: Float.self, shape: [0, width], maxShape: [nil, width],
            options: HDF5DatasetOptions(
                chunk: [chunkRows, max(width, 1)], gzip: compressing ? 1 : nil, shuffle: compressing))
        try data.setAttribute("units", about.units)
        try data.setAttribute("variable", about.variable)
        try data.setAttribute("population", about.population)
        let chunk = chunkRows * max(width, 1)
        rows = GrowingList(data, chunk: chunk, batch: 4 * chunk)
        let mapping = try group.createGroup("mapping")
        try mapping.write("node_ids", about.neurons.map { UInt64($0) })
        try mapping.dataset("node_ids").setAttribute("sorted", UInt8(1))
        try mapping.write("index_pointers", (0...width).map { UInt64($0) })
        try mapping.createHardLink("index_pointer", to: "index_pointers")
        try mapping.write("element_ids", [UInt32](repeating: 0, count: width))
        // Changes with every flush, so that it always agrees with the number of rows.
        try mapping.write("time", [about.start, about.start, about.interval], options: .compact)
        try mapping.dataset("time").setAttribute("units", "ms")
    }

    /// Adds rows that follow on those before, row-major.
    func append(_ table: [Float]) throws(HDF5Error) {
        values += table.count
        try rows.append(table)
    }

    /// Writes what is left, and the time of the rows.
    func finish(in root: borrowing HDF5Group) throws(HDF5Error) {
        try rows.flush()
        try writeTime(in: root)
    }

    /// What a flush of the file adds for readers.
    func tail(in root: borrowing HDF5Group) throws(HDF5Error) -> HDF5Tail {
        try writeTime(in: root)
        return try rows.tail()
    }

    private func writeTime(in root: borrowing HDF5Group) throws(HDF5Error) {
        let count = values / max(about.neurons.count, 1)
        let end = about.start + Double(count) * about.interval
        try root.dataset("report/\(about.name)/mapping/time").write([about.start, end, about.interval])
    }
}
