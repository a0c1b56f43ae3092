#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Files that are read.
///
/// Only regular ones are: a pipe would be waited for, and a device need have no end.
public enum InputFile {
    /// Why a path cannot be read.
    public enum Fault: Error, Sendable, Equatable {
        /// Nothing has this name.
        case missing
        /// It is a folder.
        case folder
        /// It is a pipe, a socket or a device.
        case special
        /// The system refuses, in its words.
        case refused(String)

        /// What is wrong, to follow a path and a colon.
        public var reason: String {
            switch self {
            case .missing: "there is no such file"
            case .folder: "it is a folder"
            case .special: "it is a device or a pipe, not a file"
            case .refused(let words): words
            }
        }
    }

    /// Why a path cannot be read; `nil` for a regular file.
    ///
    /// Nothing is opened.
    public static func fault(_ path: String) -> Fault? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            return errno == ENOENT || errno == ENOTDIR ? .missing : .refused(words(errno))
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return access(path, R_OK) == 0 ? nil : .refused(words(errno))
        case S_IFDIR: return .folder
        default: return .special
        }
    }

    /// Opens a regular file for reading.
    ///
    /// - Returns: The descriptor, which belongs to the caller.
    public static func open(_ path: String) throws(Fault) -> Int32 {
        if let fault = fault(path) { throw fault }
        // What has taken the file's place meanwhile must not be waited for.
        #if canImport(Glibc)
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        #elseif canImport(Musl)
        let descriptor = Musl.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        #else
        let descriptor = Darwin.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        #endif
        guard descriptor >= 0 else { throw .refused(words(errno)) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .special
        }
        InputFiles.note(path)
        return descriptor
    }

    private static func words(_ number: Int32) -> String {
        strerror(number).map { String(cString: $0) } ?? "system error \(number)"
    }
}
