import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors
import Testing

/// The sum of two values: a layer that a user might add, in one place.
struct Sum: Layer {
    static let schema = LayerSchema("Sum", "Adds two values.")
    static let inputCount = 2...2

    init() {}
    init(_ values: HyperparameterValues) throws {}
    var hyperparameters: HyperparameterValues { ReLU().hyperparameters }

    func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        guard inputs[0] == inputs[1] else { throw InputMismatch("two inputs of one shape") }
        return inputs[0]
    }

    func makeKernel(_ request: KernelRequest) throws -> any LayerKernel { Kernel(layout: request.inputs[0].plain) }

    private final class Kernel: LayerKernel {
        let inputs: [ValueLayout]
        let output: ValueLayout
        let memoryUse: MemoryUse = []

        init(layout: ValueLayout) {
            inputs = [layout, layout]
            output = layout
        }

        func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
            [
                .shards { shard in
                    let (a, b, y) = (inputs[0].pointer(shard), inputs[1].pointer(shard), output.pointer(shard))
                    for i in 0..<output.count(shard) { y[i] = a[i] + b[i] }
                }
            ]
        }

        func backward(_ values: BackwardValues) -> [KernelStep] {
            values.inputGradients.compactMap { gradient in
                gradient.map { gradient in
                    .shards { shard in
                        gradient.pointer(shard).update(
                            from: values.outputGradient.pointer(shard), count: gradient.count(shard))
                    }
                }
            }
        }
    }
}

@Suite("Graph")
struct GraphTests {
    @Test("knows shapes, costs and parameters of the Fashion-MNIST network")
    func fashion() throws {
        let graph = try Graph(
            name: "fashion", inputShape: [1, 28, 28],
            sequence: [
                ("conv1", Conv2d(1, 32, kernelSize: 3, padding: 1)), ("bn1", BatchNorm2d(32)), ("relu1", ReLU()),
                ("pool1", AvgPool2d(kernelSize: 2)), ("conv2", Conv2d(32, 64, kernelSize: 3, padding: 1)),
                ("bn2", BatchNorm2d(64)), ("relu2", ReLU()), ("pool2", AvgPool2d(kernelSize: 2)),
                ("flatten", Flatten()), ("fc1", Linear(3136, 128)), ("relu3", ReLU()), ("fc2", Linear(128, 10)),
            ])
        #expect(graph.shapes["input"] == [1, 28, 28])
        #expect(graph.shapes["pool1"] == [32, 14, 14])
        #expect(graph.shapes["flatten"] == [3136])
        #expect(graph.outputShape == [10])
        #expect(graph.multiplyAccumulates["conv1"] == 28 * 28 * 32 * 9)
        #expect(graph.multiplyAccumulates["conv2"] == 14 * 14 * 64 * 32 * 9)
        #expect(graph.multiplyAccumulates["fc1"] == 3136 * 128)
        #expect(graph.multiplyAccumulates["relu1"] == 0)
        #expect(graph.parameterCount == 320 + 64 + 18_496 + 128 + 401_536 + 1_290)
        let names = try #require(graph["bn1"]).layer.parameters.map(\.name)
        #expect(names == ["weight", "bias", "running_mean", "running_var"])
    }

    @Test("starts parameters within PyTorch's bounds, each layer its own")
    func initialisation() throws {
        let graph = try barNetwork(seed: 6)
        let conv = try #require(graph["conv2"]?.layer as? Conv2d)
        let bound = 1 / Float(72).squareRoot()
        #expect(conv.weight.scalars.allSatisfy { abs($0) <= bound })
        #expect(conv.weight.scalars.contains { abs($0) > 0.95 * bound })
        let mean = conv.weight.scalars.reduce(0, +) / Float(conv.weight.count)
        #expect(abs(mean) < 5 * bound / (3 * Float(conv.weight.count)).squareRoot())
        let fc = try #require(graph["fc"]?.layer as? Linear)
        #expect(fc.weight.scalars.allSatisfy { abs($0) <= 1.0 / 8 })
        #expect(fc.bias?.scalars.contains { $0 != 0 } == true)
    }

    @Test("sorts layers after what they read")
    func sorts() throws {
        let graph = try Graph(
            name: "order", inputShape: [4],
            nodes: [
                .init("c", ReLU(), inputs: ["b"]), .init("b", ReLU(), inputs: ["a"]),
                .init("a", ReLU(), inputs: ["input"]),
            ])
        #expect(graph.nodes.map(\.name) == ["a", "b", "c"])
        #expect(graph.output.name == "c")
    }

    /// input → conv → relu → ┬ inner conv ┐
    ///                        └────────────┴ sum → relu → flatten → fc, where "dead" leads nowhere.
    private func residual() throws -> Graph {
        var graph = try Graph(
            name: "residual", inputShape: [2, 5, 5],
            nodes: [
                .init("conv", Conv2d(2, 16, kernelSize: 3, padding: 1), inputs: ["input"]),
                .init("relu", ReLU(), inputs: ["conv"]),
                .init("inner", Conv2d(16, 16, kernelSize: 3, padding: 1), inputs: ["relu"]),
                .init("dead", ReLU(), inputs: ["inner"]),
                .init("sum", Sum(), inputs: ["inner", "relu"]),
                .init("relu2", ReLU(), inputs: ["sum"]),
                .init("flatten", Flatten(), inputs: ["relu2"]),
                .init("fc", Linear(400, 3), inputs: ["flatten"]),
            ])
        graph.initializeParameters(seed: 8)
        return graph
    }

    @Test("branches that join have the right values and gradients")
    func branches() throws {
        let graph = try residual()
        let batch = try randomTensor([10, 2, 5, 5], seed: 20)
        let values = try Predictor(graph).activations(
            of: ["relu", "inner", "sum", "dead", "conv", "input"], for: batch)
        let (relu, inner) = (try #require(values["relu"]), try #require(values["inner"]))
        #expect(values["input"] == batch)
        #expect(values["conv"]?.scalars.map { max(0, $0) } == relu.scalars)
        #expect(values["dead"]?.scalars == inner.scalars.map { max(0, $0) })
        #expect(values["sum"]?.scalars == zip(relu.scalars, inner.scalars).map(+))

        let weights = try randomTensor([10, 3], seed: 21)
        let probe = try graph.probeGradients(for: batch, weights: weights)
        expectClose(try graph.predict(batch), probe.output, tolerance: 1e-5, "output in use and in training")
        for (layer, parameter) in [("conv", "weight"), ("inner", "weight"), ("inner", "bias"), ("conv", "bias")] {
            let tensor = try #require(graph[layer]?.layer.parameters.first { $0.name == parameter }?.tensor)
            let gradient = try #require(probe.parameters[layer]?[parameter])
            for index in [0, tensor.count / 2, tensor.count - 1] {
                func moved(_ by: Float) throws -> Double {
                    var (scalars, changed) = (tensor.scalars, graph)
                    scalars[index] += by
                    try changed.setParameter(
                        parameter, of: layer, to: Tensor(shape: tensor.shape, scalars: scalars))
                    return zip(try changed.predict(batch).scalars, weights.scalars).reduce(0) {
                        $0 + Double($1.0) * Double($1.1)
                    }
                }
                let slope = (try moved(2e-3) - moved(-2e-3)) / 4e-3
                // Some rectifiers switch within the step; the sum over images keeps their share small.
                #expect(abs(Double(gradient.scalars[index]) - slope) < 0.03 * (1 + abs(slope)), "\(layer).\(parameter)")
            }
        }
    }

    @Test("values of layers depend on which others are asked for by rounding only")
    func activations() throws {
        let graph = try barNetwork()
        let batch = try Bars(count: 20, seed: 1).batch(Array(0..<20)).0
        let predictor = try Predictor(graph)
        let all = try predictor.activations(of: graph.nodes.map(\.name), for: batch)
        for node in graph.nodes {
            let alone = try predictor.activations(of: [node.name], for: batch)
            // Layers whose values nobody asks for are done together with others.
            expectClose(
                try #require(alone[node.name]), try #require(all[node.name]), tolerance: 1e-5, node.name)
            #expect(all[node.name]?.shape == [20] + (graph.shapes[node.name] ?? []))
        }
        expectClose(try predictor.predict(batch), try #require(all["fc"]), tolerance: 1e-5, "output")
        #expect(try predictor.predict(Tensor(shape: [0, 1, 8, 8])).shape == [0, 3])
        let scores = try #require(all["fc"])
        let classes = (0..<20).map { image in (0..<3).max { scores[image, $0] < scores[image, $1] } ?? -1 }
        #expect(try predictor.classify(batch) == classes)
    }

    @Test(
        "a convolution agrees with a plain loop", arguments: [1, 2, 4],
        [(1, 0, 1), (1, 2, 1), (2, 0, 1), (2, 2, 1), (1, 0, 2), (1, 2, 2), (2, 0, 2), (2, 2, 2)])
    func convolution(groups: Int, window: (stride: Int, padding: Int, dilation: Int)) throws {
        let (stride, padding, dilation) = window
        let (inputs, outputs, size) = (8, 12, 9)
        let layer = try Conv2d(
            inputs, outputs, kernelSize: Pair(3, 2), stride: Pair(stride, 1), padding: Padding(Pair(padding, 1)),
            dilation: Pair(dilation, 1), groups: groups)
        let graph = try network(of: layer, inputShape: [inputs, size, size], seed: 30)
        let conv = try #require(graph["layer"]?.layer as? Conv2d)
        let batch = try randomTensor([2, inputs, size, size], seed: 31)
        let output = try graph.predict(batch)
        let (rows, columns) = (graph.outputShape[1], graph.outputShape[2])
        var expected = try Tensor(shape: output.shape)
        let (inGroup, outGroup) = (inputs / groups, outputs / groups)
        for image in 0..<2 {
            for out in 0..<outputs {
                for row in 0..<rows {
                    for column in 0..<columns {
                        var sum = Double(conv.bias?[out] ?? 0)
                        for channel in 0..<inGroup {
                            for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)] {
                                let (y, x) = (row * stride - padding + i * dilation, column - 1 + j)
                                guard y >= 0, y < size, x >= 0, x < size else { continue }
                                sum +=
                                    Double(conv.weight[out, channel, i, j])
                                    * Double(batch[image, out / outGroup * inGroup + channel, y, x])
                            }
                        }
                        expected[image, out, row, column] = Float(sum)
                    }
                }
            }
        }
        expectClose(output, expected, tolerance: 1e-5, "convolution")
    }
}
