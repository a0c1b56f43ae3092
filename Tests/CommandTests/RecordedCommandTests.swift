import Foundation
import SynfireTestSupport
import Testing

/// What `inspect` and `plot` say of runs that were recorded in part, and of trials.
@Suite("Recordings by command")
struct RecordedCommandTests {
    private struct Contents: Decodable {
        struct Population: Decodable {
            let population: String
            let neurons: Int?
            let recordedNeurons: Int?
            let recordedTime: Double?
            let spikes: Int
            let rate: Double?
            let cv: Double?
            let silentShare: Double?
        }
        let facts: [String: JSONValue]
        let populations: [Population]
    }

    private func done(_ arguments: [String], in folder: borrowing TemporaryDirectory) throws -> String {
        let result = try Command.run(arguments, in: folder.path)
        #expect(result.status == 0, "\(result.errors)")
        return result.output
    }

    private func inspected(_ arguments: [String], in folder: borrowing TemporaryDirectory) throws -> Contents {
        let text = try done(["inspect"] + arguments + ["--json"], in: folder)
        return try JSONDecoder().decode(Contents.self, from: Data(text.utf8))
    }

    private func description(record: String, engine: String) -> String {
        """
        network: part
        run: {time: 1 s, seed: 5, engine: \(engine)}
        populations:
          p: {size: 100, model: poisson_source, parameters: {rate: 50 Hz}}
          q: {size: 50, model: poisson_source, parameters: {rate: 20 Hz}}
        record:
        \(record)
        """
    }

    @Test(
        "rates, CV and silent neurons are those of what was recorded, as NumPy counts them in the file",
        arguments: ["clock", "event"])
    func partlyRecorded(engine: String) throws {
        let folder = try TemporaryDirectory()
        let records: [(String, [String])] = [
            ("  - {spikes: all, from: 500 ms}", []), ("  - {spikes: \"p[0-9]\"}", []),
            ("  - {spikes: all, to: 300 ms}", []),
            ("  - {spikes: \"p[20-29]\", from: 200 ms, to: 700 ms}\n  - {spikes: \"p[25-39]\", from: 800 ms}", []),
            ("  - {spikes: all}", ["--warm-up", "400ms"]),
        ]
        for (index, (record, options)) in records.enumerated() {
            try description(record: record, engine: engine)
                .write(toFile: folder.file("n.yaml"), atomically: true, encoding: .utf8)
            let file = "t\(index).h5"
            _ = try done(["simulate", "n.yaml", "--out", file] + options, in: folder)
            let found = try inspected([file], in: folder)
            let expected = try python(
                """
                import sys, h5py, numpy as np
                with h5py.File(sys.argv[1]) as f:
                    for name in sorted(f["spikes"]):
                        g, r = f["spikes/" + name], f["synfire/recorded/" + name]
                        t, n = g["timestamps"][:], g["node_ids"][:]
                        size = int(np.prod(g.attrs["shape"])); rows = r["neuron_rows"][:]
                        time = np.zeros(size)
                        for k, (a, b) in enumerate(zip(r["start"], r["stop"])):
                            ids = r["node_ids"][rows[k]:rows[k + 1]]
                            time[ids if len(ids) else slice(None)] += b - a
                        print(name, (time > 0).sum(), len(t), 1000 * len(t) / time.sum(), len(np.unique(n)))
                """, [folder.file(file)]
            ).split(separator: "\n").map { $0.split(separator: " ") }
            #expect(found.populations.count == expected.count)
            for (row, wanted) in zip(found.populations, expected) {
                let numbers = try wanted.dropFirst().map { try #require(Double($0)) }
                #expect(row.population == wanted[0])
                #expect(row.recordedNeurons.map(Double.init) == numbers[0] && Double(row.spikes) == numbers[1])
                let rate = try #require(row.rate)
                let difference: Double = rate - numbers[2]
                #expect(difference.magnitude < 1e-9 * rate, "\(record), \(engine)")
                // Independent Poisson processes: within five standard errors of what was asked for.
                let asked: Double = row.population == "p" ? 50 : 20
                let room: Double = 5 * asked / numbers[1].squareRoot()
                #expect((asked - room...asked + room).contains(rate), "\(record), \(engine): \(rate)")
                let silent: Double = try #require(row.silentShare) - (1 - numbers[3] / numbers[0])
                #expect(silent.magnitude < 1e-12)
            }
            for kind in ["rate", "rates", "activity", "isi", "raster"] {
                _ = try done(["plot", file, "--kind", kind, "--out", "\(kind).svg", "--force"], in: folder)
            }
            let svg = try String(contentsOfFile: folder.file("rate.svg"), encoding: .utf8)
            let rate = try #require(found.populations.first?.rate)
            let words = try #require(svg.range(of: "p [0-9.]+ spikes/s", options: .regularExpression)).lowerBound
            let shown = try #require(Double(svg[words...].dropFirst(2).prefix { $0 != " " }))
            // Three digits are shown.
            #expect((rate - 0.051...rate + 0.051).contains(shown), "\(record): \(shown)")
        }
    }

    @Test("a window of inspect is the part of it that was recorded; a file that does not say is told of")
    func windows() throws {
        let folder = try TemporaryDirectory()
        try description(record: "  - {spikes: p, from: 500 ms}", engine: "clock")
            .write(toFile: folder.file("n.yaml"), atomically: true, encoding: .utf8)
        _ = try done(["simulate", "n.yaml", "--out", "t.h5"], in: folder)
        let part = try inspected(["t.h5", "--from", "250ms", "--to", "750ms"], in: folder).populations[0]
        #expect(part.recordedTime == 250)
        let difference: Double = try #require(part.rate) - Double(part.spikes) / 25
        #expect(difference.magnitude < 1e-9)
        try python(
            "import sys, h5py\nwith h5py.File(sys.argv[1], 'r+') as f: del f['synfire/recorded']", [folder.file("t.h5")]
        )
        let old = try inspected(["t.h5"], in: folder)
        #expect(old.facts["recorded"]?.text?.contains("does not say which neurons and when") == true)
        #expect(old.populations[0].recordedTime == 1000)
    }

    /// A network of one neuron that is driven by a number, and ten images of the same.
    private func trials() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        try python(
            """
            import sys, nir, h5py, numpy as np
            folder = sys.argv[1] + "/"
            nir.write(folder + "n.nir", nir.NIRGraph(
                nodes={"input": nir.Input({"input": np.array([1])}),
                       "w": nir.Linear(weight=np.array([[1.0]], "float32")),
                       "n": nir.IF(r=np.ones(1), v_threshold=np.ones(1), v_reset=np.zeros(1)),
                       "output": nir.Output({"output": np.array([1])})},
                edges=[("input", "w"), ("w", "n"), ("n", "output")]))
            with h5py.File(folder + "d.h5", "w") as f:
                f["features"] = np.full((10, 1), 0.125, "float32")
                f["labels"] = np.zeros(10, "uint8"); f["class_names"] = ["a"]
            """, [folder.path])
        return folder
    }

    @Test("intervals and their CV are those within trials; pure numbers have no unit; the spike at the end is shown")
    func ofTrials() throws {
        let folder = try trials()
        // Spikes at 8, 16, 24, 32 and 40 ms of trials of 40 ms: the last at the very end of each.
        _ = try done(
            ["simulate", "n.nir", "--data", "d.h5", "--time", "40ms", "--out", "t.h5", "--record", "spikes,v:n"],
            in: folder)
        let row = try #require(try inspected(["t.h5"], in: folder).populations.first)
        #expect(row.spikes == 50 && row.rate == 125)
        let variation: Double = try #require(row.cv)
        #expect(variation < 1e-9)
        _ = try done(["plot", "t.h5", "--kind", "isi", "--out", "i.svg"], in: folder)
        let intervals = try String(contentsOfFile: folder.file("i.svg"), encoding: .utf8)
        #expect(intervals.contains("40 intervals, mean 8 ms, CV 0"))
        _ = try done(["plot", "t.h5", "--kind", "raster", "--out", "r.svg"], in: folder)
        let raster = try String(contentsOfFile: folder.file("r.svg"), encoding: .utf8)
        #expect(raster.contains("Raster of 50 spikes"))
        _ = try done(["plot", "t.h5", "--kind", "rate", "--bin", "40ms", "--out", "b.svg"], in: folder)
        let rate = try String(contentsOfFile: folder.file("b.svg"), encoding: .utf8)
        #expect(rate.contains("n 125 spikes/s"))
        // One trial alone has five spikes, and not the last of the one before.
        #expect(try inspected(["t.h5", "--from", "40ms", "--to", "80ms"], in: folder).populations[0].spikes == 5)
        let units = try python(
            "import sys, h5py\nwith h5py.File(sys.argv[1]) as f: print(f['report/n/data'].attrs['units'])",
            [folder.file("t.h5")])
        #expect(units == "1\n")
    }
}
