import Foundation
import SynfireTestSupport
import Testing

/// What plasticity has learned can be had from the command, of both engines.
@Suite("synfire simulate --save-weights")
struct LearnedWeightsTests {
    /// Two synapses that learn, of different delays; what arrives at the end of a spike is their weight, to be seen in `i_ex`.
    private static let network = """
        network: learning
        run: {time: 45 ms, seed: 3}
        populations:
          pre: {size: 1, model: spike_source_array, tables: {spike_times: [10, 30, 40]}}
          teacher: {size: 1, model: spike_source_array, tables: {spike_times: [10, 13, 16, 19, 22, 25]}}
          near: {size: 1, model: lif_curr_exp, parameters: {tau_syn_ex: 0.5, tau_syn_in: 0.05, t_ref: 1 ms}}
          far: {size: 1, model: lif_curr_exp, parameters: {tau_syn_ex: 0.5, tau_syn_in: 0.05, t_ref: 1 ms}}
        projections:
          a: {from: pre, to: near, connect: all_to_all, weight: 50, delay: 1.5 ms, receptor: excitatory,
              long_term: {stdp_pair: {a_plus: 0.05, a_minus: 0.03, w_max: 100}}}
          b: {from: pre, to: far, connect: all_to_all, weight: 20, delay: 2.3 ms, receptor: excitatory,
              long_term: {stdp_pair: {a_plus: 0.08, a_minus: 0.02, w_max: 100}}}
          drive: {from: teacher, to: [near, far], connect: all_to_all, weight: 1.0e6, delay: 1 ms, receptor: inhibitory}
        record:
          - {variable: i_ex, of: near, every: 0.1 ms}
          - {variable: i_ex, of: far, every: 0.1 ms}

        """

    /// Weights and delays by projection, and the weight that arrived last, from the recorded currents.
    private static let compare = """
        import sys, h5py, numpy as np
        weights, traces = sys.argv[1:3]
        with h5py.File(weights) as w, h5py.File(traces) as t:
            assert int(w.attrs["magic"]) == 0x0A7A and list(w["edges"]) == ["a", "b"]
            for name, target, delay in (("a", "near", 1.5), ("b", "far", 2.3)):
                edges = w["edges"][name]
                assert edges["source_node_id"][()].tolist() == [0] and edges["target_node_id"][()].tolist() == [0]
                assert edges["source_node_id"].attrs["node_population"] == "pre"
                assert edges["target_node_id"].attrs["node_population"] == target
                assert edges["edge_group_index"][()].tolist() == [0]
                weight, kept = edges["0/syn_weight"][0], edges["0/delay"][0]
                assert abs(kept - delay) < 1e-12, kept
                report = [t[p] for p in (f"report/{target}.i_ex", f"report/{target}") if p in t][0]
                data = np.asarray(report["data"]).ravel()
                start, stop, step = np.asarray(report["mapping/time"])
                # 0.1 ms after the last arrival, and 10 ms after the one before.
                sample = data[round((40 + delay + 0.1 - start) / step)]
                arrived = sample / np.exp(-0.1 / 0.5)
                initial = {"a": 50, "b": 20}[name]
                assert abs(weight - initial) > 0.05, weight
                assert abs(weight - arrived) < 1e-4 * arrived, (name, weight, arrived)
                print(name, repr(float(weight)))
        """

    private func folder() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        try Self.network.write(toFile: folder.file("n.yaml"), atomically: true, encoding: .utf8)
        return folder
    }

    @Test("the weights are those that arrived last, delays are kept", arguments: ["clock", "event"])
    func weights(_ engine: String) throws {
        let folder = try folder()
        let result = try Command.run(
            ["simulate", "n.yaml", "--engine", engine, "--save-weights", "w.h5", "--out", "t.h5"], in: folder.path)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        let found = try python(Self.compare, [folder.file("w.h5"), folder.file("t.h5")])
        #expect(found.split(separator: "\n").count == 2)
        // A file that stands there is not replaced unasked.
        let again = try Command.run(
            ["simulate", "n.yaml", "--engine", engine, "--save-weights", "w.h5"], in: folder.path)
        #expect(again.status == 2 && again.errors.contains("exists"), "\(again.errors)")
    }

    @Test(
        "a run that is stopped leaves the weights as they are then, with or without traces",
        arguments: ["clock", "event"])
    func stop(_ engine: String) throws {
        let folder = try folder()
        // Pairs of spikes for longer than any test lasts.
        try Self.network.replacing("model: spike_source_array, tables: {spike_times: [10, 30, 40]}", with: Self.source)
            .replacing("model: spike_source_array, tables: {spike_times: [10, 13, 16, 19, 22, 25]}", with: Self.source)
            .write(toFile: folder.file("long.yaml"), atomically: true, encoding: .utf8)
        let run = ["simulate", "long.yaml", "--time", "7000s", "--engine", engine, "--save-weights", "w.h5"]
        for traces in [[], ["--out", "t.h5", "--record", "spikes"]] {
            let stopped = try Command.interrupt(run + traces, in: folder.path, at: "real-time")
            #expect(stopped.status == 130, "\(stopped.errors)")
            #expect(stopped.errors.contains("the weights at the stop are in w.partial.h5"), "\(stopped.errors)")
            let read = try python(
                """
                import sys, h5py
                with h5py.File(sys.argv[1]) as file:
                    a, b = (file["edges"][name]["0/syn_weight"][()] for name in "ab")
                    assert a.shape == b.shape == (1,) and a[0] != 50 and b[0] != 20, (a, b)
                    assert 0 <= a[0] <= 100 and 0 <= b[0] <= 100
                    print("learned")
                """, [folder.file("w.partial.h5")])
            #expect(read == "learned\n")
        }
        #expect(try folder.names() == ["long.yaml", "n.yaml", "t.partial.h5", "w.partial.h5"])
    }

    private static let source = "model: poisson_source, parameters: {rate: 20 Hz}"

    @Test("a saved network that learns has the learned weights, and a run that reads it starts with them")
    func savedNetwork() throws {
        let folder = try folder()
        let result = try Command.run(
            ["simulate", "n.yaml", "--save-network", "n.h5", "--save-weights", "w.h5", "--out", "t.h5"],
            in: folder.path)
        #expect(result.status == 0, "\(result.errors)")
        let next = try Command.run(
            ["simulate", "n.yaml", "--network-file", "n.h5", "--out", "next.h5", "--engine", "clock"], in: folder.path)
        #expect(next.status == 0, "\(next.errors)")
        let found = try python(
            """
            import sys, h5py, numpy as np
            with h5py.File(sys.argv[1]) as w, h5py.File(sys.argv[2]) as n, h5py.File(sys.argv[3]) as t:
                stored = {table.attrs["name"]: np.concatenate([table[p]["weights"][()] for p in table]) for table in n["tables"].values()}
                for name, target, delay in (("a", "near", 1.5), ("b", "far", 2.3)):
                    weight = w["edges"][name]["0/syn_weight"][0]
                    assert stored[name + "#0"].tolist() == [weight], (stored, weight)
                    report = [t[p] for p in (f"report/{target}.i_ex", f"report/{target}") if p in t][0]
                    start, stop, step = np.asarray(report["mapping/time"])
                    first = np.asarray(report["data"]).ravel()[round((10 + delay + 0.1 - start) / step)] / np.exp(-0.2)
                    # The first arrival of the next run: what it has learned from since is the teacher's spike before.
                    assert abs(first - weight) < 0.1 * abs(weight - {"a": 50, "b": 20}[name]) + 6, (first, weight)
                print("same")
            """, [folder.file("w.h5"), folder.file("n.h5"), folder.file("next.h5")])
        #expect(found.contains("same"))
    }

    @Test("options without what they are for are refused, and records without --out are told")
    func requests() throws {
        let folder = try folder()
        let still = Self.network.replacing(
            try Regex(#",\n\s+long_term: \{stdp_pair: \{[^}]*\}\}\}"#), with: "}")
        try still.write(toFile: folder.file("still.yaml"), atomically: true, encoding: .utf8)
        let refused = [
            (["simulate", "still.yaml", "--save-weights", "x.h5"], "no projection"),
            (["simulate", "n.yaml", "--save-weights", "x.h5", "--out", "./x.h5"], "both name"),
            (["simulate", "n.yaml", "--save-weights", "x.csv"], ".h5"),
            (["simulate", "n.yaml", "--record", "spikes"], "--out"),
            (["simulate", "n.yaml", "--interval", "1ms"], "--out"), (["simulate", "n.yaml", "--compress"], "--out"),
            (["simulate", "s.nir", "--save-weights", "x.h5"], "YAML"),
            (["simulate", "s.nir", "--record", "v:a"], "--out"),
        ]
        for (arguments, words) in refused {
            let result = try Command.run(arguments, in: folder.path)
            #expect(result.status == 2 && result.errors.contains(words), "\(arguments): \(result.errors)")
        }
        let result = try Command.run(["simulate", "n.yaml"], in: folder.path)
        #expect(result.status == 0 && result.errorLines.count == 1, "\(result.errors)")
        #expect(
            result.errors.contains("'n.yaml'") && result.errors.contains("i_ex of near")
                && result.errors.contains("i_ex of far") && result.errors.contains("--out"), "\(result.errors)")
        #expect(try Command.run(["simulate", "n.yaml", "--out", "t.h5"], in: folder.path).errors.isEmpty)
        #expect(try !folder.names().contains("x.h5"))
    }
}
