import CSynfireSupport
import Foundation

/// Standard error and the terminal.
enum Console {
    /// Whether a person is likely to watch standard error.
    static let isTerminal = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

    /// How many columns the terminal has now, where standard error is one and says so.
    static var width: Int? {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Writes a line to standard error.
    static func write(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

    /// Writes what went wrong to standard error.
    static func error(_ sentence: String) { write("synfire: \(sentence)") }

    /// Writes a remark to standard error.
    static func note(_ sentence: String) { write(sentence) }
}

/// Whether somebody asked to stop, by Ctrl-C or by ending the process.
enum Interrupt {
    /// From now on a first signal is noted instead of ending the process.
    static func watch() { synfire_watch_for_interrupt() }

    /// Whether a signal has come.
    static var isRequested: Bool { synfire_interrupt_signal() != 0 }

    /// - Throws: ``InterruptError`` where a signal has come.
    static func check(_ what: String) throws {
        if isRequested { throw InterruptError("interrupted \(what); nothing was written") }
    }
}
