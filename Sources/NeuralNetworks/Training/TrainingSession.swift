import Parallel
import Tensors

/// One run of a trainer: a plan, the optimiser's memory, and where the run has come to.
final class TrainingSession {
    private let settings: TrainingSettings
    private var graph: Graph
    private let data: any TrainingData
    private let validation: (any TrainingData)?
    private let pool: WorkerPool
    private let store: ParameterStore
    private let plan: ExecutionPlan
    private let loss: LossState
    private let optimizer: OptimizerMemory
    private let pipeline: BatchPipeline
    private let evaluator: Evaluator?

    private var steps = 0
    private var epoch = 0
    private var batch = 0
    private var lossSum = 0.0
    private var correct = 0
    private var history: [EpochMetrics] = []

    init(
        _ settings: TrainingSettings, graph: Graph, data: any TrainingData, checkpoint: TrainingCheckpoint?
    ) throws {
        self.settings = settings
        self.graph = graph
        (self.data, validation) = try Self.split(data, settings)
        try graph.checkFits(self.data, purpose: "training")
        if let validation { try graph.checkFits(validation, purpose: "validation") }
        pool = try WorkerPool(workers: settings.workers)
        store = try ParameterStore(graph)
        // A batch is never larger than the data.
        let capacity = min(settings.batchSize, self.data.count)
        let loss = LossState(
            shards: (capacity + ExecutionPlan.shardImages - 1) / ExecutionPlan.shardImages, classes: data.classes)
        self.loss = loss
        plan = try ExecutionPlan(
            graph, store: store, pool: pool,
            purpose: ExecutionPlan.Purpose(
                isTraining: true, capacity: capacity, seed: settings.seed,
                losses: [{ shard, output, gradient in loss.run(shard, output, gradient) }]))
        optimizer = try OptimizerMemory(settings.optimizer, graph, store)
        pipeline = try BatchPipeline(self.data, settings, inputShape: graph.inputShape, pool: pool)
        evaluator = try validation == nil ? nil : Evaluator(graph, store: store, pool: pool)
        if let checkpoint { try restore(checkpoint) }
    }

    static func split(
        _ data: any TrainingData, _ settings: TrainingSettings
    ) throws(NetworkError) -> (any TrainingData, (any TrainingData)?) {
        switch settings.validation {
        case .none: return (data, nil)
        case .data(let other): return (data, other)
        case .fraction(let fraction):
            let held = Int((Double(data.count) * fraction).rounded())
            guard held > 0 else { return (data, nil) }
            var order = Array(0..<data.count)
            var stream = RandomStream(seed: settings.seed, stream: RandomPurpose.validationSplit.stream())
            stream.shuffle(&order)
            return (
                DataSubset(base: data, indices: order[held...].sorted()),
                DataSubset(base: data, indices: order[..<held].sorted())
            )
        }
    }

    // MARK: Running

    private var batches: Int { (data.count + settings.batchSize - 1) / settings.batchSize }

    func run(_ hooks: TrainingHooks) throws -> TrainingResult {
        while epoch < settings.epochs {
            let first = batch
            let clock = ContinuousClock()
            let start = clock.now
            var rate = 0.0
            while batch < batches {
                if hooks.shouldStop?() == true {
                    return TrainingResult(wasStopped: true, checkpoint: try checkpoint())
                }
                rate = settings.schedule.rate(epoch: epoch, batch: batch, batches: batches, epochs: settings.epochs)
                try step(rate: rate)
                batch += 1
                let now = progress(rate, seconds: (clock.now - start).seconds, since: first)
                hooks.progress?(now)
                if batch < batches, hooks.wantsCheckpoint?(now) == true { try hooks.checkpoint?(checkpoint()) }
            }
            let seconds = (clock.now - start).seconds
            try finishEpoch(imagesPerSecond: first == 0 ? Double(data.count) / seconds : 0)
            try hooks.checkpoint?(checkpoint())
        }
        return TrainingResult(wasStopped: false, checkpoint: try checkpoint())
    }

    private func step(rate: Double) throws {
        let prepared = try pipeline.next(epoch: epoch, batch: batch)
        loss.targets = prepared.targets
        plan.batch.step = UInt64(steps)
        try plan.forward(prepared.images.base, count: prepared.count)
        let (sum, hits) = loss.total(shards: plan.batch.shards)
        guard sum.isFinite else { throw NetworkError.lossNotFinite(epoch: epoch + 1, batch: batch + 1) }
        try plan.backward()
        steps += 1
        try optimizer.step(on: pool, rate: rate, step: steps)
        plan.markParametersChanged()
        lossSum += sum
        correct += hits
    }

    private func progress(_ rate: Double, seconds: Double, since first: Int) -> TrainingProgress {
        let images = min(data.count, batch * settings.batchSize)
        let measured = images - first * settings.batchSize
        return TrainingProgress(
            epoch: epoch + 1, epochs: settings.epochs, batch: batch, batches: batches,
            imagesPerSecond: seconds > 0 ? Double(measured) / seconds : 0, loss: lossSum / Double(images),
            accuracy: Double(correct) / Double(images), learningRate: rate)
    }

    private func finishEpoch(imagesPerSecond: Double) throws {
        var evaluation: Evaluation?
        if let validation, let evaluator {
            evaluator.markParametersChanged()
            evaluation = try evaluator.evaluate(validation)
        }
        history.append(
            EpochMetrics(
                epoch: epoch + 1, loss: lossSum / Double(data.count), accuracy: Double(correct) / Double(data.count),
                imagesPerSecond: imagesPerSecond, validationLoss: evaluation?.loss,
                validationAccuracy: evaluation?.accuracy))
        epoch += 1
        batch = 0
        lossSum = 0
        correct = 0
    }

    // MARK: Checkpoints

    private func checkpoint() throws -> TrainingCheckpoint {
        try store.store(into: &graph)
        return TrainingCheckpoint(
            graph: graph, optimizer: type(of: settings.optimizer).name, optimizerState: optimizer.state(),
            steps: steps, epoch: epoch, batch: batch, partialLoss: lossSum, partialCorrect: correct,
            seed: settings.seed, batchSize: settings.batchSize, imageCount: data.count, history: history)
    }

    private func restore(_ checkpoint: TrainingCheckpoint) throws {
        func require<T: Equatable>(_ what: String, _ expected: T, _ found: T) throws(NetworkError) {
            guard expected == found else {
                throw .checkpointMismatch(reason: "its \(what) is \(found), not \(expected)")
            }
        }
        try require("optimiser", type(of: settings.optimizer).name, checkpoint.optimizer)
        try require("seed", settings.seed, checkpoint.seed)
        try require("batch size", settings.batchSize, checkpoint.batchSize)
        try require("number of training images", data.count, checkpoint.imageCount)
        guard checkpoint.epoch >= 0, checkpoint.steps >= 0, (0..<batches).contains(checkpoint.batch) else {
            throw NetworkError.checkpointMismatch(reason: "its position in the training is not possible")
        }
        try optimizer.restore(checkpoint.optimizerState)
        steps = checkpoint.steps
        epoch = checkpoint.epoch
        batch = checkpoint.batch
        lossSum = checkpoint.partialLoss
        correct = checkpoint.partialCorrect
        history = checkpoint.history
    }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
