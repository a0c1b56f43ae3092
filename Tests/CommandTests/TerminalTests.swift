import Foundation
import SynfireTestSupport
import Testing

/// Terminals that are closed or full: work goes on, and what is lost of the results is said.
@Suite("Closed and full terminals")
struct TerminalTests {
    /// Runs a line of bash in which `$S` is the command, and returns its status.
    private func bash(
        _ line: String, in folder: borrowing TemporaryDirectory
    ) throws -> (status: Int32, signal: Bool, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", "set -o pipefail; S='\(Command.path)'; " + line]
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.standardInput = FileHandle.nullDevice
        let said = folder.file("said.txt")
        try Data().write(to: URL(fileURLWithPath: said))
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: said))
        process.standardError = process.standardOutput
        try process.run()
        process.waitUntilExit()
        return (
            process.terminationStatus, process.terminationReason == .uncaughtSignal,
            try String(contentsOfFile: said, encoding: .utf8)
        )
    }

    @Test(
        "a training whose messages cannot be written goes on to its end, the model's bits the same",
        arguments: ["2>/dev/full", "2>&-", "2> >(head -1 >first.txt)"])
    func training(_ redirection: String) throws {
        let folder = try SmallTraining.folder()
        let train = "$S train small.yaml --epochs 5 --log l.csv"
        #expect(try bash("\(train) --out a.h5", in: folder).status == 0)
        try FileManager.default.removeItem(atPath: folder.file("l.csv"))
        let result = try bash("\(train) --out b.h5 \(redirection) >out.txt", in: folder)
        #expect(result.status == 0 && !result.signal, "\(result.output)")
        #expect(try String(contentsOfFile: folder.file("out.txt"), encoding: .utf8).contains("written to b.h5"))
        #expect(try SmallTraining.weights(folder.file("a.h5")) == SmallTraining.weights(folder.file("b.h5")))
        // None of what was said has gone into a file that was opened in place of the closed stream.
        #expect(try SmallTraining.rows(folder.file("l.csv")).count == 5)
    }

    @Test("both streams into a pipe that is read no more: the network is complete, the status says what was lost")
    func pipe() throws {
        let folder = try SmallTraining.folder()
        let result = try bash("$S train small.yaml --epochs 4 --out a.h5 2>&1 | head -1", in: folder)
        #expect(result.status == 1 && !result.signal, "\(result.output)")
        #expect(result.output.hasPrefix("epoch 1/4"))
        let inspected = try Command.run(["inspect", "a.h5"], in: folder.path)
        #expect(inspected.status == 0, "\(inspected.errors)")
    }

    @Test(
        "results that cannot be printed: status 1 and one sentence, files complete",
        arguments: [
            ("/dev/full", "No space left"), ("&-", "it is closed"),
        ])
    func output(_ target: String, _ reason: String) throws {
        let folder = try Command.workFolder()
        let commands = [
            "evaluate \(Command.weights) --data fashion-mnist-sample:50 --predictions p.csv", "models", "--help",
            "--version", "layers --markdown", "inspect \(Command.weights) --json", "help train",
            "--generate-completion-script bash",
        ]
        for command in commands {
            let result = try bash("$S \(command) >\(target)", in: folder)
            #expect(result.status == 1 && !result.signal, "\(command): \(result.output)")
            #expect(
                result.output.contains("standard output could not be written: \(reason)"),
                "\(command): \(result.output)")
            #expect(result.output.split(separator: "\n").count == 1, "\(command): \(result.output)")
        }
        let table = try String(contentsOfFile: folder.file("p.csv"), encoding: .utf8)
        #expect(table.split(separator: "\n").count == 51)
    }

    @Test("errors keep their status where nobody can read them")
    func errors() throws {
        let folder = try Command.workFolder()
        for redirection in ["2>&-", "2>/dev/full", ">&- 2>&-", "2>&- <&-"] {
            let result = try bash("$S inspect missing \(redirection)", in: folder)
            #expect(result.status == 2 && !result.signal, "\(redirection)")
            let unknown = try bash("$S inspetc \(redirection)", in: folder)
            #expect(unknown.status == 2 && !unknown.signal, "\(redirection)")
        }
    }

    @Test("names from files do not reach the terminal as commands to it")
    func escapes() throws {
        let folder = try Command.workFolder()
        _ = try python(
            """
            import sys, h5py
            with h5py.File(sys.argv[1], "w") as file:
                file["a\\x1b[2Jb\\x07"] = [1, 2]
                file["c\\u202egpj"] = [1, 2]
            """, [folder.file("names.h5")])
        let result = try Command.run(["inspect", "names.h5"], in: folder.path)
        #expect(result.status == 0, "\(result.errors)")
        let isObeyed = { (scalar: Unicode.Scalar) in
            scalar.value < 0x20 && scalar != "\n" || scalar.value == 0x202E
        }
        #expect(!result.output.unicodeScalars.contains(where: isObeyed))
        #expect(result.output.contains("a\\u001b[2Jb\\u0007"))
        let json = try Command.run(["inspect", "names.h5", "--json"], in: folder.path)
        #expect(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) is [String: Any])
        let missing = try Command.run(["inspect", "no\u{1B}[31m"], in: folder.path)
        #expect(missing.status == 2 && !missing.errors.unicodeScalars.contains("\u{1B}"))
    }
}
