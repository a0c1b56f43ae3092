import Foundation
import SynfireTestSupport
import Testing

/// Whole runs of networks that are described in YAML.
@Suite("Simulating a described network", .serialized)
struct ClockCommandTests {
    private func folder() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        try ModelsCommandTests.pair.write(toFile: folder.file("pair.yaml"), atomically: true, encoding: .utf8)
        return folder
    }

    private struct Summary: Decodable {
        struct Row: Decodable {
            let name: String
            let spikes: Int
            let rate: Double
        }
        let neurons: Int
        let synapses: Int
        let time: Double
        let realTimeFactor: Double
        let spikes: Int
        let populations: [Row]
    }

    @Test("the summary and the traces agree with each other and with the period of a driven neuron")
    func run() throws {
        let folder = try folder()
        let result = try Command.run(["simulate", "pair.yaml", "--out", "t.h5", "--json"], in: folder.path)
        #expect(result.status == 0, "\(result.errors)")
        let summary = try JSONDecoder().decode(Summary.self, from: Data(result.output.utf8))
        #expect(summary.neurons == 30 && summary.synapses == 430 && summary.time == 20)
        // From rest at −70 mV towards −50 mV with 10 ms: −55 mV after 10·ln 4 = 13.86 ms, so one spike in 20 ms.
        #expect(summary.populations.map(\.name) == ["a", "b"])
        #expect(summary.populations[0].spikes == 20 && abs(summary.populations[0].rate - 50) < 1e-9)
        let read = try python(
            """
            import sys, h5py, libsonata
            s = libsonata.SpikeReader(sys.argv[1])["a"].get_dict()
            assert sorted(s["node_ids"].tolist()) == list(range(20)), s
            assert all(abs(t - 13.9) < 1e-9 for t in s["timestamps"]), s["timestamps"]
            r = libsonata.ElementReportReader(sys.argv[1])
            assert r.get_population_names() == ["b", "b.i_ex"], r.get_population_names()
            assert list(r["b"].times) == [0, 20, 0.5] and r["b"].data_units == "mV"
            assert r["b.i_ex"].data_units == "pA" and r["b"].get_node_ids() == [0, 1, 2, 3]
            with h5py.File(sys.argv[1]) as f:
                assert f["synfire"].attrs["complete"] and f["synfire"].attrs["duration"] == 20
                # Five spikes of 300 pA arrive at 14.9 ms at every neuron of b.
                i = f["report/b.i_ex/data"][:, 0]
                assert (i[:29] == 0).all() and i[31:].max() > 1000, i
            print("fine")
            """, [folder.file("t.h5")])
        #expect(read.contains("fine"))
        for arguments in [
            ["--kind", "raster"], ["--kind", "rate"], ["--kind", "trace"], ["--kind", "trace", "--variable", "i_ex"],
        ] {
            let plot = try Command.run(
                ["plot", "t.h5", "--out", "p.svg", "--force"] + arguments, in: folder.path)
            #expect(plot.status == 0, "\(plot.errors)")
        }
        #expect(try Command.run(["inspect", "t.h5"], in: folder.path).output.contains("b.i_ex"))
    }

    @Test("options take the place of what the file says, and two runs have the same bits")
    func options() throws {
        let folder = try folder()
        func run(_ out: String, _ more: [String]) throws {
            let result = try Command.run(
                ["simulate", "pair.yaml", "--record", "spikes:a,v:b[0-1]", "--interval", "1ms", "--time", "50ms"]
                    + ["--seed", "9", "--set", "n=40", "--out", out] + more, in: folder.path)
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.contains("60 neurons"), "\(result.output)")
        }
        try run("one.h5", ["--workers", "1"])
        try run("three.h5", ["--workers", "3"])
        let read = try python(
            """
            import sys, h5py
            def tables(path):
                found = {}
                with h5py.File(path) as file:
                    for part in ["spikes", "report"]:
                        file[part].visititems(
                            lambda n, o: found.update({part + n: o[()].tobytes()}) if isinstance(o, h5py.Dataset) else None)
                return found
            a, b = map(tables, sys.argv[1:])
            assert len(a) >= 6 and a == b
            with h5py.File(sys.argv[1]) as file:
                assert list(file["spikes"]) == ["a"] and file["report/b/data"].shape == (50, 2)
                assert len(file["spikes/a/timestamps"]) == 40 * 3
            print("same")
            """, [folder.file("one.h5"), folder.file("three.h5")])
        #expect(read.contains("same"))
    }

    @Test("Ctrl-C keeps what was recorded in a partial file, with one sentence and status 130")
    func interrupt() throws {
        let folder = try folder()
        let stopped = try Command.interrupt(
            ["simulate", "pair.yaml", "--time", "1000s", "--record", "spikes:a", "--out", "t.h5"], in: folder.path,
            at: "simulating")
        let message = stopped.errors
        #expect(stopped.status == 130, "\(message)")
        #expect(message.contains("synfire: interrupted after"), "\(message)")
        #expect(try folder.names() == ["pair.yaml", "t.partial.h5"])
        _ = try python(
            """
            import sys, h5py
            with h5py.File(sys.argv[1]) as file:
                about = file["synfire"].attrs
                assert not about["complete"] and 0 < about["duration"] < 1e6
                assert len(file["spikes/a/timestamps"]) > 0
            """, [folder.file("t.partial.h5")])
    }

    @Test("each description in the guide is accepted, and the small ones run")
    func guide() throws {
        let guide = try String(contentsOfFile: "\(Command.root)/docs/guides/networks.md", encoding: .utf8)
        let texts = guide.components(separatedBy: "```yaml\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
        #expect(texts.count == 4)
        let folder = try TemporaryDirectory()
        for text in texts {
            try text.write(toFile: folder.file("n.yaml"), atomically: true, encoding: .utf8)
            let inspected = try Command.run(["inspect", "n.yaml"], in: folder.path)
            #expect(inspected.status == 0, "\(inspected.errors)")
            if text.contains("network: microcircuit") {
                #expect(inspected.output.contains("298.88 M"))
                continue
            }
            let result = try Command.run(
                ["simulate", "n.yaml", "--time", "10ms", "--out", "t.h5", "--force"], in: folder.path)
            #expect(result.status == 0, "\(result.errors)")
        }
    }
}
