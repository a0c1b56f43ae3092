import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors
import Testing

/// The bits of all parameters.
private func bits(_ graph: Graph) -> [UInt32] {
    graph.nodes.flatMap { $0.layer.parameters.flatMap { $0.tensor.scalars.map(\.bitPattern) } }
}

@Suite("What happens between gradients and parameters")
struct LearningTests {
    private static func change(_ name: String, _ settings: inout TrainingSettings) {
        switch name {
        case "penalty": settings.regularization = Regularization(l1: 2e-3, l2: 5e-3)
        case "clip-norm": settings.clipNorm = 0.3
        case "clip-value": settings.clipValue = 0.02
        case "average":
            settings.optimizer = AdamW()
            settings.schedule = .constant(1e-2)
            settings.average = WeightAverage(decay: 0.6)
        case "frozen":
            settings.optimizer = RMSprop()
            settings.schedule = .constant(1e-3)
            settings.frozen = ["0", "4"]
        case "regression":
            settings.optimizer = Adagrad()
            settings.schedule = .constant(1e-2)
            settings.loss = MSELoss()
            settings.clipNorm = 1
        default:
            settings.accumulate = 3
            settings.regularization = Regularization(l2: 1e-3)
            settings.clipNorm = 0.5
            settings.clipValue = 0.05
            settings.average = WeightAverage(decay: 0.5)
        }
    }

    @Test(
        "agrees with PyTorch over five steps of training",
        arguments: ["penalty", "clip-norm", "clip-value", "average", "frozen", "regression", "all"])
    func reference(name: String) throws {
        let reference = try #require(try LearningReference.load().training[name])
        let graph = try referenceNetwork(reference.state)
        let data = SameBatch(
            images: try reference.images.tensor(), labelled: reference.labels,
            dense: try reference.targets?.tensor(), batches: name == "all" ? 3 : 1)
        var settings = TrainingSettings(
            epochs: 5, batchSize: 24, optimizer: SGD(momentum: 0.9), schedule: .constant(0.05), workers: 2)
        Self.change(name, &settings)
        let result = try Trainer(settings).train(graph, on: data)
        for (metrics, loss) in zip(result.history, reference.losses) {
            #expect(abs(metrics.loss - loss) < 2e-5 * (1 + loss), "\(metrics.loss), not \(loss)")
        }
        for (path, values) in reference.stateAfter {
            let parts = path.split(separator: ".").map(String.init)
            let found = try #require(result.graph[parts[0]]?.layer.parameters.first { $0.name == parts[1] })
            // Adaptive rules follow gradients of nothing but rounding as far as others.
            expectClose(found.tensor, try values.tensor(), tolerance: 1e-4, "\(name): \(path)")
        }
        // What is tested has an effect.
        var plain = settings
        (plain.regularization, plain.clipNorm, plain.clipValue, plain.average) = (nil, nil, nil, nil)
        plain.frozen = []
        if name == "regression" { plain.loss = HuberLoss(delta: 0.1) }
        #expect(bits(try Trainer(plain).train(graph, on: data).graph) != bits(result.graph))
    }

    /// Everything at once that may depend on workers, or on where training was interrupted.
    private func settings(_ optimizer: any Optimizer, workers: Int = 2) -> TrainingSettings {
        var settings = TrainingSettings(
            epochs: 4, batchSize: 11, seed: 4,
            loss: CrossEntropyLoss(weight: [1, 0.5, 2], labelSmoothing: 0.1), optimizer: optimizer,
            schedule: LearningRateSchedule(
                base: 5e-3, course: ReduceOnPlateau(factor: 0.5, patience: 0, threshold: 0.2)),
            validation: .fraction(0.2), workers: workers)
        settings.regularization = Regularization(l1: 1e-5, l2: 1e-4)
        settings.clipNorm = 0.8
        settings.clipValue = 0.2
        settings.accumulate = 3
        settings.average = WeightAverage(decay: 0.9)
        settings.earlyStopping = EarlyStopping(patience: 2, minimumDelta: 0.01)
        return settings
    }

    @Test("gives the same bits with 1, 2, 3 and 7 workers", arguments: [2, 3, 7])
    func workers(workers: Int) throws {
        let data = Bars(count: 120, seed: 10)
        let one = try Trainer(settings(AdamW(), workers: 1)).train(barNetwork(), on: data)
        let many = try Trainer(settings(AdamW(), workers: workers)).train(barNetwork(), on: data)
        #expect(bits(many.graph) == bits(one.graph))
        #expect(bits(many.checkpoint.graph) == bits(one.checkpoint.graph))
        #expect(many.history.map(\.loss) == one.history.map(\.loss))
        #expect(many.history.map(\.validationLoss) == one.history.map(\.validationLoss))
        #expect(many.history.map(\.learningRate) == one.history.map(\.learningRate))
    }

    static let optimizers: [any Optimizer] = [
        SGD(momentum: 0.9, dampening: 0.2), Adam(amsgrad: true), AdamW(), RMSprop(momentum: 0.5, centered: true),
        Adagrad(initialAccumulatorValue: 0.1),
    ]

    @Test("goes on from anywhere to the same bits, with every optimiser", arguments: optimizers.indices)
    func resume(index: Int) throws {
        let data = Bars(count: 120, seed: 11)
        let settings = settings(Self.optimizers[index], workers: 1)
        let whole = try Trainer(settings).train(barNetwork(), on: data)
        // 96 images in batches of 11 are 9 batches, or 3 steps, an epoch.
        for steps in [0, 1, 3, 8] {
            var left = steps
            let hooks = TrainingHooks(shouldStop: {
                left -= 1
                return left < 0
            })
            let stopped = try Trainer(settings).train(barNetwork(), on: data, hooks: hooks)
            guard stopped.wasStopped else { continue }
            #expect(stopped.checkpoint.steps == steps)
            #expect(stopped.checkpoint.batch == steps % 3 * 3)
            let rest = try Trainer(settings).resume(stopped.checkpoint, on: data, of: barNetwork(seed: 9))
            #expect(bits(rest.graph) == bits(whole.graph))
            #expect(rest.history.map(\.loss) == whole.history.map(\.loss))
            #expect(rest.history.map(\.validationLoss) == whole.history.map(\.validationLoss))
            #expect(rest.history.map(\.learningRate) == whole.history.map(\.learningRate))
            #expect(rest.bestEpoch == whole.bestEpoch)
        }
        // A training that is over stays as it is.
        let again = try Trainer(settings).resume(whole.checkpoint, on: data)
        #expect(bits(again.graph) == bits(whole.graph))
        #expect(again.history.count == whole.history.count)
    }

    @Test("averages several batches as one large batch would")
    func accumulation() throws {
        var large = TrainingSettings(epochs: 2, batchSize: 32, seed: 3, optimizer: SGD(), schedule: .constant(0.1))
        var graph = try Graph(
            name: "flat", inputShape: [1, 8, 8], sequence: [("flatten", Flatten()), ("fc", Linear(64, 3))])
        graph.initializeParameters(seed: 3)
        let data = Bars(count: 96, seed: 14)
        let expected = try Trainer(large).train(graph, on: data)
        large.batchSize = 8
        large.accumulate = 4
        let found = try Trainer(large).train(graph, on: data)
        #expect(found.checkpoint.steps == 6)
        let (one, other) = (
            try #require(expected.graph["fc"]?.layer.parameters[0].tensor),
            try #require(found.graph["fc"]?.layer.parameters[0].tensor)
        )
        expectClose(other, one, tolerance: 1e-6, "weights")
    }

    @Test("frozen layers keep their parameters, and an unknown one is refused")
    func frozen() throws {
        var settings = TrainingSettings(epochs: 1, batchSize: 16)
        settings.frozen = ["conv1", "bn1"]
        let graph = try barNetwork()
        let data = Bars(count: 48, seed: 3)
        let result = try Trainer(settings).train(graph, on: data).graph
        for name in ["conv1", "bn1"] {
            let trainable = result[name]?.layer.parameters.filter(\.isTrainable)
            #expect(trainable == graph[name]?.layer.parameters.filter(\.isTrainable))
        }
        #expect(result["conv2"]?.layer.parameters != graph["conv2"]?.layer.parameters)
        settings.frozen = ["conv"]
        let error = #expect(throws: NetworkError.self) { try Trainer(settings).train(graph, on: data) }
        #expect(error?.description == "The network has no layer 'conv'; the nearest name is 'conv1'.")
    }

    @Test("validates and hands out averaged weights")
    func average() throws {
        var settings = TrainingSettings(epochs: 2, batchSize: 16, validation: .data(Bars(count: 60, seed: 8)))
        settings.average = WeightAverage(decay: 0.95)
        let result = try Trainer(settings).train(barNetwork(), on: Bars(count: 96, seed: 9))
        #expect(bits(result.graph) != bits(result.checkpoint.graph))
        #expect(bits(result.graph) == bits(result.checkpoint.network))
        let evaluation = try Predictor(result.graph).evaluate(Bars(count: 60, seed: 8))
        #expect(evaluation.loss == result.history.last?.validationLoss)
        // The statistics are averaged, too.
        #expect(
            result.graph["bn1"]?.layer.parameters[2].tensor
                != result.checkpoint.graph["bn1"]?.layer.parameters[2].tensor)
    }

    @Test("ends early, with the best epoch's weights", arguments: EarlyStopping.Monitor.allCases)
    func earlyStopping(monitor: EarlyStopping.Monitor) throws {
        // So few images and so high a rate that validation soon gets worse.
        var settings = TrainingSettings(
            epochs: 40, batchSize: 8, seed: 2, optimizer: Adam(), schedule: .constant(0.02),
            validation: .data(Bars(count: 60, seed: 8)))
        settings.earlyStopping = EarlyStopping(monitor: monitor, patience: 3)
        var checkpoints: [Graph] = []
        let hooks = TrainingHooks(checkpoint: { checkpoints.append($0.graph) })
        let result = try Trainer(settings).train(barNetwork(), on: Bars(count: 40, seed: 9), hooks: hooks)
        #expect(result.endedEarly)
        #expect(!result.wasStopped)
        let values = result.history.compactMap { monitor.value($0) }
        #expect(values.count == result.history.count)
        let best = monitor == .validationLoss ? values.min() : values.max()
        let epoch = try #require(values.firstIndex { $0 == best })
        #expect(result.bestEpoch == epoch + 1)
        #expect(result.history.count == epoch + 1 + 3)
        #expect(bits(result.graph) == bits(checkpoints[epoch]))
        settings.earlyStopping?.restoresBest = false
        let last = try Trainer(settings).train(barNetwork(), on: Bars(count: 40, seed: 9))
        #expect(last.history.count == result.history.count)
        #expect(bits(last.graph) == bits(try #require(checkpoints.last)))
    }

    @Test("lowers the rate on a plateau, and notes it")
    func plateau() throws {
        var settings = TrainingSettings(
            epochs: 6, batchSize: 16,
            schedule: LearningRateSchedule(
                base: 0.01, course: ReduceOnPlateau(factor: 0.5, patience: 0, threshold: 0.9)),
            validation: .data(Bars(count: 30, seed: 8)))
        settings.seed = 3
        let result = try Trainer(settings).train(barNetwork(), on: Bars(count: 48, seed: 9))
        var memory = ScheduleMemory(rate: 0.01)
        for metrics in result.history {
            #expect(metrics.learningRate == memory.rate)
            #expect(try #require(metrics.seconds) > 0)
            settings.schedule.course.observe(try #require(metrics.validationLoss), memory: &memory)
        }
        #expect(memory == result.checkpoint.schedule)
        #expect(memory.rate < 0.01)
    }

    @Test("holds back the same part of each class")
    func stratified() throws {
        let labels = (0..<200).map { $0 < 120 ? 0 : $0 < 190 ? 1 : 2 }
        let images = try Tensor(shape: [200, 1, 8, 8], scalars: (0..<200 * 64).map { Float($0 / 64) })
        let data = Recorder(base: try InMemoryData(images: images, labels: labels, classes: 3))
        let trainer = try Trainer(TrainingSettings(epochs: 1, batchSize: 64, seed: 6, validation: .fraction(0.15)))
        _ = try trainer.train(barNetwork(), on: data)
        let learned = Set(data.seen.learned), held = Set(0..<200).subtracting(learned)
        #expect(held.count == 30)
        // 18, 10.5 and 1.5 of them: the first of equal remainders is rounded up.
        #expect((0..<3).map { label in held.count { labels[$0] == label } } == [18, 11, 1])
        let again = Recorder(base: data.base)
        _ = try trainer.train(barNetwork(), on: again)
        #expect(Set(again.seen.learned) == learned)
    }

    @Test("a checkpoint of something else is refused with what differs")
    func checkpoints() throws {
        let data = Bars(count: 60, seed: 3)
        let settings = settings(AdamW())
        var one = settings
        one.epochs = 1
        let checkpoint = try Trainer(one).train(barNetwork(), on: data).checkpoint
        func refusal(
            of network: Graph? = nil, _ checkpoint: TrainingCheckpoint, _ change: (inout TrainingSettings) -> Void
        ) -> String {
            var changed = settings
            change(&changed)
            let error = #expect(throws: NetworkError.self) {
                try Trainer(changed).resume(checkpoint, on: data, of: network)
            }
            let prefix = "Training cannot be continued from this checkpoint: "
            let text = error?.description ?? ""
            #expect(text.hasPrefix(prefix), "\(text)")
            return String(text.dropFirst(prefix.count))
        }
        #expect(refusal(checkpoint) { $0.optimizer = RMSprop() } == "its optimiser is AdamW, not RMSprop.")
        #expect(
            refusal(checkpoint) { $0.optimizer = AdamW(amsgrad: true) }
                == "it lacks the optimiser's 'conv1/weight/max_exp_avg_sq'.")
        #expect(
            refusal(checkpoint) { $0.loss = MSELoss() }
                == "its loss is CrossEntropyLoss (weight: [1.0, 0.5, 2.0], label_smoothing: 0.1), not MSELoss.")
        #expect(refusal(checkpoint) { $0.accumulate = 2 } == "its number of batches a step is 3, not 2.")
        #expect(
            refusal(checkpoint) { $0.average = nil }
                == "it holds averaged parameters, but the settings ask for none.")
        var lacking = checkpoint
        lacking.average = nil
        #expect(refusal(lacking) { _ in } == "it lacks the averaged parameters that the settings ask for.")
        lacking = checkpoint
        lacking.best = nil
        #expect(refusal(lacking) { _ in } == "it lacks the best epoch that early stopping needs.")
        lacking = checkpoint
        lacking.best?.graph = nil
        #expect(refusal(lacking) { _ in } == "it lacks the best epoch's weights that early stopping needs.")
        lacking = checkpoint
        lacking.schedule = nil
        #expect(refusal(lacking) { _ in } == "it lacks what the schedule 'reduce_on_plateau' remembers.")
        lacking = checkpoint
        lacking.batch = 1
        #expect(refusal(lacking) { _ in } == "its position in the training is not possible.")

        let nodes = try barNetwork().nodes
        func network(_ change: (Graph.Node) throws -> Graph.Node) throws -> Graph {
            try Graph(name: "other", inputShape: [1, 8, 8], nodes: nodes.map(change))
        }
        let dropped = try network {
            $0.name == "drop" ? Graph.Node($0.name, try Dropout(0.3), inputs: $0.inputs) : $0
        }
        #expect(refusal(of: dropped, checkpoint) { _ in } == "its 'p' of layer 'drop' is 0.2, not 0.3.")
        let pooled = try network {
            $0.name == "pool2" ? Graph.Node($0.name, try AvgPool2d(kernelSize: 2), inputs: $0.inputs) : $0
        }
        #expect(refusal(of: pooled, checkpoint) { _ in } == "its layer 'pool2' is MaxPool2d, not AvgPool2d.")
    }
}

/// Notes which images were learned from.
private final class Recorder: TrainingData, @unchecked Sendable {
    struct Seen { var learned: [Int] = [] }
    let base: InMemoryData
    // Only the thread that trains asks for batches.
    var seen = Seen()

    init(base: InMemoryData) { self.base = base }

    var count: Int { base.count }
    var shape: [Int] { base.shape }
    var classes: Int { base.classes }

    func labels(_ indices: [Int]) throws -> [Int] { try base.labels(indices) }

    func batch(_ indices: [Int]) throws -> (Tensor, [Int]) {
        // The 170 that are learned from come first, then those to validate on.
        if seen.learned.count < 170 { seen.learned += indices }
        return try base.batch(indices)
    }
}
