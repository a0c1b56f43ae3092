import Foundation
import SynfireHDF5

/// What all files of recordings begin and end with.
extension TraceFile {
    /// Marks a file as SONATA's, and notes where it is from.
    ///
    /// - Returns: `/synfire`.
    static func begin(
        _ root: borrowing HDF5Group, networkName: String, facts: [String: String]
    ) throws(HDF5Error) -> HDF5Group {
        try root.setAttribute("magic", UInt32(0x0A7A))
        try root.setAttribute("version", [UInt32(0), 1])
        try root.createGroup("spikes")
        let group = try root.createGroup("synfire")
        try group.setAttribute("name", networkName)
        // Until the end: what a killed run leaves says that it is not whole.
        try group.setAttribute("complete", false)
        let about = try group.createGroup("facts")
        for (key, value) in facts.sorted(by: { $0.key < $1.key }) { try about.setAttribute(key, value) }
        return group
    }

    /// Notes how long a run that goes on has taken.
    static func update(_ root: borrowing HDF5Group, wallTime: Double) throws(HDF5Error) -> HDF5Group {
        let group = try root.group("synfire")
        try group.setAttribute("wall_time_s", wallTime)
        return group
    }

    /// Notes how a run ended.
    ///
    /// - Returns: `/synfire`.
    static func end(
        _ root: borrowing HDF5Group, wallTime: Double, isWhole: Bool
    ) throws(HDF5Error) -> HDF5Group {
        let group = try root.group("synfire")
        try group.setAttribute("wall_time_s", wallTime)
        try group.setAttribute("created", Date().formatted(.iso8601))
        try group.setAttribute("complete", isWhole)
        return group
    }

    /// `NAME.partial.h5` beside a file: what an interrupted run leaves.
    public static func partialName(of path: String) -> String {
        let url = URL(fileURLWithPath: path)
        let name = url.deletingPathExtension().lastPathComponent + ".partial.h5"
        return String(path.dropLast(url.lastPathComponent.count) + name)
    }
}
