import CSynfireHDF5
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

    init(
        name: String, destination: Destination?, isWritable: Bool, catalogue: FileCatalogue? = nil,
        _ operation: String, _ open: () -> hid_t
    ) throws(HDF5Error) {
        self.catalogue = catalogue
        place = HDF5Place(file: name, path: "/")
        self.destination = destination
        self.isWritable = isWritable
        do throws(HDF5Error) {
            id = try HDF5Library.exec(operation, place, orElse: destination == nil ? .corrupt : .writeFailed, open)
        } catch {
            if let destination { FileSystem.remove(destination.temporary) }
            throw error
        }
    }

    deinit { abandon() }

    /// Writes what is cached to the file.
    func flush() throws(HDF5Error) {
        try HDF5Library.exec("write", place, orElse: .writeFailed) { H5Fflush(id, H5F_SCOPE_GLOBAL) }
    }

    /// Closes; only the first call counts.
    func close() throws(HDF5Error) {
        guard markClosed() else { return }
        try HDF5Library.exec("close", place, orElse: .writeFailed) { H5Fclose(id) }
    }

    /// Closes without a word and removes what was not committed.
    func abandon() {
        guard markClosed() else { return }
        HDF5Library.quietly { _ = H5Fclose(id) }
        if let destination { FileSystem.remove(destination.temporary) }
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
            try flush()
            try close()
            try rename(destination, to: other ?? destination.path, replacing: replacing)
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
