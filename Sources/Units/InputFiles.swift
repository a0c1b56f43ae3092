import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The files that this process has read, so that whoever writes can spare them.
///
/// Every reader of a file notes it. Files count as the same by device and number, whatever links and paths lead there.
public enum InputFiles {
    private struct Identity: Hashable {
        let device: UInt64
        let number: UInt64

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            device = UInt64(truncatingIfNeeded: status.st_dev)
            number = UInt64(truncatingIfNeeded: status.st_ino)
        }
    }

    private static let paths = Mutex<[Identity: String]>([:])

    /// Notes that a file is read.
    public static func note(_ path: String) {
        guard let identity = Identity(path) else { return }
        paths.withLock { if $0[identity] == nil { $0[identity] = path } }
    }

    /// The path under which a file was read, if it was.
    public static func name(ofFileAt path: String) -> String? {
        Identity(path).flatMap { identity in paths.withLock { $0[identity] } }
    }

    /// Whether two paths lead to one file.
    public static func areSame(_ one: String, _ other: String) -> Bool {
        guard let identity = Identity(one) else { return false }
        return identity == Identity(other)
    }
}
