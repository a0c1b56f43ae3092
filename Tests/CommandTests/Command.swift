import Foundation
import SynfireTestSupport

/// What a run of the command left behind.
struct CommandResult {
    var status: Int32
    var output: String
    var errors: String

    /// The lines of standard error, without colours.
    var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
}

/// Runs the built command as a process of its own.
enum Command {
    /// The root of the package.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// The built command, beside the test bundle.
    static let path: String = {
        #if DEBUG
        let configuration = "debug"
        #else
        let configuration = "release"
        #endif
        let named = ProcessInfo.processInfo.environment["SYNFIRE_COMMAND"]
        return named ?? "\(root)/.build/\(configuration)/synfire"
    }()

    /// Starts the command with arguments in a folder.
    static func start(_ arguments: [String], in folder: String, shell prefix: String? = nil) throws -> Process {
        let process = Process()
        if let prefix {
            process.executableURL = URL(fileURLWithPath: "/bin/bash")
            process.arguments = ["-c", prefix + "; exec \"$0\" \"$@\"", path] + arguments
        } else {
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = arguments
        }
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardInput = FileHandle.nullDevice
        return process
    }

    /// Runs the command to its end.
    ///
    /// - Parameter prefix: Shell commands that are run first, such as a limit.
    @discardableResult
    static func run(_ arguments: [String], in folder: String, shell prefix: String? = nil) throws -> CommandResult {
        let process = try start(arguments, in: folder, shell: prefix)
        // Files rather than pipes: whatever is printed, nobody waits for a reader.
        let out = FileManager.default.temporaryDirectory.appendingPathComponent("synfire-out-\(UUID().uuidString)")
        let err = FileManager.default.temporaryDirectory.appendingPathComponent("synfire-err-\(UUID().uuidString)")
        for file in [out, err] { try Data().write(to: file) }
        defer { for file in [out, err] { try? FileManager.default.removeItem(at: file) } }
        process.standardOutput = try FileHandle(forWritingTo: out)
        process.standardError = try FileHandle(forWritingTo: err)
        try process.run()
        process.waitUntilExit()
        return CommandResult(
            status: process.terminationReason == .uncaughtSignal
                ? -process.terminationStatus : process.terminationStatus,
            output: try String(contentsOf: out, encoding: .utf8), errors: try String(contentsOf: err, encoding: .utf8))
    }

    /// A folder with links to what the repository ships, as examples expect it.
    static func workFolder() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        for name in ["models", "datasets"] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.file(name), withDestinationPath: "\(root)/\(name)")
        }
        return folder
    }

    static var weights: String { "\(root)/models/fashion-cnn/weights.h5" }
}
