import Foundation
import SynfireHDF5

/// What lies beside its place until it is whole: a text, or the folder of a demonstration.
///
/// It is called `NAME.synfire.partial`, or `NAME.synfire.2.partial` and so on where that exists, and is locked as long as
/// it is written. A text does not tell whose it is, so the name does: what a killed run has left, and nobody holds, is
/// removed by the next one that writes the same output.
final class PartialOutput {
    /// Where it lies.
    let path: String
    private let target: String
    private let descriptor: Int32
    private var isCommitted = false

    /// Why it could not be written, in the system's words.
    struct Failure: Error {
        let reason: String
        fileprivate init(_ code: Int32) { reason = String(cString: strerror(code)) }
    }

    private static let label = ".synfire"

    /// Makes an empty file, or a folder, and locks it.
    ///
    /// - Parameter target: What it is to become.
    init(of target: String, isFolder: Bool = false) throws(Failure) {
        self.target = target
        var number = 0
        while true {
            number += 1
            let path = PartialFile.name(of: target, number, label: Self.label)
            if isFolder, mkdir(path, 0o777) != 0 {
                guard errno == EEXIST, number < 1000 else { throw Failure(errno) }
                continue
            }
            let flags = isFolder ? O_RDONLY | O_DIRECTORY : O_WRONLY | O_CREAT | O_EXCL
            let descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o666)
            guard descriptor >= 0 else {
                guard errno == EEXIST || errno == ENOENT, number < 1000 else { throw Failure(errno) }
                continue
            }
            // Between the two calls another run may have taken it for a leftover.
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0, PartialFile.isStillThere(path, descriptor) {
                (self.path, self.descriptor) = (path, descriptor)
                return
            }
            close(descriptor)
        }
    }

    deinit {
        if !isCommitted { try? FileManager.default.removeItem(atPath: path) }
        close(descriptor)
    }

    /// Writes a text to the end of the file.
    func write(_ text: String) throws(Failure) {
        let failure: Int32? = Array(text.utf8).withUnsafeBytes { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let written = Foundation.write(descriptor, rest.baseAddress, rest.count)
                if written < 0, errno != EINTR { return errno }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(max(0, written)))
            }
            return nil
        }
        if let failure { throw Failure(failure) }
    }

    /// Gives the file its name, over what has it, and removes what killed runs have left of it.
    func commit() throws(Failure) {
        guard rename(path, target) == 0 else { throw Failure(errno) }
        isCommitted = true
        Self.removeLeftovers(of: target)
    }

    /// Removes what killed runs have left of an output, now that it is there; what somebody holds stays.
    static func removeLeftovers(of target: String) {
        for path in PartialFile.candidates(of: target, label: label) {
            _ = PartialFile.withLock(path) { _ in try? FileManager.default.removeItem(atPath: path) }
        }
    }
}
