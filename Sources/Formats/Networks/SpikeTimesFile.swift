import Foundation
import SynfireHDF5
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits

/// Spike times from an HDF5 file: SONATA's spikes, or the units of an NWB file.
enum SpikeTimesFile {
    /// Whether a file has HDF5's signature.
    static func isHDF5(_ path: String) -> Bool {
        guard InputFile.fault(path) == nil, let handle = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? handle.close() }
        return (try? handle.read(upToCount: 8)) == Data([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A])
    }

    /// One list of times [ms] for each neuron, ascending.
    ///
    /// - Parameters:
    ///   - path: The file. Where it has `/units/spike_times` (NWB, in seconds), unit `i` is neuron `i`; otherwise it must
    ///     be in SONATA's layout, whose node ids are the neurons.
    ///   - population: The population, where the file is SONATA's and has several.
    ///   - count: How many neurons there are.
    ///   - allowed: The times that are allowed.
    /// - Throws: `HDF5Error`, ``SONATAError``, ``ModelDescriptionError``.
    static func lists(_ path: String, population: String?, count: Int, allowed: ParameterRange) throws -> [[Double]] {
        var lists = [[Double]](repeating: [], count: count)
        let file = try HDF5File.open(path)
        if try file.root.exists("units"), try file.root.exists("units/spike_times") {
            let times = try file.root.dataset("units/spike_times").read(as: Double.self)
            let ends = try file.root.dataset("units/spike_times_index").read(as: UInt64.self)
            var start = 0
            for (unit, end) in ends.enumerated() {
                guard end >= UInt64(start), end <= UInt64(times.count) else {
                    throw SONATAError.malformed(
                        file: path, path: "/units/spike_times_index", reason: "entry \(unit) is \(end)")
                }
                guard unit < count else { throw tooMany(path, "unit \(unit)", count) }
                lists[unit] = times[start..<Int(end)].map { $0 * 1000 }
                start = Int(end)
            }
            guard start == times.count else {
                throw SONATAError.malformed(
                    file: path, path: "/units/spike_times_index",
                    reason: "it ends at \(start), but there are \(times.count) spike times")
            }
        } else {
            let traces = try TraceFile(file)
            let names = traces.populations.map(\.name)
            guard let name = population ?? (names.count == 1 ? names[0] : nil) else {
                throw SONATAError.notRecorded(
                    file: path, what: "single population; name one, not", name: "", valid: names)
            }
            let spikes = try traces.spikes(of: name)
            for (time, neuron) in zip(spikes.times, spikes.neurons) {
                guard neuron < count else { throw tooMany(path, "neuron \(neuron)", count) }
                lists[Int(neuron)].append(time)
            }
        }
        for (neuron, times) in lists.enumerated() {
            if let wrong = times.first(where: { !allowed.contains($0) }) {
                throw refuse(
                    path, .outOfRange(what: "a time of neuron \(neuron)", value: "\(wrong)", allowed: "\(allowed)"))
            }
            lists[neuron] = times.sorted()
        }
        return lists
    }

    private static func refuse(_ path: String, _ reason: ModelDescriptionError.Reason) -> ModelDescriptionError {
        ModelDescriptionError(file: path, position: nil, reason: reason)
    }

    private static func tooMany(_ path: String, _ what: String, _ count: Int) -> ModelDescriptionError {
        refuse(path, .conflict("the file has spikes of \(what), but the population has the neurons 0 to \(count - 1)"))
    }
}
