import Foundation
import SynfireTestSupport
import Testing

/// Inputs that are no files, names that are no texts, and descriptions that would never be read to their end.
@Suite("Hostile inputs by command")
struct HostileInputTests {
    /// The one line that a run must have ended with.
    private func refusal(_ arguments: [String], in folder: borrowing TemporaryDirectory) throws -> String {
        let result = try Command.run(arguments, in: folder.path)
        #expect(result.status == 1 || result.status == 2, "\(arguments): \(result.status), \(result.errors)")
        #expect(result.errorLines.count == 1, "\(arguments): \(result.errors)")
        return result.errors
    }

    @Test("pipes and devices as inputs are refused at once", .timeLimit(.minutes(10)))
    func pipes() throws {
        let folder = try TemporaryDirectory()
        for name in ["train-images-idx3-ubyte", "p", "p.yaml", "p.h5", "p.nir", "p.csv", "p.csv.gz", "p.bin", "p.txt"] {
            try #require(mkfifo(folder.file(name), 0o600) == 0)
        }
        func network(_ projection: String, _ population: String) throws {
            try """
            network: n
            run: {time: 10 ms}
            populations:
              p: {size: 2, model: lif_curr_exp}
              s: {size: 2, model: \(population)}
            projections:
              e: {from: s, to: p, connect: \(projection), weight: 1 pA, delay: 1 ms, receptor: excitatory}
            """.write(toFile: folder.file("n.yaml"), atomically: true, encoding: .utf8)
        }
        for arguments in [
            ["inspect", "p"], ["inspect", "train-images-idx3-ubyte"], ["inspect", "p.yaml"], ["inspect", "p.h5"],
            ["inspect", "p.nir"],
            ["inspect", "/dev/zero"],
            ["plot", "p", "--kind", "raster", "--out", "o.svg"],
            ["plot", "p.csv", "--kind", "curves", "--out", "o.svg"],
            ["plot", "p.h5", "--kind", "curves", "--out", "o.svg"], ["evaluate", "p.h5", "--data", "p.csv"],
            ["evaluate", Command.weights, "--data", "p.csv"], ["evaluate", Command.weights, "--data", "p.csv.gz"],
            ["evaluate", Command.weights, "--data", "p.h5"],
            ["convert", "p.h5", "--calibrate", "p.csv", "--out", "o.nir"],
            ["simulate", "p.yaml"], ["simulate", "p.nir"],
        ] {
            let text = try refusal(arguments, in: folder)
            #expect(text.contains("it is a device or a pipe"), "\(arguments): \(text)")
        }
        try network("{from_file: {file: p.txt}}", "poisson_source, parameters: {rate: 5 Hz}")
        #expect(try refusal(["simulate", "n.yaml"], in: folder).contains("it is a device or a pipe"))
    }

    @Test("control characters of names in files reach neither terminal nor messages")
    func names() throws {
        let folder = try TemporaryDirectory()
        try python(
            #"""
            import sys, h5py, numpy as np
            bad = "a\x1b]0;title\x07\x1b[31m\nsynfire: done\u202e\x9b"
            with h5py.File(sys.argv[1] + "/t.h5", "w") as f:
                f["spikes/" + bad + "/timestamps"] = np.arange(3.0); f["spikes/" + bad + "/node_ids"] = np.arange(3)
                f["synfire/facts/x"] = 1
                f["synfire/facts"].attrs["k" + bad] = bad; f["synfire"].attrs["name"] = bad
            with h5py.File(sys.argv[1] + "/o.h5", "w") as f: f["x/" + bad] = 1
            with h5py.File(sys.argv[1] + "/b.h5", "w") as f: f["spikes/" + bad + "/timestamps"] = np.arange(3.0)
            """#, [folder.path])
        func check(_ text: String) {
            #expect(
                !text.unicodeScalars.contains {
                    $0.value < 32 && $0 != "\n" || (0x7F..<0xA0).contains($0.value) || $0.value == 0x202E
                })
            #expect(!text.split(separator: "\n").contains { $0.hasPrefix("synfire: done") })
        }
        for file in ["t.h5", "o.h5"] {
            for options in [[], ["--json"]] {
                let result = try Command.run(["inspect", file] + options, in: folder.path)
                #expect(result.status == 0, "\(result.errors)")
                check(result.output)
            }
        }
        check(try refusal(["inspect", "b.h5"], in: folder))
        check(try refusal(["plot", "t.h5", "--population", "b", "--out", "o.svg"], in: folder))
        check(try refusal(["inspect", "no\u{1B}[31m\nsynfire: done"], in: folder))
    }

    @Test("constants that each use the one before are read in time that goes with their number, up to 10,000")
    func constants() throws {
        let folder = try TemporaryDirectory()
        for (count, isRead) in [(9999, true), (40_000, false)] {
            let lines = (1..<count).map { "  c\($0): c\($0 - 1) + 1" }.joined(separator: "\n")
            let text =
                "network: n\nconstants:\n  c0: 1\n\(lines)\npopulations:\n  p: {size: c\(count - 1), model: lif_curr_exp}\n"
            try text.write(toFile: folder.file("n.yaml"), atomically: true, encoding: .utf8)
            // Seconds of a processor, not of a clock: 40,000 took more than 23 before.
            let result = try Command.run(["inspect", "n.yaml"], in: folder.path, shell: "ulimit -t 12")
            #expect(result.status == (isRead ? 0 : 1), "\(result.errors)")
            #expect(isRead || result.errors.contains("40000 is too large; the limit is 10000 constants"))
        }
    }
}
