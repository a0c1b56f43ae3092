import Foundation

/// The folder of a demonstration's results, filled beside its place and put there when all is done.
final class DemoFolder {
    private let path: String
    private let target: String
    private let beside: PartialOutput
    private var names: [String] = []

    /// - Throws: ``RequestError`` where the folder has something in it and may not be replaced, or cannot be made.
    init(_ path: String, force: Bool) throws {
        let manager = FileManager.default
        var isFolder: ObjCBool = false
        if manager.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder.boolValue else { throw RequestError("'\(path)' is a file: name a folder with --out") }
            let contents = (try? manager.contentsOfDirectory(atPath: path)) ?? []
            if !contents.isEmpty && !force {
                throw RequestError(
                    "the folder '\(path)' has results in it: give --force to replace them, or another --out")
            }
        }
        let url = URL(fileURLWithPath: path).standardizedFileURL
        target = url.path
        self.path = path
        do throws(PartialOutput.Failure) {
            beside = try PartialOutput(of: target, isFolder: true)
        } catch {
            let parent = url.deletingLastPathComponent().path
            throw RequestError("no folder can be made in '\(parent)': \(error.reason)")
        }
    }

    /// Where a file of that name is to be written for now.
    func file(_ name: String) -> String {
        names.append(name)
        return beside.path + "/" + name
    }

    /// Writes a text file.
    func write(_ text: String, _ name: String) throws { try Output.write(text, to: file(name), force: false) }

    /// Moves every file to its place, over an earlier one of the same name.
    ///
    /// - Returns: Where the files are.
    func finish() throws -> [String] {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let files = try names.map { name in
            let place = path + "/" + name
            guard rename(beside.path + "/" + name, place) == 0 else {
                throw WriteError(path: place, reason: String(cString: strerror(errno)))
            }
            return place
        }
        PartialOutput.removeLeftovers(of: target)
        return files
    }
}

/// Finds what the repository ships.
enum Shipped {
    /// The path of a file of the repository, from the current folder or the command's own upwards.
    ///
    /// - Throws: ``RequestError`` that says where it was looked for.
    static func path(_ relative: String) throws -> String {
        let program = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent().path
        let starts = [FileManager.default.currentDirectoryPath, program].compactMap { $0 }
        for start in starts {
            var folder = URL(fileURLWithPath: start)
            while true {
                let candidate = folder.appendingPathComponent(relative).path
                if FileManager.default.fileExists(atPath: candidate) { return candidate }
                let parent = folder.deletingLastPathComponent()
                if parent.path == folder.path { break }
                folder = parent
            }
        }
        throw RequestError(
            "'\(relative)' was found neither at nor above \(starts.joined(separator: " or ")): "
                + "run in the repository, or name the file")
    }
}
