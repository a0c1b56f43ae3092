#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The few calls to the system that safe writing needs.
enum FileSystem {
    enum Kind { case missing, regular, folder, special }

    /// What is at a path, links followed.
    static func kind(of path: String) -> Kind {
        var status = stat()
        guard stat(path, &status) == 0 else { return .missing }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .regular
        case S_IFDIR: return .folder
        default: return .special
        }
    }

    /// The number of bytes of a file, or nil.
    static func byteCount(of path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Why a file cannot be opened for reading, or nil if it can.
    static func reasonNotReadable(_ path: String) -> Int32? {
        access(path, R_OK) == 0 ? nil : errno
    }

    /// Splits a path into its folder (with no trailing slash, `.` for none) and its name.
    static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let folder = String(path[..<slash])
        return (folder.isEmpty ? "/" : folder, String(path[path.index(after: slash)...]))
    }

    /// Asks the device to keep a file or a folder.
    ///
    /// Returns an error number, or 0.
    static func synchronize(_ path: String, isFolder: Bool = false) -> Int32 {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        let failure = fsync(descriptor) == 0 ? 0 : errno
        // Some file systems cannot synchronize folders and say so with EINVAL: nothing is lost by it.
        return isFolder && failure == EINVAL ? 0 : failure
    }

    /// Gives a file its final name.
    ///
    /// Returns an error number, or 0; EEXIST if the name is taken and may not be replaced.
    static func move(_ source: String, to destination: String, replacing: Bool) -> Int32 {
        if replacing { return rename(source, destination) == 0 ? 0 : errno }
        // A hard link never replaces, whoever else creates that name meanwhile.
        if link(source, destination) == 0 { return unlink(source) == 0 ? 0 : errno }
        let failure = errno
        guard failure != EEXIST else { return EEXIST }
        // No hard links on this file system: check, then rename.
        guard kind(of: destination) == .missing else { return EEXIST }
        return rename(source, destination) == 0 ? 0 : errno
    }

    static func remove(_ path: String) { unlink(path) }

    /// The error number of a system call that failed.
    static var lastError: Int32 { errno }

    /// The system's words for an error number.
    static func words(for number: Int32) -> String {
        strerror(number).map { String(cString: $0) } ?? "system error \(number)"
    }

    /// The code that fits an error number of a failed write.
    static func code(for number: Int32) -> HDF5Error.Code {
        switch number {
        case EEXIST: .exists
        case ENOSPC, EDQUOT, EFBIG: .outOfSpace
        case EACCES, EPERM, EROFS: .notPermitted
        case ENOENT, ENOTDIR: .notFound
        default: .writeFailed
        }
    }
}

extension FileSystem {
    /// The error number of a name that is taken.
    static var alreadyExists: Int32 { EEXIST }
}
