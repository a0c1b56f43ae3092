import CSynfireHDF5

/// An HDF5 file: one that is read, one that is being written, or one in memory.
///
///     let file = try HDF5File.create("out.h5")
///     let group = try file.root.createGroup("spikes/all")
///     try group.setAttribute("units", "ms")
///     try group.write("timestamps", [1.5, 2.5])
///     try file.commit()
///
/// A file that is written has a temporary name beside its final one until `commit()`. If it goes out of scope before,
/// the temporary is removed and whatever had the final name is left as it was.
///
/// Files may be used from several threads; calls to libhdf5 take turns.
public struct HDF5File: ~Copyable, Sendable {
    let file: OpenFile

    init(_ file: OpenFile) { self.file = file }

    deinit {
        // What is written and was not committed goes at once. What is read stays open for the groups and datasets
        // that were opened in it, so that `HDF5File.open(path).root.dataset("x")` is usable.
        if file.destination != nil { file.abandon() }
    }

    /// The path as the caller gave it, or a made-up name for files in memory.
    public var path: String { file.place.file }

    /// The group that holds everything.
    public var root: HDF5Group { HDF5Group(rootOf: file) }

    /// Writes what libhdf5 holds back, so that the temporary file is readable should the process die.
    public func flush() throws(HDF5Error) { try file.flush() }

    /// Flushes, closes, waits until the device has the bytes, and gives the file its final name.
    ///
    /// Handles of groups and datasets inside are no longer usable.
    /// - Throws: `.exists` if the destination was created meanwhile and was not to be replaced, `.outOfSpace`,
    ///   `.writeFailed`. The temporary file is gone then.
    public consuming func commit() throws(HDF5Error) {
        try file.commit(as: nil, replacing: file.destination?.isReplacing ?? false)
    }

    /// As `commit()`, under another name in the same file system: for instance to keep an interrupted recording.
    public consuming func commit(as path: String, replacing: Bool = false) throws(HDF5Error) {
        try file.commit(as: path, replacing: replacing)
    }

    /// Closes; a file that is being written is committed.
    public consuming func close() throws(HDF5Error) {
        if file.destination == nil { return try file.close() }
        try commit()
    }
}
