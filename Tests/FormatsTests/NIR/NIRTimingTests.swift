import SynfireFormats
import SynfireHDF5
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireTestSupport
import Testing

/// What files of other tools mean by `r` and a step.
@Suite struct NIRTimingTests {
    /// Two layers of two neurons, with factors of their own.
    private func network(first: String, second: String, more: String = "") throws -> Network {
        let folder = try TemporaryDirectory()
        try python(
            """
            import sys, nir, h5py, numpy as np
            w = np.eye(2, dtype=np.float32)
            g = nir.NIRGraph(nodes={"x": nir.Input(np.array([2])), "a": nir.Affine(w, np.ones(2)),
                "n": nir.IF(r=\(first), v_threshold=np.ones(2)), "b": nir.Linear(w),
                "m": nir.IF(r=\(second), v_threshold=np.ones(2)), "l": nir.Linear(w), "i": nir.I(r=\(second)),
                "o": nir.Output(np.array([2]))},
                edges=[("x", "a"), ("a", "n"), ("n", "b"), ("b", "m"), ("m", "l"), ("l", "i"), ("i", "o")])
            \(more)
            nir.write(sys.argv[1], g)
            """, [folder.file("made.nir")])
        return try NIRFile.read(folder.file("made.nir"))
    }

    private func factors(_ network: Network) -> [Double] {
        network.populations.dropFirst().flatMap { $0.values["r"].storedValues }
    }

    @Test("r = 1/dt is a step that adds what comes in", arguments: [1e-4, 1e-3, 0.25, 1, 2])
    func reciprocal(dt: Double) throws {
        let found = try network(first: "np.full(2, 1 / \(dt))", second: "np.full(2, 1 / \(dt))")
        #expect(found.timing == .steps(dt: 1 / (1 / dt)))
        #expect(factors(found) == [1, 1, 1])
        #expect(found.population(named: "n")?.values["i"] == .uniform(1))
    }

    @Test("factors that differ need a dt in the metadata, of the graph or of a node")
    func different() throws {
        let unknown = try network(first: "np.array([1.0, 5.0])", second: "np.full(2, 2.0)")
        #expect(
            unknown.timing
                == .unknown(
                    reason:
                        "the factors r of its IF nodes are 1 to 5, and no 'dt' in its metadata says how long a step is"
                ))
        #expect(factors(unknown) == [1, 5, 2, 2])
        for holder in ["g", "g.nodes['m']"] {
            let known = try network(
                first: "np.array([1.0, 5.0])", second: "np.full(2, 2.0)", more: "\(holder).metadata['dt'] = 0.5")
            #expect(known.timing == .steps(dt: 0.5))
            #expect(factors(known) == [0.5, 2.5, 1, 1])
        }
    }

    @Test("a dt in the metadata that is no length is passed over", arguments: ["-1.0", "0.0", "np.nan", "'0.1'"])
    func noLength(value: String) throws {
        let found = try network(
            first: "np.array([1.0, 5.0])", second: "np.ones(2)", more: "g.metadata['dt'] = \(value)")
        guard case .unknown = found.timing else {
            Issue.record("\(found.timing)")
            return
        }
    }

    @Test("a network that counts in steps is written with r = 1/dt, and read again as it was")
    func roundTrip() throws {
        let first = try network(first: "np.full(2, 1e4)", second: "np.full(2, 1e4)")
        let folder = try TemporaryDirectory()
        try NIRFile.write(first, to: folder.file("copy.nir"), replacing: false)
        let copy = try NIRFile.read(folder.file("copy.nir"))
        #expect(copy.timing == first.timing && factors(copy) == [1, 1, 1])
        let printed = try python(
            """
            import sys, nir
            g = nir.read(sys.argv[1])
            print([float(g.nodes[n].r.max()) for n in ("n", "m", "i")])
            """, [folder.file("copy.nir")])
        #expect(printed == "[10000.0, 10000.0, 10000.0]\n")
        let unknown = try network(first: "np.array([1.0, 5.0])", second: "np.full(2, 2.0)")
        try NIRFile.write(unknown, to: folder.file("unknown.nir"), replacing: false)
        #expect(try NIRFile.read(folder.file("unknown.nir")).timing == unknown.timing)
    }

    @Test("networks of ours are continuous")
    func ours() throws {
        var example = NIRExample(seed: 4)
        let network = try example.convolutional()
        #expect(try readNIR { try NIRFile.write(network, into: $0) }.timing == .continuous)
    }
}
