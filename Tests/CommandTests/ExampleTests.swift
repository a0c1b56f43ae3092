import Foundation
import SynfireTestSupport
import Testing

@Suite("Examples in the help", .serialized)
struct ExampleTests {
    /// The lines of a help text that begin with the command's name.
    private func examples(_ arguments: [String]) throws -> [[String]] {
        let folder = try TemporaryDirectory()
        let help = try Command.run(arguments + ["--help"], in: folder.path)
        #expect(help.status == 0)
        // A backslash at the end of a line joins it with the next, as in a shell.
        return help.output.replacing(#/\\\n */#, with: "").split(separator: "\n")
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { $0.hasPrefix("synfire ") && !$0.contains("<") && !$0.contains("[") }
            .map { $0.split(separator: " ").dropFirst().map(String.init) }
    }

    @Test("The command's own examples run in their order")
    func rootExamples() throws {
        let folder = try Command.workFolder()
        let lines = try examples([]).filter { $0.first != "help" }
        #expect(lines.count >= 5)
        for line in lines {
            let result = try Command.run(line, in: folder.path)
            #expect(result.status == 0, "synfire \(line.joined(separator: " ")): \(result.errors)")
            #expect(!result.output.isEmpty)
        }
    }

    @Test(
        "Each subcommand's example runs",
        arguments: ["train", "evaluate", "convert", "simulate", "inspect", "plot", "models", "bench"])
    func subcommandExamples(name: String) throws {
        let folder = try Command.workFolder()
        let lines = try examples([name]).filter { $0.first == name }
        #expect(lines.count >= 1)
        // What the examples of later steps start from.
        if name == "simulate" || name == "plot" {
            try Command.run(
                [
                    "convert", "models/fashion-cnn/weights.h5", "--calibrate", "fashion-mnist-sample:100", "--out",
                    "spiking.nir",
                ],
                in: folder.path)
        }
        if name == "plot" {
            let made = try Command.run(
                [
                    "simulate", "spiking.nir", "--data", "fashion-mnist-sample:3", "--record", "spikes,v:fc2", "--out",
                    "traces.h5",
                ], in: folder.path)
            #expect(made.status == 0, "\(made.errors)")
        }
        for line in lines {
            let result = try Command.run(line, in: folder.path)
            #expect(result.status == 0, "synfire \(line.joined(separator: " ")): \(result.errors)")
        }
    }

    @Test("Every command prints one JSON object with --json")
    func json() throws {
        let folder = try Command.workFolder()
        let commands = [
            ["evaluate", "models/fashion-cnn/weights.h5", "--data", "fashion-mnist-sample:50", "--json"],
            [
                "convert", "models/fashion-cnn/weights.h5", "--calibrate", "fashion-mnist-sample:50", "--out", "s.nir",
                "--diagnostic-images", "2", "--json",
            ],
            ["simulate", "s.nir", "--data", "fashion-mnist-sample:2", "--out", "t.h5", "--at", "4,8", "--json"],
            ["plot", "t.h5", "--out", "p.svg", "--json"], ["inspect", "t.h5", "--json"],
            ["inspect", "s.nir", "--json"], ["models", "--json"],
            ["inspect", "datasets/fashion-mnist-sample/fashion-mnist-sample.h5", "--json"],
            ["inspect", "models/fashion-cnn/network.yaml", "--json"],
            [
                "train", "models/fashion-cnn/network.yaml", "--data", "fashion-mnist-sample:64", "--epochs", "1",
                "--out", "m.h5", "--json",
            ],
        ]
        for command in commands {
            let result = try Command.run(command, in: folder.path)
            #expect(result.status == 0, "\(command): \(result.errors)")
            let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            #expect((object?.count ?? 0) > 1, "\(command)")
        }
    }
}
