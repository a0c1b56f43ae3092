import Foundation
import SynfireTestSupport
import Testing

/// What a command may write to.
@Suite struct OutputTests {
    private static let experiment = """
        network: relay
        run: {time: 5 ms, step: 0.1 ms, seed: 1}
        populations:
          s:
            size: 2
            model: spike_source_array
            tables: {spike_times: {file: times.csv}}
          a: {size: 2, model: lif_curr_exp}
        projections:
          p: {from: s, to: a, connect: {from_file: {file: pairs.csv}}, weight: 1 pA, delay: 1 ms}
        record:
          - {spikes: a}
        """

    private func refused(
        _ arguments: [String], _ text: String, in folder: borrowing TemporaryDirectory,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let before = try folder.names()
        let result = try Command.run(arguments, in: folder.path)
        #expect(result.status == 2, "\(arguments): \(result.errors)", sourceLocation: sourceLocation)
        #expect(result.errors.contains(text), "\(arguments): \(result.errors)", sourceLocation: sourceLocation)
        #expect(try folder.names() == before, sourceLocation: sourceLocation)
    }

    @Test("No output is a file that is read, whatever link leads there and whichever option reads it")
    func inputs() throws {
        let folder = try Command.workFolder()
        let manager = FileManager.default
        try manager.copyItem(atPath: Command.weights, toPath: folder.file("w.h5"))
        try manager.copyItem(
            atPath: "\(Command.root)/datasets/fashion-mnist-sample/fashion-mnist-sample.h5", toPath: folder.file("d.h5")
        )
        try KillTests.description.write(toFile: folder.file("n.yaml"), atomically: false, encoding: .utf8)
        #expect(
            try Command.run(["simulate", "n.yaml", "--time", "5ms", "--out", "t.h5"], in: folder.path).status == 0)
        func link(_ name: String, to target: String, hard: Bool = false) throws {
            if hard {
                try manager.linkItem(atPath: folder.file(target), toPath: folder.file(name))
            } else {
                try manager.createSymbolicLink(atPath: folder.file(name), withDestinationPath: target)
            }
        }
        try link("n.h5", to: "n.yaml")
        try link("t.svg", to: "t.h5", hard: true)
        try link("w.nir", to: "w.h5")
        try link("w2.h5", to: "w.h5", hard: true)
        try link("d.csv", to: "d.h5")
        try link("w.svg", to: "./w.nir")
        try Self.experiment.write(toFile: folder.file("r.yaml"), atomically: false, encoding: .utf8)
        try "0, 1\n1, 2\n".write(toFile: folder.file("times.csv"), atomically: false, encoding: .utf8)
        try "source,target\n0,1\n1,0\n".write(toFile: folder.file("pairs.csv"), atomically: false, encoding: .utf8)
        try link("times.h5", to: "times.csv")
        try link("pairs.h5", to: "pairs.csv", hard: true)
        #expect(
            try Command.run(["simulate", "r.yaml", "--out", "r.h5"], in: folder.path).status == 0)
        let network = "models/fashion-cnn/network.yaml"
        let contents = try ["w.h5", "d.h5", "n.yaml", "t.h5"].map {
            try Data(contentsOf: URL(fileURLWithPath: folder.file($0)))
        }
        for arguments in [
            ["simulate", "n.yaml", "--out", "n.h5"],
            ["simulate", "r.yaml", "--out", "times.h5"],
            ["simulate", "r.yaml", "--engine", "clock", "--out", "pairs.h5"],
            ["simulate", "r.yaml", "--save-network", "pairs.h5"],
            ["plot", "t.h5", "--out", "t.svg"],
            ["plot", "w.h5", "--kind", "filters", "--out", "w.svg"],
            ["convert", "w.h5", "--calibrate", "d.h5", "--out", "w.nir"],
            ["train", network, "--data", "d.h5", "--out", "d.h5"],
            ["train", "w.h5", "--data", "d.h5", "--out", "w2.h5"],
            ["train", network, "--data", "d.h5", "--weights", "w.h5", "--out", "w2.h5"],
            ["train", network, "--data", "d.h5", "--log", "d.csv", "--out", "new.h5"],
            [
                "train", network, "--data", "d.h5", "--test", "d.h5", "--curves", "w.svg", "--weights", "w.h5", "--out",
                "e.h5",
            ],
            ["evaluate", "w.h5", "--data", "d.h5", "--predictions", "d.csv"],
            ["evaluate", "w.h5", "--data", "d.h5", "--confusion", "w.svg"],
        ] {
            try refused(arguments + ["--force"], "which is also read", in: folder)
        }
        #expect(
            contents
                == (try ["w.h5", "d.h5", "n.yaml", "t.h5"].map {
                    try Data(contentsOf: URL(fileURLWithPath: folder.file($0)))
                }))
    }

    @Test("Paths that cannot be written are refused before the run; a link leads to what is written")
    func places() throws {
        let folder = try TemporaryDirectory()
        let manager = FileManager.default
        try KillTests.description.write(toFile: folder.file("n.yaml"), atomically: false, encoding: .utf8)
        // A run that would not end before the test does.
        let run = ["simulate", "n.yaml", "--force", "--out"]
        try refused(run + [String(repeating: "x", count: 253) + ".h5"], "has 256 bytes", in: folder)
        try manager.createSymbolicLink(atPath: folder.file("lost.h5"), withDestinationPath: "none/x.h5")
        try refused(run + ["lost.h5"], "there is no folder", in: folder)
        try manager.createSymbolicLink(atPath: folder.file("loop.h5"), withDestinationPath: "loop.h5")
        try refused(run + ["loop.h5"], "a link that leads to itself", in: folder)
        #expect(mkfifo(folder.file("pipe.h5"), 0o600) == 0)
        try refused(run + ["pipe.h5"], "is not a regular file", in: folder)
        try refused(run + ["/dev/null"], "is not a regular file", in: folder)
        // Here the streams are files: those would be replaced, and what was printed lost.
        for (stream, name) in [("stdout", "output"), ("fd/1", "output"), ("stderr", "error")] {
            try refused(run + ["/dev/" + stream], "where standard \(name) goes", in: folder)
        }
        try manager.createSymbolicLink(atPath: folder.file("one.h5"), withDestinationPath: "two.h5")
        try refused(
            ["simulate", "n.yaml", "--out", "two.h5", "--save-network", "one.h5"],
            "--out and --save-network both name 'one.h5'", in: folder)
        let done = try Command.run(["simulate", "n.yaml", "--time", "5ms", "--out", "one.h5"], in: folder.path)
        #expect(done.status == 0, "\(done.errors)")
        #expect(try manager.destinationOfSymbolicLink(atPath: folder.file("one.h5")) == "two.h5")
        #expect(try Command.run(["inspect", "two.h5"], in: folder.path).status == 0)
    }
}
