#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Where a file may be written: asked before the work that makes it, so that nothing is computed in vain.
public enum OutputPath {
    /// The path that is written in the end: where links lead.
    ///
    /// - Parameters:
    ///   - path: A path as a user gives it.
    ///   - replacing: Whether a regular file of that name may be replaced.
    /// - Throws: `.exists` if there is something that may not be replaced, `.notFound` if the folder is missing or the
    ///   name is too long, `.notPermitted`.
    public static func check(_ path: String, replacing: Bool) throws(HDF5Error) -> String {
        let place = HDF5Place(file: path, path: "/")
        func refuse(_ code: HDF5Error.Code, _ reason: String) -> HDF5Error { HDF5Error(code, "create", place, reason) }

        let target = try FileSystem.target(of: path, refuse)
        let (folder, name) = FileSystem.split(target)
        guard !name.isEmpty else { throw refuse(.notFound, "the name of a file is missing") }
        switch FileSystem.kind(of: folder) {
        case .missing: throw refuse(.notFound, "there is no folder '\(folder)'")
        case .regular, .special: throw refuse(.notFound, "'\(folder)' is not a folder")
        case .folder: break
        }
        let limit = FileSystem.longestName(in: folder)
        guard name.utf8.count <= limit else {
            throw refuse(.notFound, "its name has \(name.utf8.count) bytes, but names may have \(limit)")
        }
        switch FileSystem.kind(of: target) {
        case .missing: break
        case .folder: throw refuse(.exists, "it is a folder")
        case .special: throw refuse(.exists, "it is a device or a pipe, which are not replaced")
        case .regular:
            guard replacing else { throw refuse(.exists, "it exists already") }
            for (stream, name) in [(1, "output"), (2, "error")] where FileSystem.isFile(target, openAs: Int32(stream)) {
                throw refuse(.exists, "it is where standard \(name) goes")
            }
        }
        // Whatever else forbids a path, the system says.
        var status = stat()
        if lstat(target, &status) != 0, errno != ENOENT {
            throw refuse(FileSystem.code(for: errno), FileSystem.words(for: errno))
        }
        guard access(folder, W_OK | X_OK) == 0 else {
            throw refuse(.notPermitted, "the folder '\(folder)' cannot be written to")
        }
        return target
    }
}

extension FileSystem {
    /// Whether anything has this name, links not followed.
    static func isTaken(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Whether a path names the file that a descriptor is open on.
    static func isFile(_ path: String, openAs descriptor: Int32) -> Bool {
        var (named, open) = (stat(), stat())
        guard stat(path, &named) == 0, fstat(descriptor, &open) == 0 else { return false }
        return named.st_dev == open.st_dev && named.st_ino == open.st_ino
    }

    static func longestName(in folder: String) -> Int {
        let limit = pathconf(folder, Int32(_PC_NAME_MAX))
        return limit > 0 ? limit : 255
    }

    /// Where a link leads in the end, though nothing may be there yet; the path itself if it is none.
    fileprivate static func target(
        of path: String, _ refuse: (HDF5Error.Code, String) -> HDF5Error
    ) throws(HDF5Error) -> String {
        var path = path
        for _ in 0..<40 {
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return path }
            var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
            let count = readlink(path, &buffer, buffer.count)
            guard count > 0, let link = String(validating: buffer.prefix(count), as: UTF8.self) else {
                throw refuse(.notFound, "it is a link that cannot be read")
            }
            // The system's own links, such as /dev/stdout, lead to what has no path of its own.
            if kind(of: path) == .special { return path }
            path = link.hasPrefix("/") ? link : split(path).folder + "/" + link
        }
        throw refuse(.notFound, "it is a link that leads to itself")
    }
}
