import SynfireParallel
import SynfireTensors

/// One run of a trainer: a plan, the optimiser's memory, and where the run has come to.
final class TrainingSession {
    let settings: TrainingSettings
    var graph: Graph
    let data: any TrainingData
    let validation: (any TrainingData)?
    let pool: WorkerPool
    let store: ParameterStore
    let plan: ExecutionPlan
    let loss: LossState
    let shaping: GradientShaping
    let optimizer: OptimizerMemory
    let averager: WeightAverager?
    let pipeline: BatchPipeline
    let evaluator: Evaluator?

    var steps = 0
    var epoch = 0
    var batch = 0
    var lossSum = 0.0
    var lossWeight = 0.0
    var correct = 0
    var history: [EpochMetrics] = []
    var memory: ScheduleMemory?
    var best: TrainingCheckpoint.Best?
    /// The penalty on the parameters before the step that batches are collected for.
    private var penalty = 0.0

    init(
        _ settings: TrainingSettings, graph: Graph, data: any TrainingData, checkpoint: TrainingCheckpoint?
    ) throws {
        self.settings = settings
        self.graph = graph
        (self.data, validation) = try Self.split(data, settings)
        try graph.checkFits(self.data, purpose: "training")
        if let validation {
            try graph.checkFits(validation, purpose: "validation")
        } else {
            try settings.requireNothingWatched()
        }
        for name in settings.frozen { _ = try graph.index(of: name) }
        let outputs = graph.outputShape.reduce(1, *)
        try settings.loss.check(outputs: outputs)
        pool = try WorkerPool(workers: settings.workers)
        store = try ParameterStore(graph)
        // A batch is never larger than the data.
        let capacity = min(settings.batchSize, self.data.count)
        let loss = LossState(
            settings.loss, shards: (capacity + ExecutionPlan.shardImages - 1) / ExecutionPlan.shardImages,
            outputs: outputs)
        self.loss = loss
        plan = try ExecutionPlan(
            graph, store: store, pool: pool,
            purpose: ExecutionPlan.Purpose(
                isTraining: true, capacity: capacity, seed: settings.seed,
                losses: [{ shard, output, gradient in loss.run(shard, output, gradient) }]))
        let parameters = TrainedParameter.all(of: graph, in: store, frozen: settings.frozen)
        shaping = try GradientShaping(settings, parameters)
        optimizer = try OptimizerMemory(settings.optimizer, parameters)
        averager = try settings.average.map { try WeightAverager($0, checkpoint?.average ?? graph) }
        pipeline = try BatchPipeline(self.data, settings, inputShape: graph.inputShape, pool: pool)
        evaluator =
            try validation == nil
            ? nil : Evaluator(graph, store: averager?.store ?? store, pool: pool, loss: settings.loss)
        if let checkpoint { try restore(checkpoint) }
    }

    static func split(
        _ data: any TrainingData, _ settings: TrainingSettings
    ) throws -> (any TrainingData, (any TrainingData)?) {
        switch settings.validation {
        case .none: return (data, nil)
        case .data(let other): return (data, other)
        case .fraction(let fraction):
            let held = DataSplit.held(
                labels: try data.labels(Array(0..<data.count)), count: data.count, fraction: fraction,
                seed: settings.seed)
            guard !held.isEmpty else { return (data, nil) }
            let isHeld = Set(held)
            return (
                DataSubset(base: data, indices: (0..<data.count).filter { !isHeld.contains($0) }),
                DataSubset(base: data, indices: held)
            )
        }
    }

    // MARK: Running

    var batches: Int { (data.count + settings.batchSize - 1) / settings.batchSize }

    func run(_ hooks: TrainingHooks) throws -> TrainingResult {
        while epoch < settings.epochs, settings.earlyStopping?.isOver(best) != true {
            let first = batch
            let clock = ContinuousClock()
            let start = clock.now
            var rate = 0.0
            while batch < batches {
                if batch % settings.accumulate == 0, hooks.shouldStop?() == true {
                    return try result(wasStopped: true)
                }
                rate = currentRate()
                try step(rate: rate)
                batch += 1
                let now = progress(rate, seconds: (clock.now - start).seconds, since: first)
                hooks.progress?(now)
                // In the middle of a step's batches there is nothing to go on from.
                if batch < batches, batch % settings.accumulate == 0, hooks.wantsCheckpoint?(now) == true {
                    try hooks.checkpoint?(checkpoint())
                }
            }
            let seconds = (clock.now - start).seconds
            try finishEpoch(
                imagesPerSecond: first == 0 ? Double(data.count) / seconds : 0, rate: rate,
                seconds: { (clock.now - start).seconds })
            try hooks.checkpoint?(checkpoint())
        }
        return try result(wasStopped: false)
    }

    private func currentRate() -> Double {
        let group = settings.accumulate
        return settings.schedule.rate(
            epoch: epoch, batch: batch / group, batches: (batches + group - 1) / group, epochs: settings.epochs,
            memory: memory)
    }

    private func step(rate: Double) throws {
        let prepared = try pipeline.next(epoch: epoch, batch: batch)
        loss.targets = prepared.targets
        let count = prepared.count
        let number = batch % settings.accumulate
        if number == 0 { penalty = shaping.penalty(on: pool) }
        loss.prepare(images: count)
        plan.batch.step = UInt64(epoch * batches + batch)
        try plan.forward(prepared.images.base, count: count)
        let (sum, hits) = loss.total(shards: plan.batch.shards)
        guard sum.isFinite, penalty.isFinite else { throw divergence(prepared) }
        try plan.backward()
        lossSum += sum + penalty * loss.weight
        lossWeight += loss.weight
        correct += hits
        shaping.collect(on: pool, number: number)
        guard number == settings.accumulate - 1 || batch == batches - 1 else { return }
        shaping.finish(on: pool, batches: number + 1)
        steps += 1
        optimizer.step(on: pool, rate: rate, step: steps)
        averager?.update(from: store, on: pool, step: steps)
        plan.markParametersChanged()
    }

    private func progress(_ rate: Double, seconds: Double, since first: Int) -> TrainingProgress {
        let images = min(data.count, batch * settings.batchSize)
        let measured = images - first * settings.batchSize
        return TrainingProgress(
            epoch: epoch + 1, epochs: settings.epochs, batch: batch, batches: batches,
            imagesPerSecond: seconds > 0 ? Double(measured) / seconds : 0, loss: meanLoss,
            accuracy: Double(correct) / Double(images), learningRate: rate)
    }

    private var meanLoss: Double { lossWeight > 0 ? lossSum / lossWeight : 0 }

    private func finishEpoch(imagesPerSecond: Double, rate: Double, seconds: () -> Double) throws {
        try checkFinite()
        var evaluation: Evaluation?
        if let validation, let evaluator {
            evaluator.markParametersChanged()
            evaluation = try evaluator.evaluate(validation)
        }
        let metrics = EpochMetrics(
            epoch: epoch + 1, loss: meanLoss, accuracy: Double(correct) / Double(data.count),
            imagesPerSecond: imagesPerSecond, validationLoss: evaluation?.loss,
            validationAccuracy: evaluation?.accuracy, learningRate: rate, seconds: seconds())
        history.append(metrics)
        try settings.earlyStopping?.observe(metrics, best: &best, network: network)
        if let loss = evaluation?.loss, type(of: settings.schedule.course).watchesValidation {
            var memory = self.memory ?? ScheduleMemory(rate: settings.schedule.base)
            settings.schedule.course.observe(loss, memory: &memory)
            self.memory = memory
        }
        epoch += 1
        batch = 0
        lossSum = 0
        lossWeight = 0
        correct = 0
    }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
