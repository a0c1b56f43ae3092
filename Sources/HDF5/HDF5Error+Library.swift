import CSynfireHDF5

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension HDF5Error {
    /// An error of libhdf5, with a code found in what it says.
    init(_ operation: String, _ place: HDF5Place, stack: [Frame], orElse code: Code) {
        let found = Self.classify(stack) ?? code
        // Innermost frames say what happened, but the very first are often only "unable to ..." of a helper.
        let said = stack.first.map { "libhdf5 says '\($0.message)' (\($0.function))" }
        let reason: String
        switch found {
        case .outOfSpace: reason = Self.noRoom
        case .truncated: reason = "the file is truncated: it ends before its own description says it should"
        case .corrupt: reason = "the content is damaged; " + (said ?? "libhdf5 gives no reason")
        default: reason = said ?? "libhdf5 gives no reason"
        }
        self.init(found, operation, place, reason, stack: stack)
    }

    /// An error of the system, met while writing.
    init(_ operation: String, _ place: HDF5Place, systemError: Int32, stack: [Frame]) {
        let code = FileSystem.code(for: systemError)
        let reason = code == .outOfSpace ? Self.noRoom : FileSystem.words(for: systemError)
        self.init(code, operation, place, reason, stack: stack)
    }

    private static let noRoom = "no room is left on the device, or the file may not grow further"

    /// Collects the calling thread's error stack, innermost first, and clears it.
    ///
    /// The library's lock must be held.
    static func takeLibraryStack() -> [Frame] {
        var frames: [Frame] = []
        _ = withUnsafeMutablePointer(to: &frames) { list in
            H5Ewalk2(
                synfire_H5E_DEFAULT(), H5E_WALK_UPWARD,
                { _, entry, context in
                    guard let entry, let context else { return 0 }
                    let function = entry.pointee.func_name.map { String(cString: $0) } ?? "?"
                    let message = entry.pointee.desc.map { String(cString: $0) } ?? ""
                    context.assumingMemoryBound(to: [Frame].self).pointee
                        .append(Frame(function: function, message: message))
                    return 0
                }, list)
        }
        H5Eclear2(synfire_H5E_DEFAULT())
        return frames
    }

    /// The code that the messages speak of, if any does.
    private static func classify(_ stack: [Frame]) -> Code? {
        for frame in stack {
            let text = frame.message
            if let number = systemError(in: text) {
                switch number {
                case ENOSPC, EDQUOT, EFBIG: return .outOfSpace
                case EACCES, EPERM, EROFS: return .notPermitted
                case ENOENT: return .notFound
                default: break
                }
            }
            for (words, code) in meanings where text.contains(words) { return code }
        }
        return nil
    }

    private static let meanings: [(String, Code)] = [
        ("truncated file", .truncated),
        ("addr overflow", .truncated),
        ("file read failed", .truncated),
        ("object header message is too large", .tooLarge),
        ("memory allocation failed", .tooLarge),
        ("required filter", .unsupported),
        ("not registered", .unsupported),
        ("name already exists", .exists),
    ]

    /// The number in "errno = 28".
    private static func systemError(in text: String) -> Int32? {
        guard let label = text.firstRange(of: "errno = ") else { return nil }
        return Int32(text[label.upperBound...].prefix { $0.isNumber })
    }
}
