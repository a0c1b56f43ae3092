import SynfireFormats
import SynfireHDF5
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireTestSupport
import Testing

/// Files that the package `nir` or h5py have made.
@Suite struct NIRForeignFileTests {
    /// Runs a script that has `nir`, `np`, `h5py` and the path `out`, and reads what it made.
    private func network(_ script: String) throws -> Network {
        let folder = try TemporaryDirectory()
        let path = folder.file("made.nir")
        try python("import sys, nir, h5py, numpy as np\nout = sys.argv[1]\n" + script, [path])
        return try NIRFile.read(path)
    }

    private let convolutional = """
        rng = np.random.default_rng(5)
        w1 = rng.normal(size=(4, 1, 3, 3)).astype(np.float32)
        w2 = rng.normal(size=(10, 64)).astype(np.float32)
        ones = lambda *s: np.ones(s, np.float32)
        g = nir.NIRGraph(
            nodes={"in": nir.Input(np.array([1, 8, 8])),
                   "c": nir.Conv2d((8, 8), w1, 1, 1, 1, 1, np.arange(4, dtype=np.float32)),
                   "n": nir.IF(r=ones(4, 8, 8), v_threshold=2 * ones(4, 8, 8)),
                   "p": nir.AvgPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0])),
                   "f": nir.Flatten({"input": np.array([4, 4, 4])}, start_dim=0, end_dim=-1),
                   "l": nir.Affine(w2, np.linspace(0, 1, 10)),
                   "m": nir.IF(r=ones(10), v_threshold=ones(10), v_reset=-ones(10)),
                   "out": nir.Output(np.array([10]))},
            edges=[("in", "c"), ("c", "n"), ("n", "p"), ("p", "f"), ("f", "l"), ("l", "m"), ("m", "out")])
        """

    @Test(
        "a convolutional graph, compressed as nir 1.0.8 writes it or in one piece",
        arguments: [
            "nir.write(out, g)", "nir.write(out, g, compression=None)",
            "nir.write(out, g, compression='lzf' if False else 'gzip', compression_opts=9)",
        ])
    func convolution(write: String) throws {
        let network = try network(convolutional + "\n" + write)
        #expect(network.populations.map(\.name) == ["in", "n", "m"])
        #expect(network.readout == "m")
        #expect(network.name == "made")
        let (n, m) = (try #require(network.population(named: "n")), try #require(network.population(named: "m")))
        #expect(n.values["i"] == .perChannel([0, 1, 2, 3]))
        #expect(n.values["v_threshold"] == .uniform(2) && n.values["v_reset"] == .uniform(0))
        #expect(n.values.options["reset"] == "to_value" && m.values["v_reset"] == .uniform(-1))
        #expect(m.values["i"].storedCount == 10 && m.values["i"].storedValues[9] == 1)
        #expect(
            network.projections.map { $0.operators.map { type(of: $0).kind } } == [
                ["conv2d"], ["pool2d", "flatten", "dense"],
            ])
    }

    @Test("a file without version, metadata, v_reset, input_shape and input_type, with scalars and fixed-length text")
    func sparse() throws {
        let network = try network(
            """
            f = h5py.File(out, "w")
            g = f.create_group("node")
            t = lambda s: np.bytes_(s)
            g["type"] = t("NIRGraph")
            g["edges"] = np.array([[b"input", b"c"], [b"c", b"if"], [b"if", b"fl"], [b"fl", b"lin"], [b"lin", b"o"]])
            n = g.create_group("nodes")
            for name, fields in {
                "input": dict(type=t("Input"), shape=np.array([2, 6, 6])),
                "c": dict(type=t("Conv2d"), weight=np.ones((4, 1, 3, 3)), stride=1, padding=t("same"), dilation=2,
                          groups=2, bias=np.zeros(4)),
                "if": dict(type=t("IF"), r=1.0, v_threshold=np.array([0.5])),
                "fl": dict(type=t("Flatten"), start_dim=0, end_dim=-1),
                "lin": dict(type=t("Linear"), weight=np.ones((3, 144), np.float32)),
                "o": dict(type=t("Output"), shape=np.array([3])),
            }.items():
                h = n.create_group(name)
                for k, v in fields.items(): h[k] = v
            f.close()
            """)
        #expect(network.populations.map(\.name) == ["input", "if", "o"])
        #expect(network.population(named: "if")?.shape == [4, 6, 6])
        #expect(network.population(named: "if")?.values["v_threshold"] == .uniform(0.5))
        let convolution = try #require(network.projections[0].operators[0] as? ConvolutionOperator)
        #expect(convolution.padding == SIMD2(2, 2) && convolution.groups == 2)
        // What stands behind the last weights is added up over time.
        #expect(network.readout == "o" && network.population(named: "o")?.model.schema.name == "integrator")
    }

    @Test("'same' with an even window has its greater part behind the input, as in PyTorch")
    func same() throws {
        let network = try network(
            """
            w = np.arange(1, 9, dtype=np.float32).reshape(1, 1, 2, 4)
            g = nir.NIRGraph(nodes={"i": nir.Input(np.array([1, 5, 7])),
                "c": nir.Conv2d((5, 7), w, 1, "same", (1, 1), 1, np.zeros(1)),
                "n": nir.IF(np.ones((1, 5, 7)), np.ones((1, 5, 7))), "o": nir.Output(np.array([1, 5, 7]))},
                edges=[("i", "c"), ("c", "n"), ("n", "o")])
            nir.write(out, g)
            """)
        let convolution = try #require(network.projections[0].operators[0] as? ConvolutionOperator)
        var impulse = [Double](repeating: 0, count: 35)
        impulse[2 * 7 + 3] = 1
        let response = try convolution.applied(to: impulse, shape: [1, 5, 7])
        // y[a, b] = Σ w[j, k] x[a + j, b + k − 1]: two rows (0 before, 1 behind), four columns (1 before, 2 behind).
        var expected = [Double](repeating: 0, count: 35)
        for j in 0..<2 { for k in 0..<4 { expected[(2 - j) * 7 + 3 - k + 1] = Double(j * 4 + k + 1) } }
        #expect(response == expected)
    }

    @Test("biases in front of other linear nodes arrive where those lead, once")
    func biasesAlongAChain() throws {
        let network = try network(
            """
            a = np.array([[1, 2], [3, 4]], np.float32); b = np.array([[1, -1], [0.5, 2]], np.float32)
            g = nir.NIRGraph(nodes={"x": nir.Input(np.array([2])), "y": nir.Input(np.array([2])),
                "A": nir.Affine(a, np.array([1.0, 10.0])), "S": nir.Scale(np.array([2.0, 3.0])),
                "B": nir.Affine(b, np.array([0.25, 0.5])), "n": nir.IF(np.ones(2), np.ones(2)),
                "o": nir.Output(np.array([2]))},
                edges=[("x", "A"), ("y", "A"), ("A", "S"), ("S", "B"), ("B", "n"), ("y", "n"), ("n", "o")])
            nir.write(out, g)
            """)
        // B(S(b_A)) + b_B = [[1, -1], [0.5, 2]]·[2, 30] + [0.25, 0.5], although two paths lead through A.
        #expect(network.population(named: "n")?.values["i"] == .perNeuron([-27.75, 61.5]))
        #expect(network.projections.map { "\($0.source) \($0.operators.count)" } == ["x 3", "y 3", "y 0"])
        #expect(Set(network.projections.map(\.name)).count == 3)
    }

    @Test("nested graphs are dissolved, with their name in front of their nodes")
    func nested() throws {
        let network = try network(
            """
            inner = nir.NIRGraph(nodes={"input": nir.Input(np.array([3])),
                "l": nir.Affine(np.ones((2, 3)), np.ones(2)), "n": nir.IF(np.ones(2), np.ones(2)),
                "output": nir.Output(np.array([2]))},
                edges=[("input", "l"), ("l", "n"), ("n", "output")])
            g = nir.NIRGraph(nodes={"input": nir.Input(np.array([3])), "sub": inner,
                "li": nir.Linear(np.ones((4, 2))), "i": nir.I(np.full(4, 2.0)), "output": nir.Output(np.array([4]))},
                edges=[("input", "sub"), ("sub", "li"), ("li", "i"), ("i", "output")])
            nir.write(out, g)
            """)
        #expect(network.populations.map(\.name) == ["input", "sub.n", "i"])
        #expect(network.population(named: "sub.n")?.values["i"] == .uniform(1))
        #expect(network.readout == "i" && network.population(named: "i")?.values["r"] == .uniform(2))
        #expect(network.projections.map(\.name) == ["input-sub.n", "sub.n-i"])
    }

    @Test("a graph without Input and Output nodes gets them")
    func withoutEnds() throws {
        let network = try network(
            """
            g = nir.NIRGraph(nodes={"l": nir.Affine(np.ones((2, 3)), np.ones(2)), "n": nir.IF(np.ones(2), np.ones(2))},
                edges=[("l", "n")], type_check=False)
            nir.write(out, g)
            """)
        #expect(network.populations.map(\.name) == ["input_l", "n"])
    }

    @Test("types that have no model yet are named, with the node")
    func unsupported() throws {
        let error = nirError {
            _ = try network(
                """
                nir.write(out, nir.NIRGraph.from_list(nir.Affine(np.ones((2, 3)), np.ones(2)),
                    nir.LIF(*[np.ones(2)] * 4)))
                """)
        }
        let text = error?.description ?? ""
        #expect(text.hasPrefix("node 'lif' in '"))
        #expect(
            text.hasSuffix(
                "is of the type 'LIF', which Synfire has no model for yet; supported: Affine, AvgPool2d, Conv2d, Flatten, "
                    + "I, IF, Input, Linear, NIRGraph, Output, Scale, SumPool2d"))
    }

    @Test("a single node is not a graph")
    func singleNode() throws {
        let error = nirError { _ = try network("nir.write(out, nir.Affine(np.ones((2, 3)), np.ones(2)))") }
        #expect(error?.description.hasSuffix("its node is of the type 'Affine', not a graph") == true)
    }
}
