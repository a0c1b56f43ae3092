#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The bytes of a file that is read, on disc or in memory.
final class FileBytes: Sendable {
    private enum Source {
        case descriptor(Int32)
        case memory([UInt8])
    }

    private let source: Source
    /// How many there are.
    let count: Int

    init(_ bytes: [UInt8]) {
        source = .memory(bytes)
        count = bytes.count
    }

    /// Opens a file, which must be a regular one that nobody is writing.
    init(opening place: HDF5Place) throws(HDF5Error) {
        func refuse(_ code: HDF5Error.Code, _ reason: String) -> HDF5Error { HDF5Error(code, "open", place, reason) }
        // A pipe that has no writer would make a blocking call wait for one.
        let descriptor = Self.openForReading(place.file)
        guard descriptor >= 0 else {
            let number = errno
            switch number {
            case ENOENT, ENOTDIR: throw refuse(.notFound, "there is no such file")
            case ENXIO: throw refuse(.notHDF5, Self.noRegularFile)
            case EACCES, EPERM: throw refuse(.notPermitted, FileSystem.words(for: number))
            default: throw refuse(.other, FileSystem.words(for: number))
            }
        }
        var status = stat()
        let isKnown = fstat(descriptor, &status) == 0
        var failure: HDF5Error?
        switch status.st_mode & S_IFMT {
        case _ where !isKnown: failure = refuse(.other, "the system does not tell what it is")
        case S_IFREG where status.st_size == 0: failure = refuse(.notHDF5, "the file is empty")
        case S_IFREG: break
        case S_IFDIR: failure = refuse(.notHDF5, "it is a folder, not an HDF5 file")
        default: failure = refuse(.notHDF5, Self.noRegularFile)
        }
        // Where the file system knows locks: one that is being written changes while it is read.
        if failure == nil, flock(descriptor, LOCK_SH | LOCK_NB) < 0, errno == EWOULDBLOCK {
            failure = refuse(.notPermitted, "another process is writing it")
        }
        if let failure {
            close(descriptor)
            throw failure
        }
        source = .descriptor(descriptor)
        count = Int(status.st_size)
    }

    deinit {
        guard case .descriptor(let descriptor) = source else { return }
        // A process that was forked meanwhile has the descriptor, and the lock with it, until it ends.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static let noRegularFile = "it is a device or a pipe, not an HDF5 file"

    private static func openForReading(_ path: String) -> Int32 { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }

    /// The file's descriptor, or its bytes where there is none.
    func withSource<Result>(_ body: (Int32, UnsafeRawPointer?) -> Result) -> Result {
        switch source {
        case .descriptor(let descriptor): body(descriptor, nil)
        case .memory(let bytes): bytes.withUnsafeBytes { body(-1, $0.baseAddress) }
        }
    }

    /// Fills `target` with the bytes from `position`; false if they are not all there.
    func read(at position: UInt64, into target: UnsafeMutableRawBufferPointer) -> Bool {
        guard position <= UInt64(count), target.count <= count - Int(position) else { return false }
        switch source {
        case .memory(let bytes):
            bytes.withUnsafeBytes {
                target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[Int(position)...].prefix(target.count)))
            }
            return true
        case .descriptor(let descriptor):
            var done = 0
            while done < target.count {
                let part = pread(
                    descriptor, target.baseAddress?.advanced(by: done), target.count - done,
                    off_t(position) + off_t(done))
                if part < 0, errno == EINTR { continue }
                // It may have become shorter since it was opened.
                if part <= 0 { return false }
                done += part
            }
            return true
        }
    }

    /// The bytes from `position`; nil if they are not all there.
    func read(at position: UInt64, count size: Int) -> [UInt8]? {
        guard position <= UInt64(count), size <= count - Int(position) else { return nil }
        var isThere = false
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            isThere = read(at: position, into: UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: size))
            filled = isThere ? size : 0
        }
        return isThere ? bytes : nil
    }

    /// Whether the signature stands at byte 0, 512, 1024, 2048 and so on, where the format allows it.
    var hasHDF5Signature: Bool {
        let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
        var offset = 0
        while offset + signature.count <= count {
            if read(at: UInt64(offset), count: signature.count) == signature { return true }
            offset = offset == 0 ? 512 : offset * 2
        }
        return false
    }
}
