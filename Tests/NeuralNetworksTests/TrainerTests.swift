import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors
import Testing

/// Noisy pictures of a horizontal, a vertical and a diagonal bar at any place.
struct Bars: TrainingData {
    let count: Int
    let seed: UInt64
    let shape = [1, 8, 8]
    let classes = 3

    func batch(_ indices: [Int]) throws -> (Tensor, [Int]) {
        var scalars: [Float] = []
        var labels: [Int] = []
        for index in indices {
            var stream = RandomStream(seed: seed, stream: 7, entity: UInt32(index))
            let (label, place) = (stream.integer(below: 3), stream.integer(below: 8))
            for row in 0..<8 {
                for column in 0..<8 {
                    let isBar = [row == place, column == place, (row + column) % 8 == place][label]
                    scalars.append((isBar ? 1 : 0) + Float(0.25 * stream.normal()))
                }
            }
            labels.append(label)
        }
        return (try Tensor(shape: [indices.count] + shape, scalars: scalars), labels)
    }
}

func barNetwork(seed: UInt64 = 1) throws -> Graph {
    var graph = try Graph(
        name: "bars", inputShape: [1, 8, 8],
        sequence: [
            ("conv1", Conv2d(1, 8, kernelSize: 3, padding: 1)), ("bn1", BatchNorm2d(8)), ("relu1", ReLU()),
            ("pool1", AvgPool2d(kernelSize: 2)), ("conv2", Conv2d(8, 16, kernelSize: 3, padding: 1)),
            ("relu2", ReLU()), ("pool2", MaxPool2d(kernelSize: 2)), ("flatten", Flatten()),
            ("drop", Dropout(0.2)), ("fc", Linear(64, 3)),
        ])
    graph.initializeParameters(seed: seed)
    return graph
}

/// The bits of all parameters.
private func bits(_ graph: Graph) -> [UInt32] {
    graph.nodes.flatMap { $0.layer.parameters.flatMap { $0.tensor.scalars.map(\.bitPattern) } }
}

@Suite("Trainer")
struct TrainerTests {
    @Test(
        "learns a small task",
        arguments: [
            TrainingSettings(epochs: 6, batchSize: 32, seed: 2, schedule: .constant(5e-3)),
            TrainingSettings(
                epochs: 6, batchSize: 32, seed: 2, optimizer: SGD(momentum: 0.9, nesterov: true, weightDecay: 1e-4),
                schedule: LearningRateSchedule(base: 0.05, course: .cosine(final: 0), warmUpEpochs: 0.5)),
        ])
    func learns(settings: TrainingSettings) throws {
        var settings = settings
        settings.validation = .data(Bars(count: 200, seed: 8))
        let result = try Trainer(settings).train(barNetwork(), on: Bars(count: 600, seed: 9))
        #expect(result.history.count == 6)
        #expect(!result.wasStopped)
        let last = try #require(result.history.last)
        #expect(try #require(last.validationAccuracy) > 0.95)
        #expect(last.loss < result.history[0].loss)
        #expect(last.imagesPerSecond > 0)
        // What the trainer measured is what a predictor measures.
        let evaluation = try Predictor(result.graph).evaluate(Bars(count: 200, seed: 8))
        #expect(evaluation.accuracy == last.validationAccuracy)
        #expect(evaluation.loss == last.validationLoss)
        #expect(evaluation.predictions.count == 200)
    }

    private func settings(_ epochs: Int, workers: Int = 2) throws -> TrainingSettings {
        // A batch that is no multiple of a shard, and a last batch of another size.
        try TrainingSettings(
            epochs: epochs, batchSize: 29, seed: 4, validation: .fraction(0.2),
            augmentation: [RandomHorizontalFlip(), RandomShift(pixels: 1)], workers: workers)
    }

    @Test("gives the same bits with 1, 2, 3 and 7 workers", arguments: [2, 3, 7])
    func workers(workers: Int) throws {
        let data = Bars(count: 150, seed: 10)
        let one = try Trainer(settings(2, workers: 1)).train(barNetwork(), on: data)
        let many = try Trainer(settings(2, workers: workers)).train(barNetwork(), on: data)
        #expect(bits(many.graph) == bits(one.graph))
        #expect(many.history.map(\.loss) == one.history.map(\.loss))
        #expect(many.history.map(\.validationLoss) == one.history.map(\.validationLoss))
        let batch = try data.batch(Array(0..<100)).0
        let expected = try Predictor(one.graph, pool: WorkerPool(workers: 1)).predict(batch)
        #expect(try Predictor(one.graph, pool: WorkerPool(workers: workers)).predict(batch) == expected)
    }

    @Test("another seed gives another network")
    func seeds() throws {
        let data = Bars(count: 60, seed: 10)
        var other = try settings(1)
        other.seed = 5
        let first = try Trainer(settings(1)).train(barNetwork(), on: data)
        #expect(try bits(Trainer(other).train(barNetwork(), on: data).graph) != bits(first.graph))
        #expect(try bits(barNetwork(seed: 1)) != bits(barNetwork(seed: 2)))
        #expect(try bits(barNetwork(seed: 1)) == bits(barNetwork(seed: 1)))
    }

    @Test(
        "goes on from a checkpoint as if never interrupted", arguments: [SGD(momentum: 0.9) as any Optimizer, Adam()])
    func resume(optimizer: any Optimizer) throws {
        let data = Bars(count: 150, seed: 11)
        var long = try settings(3)
        long.optimizer = optimizer
        var checkpoints: [TrainingCheckpoint] = []
        let hooks = TrainingHooks(checkpoint: { checkpoints.append($0) })
        let whole = try Trainer(long).train(barNetwork(), on: data, hooks: hooks)
        #expect(checkpoints.map(\.epoch) == [1, 2, 3])
        for checkpoint in checkpoints {
            let rest = try Trainer(long).resume(checkpoint, on: data)
            #expect(bits(rest.graph) == bits(whole.graph))
            #expect(rest.history.map(\.loss) == whole.history.map(\.loss))
        }
    }

    @Test("stops between batches when asked to, and goes on from there")
    func stops() throws {
        let data = Bars(count: 150, seed: 12)
        let whole = try Trainer(settings(2)).train(barNetwork(), on: data)
        var batches = 0
        var asked = 0
        let hooks = TrainingHooks(
            progress: { _ in batches += 1 },
            shouldStop: {
                asked += 1
                return asked > 7
            })
        let stopped = try Trainer(settings(2)).train(barNetwork(), on: data, hooks: hooks)
        #expect(stopped.wasStopped)
        #expect(batches == 7)
        #expect(stopped.checkpoint.epoch == 1)
        #expect(stopped.checkpoint.batch == 2)
        let rest = try Trainer(settings(2)).resume(stopped.checkpoint, on: data)
        #expect(!rest.wasStopped)
        #expect(bits(rest.graph) == bits(whole.graph))
        #expect(rest.history.map(\.loss) == whole.history.map(\.loss))
        #expect(rest.history.map(\.accuracy) == whole.history.map(\.accuracy))
    }

    @Test("tells its progress")
    func progress() throws {
        var seen: [TrainingProgress] = []
        let hooks = TrainingHooks(progress: { seen.append($0) })
        let result = try Trainer(TrainingSettings(epochs: 2, batchSize: 32)).train(
            barNetwork(), on: Bars(count: 100, seed: 13), hooks: hooks)
        #expect(seen.map(\.batch) == [1, 2, 3, 4, 1, 2, 3, 4])
        #expect(seen.allSatisfy { $0.batches == 4 && $0.epochs == 2 && $0.imagesPerSecond > 0 })
        #expect(seen[3].loss == result.history[0].loss)
        #expect(seen[7].accuracy == result.history[1].accuracy)
    }

    @Test("a network without trainable layers before the first, and one of a single layer, train too")
    func oddNetworks() throws {
        var flat = try Graph(
            name: "flat", inputShape: [1, 8, 8],
            sequence: [("pool", AvgPool2d(kernelSize: 2)), ("flatten", Flatten()), ("fc", Linear(16, 3))])
        flat.initializeParameters(seed: 3)
        let result = try Trainer(TrainingSettings(epochs: 2, batchSize: 7)).train(flat, on: Bars(count: 50, seed: 14))
        #expect(result.history[1].loss < result.history[0].loss)
        #expect(bits(result.graph) != bits(flat))
    }

    @Test("schedules have their courses")
    func schedules() {
        func rates(_ schedule: LearningRateSchedule) -> [Double] {
            (0..<4).flatMap { epoch in
                (0..<2).map { schedule.rate(epoch: epoch, batch: $0, batches: 2, epochs: 4) }
            }
        }
        #expect(rates(.constant(0.5)) == [Double](repeating: 0.5, count: 8))
        #expect(
            rates(LearningRateSchedule(base: 1, course: .step(epochs: 2, factor: 0.1)))
                == [1, 1, 1, 1, 0.1, 0.1, 0.1, 0.1])
        let cosine = rates(LearningRateSchedule(base: 1, course: .cosine(final: 0.2)))
        #expect(cosine[0] == 1)
        #expect(abs(cosine[4] - 0.6) < 1e-12)
        #expect(zip(cosine, cosine.dropFirst()).allSatisfy { $0 > $1 })
        let warm = rates(LearningRateSchedule(base: 1, course: .constant, warmUpEpochs: 1))
        #expect(abs(warm[0] - 1.0 / 3) < 1e-12)
        #expect(abs(warm[1] - 2.0 / 3) < 1e-12)
        #expect(warm[2...].allSatisfy { $0 == 1 })
    }
}
