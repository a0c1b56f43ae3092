import Foundation
import SynfireTestSupport
import Testing

/// Networks of integrate-and-fire neurons as tools of discrete time write them, against a replay of their steps in NumPy.
@Suite("Networks of tools that count time in steps")
struct NIRTimingCommandTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var dt: Double
        var threshold: Double
        var isConvolutional = false
        var testDescription: String { "dt \(dt), threshold \(threshold)\(isConvolutional ? ", convolutional" : "")" }
    }

    private struct Found: Decodable {
        struct Row: Decodable { let spikesPerNeuron: Double }
        let engine: String
        let timing: String?
        let rows: [Row]
    }

    /// Writes `net.nir` and `data.h5`, and prints the neurons, the spikes of 32 steps, and the classes told.
    private func replay(_ example: Case, in folder: borrowing TemporaryDirectory) throws -> (Int, Int, String) {
        let printed = try python(
            """
            import sys, nir, h5py, numpy as np
            folder, dt, threshold, conv = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), sys.argv[4] == "true"
            rng = np.random.default_rng(17)
            f4 = lambda *s: rng.normal(0, 0.6, s).astype(np.float32)
            fire = lambda *s: nir.IF(r=np.full(s, 1 / dt), v_threshold=np.full(s, threshold), v_reset=np.zeros(s))
            if conv:
                w1, b1, w2, b2 = f4(4, 2, 3, 3), f4(4) / 5, f4(5, 64), f4(5) / 5
                shape, hidden = (2, 8, 8), (4, 8, 8)
                nodes = {"0": nir.Conv2d((8, 8), w1, 1, 1, 1, 1, b1), "1": fire(4, 8, 8),
                         "2": nir.AvgPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0])),
                         "3": nir.Flatten({"input": np.array([4, 4, 4])}, 0, -1), "4": nir.Affine(w2, b2), "5": fire(5)}
                def first(x):
                    p = np.pad(x, ((0, 0), (1, 1), (1, 1)))
                    return np.stack([sum((p[c, i:i + 8, j:j + 8] * w1[o, c, i, j]) for c in range(2) for i in range(3)
                                         for j in range(3)) + b1[o] for o in range(4)]).astype(np.float32)
                between = lambda s: s.reshape(4, 4, 2, 4, 2).mean((2, 4)).reshape(64)
            else:
                w1, b1, w2, b2 = f4(9, 6), f4(9) / 5, f4(5, 9), f4(5) / 5
                shape, hidden = (6,), (9,)
                nodes = {"0": nir.Affine(w1, b1), "1": fire(9), "4": nir.Affine(w2, b2), "5": fire(5)}
                first, between = lambda x: w1 @ x + b1, lambda s: s
            names = ["input"] + list(nodes) + ["output"]
            nir.write(folder + "/net.nir", nir.NIRGraph(
                {"input": nir.Input(np.array(shape)), **nodes, "output": nir.Output(np.array([5]))},
                list(zip(names, names[1:]))))
            images = rng.uniform(0, 1, (4,) + shape).astype(np.float32)
            spikes, classes = 0, []
            for x in images:
                v1, v2, count = np.zeros(hidden, np.float32), np.zeros(5, np.float32), np.zeros(5, int)
                for step in range(32):
                    v1 += first(x); s1 = v1 >= np.float32(threshold); v1[s1] = 0
                    v2 += w2 @ between(s1.astype(np.float32)) + b2; s2 = v2 >= np.float32(threshold); v2[s2] = 0
                    spikes += int(s1.sum() + s2.sum()); count += s2
                classes.append(int(count.argmax()))
            with h5py.File(folder + "/data.h5", "w") as file:
                file["images" if conv else "features"] = images
                file["labels"] = np.array(classes, "u1"); file["class_names"] = list("abcde")
            print(int(np.prod(hidden)) + 5, spikes, classes)
            """, [folder.path, "\(example.dt)", "\(example.threshold)", "\(example.isConvolutional)"])
        let words = printed.split(separator: " ", maxSplits: 2).map(String.init)
        return (try #require(Int(words[0])), try #require(Int(words[1])), words[2])
    }

    private func simulate(_ arguments: [String], in folder: borrowing TemporaryDirectory) throws -> Found {
        let run = try Command.run(
            ["simulate", "net.nir", "--data", "./data.h5", "--json"] + arguments, in: folder.path)
        try #require(run.status == 0, "\(run.errors)")
        return try JSONDecoder().decode(Found.self, from: Data(run.output.utf8))
    }

    @Test(
        "spike as often as in those tools, whatever r = 1/dt and the length of a step",
        arguments: [
            Case(dt: 1, threshold: 1), Case(dt: 1e-4, threshold: 1), Case(dt: 3e-4, threshold: 0.7),
            Case(dt: 0.5, threshold: 1.3), Case(dt: 1e-3, threshold: 0.8, isConvolutional: true),
        ])
    func spikes(example: Case) throws {
        let folder = try TemporaryDirectory()
        let (neurons, spikes, classes) = try replay(example, in: folder)
        for (arguments, engine) in [
            (["--time", "32ms"], "clock(1 ms)"), (["--time", "32ms", "--engine", "clock"], "clock(1 ms)"),
            (["--time", "3.2ms", "--step", "0.1ms"], "clock(0.1 ms)"),
            (["--time", "0.0032ms", "--engine", "clock", "--step", "0.0001ms"], "clock(0.0001 ms)"),
        ] {
            let found = try simulate(arguments, in: folder)
            #expect(found.engine == engine)
            let counted = (try #require(found.rows.last).spikesPerNeuron * Double(4 * neurons)).rounded()
            #expect(Int(counted) == spikes, "\(arguments)")
            #expect(found.timing?.contains("steps of dt = \(example.dt == 1 ? "1" : "\(example.dt)")") == true)
        }
        let traces = try Command.run(
            ["simulate", "net.nir", "--data", "./data.h5", "--time", "32ms", "--out", "t.h5"], in: folder.path)
        try #require(traces.status == 0, "\(traces.errors)")
        #expect(traces.output.contains("time: the network was written for steps of dt = "), "\(traces.output)")
        let told = try python(
            "import sys, h5py; print(h5py.File(sys.argv[1])['synfire/trials/prediction'][:].tolist())",
            [folder.file("t.h5")])
        #expect(told == classes)
    }

    @Test("are asked about where the file does not say, and never run in steps that were not asked for")
    func unknown() throws {
        let folder = try TemporaryDirectory()
        _ = try replay(Case(dt: 1, threshold: 1), in: folder)
        try python(
            """
            import sys, h5py
            with h5py.File(sys.argv[1], "r+") as file: file["node/nodes/5/r"][0] = 3
            """, [folder.file("net.nir")])
        let refused = try Command.run(["simulate", "net.nir", "--data", "./data.h5"], in: folder.path)
        #expect(refused.status == 2)
        #expect(
            refused.errorLines == [
                "synfire: 'net.nir' does not say whether it counts time in steps: the factors r of its IF nodes are 1 to "
                    + "3, and no 'dt' in its metadata says how long a step is; give --engine event for continuous time, "
                    + "or --engine clock and --step, such as 1ms, for steps"
            ])
        #expect(try simulate(["--engine", "event"], in: folder).engine == "event")
        #expect(try simulate(["--engine", "clock"], in: folder).engine == "clock(1 ms)")
        let both = try Command.run(
            ["simulate", "net.nir", "--data", "./data.h5", "--engine", "event", "--step", "1ms"], in: folder.path)
        #expect(both.status == 2 && both.errors.contains("--step is for the clock engine"))
    }
}
