import Foundation

/// A new, empty folder that is removed when it goes out of scope.
public struct TemporaryDirectory: ~Copyable {
    /// The folder's path, without a slash at its end.
    public let path: String

    /// Makes the folder where the system keeps temporary files.
    public init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("synfire-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file or folder of that name in it.
    public func file(_ name: String) -> String { path + "/" + name }

    /// The names of all that is in it, hidden files too, sorted.
    public func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
}
