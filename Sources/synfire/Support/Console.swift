import CSynfireSupport
import Foundation
import Synchronization
import SynfireUnits

/// Standard output, standard error and the terminal: all that the command says goes through here.
///
/// A terminal that is closed or a disk that is full must not end work that has taken hours. What cannot be written to
/// standard error is dropped. Of standard output the first failure is kept until the work is done, and then decides how
/// the process ends, see ``checkOutput()``.
enum Console {
    /// Why standard output could not be written, once that has happened.
    private static let outputFailure = Mutex<Int32?>(nil)

    /// Whether programs read what is said: then lines of standard error are objects of JSON, too.
    private static let writesJSON = CommandLine.arguments.prefix { $0 != "--" }.contains("--json")

    /// Whether a person is likely to watch standard error.
    static let isTerminal = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

    /// How many columns the terminal has now, where standard error is one and says so.
    static var width: Int? {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Makes the standard streams safe to write to; to be called before any file is opened.
    ///
    /// A file that is opened while one of them is closed would get its number, and what is said would go into the file.
    /// Their places are taken in a direction in which they cannot be used, so that each use fails as on a closed stream.
    static func prepare() {
        // A reader that goes away, as in `synfire … | head`, must not end the process before files are closed.
        signal(SIGPIPE, SIG_IGN)
        // Nor must a limit on the size of files: the write fails then, as on a full disk.
        signal(SIGXFSZ, SIG_IGN)
        for (stream, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        where fcntl(stream, F_GETFD) == -1 && errno == EBADF {
            // The lowest free number is taken: the streams before are open by now.
            _ = open("/dev/null", mode)
        }
    }

    // MARK: Standard output

    /// Writes a result to standard output.
    static func print(_ text: String = "", terminator: String = "\n") {
        outputFailure.withLock { failure in
            guard failure == nil else { return }
            failure = put(harmless(text) + terminator, to: STDOUT_FILENO)
        }
    }

    /// - Throws: ``OutputError`` where something that was printed did not arrive.
    static func checkOutput() throws {
        if let code = outputFailure.withLock({ $0 }) {
            throw OutputError(reason: code == EBADF ? "it is closed" : String(cString: strerror(code)))
        }
    }

    /// Results that could not be written to standard output.
    struct OutputError: Error, CustomStringConvertible {
        let reason: String
        var description: String { "standard output could not be written: \(reason)" }
    }

    // MARK: Standard error

    /// Writes what went wrong to standard error.
    static func error(_ sentence: String, status: Int32) {
        let sentence = brief(sentence)
        struct Failure: Encodable {
            let error: String
            let status: Int32
        }
        if writesJSON { return line(of: Failure(error: sentence, status: status)) }
        draw("synfire: \(sentence.printable)\n")
    }

    /// A sentence that can be read: what it quotes from a file may be as long as the file.
    private static func brief(_ sentence: String) -> String {
        let (longest, end) = (1200, 400)
        guard sentence.utf8.count > longest, sentence.count > longest else { return sentence }
        return sentence.prefix(longest - end) + " … " + sentence.suffix(end)
    }

    /// Writes a remark to standard error.
    static func note(_ sentence: String) {
        if writesJSON { return line(of: ["note": sentence]) }
        draw(sentence.printable + "\n")
    }

    /// Writes to standard error as it is, with what moves the cursor.
    static func draw(_ text: String) { _ = put(text, to: STDERR_FILENO) }

    private static func line(of value: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return }
        draw(harmless(String(decoding: data, as: UTF8.self)) + "\n")
    }

    // MARK: Both

    /// A text without characters that a terminal obeys: names come from files, and files from anywhere.
    ///
    /// They are written as JSON would, so that JSON stays JSON.
    static func harmless(_ text: String) -> String { text.printable(keepingLines: true) }

    /// Writes all of a text; returns why not, where that fails.
    private static func put(_ text: String, to stream: Int32) -> Int32? {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let written = write(stream, rest.baseAddress, rest.count)
                if written >= 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
                    continue
                }
                switch errno {
                case EINTR: continue
                case EAGAIN:
                    // Somebody made the stream not wait: we do.
                    var wait = pollfd(fd: stream, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&wait, 1, -1)
                case let code: return code
                }
            }
            return nil
        }
    }
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
