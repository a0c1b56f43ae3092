import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors
import Testing

@Suite("Layers that one kernel does together")
struct FusionTests {
    /// A network with a residual block of each order in which its two branches may come.
    private static func residual(swapped: Bool, channels: Int) throws -> Graph {
        var nodes: [Graph.Node] = [
            .init("stem", try Conv2d(1, channels, kernelSize: 3, padding: 1, bias: false), inputs: ["input"]),
            .init("stem.bn", try BatchNorm2d(channels), inputs: ["stem"]),
            .init("stem.relu", ReLU(), inputs: ["stem.bn"]),
            .init("conv1", try Conv2d(channels, 16, kernelSize: 3, stride: 2, padding: 1), inputs: ["stem.relu"]),
            .init("bn1", try BatchNorm2d(16), inputs: ["conv1"]),
            .init("drop", try Dropout(0.5), inputs: ["bn1"]),
            .init("relu1", ReLU(), inputs: ["drop"]),
            .init("conv2", try Conv2d(16, 16, kernelSize: 3, padding: 1), inputs: ["relu1"]),
            .init("bn2", try BatchNorm2d(16), inputs: ["conv2"]),
            .init("short", try Conv2d(channels, 16, kernelSize: 1, stride: 2), inputs: ["stem.relu"]),
            .init("add", Add(), inputs: swapped ? ["short", "bn2"] : ["bn2", "short"]),
            .init("relu2", ReLU(), inputs: ["add"]),
            .init("conv3", try Conv2d(16, 16, kernelSize: 3, padding: 1), inputs: ["relu2"]),
            .init("add3", Add(), inputs: ["conv3", "relu2"]),
            .init("relu3", ReLU(), inputs: ["add3"]),
            .init("flatten", Flatten(), inputs: ["relu3"]),
            .init("fc", try Linear(16 * 4 * 3, 12), inputs: ["flatten"]),
            .init("relu4", ReLU(), inputs: ["fc"]),
            .init("out", try Linear(12, 4), inputs: ["relu4"]),
        ]
        if swapped { nodes.swapAt(7, 9) }
        var graph = try Graph(name: "residual", inputShape: [1, 7, 6], nodes: nodes)
        for (index, node) in graph.nodes.enumerated() {
            for (number, parameter) in node.layer.parameters.enumerated() {
                var values = try randomTensor(
                    parameter.tensor.shape, seed: UInt64(100 * index + number), scale: 0.4)
                if parameter.name == "running_var" {
                    values = try Tensor(shape: values.shape, scalars: values.scalars.map { abs($0) + 0.2 })
                }
                try graph.setParameter(parameter.name, of: node.name, to: values)
            }
        }
        return graph
    }

    @Test(
        "give what they give one by one, but for rounding", arguments: [false, true], [8, 5])
    func agree(swapped: Bool, channels: Int) throws {
        let graph = try Self.residual(swapped: swapped, channels: channels)
        let batch = try randomTensor([19, 1, 7, 6], seed: 3)
        let predictor = try Predictor(graph, pool: WorkerPool(workers: 2))
        let together = try predictor.predict(batch)
        // Layers whose values are asked for are computed one by one.
        let alone = try predictor.activations(of: graph.nodes.map(\.name), for: batch)
        expectClose(together, try #require(alone["out"]), tolerance: 1e-4, "output")
        // Some in between are there, others not.
        let some = try predictor.activations(of: ["bn2", "relu2", "fc"], for: batch)
        for (name, values) in some {
            expectClose(values, try #require(alone[name]), tolerance: 1e-4, name)
        }
        for workers in [1, 3, 7] {
            #expect(try Predictor(graph, pool: WorkerPool(workers: workers)).predict(batch) == together)
        }
        let first = try predictor.predict(batch[rows: 0..<8])
        expectClose(first, together[rows: 0..<8], tolerance: 1e-5, "a part of the batch")
    }

    @Test("follow changed parameters")
    func refreshed() throws {
        var graph = try Self.residual(swapped: false, channels: 8)
        let batch = try randomTensor([4, 1, 7, 6], seed: 4)
        let before = try graph.predict(batch)
        try graph.setParameter("running_mean", of: "bn2", to: randomTensor([16], seed: 5, scale: 3))
        let after = try graph.predict(batch)
        #expect(after != before)
        let alone = try Predictor(graph).activations(of: graph.nodes.map(\.name), for: batch)
        expectClose(after, try #require(alone["out"]), tolerance: 1e-4, "output")
    }
}

@Suite("Memory of values")
struct ActivationMemoryTests {
    @Test("is shared by values that are needed at different times", arguments: [true, false])
    func reuse(training: Bool) throws {
        let width = 16
        var nodes: [Graph.Node] = []
        var last = "input"
        for index in 0..<6 {
            nodes.append(
                .init("conv\(index)", try Conv2d(width, width, kernelSize: 3, padding: 1), inputs: [last]))
            nodes.append(.init("bn\(index)", try BatchNorm2d(width), inputs: ["conv\(index)"]))
            nodes.append(.init("relu\(index)", ReLU(), inputs: ["bn\(index)"]))
            last = "relu\(index)"
        }
        let graph = try Graph(name: "deep", inputShape: [width, 8, 8], nodes: nodes)
        let memory = try graph.activationMemory(batch: 32, training: training, workers: 2)
        let map = width * 64 * MemoryLayout<Float>.stride
        #expect(memory.lowerBound <= memory.bytes)
        #expect(memory.bytes < memory.withoutReuse)
        // In training the input, what each normalisation reads and each rectified value have to stay, 32 images each,
        // and two gradients are on their way; in use three values of 32 images a worker are enough.
        let values = training ? 32 * (1 + 6 + 6 + 3) : 2 * 32 * 3
        #expect(memory.bytes <= values * map, "\(memory)")
        #expect(Double(memory.bytes) <= 1.15 * Double(memory.lowerBound), "\(memory)")
    }
}
