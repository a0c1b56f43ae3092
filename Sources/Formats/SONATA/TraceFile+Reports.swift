import SynfireHDF5

extension TraceFile {
    /// What the file says of one report: a value of some neurons, sampled at a fixed interval.
    public struct Report: Sendable, Equatable {
        /// The name of the report: that of the population, with the variable behind it where a population has several.
        public let name: String
        /// The name of the population.
        public let population: String
        /// The neurons, one a column.
        public let neurons: [Int]
        /// The number of samples.
        public let samples: Int
        /// The time of the first sample [ms].
        public let start: Double
        /// The time between two samples [ms].
        public let interval: Double
        /// The unit of the values, `1` for pure numbers; empty where the file does not say.
        public let units: String
        /// What is sampled, such as `v`.
        public let variable: String?

        /// The time of a sample [ms].
        public func time(of sample: Int) -> Double { start + Double(sample) * interval }
    }

    /// Samples of a report with `start` ≤ time < `end` [ms], row-major `[samples, neurons]`.
    ///
    /// - Parameters:
    ///   - name: The name of the report.
    ///   - start: The start of the window.
    ///   - end: The end of the window.
    /// - Returns: The number of the first sample, and the values.
    /// - Throws: ``SONATAError`` where there is no such report.
    public func samples(
        of name: String, from start: Double = -.infinity, to end: Double = .infinity
    ) throws -> (first: Int, values: [Float]) {
        guard let report = reports.first(where: { $0.name == name }) else {
            throw SONATAError.notRecorded(file: path, what: "report", name: name, valid: reports.map(\.name))
        }
        func row(_ time: Double) -> Int {
            // A time on the grid must not be missed by the last digit of the quotient.
            let place = ((time - report.start) / report.interval - 1e-9).rounded(.up)
            return place < Double(report.samples) ? (place > 0 ? Int(place) : 0) : report.samples
        }
        let (first, last) = (row(start), row(end))
        guard first < last, !report.neurons.isEmpty else { return (first, []) }
        let values = try file.root.dataset("report/\(name)/data")
            .read(as: Float.self, start: [first, 0], count: [last - first, report.neurons.count])
        return (first, values)
    }

    static func findReports(_ root: borrowing HDF5Group) throws -> [Report] {
        guard try root.exists("report") else { return [] }
        let group = try root.group("report")
        var found: [Report] = []
        for child in try group.children() where child.kind == .group || child.kind == .softLink {
            found.append(try describe(group.group(child.name), name: child.name))
        }
        return found
    }

    private static func describe(_ group: borrowing HDF5Group, name: String) throws -> Report {
        func malformed(_ place: String, _ reason: String) -> SONATAError {
            .malformed(file: group.fileName, path: "/report/" + name + place, reason: reason)
        }
        let data = try group.dataset("data")
        let shape = try data.shape
        guard shape.count == 2 else { throw malformed("/data", "its shape \(shape) is not [samples, elements]") }
        guard shape[1] <= 1 << 24 else { throw malformed("/data", "it has \(shape[1]) columns, more than \(1 << 24)") }
        let ids = try group.dataset("mapping/node_ids").read(as: Int.self)
        if let wrong = ids.first(where: { !(0..<mostNeurons).contains($0) }) {
            throw malformed(
                "/mapping/node_ids", "it names neuron \(wrong), but neurons are from 0 to \(mostNeurons - 1)")
        }
        let pointers = try group.exists("mapping/index_pointers") ? "index_pointers" : "index_pointer"
        let starts = try group.dataset("mapping/" + pointers).read(as: Int.self)
        // The specification has one pointer a neuron, libsonata one more.
        guard starts.count == ids.count || starts.count == ids.count + 1 else {
            throw malformed("/mapping/" + pointers, "it has \(starts.count) entries for \(ids.count) neurons")
        }
        var neurons: [Int] = []
        for (place, id) in ids.enumerated() {
            let end = place + 1 < starts.count ? starts[place + 1] : shape[1]
            guard starts[place] == neurons.count, end >= starts[place], end <= shape[1] else {
                throw malformed("/mapping/" + pointers, "entry \(place) does not lead to \(shape[1]) columns in order")
            }
            for _ in starts[place]..<end { neurons.append(id) }
        }
        guard neurons.count == shape[1] else {
            throw malformed("/data", "it has \(shape[1]) columns where the mapping has \(neurons.count)")
        }
        let time = try group.dataset("mapping/time").read(as: Double.self)
        // Beyond that the times of two samples are the same number.
        guard time.count == 3, time.allSatisfy({ times.contains($0) }), time[2] >= 1e-12,
            times.contains(time[0] + Double(shape[0]) * time[2])
        else {
            throw malformed(
                "/mapping/time",
                "\(time) is not start, end and an interval above 0 of \(shape[0]) samples within \(times.upperBound) ms"
            )
        }
        return Report(
            name: name, population: try data.optional("population", as: String.self) ?? name, neurons: neurons,
            samples: shape[0], start: time[0], interval: time[2],
            units: try data.optional("units", as: String.self) ?? "",
            variable: try data.optional("variable", as: String.self))
    }
}
