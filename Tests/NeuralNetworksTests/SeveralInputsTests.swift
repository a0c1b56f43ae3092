import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors
import Testing

@Suite("Graphs of several inputs and outputs, and shared layers")
struct SeveralInputsTests {
    /// Two images through the same layers, compared.
    private static func siamese(sharing: Bool) throws -> Graph {
        let conv = Graph.Node("conv", try Conv2d(2, 8, kernelSize: 3, padding: 1), inputs: ["left"])
        let dense = Graph.Node("dense", try Linear(8 * 20, 6), inputs: ["flat.left"])
        var nodes: [Graph.Node] = [
            conv, .init("relu.left", ReLU(), inputs: ["conv"]), .init("flat.left", Flatten(), inputs: ["relu.left"]),
            dense,
        ]
        if sharing {
            nodes += [
                .init("conv.right", sharing: conv, inputs: ["right"]),
                .init("dense.right", sharing: dense, inputs: ["flat.right"]),
            ]
        } else {
            nodes += [
                .init("conv.right", conv.layer, inputs: ["right"]),
                .init("dense.right", dense.layer, inputs: ["flat.right"]),
            ]
        }
        nodes += [
            .init("relu.right", ReLU(), inputs: ["conv.right"]),
            .init("flat.right", Flatten(), inputs: ["relu.right"]),
            .init("sum", Add(), inputs: ["dense", "dense.right"]),
            .init("out", try Linear(6, 3), inputs: ["sum"]),
        ]
        var graph = try Graph(
            name: "siamese", inputs: [.init("left", shape: [2, 5, 4]), .init("right", shape: [2, 5, 4])],
            nodes: nodes, outputs: ["out", "sum"])
        graph.initializeParameters(seed: 3)
        guard !sharing else { return graph }
        for name in ["conv", "dense"] {
            for parameter in graph[name]?.layer.parameters ?? [] {
                try graph.setParameter(parameter.name, of: name + ".right", to: parameter.tensor)
            }
        }
        return graph
    }

    @Test("give every output, and shared layers what copies of them give")
    func outputs() throws {
        let (shared, copied) = (try Self.siamese(sharing: true), try Self.siamese(sharing: false))
        #expect(shared.parameterCount < copied.parameterCount)
        let batches = [try randomTensor([11, 2, 5, 4], seed: 1), try randomTensor([11, 2, 5, 4], seed: 2)]
        let found = try Predictor(shared).predict(batches)
        #expect(found.map(\.shape) == [[11, 3], [11, 6]])
        // The same kernels, but parameters are the copies' own.
        for (name, values) in zip(shared.outputs, found) {
            let other = try #require(try Predictor(copied).activations(of: [name], for: batches)[name])
            expectClose(values, other, tolerance: 1e-6, name)
        }
    }

    @Test("sum the gradients of all uses of a shared layer", arguments: [1, 3])
    func gradients(workers: Int) throws {
        let (shared, copied) = (try Self.siamese(sharing: true), try Self.siamese(sharing: false))
        let batches = [try randomTensor([11, 2, 5, 4], seed: 1), try randomTensor([11, 2, 5, 4], seed: 2)]
        let weights = [try randomTensor([11, 3], seed: 4), try randomTensor([11, 6], seed: 5)]
        let one = try shared.probeGradients(for: batches, weights: weights, workers: workers)
        let two = try copied.probeGradients(for: batches, weights: weights, workers: workers)
        for (a, b) in zip(one.inputs, two.inputs) { expectClose(a, b, tolerance: 1e-6, "input") }
        for name in ["conv", "dense"] {
            for (parameter, gradient) in try #require(one.parameters[name]) {
                let left = try #require(two.parameters[name]?[parameter])
                let right = try #require(two.parameters[name + ".right"]?[parameter])
                let sum = try Tensor(
                    shape: left.shape, scalars: zip(left.scalars, right.scalars).map { $0 + $1 })
                expectClose(gradient, sum, tolerance: 1e-5, "\(name).\(parameter)")
            }
            #expect(one.parameters[name + ".right"] == nil)
        }
    }

    @Test("keep shared parameters equal when one is set by any of its names")
    func setting() throws {
        var graph = try Self.siamese(sharing: true)
        let bias = Tensor([1, 2, 3, 4, 5, 6])
        try graph.setParameter("bias", of: "dense.right", to: bias)
        #expect(graph["dense"]?.layer.parameters.last?.tensor == bias)
        #expect(graph["dense.right"]?.layer.parameters.last?.tensor == bias)
    }

    @Test("say which input leads nowhere, which output is unknown, and how many batches are needed")
    func refused() throws {
        func text(_ body: () throws -> Void) -> String {
            do {
                try body()
                return "accepted"
            } catch {
                return "\(error)"
            }
        }
        let nodes: [Graph.Node] = [.init("a", ReLU(), inputs: ["x"]), .init("b", ReLU(), inputs: ["a"])]
        #expect(
            text {
                _ = try Graph(name: "g", inputs: [.init("x", shape: [3]), .init("y", shape: [3])], nodes: nodes)
            }
                == "No output depends on the input 'y': let a layer on the way to one read it, or leave it out.")
        #expect(
            text { _ = try Graph(name: "g", inputs: [.init("x", shape: [3])], nodes: nodes, outputs: ["bb"]) }
                == "The network has no layer 'bb'; the nearest name is 'b'.")
        #expect(
            text { _ = try Graph(name: "g", inputs: [.init("a", shape: [3])], nodes: nodes) }
                == "Two layers are named 'a'; each needs a name of its own.")
        let graph = try Self.siamese(sharing: true)
        #expect(
            text { _ = try Predictor(graph).predict(try randomTensor([2, 2, 5, 4], seed: 1)) }
                == "The data do not fit the network: the network has 2 inputs (left, right), but 1 are given.")
        let data = try InMemoryData(
            images: randomTensor([4, 2, 5, 4], seed: 1), labels: [0, 1, 2, 0], classes: 3)
        #expect(
            text { _ = try Trainer(TrainingSettings()).train(graph, on: data) }
                == "The data do not fit the network: they are for a network of one input and one output, and this one "
                + "has 2 and 2.")
    }
}

@Suite("How parameters start")
struct InitializerTests {
    private func weight(_ initializer: Initializer, _ layer: any Layer, _ shape: [Int], seed: UInt64 = 9) throws
        -> [Double]
    {
        var graph = try Graph(
            name: "one", inputShape: shape, nodes: [.init("a", layer, inputs: ["input"], initializer: initializer)])
        graph.initializeParameters(seed: seed)
        return try #require(graph["a"]).layer.parameters[0].tensor.scalars.map(Double.init)
    }

    private func deviation(_ values: [Double]) -> Double {
        (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    }

    // Fans as PyTorch's `_calculate_fan_in_and_fan_out` gives them for a weight of shape (64, 32, 3, 3).
    @Test("has the spread that PyTorch's rules have, for 18,432 numbers")
    func spreads() throws {
        let conv = try Conv2d(32, 64, kernelSize: 3)
        let (fanIn, fanOut) = (288.0, 576.0)
        // The deviation of n numbers strays by 1/√(2n), half a percent; five of those are allowed.
        let expected: [(Initializer, Double)] = [
            (Initializer(.xavierUniform), (2 / (fanIn + fanOut)).squareRoot()),
            (Initializer(.xavierNormal, gain: 2), 2 * (2 / (fanIn + fanOut)).squareRoot()),
            (Initializer(.heUniform), (2 / fanIn).squareRoot()),
            (Initializer(.heNormal, fan: .output), (2 / fanOut).squareRoot()),
            (Initializer(.normal, gain: 0.3), 0.3), (Initializer(.uniform, gain: 0.3), 0.3 / 3.0.squareRoot()),
        ]
        for (initializer, spread) in expected {
            let values = try weight(initializer, conv, [32, 5, 5])
            #expect(abs(deviation(values) / spread - 1) < 0.027, "\(initializer.method)")
            #expect(abs(values.reduce(0, +) / Double(values.count)) < 5 * spread / 135, "\(initializer.method)")
        }
        let bounded = try weight(Initializer(.heUniform), conv, [32, 5, 5])
        #expect(bounded.allSatisfy { abs($0) <= (6 / fanIn).squareRoot() })
        #expect(try weight(Initializer(.constant, gain: 0.5), conv, [32, 5, 5]).allSatisfy { $0 == 0.5 })
        #expect(try weight(Initializer(.zeros), conv, [32, 5, 5]).allSatisfy { $0 == 0 })
    }

    @Test("gives rows, or columns, at right angles", arguments: [(5, 12), (12, 5), (7, 7)])
    func orthogonal(rows: Int, columns: Int) throws {
        let values = try weight(
            Initializer(.orthogonal, gain: 2), try Linear(columns, rows), [columns])
        let isWide = rows <= columns
        let vectors = isWide ? rows : columns
        func entry(_ vector: Int, _ place: Int) -> Double {
            isWide ? values[vector * columns + place] : values[place * columns + vector]
        }
        for a in 0..<vectors {
            for b in 0..<vectors {
                let product = (0..<max(rows, columns)).reduce(0.0) { $0 + entry(a, $1) * entry(b, $1) }
                // Rounding to single precision.
                #expect(abs(product - (a == b ? 4 : 0)) < 2e-6)
            }
        }
    }

    @Test("leaves the bias at its constant, and refuses layers without a fitting weight")
    func bias() throws {
        var graph = try Graph(
            name: "one", inputShape: [3],
            nodes: [.init("a", try Linear(3, 2), inputs: ["input"], initializer: Initializer(.zeros, bias: 0.25))])
        graph.initializeParameters(seed: 1)
        #expect(graph["a"]?.layer.parameters[1].tensor.scalars == [0.25, 0.25])
        func refused(_ layer: any Layer, _ shape: [Int]) -> String {
            do {
                _ = try weight(Initializer(.heNormal), layer, shape)
                return "accepted"
            } catch {
                return "\(error)"
            }
        }
        #expect(
            refused(ReLU(), [3])
                == "The parameters of the layer 'a' cannot start as 'he_normal': ReLU has no parameter 'weight'.")
        #expect(
            refused(try BatchNorm2d(3), [3, 2, 2])
                == "The parameters of the layer 'a' cannot start as 'he_normal': its weight has shape [3], and the method "
                + "needs at least two axes.")
    }
}
