import SynfireParallel
import SynfireTensors

/// Trains a network on labelled images, a batch at a time.
///
/// All that is random is drawn from the seed by epoch, image and layer, so that a run continued from a checkpoint gives
/// the same bits as one that was never interrupted, and any number of workers the same as one. It prints nothing.
public struct Trainer: Sendable {
    /// How it trains.
    public let settings: TrainingSettings

    /// Makes a trainer.
    ///
    /// - Throws: ``NetworkError/invalidSetting(name:value:allowed:)``.
    public init(_ settings: TrainingSettings) throws(NetworkError) {
        try settings.validate()
        self.settings = settings
    }

    /// Trains a network, starting from its parameters as they are.
    ///
    /// - Parameters:
    ///   - graph: The network; its output has a score for each class. Give it first values with
    ///     ``Graph/initializeParameters(seed:)``.
    ///   - data: The images.
    ///   - hooks: What is told while it runs.
    /// - Throws: ``NetworkError`` where data and network do not fit or the loss is no longer finite, and whatever the data
    ///   or the checkpoint hook throw.
    public func train(
        _ graph: Graph, on data: any TrainingData, hooks: TrainingHooks = TrainingHooks()
    ) throws -> TrainingResult {
        let session = try TrainingSession(settings, graph: graph, data: data, checkpoint: nil)
        hooks.started?()
        return try session.run(hooks)
    }

    /// Goes on from a checkpoint, up to the settings' epochs.
    ///
    /// - Parameters:
    ///   - checkpoint: Where to go on.
    ///   - data: The images it was trained on.
    ///   - graph: The network that it should be of, if that is to be checked; its parameters do not matter.
    ///   - hooks: What is told while it runs.
    /// - Throws: ``NetworkError/checkpointMismatch(reason:)`` where the checkpoint belongs to another network, other settings or data; else
    ///   as ``train(_:on:hooks:)``.
    public func resume(
        _ checkpoint: TrainingCheckpoint, on data: any TrainingData, of graph: Graph? = nil,
        hooks: TrainingHooks = TrainingHooks()
    ) throws -> TrainingResult {
        if let graph { try checkpoint.check(isOf: graph) }
        let session = try TrainingSession(settings, graph: checkpoint.graph, data: data, checkpoint: checkpoint)
        hooks.started?()
        return try session.run(hooks)
    }
}
