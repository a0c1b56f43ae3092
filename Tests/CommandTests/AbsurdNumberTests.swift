import Foundation
import SynfireTestSupport
import Testing

/// Valid files of traces, models and samples in each of which one number is absurd.
@Suite("Files with one absurd number by command")
struct AbsurdNumberTests {
    /// Files to change: a run, trials of another tool, a trained network with its course, its log, and samples.
    private func files() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        try """
        network: n
        run: {time: 60 ms, step: 0.1 ms, seed: 3}
        populations:
          a: {size: 20, model: lif_curr_exp, parameters: {i_e: 500 pA}}
          b: {shape: [2, 3], model: poisson_source, parameters: {rate: 80 Hz}}
        record:
          - {spikes: "a[0-9]", from: 20 ms}
          - {spikes: b}
          - {variable: [v, i_ex], of: "a[0-4]", every: 1 ms}
        """.write(toFile: folder.file("n.yaml"), atomically: true, encoding: .utf8)
        try """
        name: tiny
        input: [4]
        layers:
          - {name: fc1, type: Linear, in_features: 4, out_features: 6}
          - {name: r, type: ReLU}
          - {name: fc2, type: Linear, in_features: 6, out_features: 3}
        training: {epochs: 2, batch_size: 5, optimizer: {type: Adam, lr: 0.01}}
        """.write(toFile: folder.file("m.yaml"), atomically: true, encoding: .utf8)
        try python(
            """
            import sys, h5py, numpy as np
            r = np.random.default_rng(1)
            with h5py.File(sys.argv[1] + "/data.h5", "w") as f:
                f["features"] = r.random((30, 4)).astype("f4"); f["labels"] = np.arange(30) % 3
                f["class_names"] = ["a", "b", "c"]; f["splits/test"] = np.arange(10)
            with h5py.File(sys.argv[1] + "/foreign.h5", "w") as f:
                f["spikes/p/timestamps"] = np.sort(r.random(50) * 100)
                f["spikes/p/node_ids"] = r.integers(0, 10, 50).astype("u8")
            """, [folder.path])
        for arguments in [
            ["simulate", "n.yaml", "--out", "traces.h5"],
            ["train", "m.yaml", "--data", "data.h5:all", "--out", "model.h5", "--log", "log.h5"],
        ] {
            let result = try Command.run(arguments, in: folder.path)
            #expect(result.status == 0, "\(result.errors)")
        }
        return folder
    }

    /// Puts an absurd number at places that a seed chooses, each into a copy of a file; prints the copies and what is where.
    private static let script = #"""
        import sys, shutil, random, h5py, numpy as np
        folder, name, seed, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
        floats = [np.nan, np.inf, -np.inf, 1e19, -1e19, 1e308, -1e308, 5e-324, 0.0, -1.0, 2.0**63, 1e15, 3e38]
        integers = [-1, 0, 2**31 - 1, 2**31, 2**32 - 1, 2**53 + 1, 2**63 - 1, -2**63, 2**64 - 1, 4 * 10**9]
        places = []
        with h5py.File(f"{folder}/{name}.h5") as h:
            paths = ["/"]; h.visit(lambda n: paths.append("/" + n))
            for path in paths:
                for a, v in h[path].attrs.items():
                    if np.asarray(v).dtype.kind in "iuf": places.append((path, a, np.asarray(v).size))
                if isinstance(h[path], h5py.Dataset) and h[path].dtype.kind in "iuf" and h[path].size:
                    places.append((path, None, h[path].size))
        draw = random.Random(seed)
        for number in range(count):
            path, attribute, size = draw.choice(places)
            k, copy = draw.randrange(size), f"{name}-{number}.h5"
            shutil.copy(f"{folder}/{name}.h5", f"{folder}/{copy}")
            with h5py.File(f"{folder}/{copy}", "r+") as h:
                old = np.array(h[path].attrs[attribute] if attribute else h[path][()])
                value = draw.choice(floats if old.dtype.kind == "f" else integers)
                kind = "f8" if old.dtype.kind == "f" else "u8" if value >= 2**63 else "i8"
                new = np.maximum(old, 0).astype(kind) if kind == "u8" else old.astype(kind)
                if new.shape: new.reshape(-1)[k] = np.dtype(kind).type(value)
                else: new = np.dtype(kind).type(value)
                if attribute: h[path].attrs[attribute] = new
                else:
                    others = dict(h[path].attrs); del h[path]
                    for a, v in others.items() if h.create_dataset(path, data=new) is not None else []: h[path].attrs[a] = v
            print(f"{copy}\t{path}@{attribute}[{k}] = {value}")
        """#

    @Test(
        "each ends in a result or one sentence",
        arguments: [("traces", 24), ("foreign", 8), ("model", 12), ("log", 6), ("data", 8)])
    func absurd(name: String, count: Int) throws {
        let folder = try files()
        let seed = 29
        let cases = try python(Self.script, [folder.path, name, "\(seed)", "\(count)"]).split(separator: "\n")
        #expect(cases.count == count)
        for line in cases {
            let file = String(line.prefix { $0 != "\t" })
            func plot(_ kind: String) -> [String] { ["plot", file, "--kind", kind, "--out", "o.svg", "--force"] }
            let commands: [[String]] =
                switch name {
                case "model": [["inspect", file], ["evaluate", file, "--data", "data.h5"], plot("curves")]
                case "log": [["inspect", file], plot("curves")]
                case "data": [["inspect", file], ["evaluate", "model.h5", "--data", file]]
                default: [["inspect", file]] + ["raster", "rate", "isi", "activity", "rates", "trace"].map(plot)
                }
            for arguments in commands {
                // Three gigabytes of address space, ten seconds of a processor.
                let result = try Command.run(arguments, in: folder.path, shell: "ulimit -v 3145728; ulimit -t 10")
                #expect([0, 1, 2].contains(result.status), "seed \(seed), \(line), \(arguments): \(result)")
                #expect(result.status == 0 || result.errorLines.count == 1, "seed \(seed), \(line): \(result.errors)")
            }
        }
    }
}
