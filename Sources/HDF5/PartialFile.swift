import CSynfireHDF5Driver

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Files that are being written, or that a process left which was killed at it.
///
/// They lie beside the file that they were to become: `NAME.partial`, or `NAME.2.partial` and so on where that exists.
public enum PartialFile {
    /// The name of the so-manieth partial file of a path.
    ///
    /// - Parameter label: What stands before the ending, such as `.synfire`, for what the content does not tell as ours.
    package static func name(of path: String, _ number: Int, label: String = "") -> String {
        let (folder, name) = FileSystem.split(path)
        let ending = label + (number == 1 ? ".partial" : ".\(number).partial")
        var stem = name
        while stem.utf8.count + ending.utf8.count > FileSystem.longestName(in: folder), !stem.isEmpty {
            stem.removeLast()
        }
        return (path.contains("/") ? String(path.dropLast(name.count)) : "") + stem + ending
    }

    /// What killed processes have left of a file, readable up to their last flush.
    ///
    /// Files that somebody is writing or reading do not count, nor do those that Synfire has not written.
    public static func leftovers(of path: String) -> [String] {
        candidates(of: path).filter { path in withLock(path) { isUnfinished($0) } ?? false }
    }

    /// Removes what killed processes have left of a file, now that it is there.
    static func removeLeftovers(of path: String) {
        for candidate in candidates(of: path) {
            _ = withLock(candidate) { descriptor in
                if isUnfinished(descriptor) { FileSystem.remove(candidate) }
            }
        }
    }

    /// The files and folders that are called so, whoever has made them.
    ///
    /// Numbers are given without gaps, but files may be removed in any order.
    package static func candidates(of path: String, label: String = "") -> [String] {
        var found: [String] = []
        var missing = 0
        for number in 1...1000 where missing < 10 {
            let name = name(of: path, number, label: label)
            switch FileSystem.kind(of: name) {
            case .regular, .folder: found.append(name)
            case .missing, .special: missing += 1
            }
        }
        return found
    }

    /// Does something with a file that nobody holds.
    package static func withLock<Result>(_ path: String, _ body: (Int32) -> Result) -> Result? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, isStillThere(path, descriptor) else { return nil }
        return body(descriptor)
    }

    /// Whether a name is that of an open file: between opening and locking it another process may have taken its place.
    package static func isStillThere(_ path: String, _ descriptor: Int32) -> Bool {
        var (named, open) = (stat(), stat())
        return lstat(path, &named) == 0 && fstat(descriptor, &open) == 0
            && named.st_dev == open.st_dev && named.st_ino == open.st_ino
    }

    /// Whether the file ends as only an unfinished one of ours does.
    ///
    /// Where it ends its first bytes say.
    private static func isUnfinished(_ descriptor: Int32) -> Bool {
        let marker = synfire_driver_marker().map { Array(String(cString: $0).utf8) } ?? []
        var start = [UInt8](repeating: 0, count: 48)
        var end = [UInt8](repeating: 0, count: marker.count)
        guard pread(descriptor, &start, start.count, 0) == start.count, start.starts(with: [0x89, 0x48, 0x44, 0x46])
        else {
            return false
        }
        let size = start[40..<48].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let position = Int(exactly: size), position > end.count,
            pread(descriptor, &end, end.count, off_t(position - end.count)) == end.count
        else { return false }
        return end == marker
    }
}
