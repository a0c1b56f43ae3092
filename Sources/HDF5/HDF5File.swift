import CSynfireHDF5

/// An HDF5 file: one that is read, one that is being written, or one in memory.
///
///     let file = try HDF5File.create("out.h5")
///     let group = try file.root.createGroup("spikes/all")
///     try group.setAttribute("units", "ms")
///     try group.write("timestamps", [1.5, 2.5])
///     try file.commit()
///
/// A file that is written is called `NAME.partial` until `commit()`. If it goes out of scope before, that is removed and
/// whatever had the final name is left as it was. If the process is killed, it stays, and whatever reads HDF5 finds in it
/// what was there at the last ``flush(_:)``.
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

    /// Makes all that has been written so far readable should the process be killed.
    ///
    /// Until the next flush a reader finds the file as it is now, at whatever moment the process ends. Of a dataset that
    /// grows, whole chunks are to be written; rows that fill none yet are given as tails. Bytes are handed to the system,
    /// not to the device: a power failure is not covered.
    ///
    /// - Parameter tails: Rows to be found at the end of datasets, which are written again later.
    public func flush(_ tails: [HDF5Tail] = []) throws(HDF5Error) { try file.flush(tails) }

    /// How much time may pass between two flushes of a recording.
    public static let flushInterval = Duration.milliseconds(500)

    /// Flushes if the last flush is longer ago than ``flushInterval``.
    ///
    /// - Parameter tails: Called if so, for what `flush(_:)` takes.
    /// - Throws: `HDF5Error` where values could not be written. That a copy of the metadata finds no room is no error
    ///   yet: the state of the last flush remains.
    public func flushIfDue(_ tails: () throws(HDF5Error) -> [HDF5Tail]) throws(HDF5Error) {
        guard file.isFlushDue else { return }
        try file.flush(try tails(), isOptional: true)
    }

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
