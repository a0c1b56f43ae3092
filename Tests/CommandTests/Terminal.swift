import Foundation

/// Why a test got no terminal.
struct TerminalFailure: Error {
    let code: Int32
}

/// A terminal that a command believes to write to: there it shows how far it is, which is an event to wait for.
final class Terminal {
    private let master: Int32
    /// What the command gets as its standard error.
    let end: FileHandle
    private(set) var text = ""

    init() throws {
        var (ours, theirs) = (Int32(-1), Int32(-1))
        guard openpty(&ours, &theirs, nil, nil, nil) == 0 else { throw TerminalFailure(code: errno) }
        // A child that inherits our side would keep the terminal open.
        _ = fcntl(ours, F_SETFD, FD_CLOEXEC)
        master = ours
        end = FileHandle(fileDescriptor: theirs, closeOnDealloc: true)
    }

    deinit { close(master) }

    /// Reads until the text holds a sign, or until nobody writes any more.
    func follow(until sign: String? = nil) {
        var bytes = [UInt8](repeating: 0, count: 4096)
        while sign.map({ !text.contains($0) }) ?? true {
            let count = read(master, &bytes, bytes.count)
            if count < 0, errno == EINTR { continue }
            // Linux says EIO when the last writer is gone, others end the file.
            guard count > 0 else { return }
            text += String(decoding: bytes[..<count], as: UTF8.self)
        }
    }
}

extension Command {
    /// Runs the command, interrupts it when it shows a sign of progress on its terminal, and waits for its end.
    ///
    /// - Parameter signal: What it is sent.
    static func interrupt(
        _ arguments: [String], in folder: String, at sign: String, by signal: Int32 = SIGINT
    ) throws -> CommandResult {
        let process = try start(arguments, in: folder)
        process.environment = ProcessInfo.processInfo.environment.merging(["TERM": "xterm"]) { $1 }
        let terminal = try Terminal()
        process.standardError = terminal.end
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        try terminal.end.close()
        terminal.follow(until: sign)
        kill(process.processIdentifier, signal)
        terminal.follow()
        process.waitUntilExit()
        return CommandResult(
            status: process.terminationReason == .uncaughtSignal
                ? -process.terminationStatus : process.terminationStatus, output: "", errors: terminal.text)
    }
}
