import CSynfireHDF5
import CSynfireHDF5Driver
import CSynfireHDF5Reader
import Synchronization

/// The one door to libhdf5.
///
/// Builds of libhdf5 are thread-safe only if asked to be, and those that are hold one lock for the whole library. Every
/// call therefore goes through a lock of ours, which costs no parallelism that the library would have given.
enum HDF5Library {
    private static let lock: Mutex<Void> = {
        synfire_reader_prepare_library()
        return Mutex(())
    }()

    /// Calls libhdf5 and throws what it says if the result is negative.
    ///
    /// - Parameters:
    ///   - operation: What is being done, as in "cannot ... 'x'".
    ///   - place: The file and the path inside it.
    ///   - code: The error's code, where the library's own messages do not tell a more fitting one.
    ///   - call: The C call. It must not come back here: the lock is held.
    @discardableResult
    static func exec<Result: SignedInteger & Sendable>(
        _ operation: String, _ place: HDF5Place, orElse code: HDF5Error.Code = .other, _ call: () -> Result
    ) throws(HDF5Error) -> Result {
        let (result, stack, writeFailure) = lock.withLock { _ -> (Result, [HDF5Error.Frame], Int32) in
            // Not once but each time: a thread-safe libhdf5 keeps this setting for each thread.
            synfire_silence_errors()
            _ = synfire_driver_take_error()
            let result = call()
            return (result, result < 0 ? HDF5Error.takeLibraryStack() : [], synfire_driver_take_error())
        }
        if writeFailure != 0 { throw HDF5Error(operation, place, systemError: writeFailure, stack: stack) }
        guard result < 0 else { return result }
        throw HDF5Error(operation, place, stack: stack, orElse: code)
    }

    /// Calls libhdf5 where a failure has a meaning that the caller handles.
    static func quietly<Result: Sendable>(_ call: () -> Result) -> Result {
        lock.withLock { _ in
            synfire_silence_errors()
            return call()
        }
    }
}

/// Where something is: a file, as the user named it, and a path inside it.
struct HDF5Place: Sendable {
    let file: String
    let path: String

    /// The place of a member.
    func child(_ name: String) -> HDF5Place {
        if name.hasPrefix("/") { return HDF5Place(file: file, path: name) }
        return HDF5Place(file: file, path: path.hasSuffix("/") ? path + name : path + "/" + name)
    }

    /// The place of an attribute, written `path@name`.
    func attribute(_ name: String) -> HDF5Place { HDF5Place(file: file, path: "\(path)@\(name)") }
}

/// An identifier of libhdf5 that is closed when it goes out of scope.
struct HDF5Handle: ~Copyable, Sendable {
    enum Kind: Sendable {
        case group, dataset, attribute, dataspace, datatype, properties, object
    }

    let id: hid_t
    private let kind: Kind

    /// Takes ownership of what `call` opens.
    init(
        _ kind: Kind, _ operation: String, _ place: HDF5Place, orElse code: HDF5Error.Code = .other,
        _ call: () -> hid_t
    ) throws(HDF5Error) {
        id = try HDF5Library.exec(operation, place, orElse: code, call)
        self.kind = kind
    }

    /// Closes and says whether that failed, which for a dataset means that its cached chunks could not be written.
    consuming func close(_ operation: String, _ place: HDF5Place) throws(HDF5Error) {
        let (id, kind) = (id, kind)
        discard self
        try HDF5Library.exec(operation, place, orElse: .writeFailed) { Self.close(id, kind) }
    }

    deinit {
        let (id, kind) = (id, kind)
        HDF5Library.quietly { _ = Self.close(id, kind) }
    }

    private static func close(_ id: hid_t, _ kind: Kind) -> herr_t {
        switch kind {
        case .group: H5Gclose(id)
        case .dataset: H5Dclose(id)
        case .attribute: H5Aclose(id)
        case .dataspace: H5Sclose(id)
        case .datatype: H5Tclose(id)
        case .properties: H5Pclose(id)
        case .object: H5Oclose(id)
        }
    }
}
