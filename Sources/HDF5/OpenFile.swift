import CSynfireHDF5
import CSynfireHDF5Driver
import Synchronization

/// An open file, shared by its handle and by the handles of what is inside.
///
/// A file being written has a temporary name until it is committed. A file that is dropped before loses its temporary.
final class OpenFile: Sendable {
    /// Where a file goes that is being written.
    struct Destination: Sendable {
        let path: String
        let temporary: String
        let isReplacing: Bool
    }

    let id: hid_t
    let place: HDF5Place
    /// nil for files that are read or live in memory.
    let destination: Destination?
    let isWritable: Bool
    /// What the file says of itself, if it is read; `id` is of its stand-in then.
    let catalogue: FileCatalogue?
    private let isOpen = Mutex(true)
    private let lastFlush = Mutex(ContinuousClock.now)

    init(
        name: String, destination: Destination?, isWritable: Bool, catalogue: FileCatalogue? = nil,
        _ operation: String, _ open: () -> hid_t
    ) throws(HDF5Error) {
        self.catalogue = catalogue
        place = HDF5Place(file: name, path: "/")
        self.destination = destination
        self.isWritable = isWritable
        id = try HDF5Library.exec(operation, place, orElse: destination == nil ? .corrupt : .writeFailed, open)
    }

    deinit { abandon() }

    /// Writes what is cached to the file, and makes that what a reader finds should the process be killed.
    ///
    /// - Parameters:
    ///   - tails: Rows beyond those that were written.
    ///   - isOptional: Whether the state before may remain instead.
    func flush(_ tails: [HDF5Tail] = [], isOptional: Bool = false) throws(HDF5Error) {
        try HDF5Library.exec("write", place, orElse: .writeFailed) { H5Fflush(id, H5F_SCOPE_GLOBAL) }
        guard destination != nil else { return }
        let status = HDF5Library.quietly { HDF5Tail.withTails(tails) { synfire_driver_commit(id, $0, tails.count) } }
        lastFlush.withLock { $0 = ContinuousClock.now }
        guard status != 0, !isOptional else { return }
        let reason = status < 0 ? "it has a structure that is not known" : FileSystem.words(for: status)
        throw HDF5Error(status < 0 ? .unsupported : FileSystem.code(for: status), "write", place, reason)
    }

    /// Whether it is time to flush a recording.
    var isFlushDue: Bool { ContinuousClock.now - lastFlush.withLock { $0 } >= HDF5File.flushInterval }

    /// Closes; only the first call counts.
    func close() throws(HDF5Error) {
        guard markClosed() else { return }
        try HDF5Library.exec("close", place, orElse: .writeFailed) { H5Fclose(id) }
    }

    /// Closes without a word and removes what was not committed.
    func abandon() {
        guard markClosed() else { return }
        let hasName = HDF5Library.quietly {
            let hasName = destination != nil && synfire_driver_discard(id) != 0
            H5Fclose(id)
            return hasName
        }
        if let destination, hasName { FileSystem.remove(destination.temporary) }
    }

    /// Flushes, closes, synchronizes and gives the file its name.
    ///
    /// On any failure the temporary is removed.
    func commit(as other: String?, replacing: Bool) throws(HDF5Error) {
        guard let destination else {
            try flush()
            return try close()
        }
        do {
            try close()
        } catch {
            // The name may be somebody else's.
            if error.code != .exists { FileSystem.remove(destination.temporary) }
            throw error
        }
        do {
            try rename(destination, to: other ?? destination.path, replacing: replacing)
            PartialFile.removeLeftovers(of: destination.path)
        } catch {
            abandon()
            FileSystem.remove(destination.temporary)
            throw error
        }
    }

    private func rename(_ file: Destination, to path: String, replacing: Bool) throws(HDF5Error) {
        var failure = FileSystem.synchronize(file.temporary)
        if failure == 0 { failure = FileSystem.move(file.temporary, to: path, replacing: replacing) }
        if failure == 0 { failure = FileSystem.synchronize(FileSystem.split(path).folder, isFolder: true) }
        guard failure != 0 else { return }
        let reason =
            failure == FileSystem.alreadyExists
            ? "something of that name has come into existence meanwhile" : FileSystem.words(for: failure)
        throw HDF5Error(FileSystem.code(for: failure), "write", HDF5Place(file: path, path: "/"), reason)
    }

    /// What a file that is read says of an open object of its stand-in.
    func stored(_ object: hid_t, _ operation: String, _ place: HDF5Place) throws(HDF5Error) -> StoredObject? {
        guard let catalogue else { return nil }
        let identity = try ObjectIdentity.read(object, place).identity
        try checkReadable(identity, operation, place)
        return catalogue.object(identity)
    }

    /// Throws what is damaged about an object.
    func checkReadable(_ identity: ObjectIdentity, _ operation: String, _ place: HDF5Place) throws(HDF5Error) {
        guard case .unreadable(let failure) = catalogue?.object(identity)?.kind else { return }
        throw failure.error(operation, place)
    }

    private func markClosed() -> Bool {
        isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
    }
}
