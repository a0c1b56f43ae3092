import SynfireTensors

extension TrainingSession {
    /// The network as it is to be used now: with averaged parameters where there are any.
    func network() throws -> Graph {
        var network = graph
        try (steps > 0 ? averager?.store ?? store : store).store(into: &network)
        return network
    }

    /// What the run has led to.
    func result(wasStopped: Bool) throws -> TrainingResult {
        let checkpoint = try checkpoint()
        let endedEarly = !wasStopped && epoch < settings.epochs
        let restored = wasStopped ? nil : best?.graph
        let smallest = history.filter { $0.validationLoss?.isNaN == false }
            .min { ($0.validationLoss ?? 0) < ($1.validationLoss ?? 0) }
        return TrainingResult(
            graph: restored ?? checkpoint.network, wasStopped: wasStopped, endedEarly: endedEarly,
            bestEpoch: best?.epoch ?? smallest?.epoch, checkpoint: checkpoint)
    }

    /// Everything from which to go on.
    func checkpoint() throws -> TrainingCheckpoint {
        try checkFinite()
        try store.store(into: &graph)
        var checkpoint = TrainingCheckpoint(
            graph: graph, optimizer: type(of: settings.optimizer).name, optimizerState: optimizer.state(),
            steps: steps, epoch: epoch, batch: batch, partialLoss: lossSum, partialCorrect: correct,
            seed: settings.seed, batchSize: settings.batchSize, imageCount: data.count, history: history)
        checkpoint.loss = settings.loss.summary
        checkpoint.partialWeight = lossWeight
        checkpoint.accumulate = settings.accumulate
        checkpoint.schedule = memory
        checkpoint.average = try averager == nil || steps == 0 ? nil : network()
        checkpoint.best = best
        return checkpoint
    }

    /// Takes over where a checkpoint was written; the parameters and averages are there already.
    func restore(_ checkpoint: TrainingCheckpoint) throws {
        func require<T: Equatable>(_ what: String, _ expected: T, _ found: T) throws(NetworkError) {
            guard expected == found else {
                throw .checkpointMismatch(reason: "its \(what) is \(found), not \(expected)")
            }
        }
        func refuse(_ condition: Bool, _ reason: String) throws(NetworkError) {
            if condition { throw .checkpointMismatch(reason: reason) }
        }
        try require("optimiser", type(of: settings.optimizer).name, checkpoint.optimizer)
        if let loss = checkpoint.loss { try require("loss", settings.loss.summary, loss) }
        try require("seed", settings.seed, checkpoint.seed)
        try require("batch size", settings.batchSize, checkpoint.batchSize)
        try require("number of batches a step", settings.accumulate, checkpoint.accumulate)
        try require("number of training images", data.count, checkpoint.imageCount)
        guard checkpoint.epoch >= 0, checkpoint.steps >= 0, (0..<batches).contains(checkpoint.batch),
            checkpoint.batch % settings.accumulate == 0
        else {
            throw NetworkError.checkpointMismatch(reason: "its position in the training is not possible")
        }
        try refuse(
            settings.average == nil && checkpoint.average != nil,
            "it holds averaged parameters, but the settings ask for none")
        try refuse(
            settings.average != nil && checkpoint.average == nil && checkpoint.steps > 0,
            "it lacks the averaged parameters that the settings ask for")
        if let earlyStopping = settings.earlyStopping {
            try refuse(
                checkpoint.epoch > 0 && checkpoint.best == nil, "it lacks the best epoch that early stopping needs")
            try refuse(
                earlyStopping.restoresBest && checkpoint.best != nil && checkpoint.best?.graph == nil,
                "it lacks the best epoch's weights that early stopping needs")
        }
        try refuse(
            type(of: settings.schedule.course).watchesValidation && checkpoint.epoch > 0 && checkpoint.schedule == nil,
            "it lacks what the schedule '\(type(of: settings.schedule.course).name)' remembers")
        try optimizer.restore(checkpoint.optimizerState)
        steps = checkpoint.steps
        epoch = checkpoint.epoch
        batch = checkpoint.batch
        lossSum = checkpoint.partialLoss
        lossWeight = checkpoint.partialWeight ?? Double(min(data.count, checkpoint.batch * settings.batchSize))
        correct = checkpoint.partialCorrect
        history = checkpoint.history
        memory = type(of: settings.schedule.course).watchesValidation ? checkpoint.schedule : nil
        best = settings.earlyStopping == nil ? nil : checkpoint.best
    }
}
