import SynfireHDF5

/// What the metadata of a graph say, where Synfire has written them.
struct NIRRemarks {
    private(set) var isOurs = false
    private(set) var name: String?
    private(set) var readout: String?
    private(set) var populations: [String] = []
    private(set) var projections: [String] = []
    private(set) var facts: [String: String] = [:]
    /// The length of a step of the tool that the network is from, where that counts in steps.
    private(set) var stepLength: Double?
    /// Why nobody knows how the network counts time.
    private(set) var unknownTiming: String?

    init(_ graph: borrowing HDF5Group) throws(HDF5Error) {
        guard try graph.exists("metadata/synfire_version") else { return }
        isOurs = true
        let group = try graph.group("metadata")
        name = try group.exists("name") ? group.string("name") : nil
        readout = try group.exists("readout") ? group.string("readout") : nil
        populations = try Self.list("populations", in: group)
        projections = try Self.list("projections", in: group)
        if try group.exists("unknown_timing") { unknownTiming = try group.string("unknown_timing") }
        if try group.exists("dt") {
            let values = try group.dataset("dt").read(as: Double.self)
            stepLength = values.first { $0 > 0 && $0.isFinite && (1 / $0).isFinite }
        }
        guard try group.exists("facts") else { return }
        let list = try group.group("facts")
        for child in try list.children() { facts[NIRKey.decoded(child.name)] = try list.string(child.name) }
    }

    /// Texts named 0, 1, 2 and so on.
    private static func list(_ name: String, in group: borrowing HDF5Group) throws(HDF5Error) -> [String] {
        guard try group.exists(name) else { return [] }
        let list = try group.group(name)
        var texts: [String] = []
        for index in 0..<(try list.children().count) { texts.append(try list.string("\(index)")) }
        return texts
    }
}
