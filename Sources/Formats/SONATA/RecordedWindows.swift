import SynfireHDF5
import SynfireSpikingNetworks

extension TraceFile {
    /// A stretch of time in which spikes of some neurons were recorded.
    public struct RecordedWindow: Sendable, Equatable {
        /// When it began [ms].
        public let start: Double
        /// When it ended [ms]: a spike at that time is in it.
        public let stop: Double
        /// The neurons; `nil` for the whole population.
        public let neurons: [Int]?

        /// Describes a stretch of time.
        public init(start: Double, stop: Double, neurons: [Int]? = nil) {
            self.start = start
            self.stop = stop
            self.neurons = neurons
        }
    }
}

/// Which neurons' spikes were recorded, and when: `/synfire/recorded/<population>`.
///
/// | Dataset | Content |
/// |---|---|
/// | `start`, `stop` | float64, ms: a window each |
/// | `neuron_rows` | uint64: window k has the neurons from row number k up to, not including, number k + 1 |
/// | `node_ids` | uint64: neurons; a window without rows is one of the whole population |
enum RecordedWindows {
    /// Notes what is to be recorded, all but when it ends.
    static func begin(
        _ population: Population, _ channels: [RecordingChannel], in root: borrowing HDF5Group
    ) throws(HDF5Error) {
        let neurons = channels.map { $0.neurons.count == population.count ? nil : $0.neurons.sorted() }
        try write(population.name, starts: channels.map(\.start), neurons, in: root)
    }

    /// Notes when it ended.
    static func end(
        _ population: String, _ channels: [RecordingChannel], duration: Double, in root: borrowing HDF5Group
    ) throws(HDF5Error) {
        try write(stops: channels.map { max($0.start, min($0.stop ?? duration, duration)) }, of: population, in: root)
    }

    /// Writes windows that are known as a whole.
    static func write(
        _ windows: [TraceFile.RecordedWindow], of population: String, in root: borrowing HDF5Group
    ) throws(HDF5Error) {
        try write(population, starts: windows.map(\.start), windows.map(\.neurons), in: root)
        try write(stops: windows.map(\.stop), of: population, in: root)
    }

    private static func write(
        _ population: String, starts: [Double], _ neurons: [[Int]?], in root: borrowing HDF5Group
    ) throws(HDF5Error) {
        let group = try root.createGroup("synfire/recorded/\(population)")
        try group.write("start", starts)
        try group.dataset("start").setAttribute("units", "ms")
        var rows: [UInt64] = [0]
        for part in neurons { rows.append(rows[rows.count - 1] + UInt64(part?.count ?? 0)) }
        try group.write("neuron_rows", rows)
        try group.write("node_ids", neurons.flatMap { ($0 ?? []).map { UInt64($0) } })
    }

    private static func write(
        stops: [Double], of population: String, in root: borrowing HDF5Group
    ) throws(HDF5Error) {
        let group = try root.group("synfire/recorded/\(population)")
        try group.write("stop", stops)
        try group.dataset("stop").setAttribute("units", "ms")
    }

    /// The windows of a population; `nil` where the file does not say, or not yet when they ended.
    ///
    /// - Parameter neuronCount: How many neurons the population has, where that is known.
    static func read(
        _ population: String, neuronCount: Int?, in root: borrowing HDF5Group
    ) throws -> [TraceFile.RecordedWindow]? {
        let path = "synfire/recorded/\(population)"
        guard try root.exists("synfire"), try root.exists("synfire/recorded"), try root.exists(path) else {
            return nil
        }
        let group = try root.group(path)
        guard try group.exists("stop") else { return nil }
        let file = root.fileName
        let (starts, stops) = (
            try group.dataset("start").read(as: Double.self), try group.dataset("stop").read(as: Double.self)
        )
        let rows = try group.dataset("neuron_rows").read(as: Int.self)
        let neurons = try group.dataset("node_ids").read(as: Int.self)
        guard stops.count == starts.count, rows.count == starts.count + 1, rows.first == 0, rows.last == neurons.count,
            zip(rows, rows.dropFirst()).allSatisfy({ $0 <= $1 })
        else {
            throw SONATAError.malformed(
                file: file, path: "/" + path, reason: "its columns do not lead to \(starts.count) windows in order")
        }
        let bound = neuronCount ?? TraceFile.mostNeurons
        if let wrong = neurons.first(where: { !(0..<bound).contains($0) }) {
            throw SONATAError.malformed(
                file: file, path: "/\(path)/node_ids",
                reason: "it names neuron \(wrong), but there are neurons 0 to \(bound - 1)")
        }
        return try starts.indices.map { index in
            let (start, stop) = (starts[index], stops[index])
            guard TraceFile.times.contains(start), TraceFile.times.contains(stop), start <= stop else {
                throw SONATAError.malformed(
                    file: file, path: "/" + path, reason: "window \(index) goes from \(start) to \(stop) ms")
            }
            let own = neurons[rows[index]..<rows[index + 1]]
            return .init(start: start, stop: stop, neurons: own.isEmpty ? nil : Array(own))
        }
    }
}
