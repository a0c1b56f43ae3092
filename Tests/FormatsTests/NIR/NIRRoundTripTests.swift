import Foundation
import SynfireFormats
import SynfireHDF5
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireTestSupport
import Testing

@Suite struct NIRRoundTripTests {
    @Test("a network that is written and read gives the same spikes, bit for bit", arguments: ["subtract", "to_value"])
    func sameSpikes(reset: String) throws {
        for seed in UInt64(1)...3 {
            var example = NIRExample(seed: seed)
            let network = try example.convolutional(reset: reset)
            let folder = try TemporaryDirectory()
            try NIRFile.write(network, to: folder.file("a.nir"), replacing: false)
            let copy = try NIRFile.read(folder.file("a.nir"))
            let (expected, found) = (try example.results(network, seed: seed), try example.results(copy, seed: seed))
            #expect(expected == found, "seed \(seed)")
            #expect(expected.allSatisfy { ($0.checkpoints.last?.spikes.reduce(0, +) ?? 0) > 100 }, "seed \(seed)")
        }
    }

    @Test("names, order, shapes, parameters, readout and facts come back")
    func sameDescription() throws {
        var example = NIRExample(seed: 9)
        let network = try example.convolutional()
        let file = try HDF5File.inMemory()
        try NIRFile.write(network, into: file.root)
        let copy = try NIRFile.read(file.root)
        #expect(copy.name == network.name)
        #expect(copy.readout == "out")
        #expect(copy.metadata == network.metadata)
        #expect(copy.populations.map(\.name) == network.populations.map(\.name))
        #expect(copy.projections.map(\.name) == network.projections.map(\.name))
        for (one, other) in zip(network.populations, copy.populations) {
            #expect(one.shape == other.shape)
            #expect(one.model.schema.name == other.model.schema.name)
            #expect(one.values.options == other.values.options)
            for (symbol, column) in one.values.columns {
                #expect(
                    column.expanded(shape: one.shape) == other.values[symbol].expanded(shape: one.shape),
                    "\(symbol) of \(one.name)")
            }
        }
        let kinds = copy.projections.map { $0.operators.map { type(of: $0).kind } }
        #expect(
            kinds == [
                ["conv2d"], ["pool2d", "conv2d"], ["pool2d", "scale"], ["flatten", "dense"],
                ["flatten", "scale", "dense"],
            ])
    }

    @Test("grouped, strided, dilated and non-square convolutions and sums come back")
    func geometry() throws {
        var example = NIRExample(seed: 4)
        let operators: [any ConnectionOperator] = try [
            ConvolutionOperator(
                outputChannels: 6, channelsPerGroup: 2, kernelSize: SIMD2(3, 2), stride: SIMD2(1, 2),
                padding: SIMD2(2, 0), dilation: SIMD2(2, 1), groups: 2, weight: example.floats(-0.3, 0.6, 72)),
            PoolingOperator(.sum, kernelSize: SIMD2(2, 1), stride: SIMD2(2, 1)), FlattenOperator(startAxis: 1),
            FlattenOperator(),
        ]
        var shape = [4, 8, 8]
        for item in operators { shape = try item.outputShape(for: shape) }
        let network = try Network(
            name: "n",
            populations: [
                Population("x", shape: [4, 8, 8], model: AnalogInput.self),
                Population("y", shape: shape, model: IntegrateAndFire.self, parameters: ["i": .uniform(0.25)]),
            ], projections: [Projection("p", from: "x", to: "y", operators: operators)], readout: "y")
        let file = try HDF5File.inMemory()
        try NIRFile.write(network, into: file.root)
        let copy = try NIRFile.read(file.root)
        #expect(try example.results(network, seed: 1) == example.results(copy, seed: 1))
        let convolution = try #require(copy.projections[0].operators[0] as? ConvolutionOperator)
        #expect(convolution.groups == 2 && convolution.dilation == SIMD2(2, 1) && convolution.stride == SIMD2(1, 2))
        #expect(copy.projections[0].operators.count == 4)
        #expect(copy.population(named: "y")?.values["i"] == .uniform(0.25))
    }

    @Test("two direct projections between the same populations are written as an edge and a scale of one")
    func directTwice() throws {
        let network = try Network(
            name: "n",
            populations: [
                Population("x", shape: [3], model: AnalogInput.self),
                Population("y", shape: [3], model: IntegrateAndFire.self),
            ],
            projections: [
                Projection("p", from: "x", to: "y", operators: []), Projection("q", from: "x", to: "y", operators: []),
            ], readout: "y")
        let file = try HDF5File.inMemory()
        try NIRFile.write(network, into: file.root)
        let copy = try NIRFile.read(file.root)
        #expect(copy.projections.map(\.name) == ["p", "q"])
        var example = NIRExample(seed: 1)
        #expect(try example.results(network, seed: 1) == example.results(copy, seed: 1))
    }

    @Test("the package nir opens it with type checks on and finds our nodes, weights, biases and edges")
    func opensInPython() throws {
        var example = NIRExample(seed: 2)
        let network = try example.convolutional()
        let folder = try TemporaryDirectory()
        try NIRFile.write(network, to: folder.file("a.nir"), replacing: false)
        let text = try python(
            """
            import sys, json, nir, numpy as np
            g = nir.read(sys.argv[1])
            assert nir.serialization.read_version(sys.argv[1]) == "1.0.8"
            nir.write(sys.argv[1] + ".again", g)
            nir.read(sys.argv[1] + ".again")
            print(json.dumps({
                "types": {k: type(n).__name__ for k, n in g.nodes.items()},
                "edges": sorted(list(map(list, g.edges))),
                "weights": {k: n.weight.astype(float).ravel().tolist() for k, n in g.nodes.items()
                            if hasattr(n, "weight") and k != "pooled.bias"},
                "biases": {k: n.bias.astype(float).ravel().tolist() for k, n in g.nodes.items() if hasattr(n, "bias")},
                "threshold": g.nodes["conv.a"].v_threshold.ravel().tolist(),
                "reset": g.nodes["b"].metadata["reset"].decode() if isinstance(g.nodes["b"].metadata["reset"], bytes)
                         else g.nodes["b"].metadata["reset"],
                "start": float(g.nodes["b"].metadata["initial_potential"]),
                "unit": str(g.metadata["time_unit"]), "shape": list(map(int, g.nodes["conv.a"].r.shape)),
            }))
            """, [folder.file("a.nir")])
        struct Found: Decodable {
            var types: [String: String]
            var edges: [[String]]
            var weights: [String: [Float]]
            var biases: [String: [Double]]
            var threshold: [Double]
            var reset: String
            var start: Double
            var unit: String
            var shape: [Int]
        }
        let found = try JSONDecoder().decode(Found.self, from: Data(text.utf8))
        #expect(
            found.types == [
                "zero": "Input", "conv.a": "IF", "b": "IF", "pooled": "IF", "out": "I", "output": "Output",
                "output_pooled": "Output", "conv.a.conv2d": "Conv2d", "b.avgpool2d": "AvgPool2d", "b.conv2d": "Conv2d",
                "pooled.sumpool2d": "SumPool2d", "pooled.scale": "Scale", "pooled.bias": "Affine",
                "out.flatten": "Flatten", "out.affine": "Affine", "out.flatten_2": "Flatten", "out.scale": "Scale",
                "out.linear": "Linear",
            ])
        #expect(
            Set(found.edges) == [
                ["zero", "conv.a.conv2d"], ["conv.a.conv2d", "conv.a"], ["conv.a", "b.avgpool2d"],
                ["b.avgpool2d", "b.conv2d"], ["b.conv2d", "b"], ["conv.a", "pooled.sumpool2d"],
                ["pooled.sumpool2d", "pooled.scale"], ["pooled.scale", "pooled.bias"], ["pooled.bias", "pooled"],
                ["zero", "out.flatten"], ["out.flatten", "out.affine"], ["out.affine", "out"],
                ["b", "out.flatten_2"], ["out.flatten_2", "out.scale"], ["out.scale", "out.linear"],
                ["out.linear", "out"], ["out", "output"], ["pooled", "output_pooled"],
            ])
        func current(_ name: String) throws -> Column { try #require(network.population(named: name)).values["i"] }
        #expect(try found.biases["conv.a.conv2d"] == current("conv.a").storedValues)
        #expect(try found.biases["b.conv2d"] == current("b").storedValues)
        #expect(try found.biases["pooled.bias"] == current("pooled").storedValues)
        #expect(try found.biases["out.affine"] == current("out").storedValues)
        let convolution = try #require(network.projections[1].operators[1] as? ConvolutionOperator)
        #expect(found.weights["b.conv2d"] == convolution.weight)
        let dense = try #require(network.projections[4].operators[2] as? DenseOperator)
        #expect(found.weights["out.linear"] == dense.weight)
        #expect(try found.threshold == #require(network.population(named: "conv.a")).values["v_threshold"].storedValues)
        #expect(found.reset == "subtract" && found.start == 0.5 && found.shape == [4, 8, 8])
        #expect(found.unit.contains("1 ms per unit of time"))
    }

    @Test("a current in front of pooling that keeps it is the bias of the convolution there")
    func biasBehindPooling() throws {
        var example = NIRExample(seed: 3)
        let currents = example.doubles(-0.1, 0.4, 2)
        let network = try Network(
            name: "n",
            populations: [
                Population("x", shape: [1, 6, 6], model: AnalogInput.self),
                Population(
                    "y", shape: [18], model: IntegrateAndFire.self,
                    parameters: [
                        "i": .perNeuron(currents.flatMap { [Double](repeating: $0, count: 9) })
                    ]),
            ],
            projections: [
                Projection(
                    "p", from: "x", to: "y",
                    operators: [
                        ConvolutionOperator(
                            outputChannels: 2, channelsPerGroup: 1, kernelSize: .one, weight: [0.5, 0.25]),
                        PoolingOperator(.average(countsPadding: true), kernelSize: SIMD2(2, 2), stride: SIMD2(2, 2)),
                        FlattenOperator(),
                    ])
            ], readout: "y")
        let file = try HDF5File.inMemory()
        try NIRFile.write(network, into: file.root)
        #expect(try file.root.dataset("node/nodes/y.conv2d/bias").read(as: Double.self) == currents)
        let copy = try NIRFile.read(file.root)
        #expect(copy.projections[0].operators.count == 3)
        #expect(try example.results(network, seed: 1) == example.results(copy, seed: 1))
    }

    @Test("a current into a population that nothing leads to cannot be written")
    func notExpressible() throws {
        let network = try Network(
            name: "n",
            populations: [Population("y", shape: [3], model: IntegrateAndFire.self, parameters: ["i": .uniform(1)])],
            projections: [])
        let file = try HDF5File.inMemory()
        let error = nirError { try NIRFile.write(network, into: file.root) }
        #expect(
            error?.description
                == "the constant current of population 'y' cannot be written as NIR: NIR's currents are biases of what "
                + "leads to a node, and nothing leads to it")
    }

    @Test("a file that exists is refused, and replaced where that is asked for")
    func existing() throws {
        var example = NIRExample(seed: 1)
        let network = try example.convolutional()
        let folder = try TemporaryDirectory()
        try NIRFile.write(network, to: folder.file("a.nir"), replacing: false)
        let error = nirError { try NIRFile.write(network, to: folder.file("a.nir"), replacing: false) }
        #expect(error?.description.contains("it exists already") == true)
        try NIRFile.write(network, to: folder.file("a.nir"), replacing: true)
        #expect(try folder.names() == ["a.nir"])
    }
}
