import SynfireNeuralNetworks
import SynfireTensors
import Testing

@Suite("Numbers that are no longer finite")
struct DivergenceTests {
    private func failure(
        _ settings: TrainingSettings, _ graph: Graph, _ data: any TrainingData, hooks: TrainingHooks = TrainingHooks()
    ) throws -> NetworkError {
        let error = #expect(throws: NetworkError.self) { try Trainer(settings).train(graph, on: data, hooks: hooks) }
        return try #require(error)
    }

    private func network() throws -> Graph {
        var graph = try Graph(
            name: "net", inputShape: [1, 8, 8],
            sequence: [
                ("flatten", Flatten()), ("fc1", Linear(64, 16)), ("relu", ReLU()), ("fc2", Linear(16, 16)),
                ("fc3", Linear(16, 3)),
            ])
        graph.initializeParameters(seed: 1)
        return graph
    }

    @Test(
        "an absurd learning rate ends training, and the checkpoint of the last whole epoch is the last that was given")
    func absurdRate() throws {
        // A sane first epoch of four batches, then a jump of the rate.
        let settings = TrainingSettings(
            epochs: 3, batchSize: 16, optimizer: SGD(),
            schedule: LearningRateSchedule(base: 1e-3, course: .step(epochs: 1, factor: 1e22)), workers: 2)
        var checkpoints: [TrainingCheckpoint] = []
        let hooks = TrainingHooks(checkpoint: { checkpoints.append($0) })
        let error = try failure(settings, network(), Bars(count: 64, seed: 2), hooks: hooks)
        guard case .lossNotFinite(let epoch, let batch, let origin) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(epoch == 2)
        // The first batch of the second epoch makes the jump; values overflow in the second.
        #expect(batch == 2)
        guard case .values(let layer) = origin else {
            Issue.record("\(error)")
            return
        }
        #expect(["fc2", "fc3"].contains(layer))
        #expect(checkpoints.map(\.epoch) == [1])
        #expect(
            checkpoints.first?.graph.nodes.allSatisfy { node in
                node.layer.parameters.allSatisfy { $0.tensor.firstNonFinite == nil }
            } == true)
        #expect(
            error.description
                == "The loss is no longer a finite number in epoch 2, batch 2: the values of layer '\(layer)' are the first "
                + "that are not finite; a lower learning rate may help.")
    }

    @Test("a parameter that is not finite is named with its place")
    func parameter() throws {
        // The first step leads beyond the largest number of single precision.
        let settings = TrainingSettings(
            epochs: 1, batchSize: 16, optimizer: SGD(), schedule: .constant(1e39), workers: 1)
        let error = try failure(settings, network(), Bars(count: 64, seed: 2))
        guard case .lossNotFinite(1, 2, .parameter(let layer, let name, let position)) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(layer == "fc1")
        #expect(name == "weight")
        #expect(position.count == 2)
        #expect(
            error.description.contains("the parameter 'weight' of layer 'fc1' is the first that is not finite, at ["))
    }

    @Test("is found after the last batch of an epoch, too, before a checkpoint is written")
    func lastBatch() throws {
        let settings = TrainingSettings(
            epochs: 2, batchSize: 64, optimizer: SGD(), schedule: .constant(1e39), workers: 1)
        var checkpoints = 0
        let error = try failure(
            settings, network(), Bars(count: 64, seed: 2), hooks: TrainingHooks(checkpoint: { _ in checkpoints += 1 }))
        guard case .lossNotFinite(1, 1, .parameter("fc1", "weight", _)) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(checkpoints == 0)
    }

    @Test("images that are not finite, and losses of finite outputs that overflow, are told apart from layers")
    func others() throws {
        var scalars = [Float](repeating: 0.5, count: 4 * 64)
        scalars[2 * 64 + 9] = .nan
        let images = try Tensor(shape: [4, 1, 8, 8], scalars: scalars)
        let data = SameBatch(images: images, labelled: [0, 1, 2, 0], dense: nil, batches: 1)
        var graph = try network()
        var error = try failure(
            TrainingSettings(epochs: 1, batchSize: 4), graphWithFourClasses(), data)
        #expect(
            error.description
                == "The loss is no longer a finite number in epoch 1, batch 1: the images hold a number that is not finite, "
                + "first at [2, 0, 1, 1]; a lower learning rate may help.")
        try graph.setParameter("bias", of: "fc3", to: Tensor([3e38, 0, 0]))
        var settings = TrainingSettings(epochs: 1, batchSize: 16, loss: MSELoss(), workers: 1)
        settings.regularization = Regularization(l2: 1e300, parameters: .all)
        error = try failure(settings, graph, Bars(count: 16, seed: 1))
        guard case .lossNotFinite(1, 1, .loss) = error else {
            Issue.record("\(error)")
            return
        }
    }

    private func graphWithFourClasses() throws -> Graph {
        var graph = try Graph(
            name: "four", inputShape: [1, 8, 8], sequence: [("flatten", Flatten()), ("fc", Linear(64, 4))])
        graph.initializeParameters(seed: 1)
        return graph
    }
}
