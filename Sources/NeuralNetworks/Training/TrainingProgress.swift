/// How an epoch went.
public struct EpochMetrics: Sendable, Hashable {
    /// The epoch, from 1.
    public let epoch: Int
    /// The mean loss over the epoch's training images, each taken when it was learned from, with the penalty if any.
    public let loss: Double
    /// The part of the training images that were told right, each taken when it was learned from.
    public let accuracy: Double
    /// The training images a second, validation not counted; 0 where it was not measured in one go.
    public let imagesPerSecond: Double
    /// The mean loss over the validation images after the epoch, without penalty.
    public let validationLoss: Double?
    /// The part of the validation images that are told right after the epoch.
    public let validationAccuracy: Double?
    /// The learning rate of the epoch's last step; nil where it is not known, as from older files.
    public let learningRate: Double?
    /// How long the epoch took with its validation, in seconds, or the part of it since training went on; nil where it is
    /// not known.
    public let seconds: Double?

    /// Joins figures, as a checkpoint's reader does.
    public init(
        epoch: Int, loss: Double, accuracy: Double, imagesPerSecond: Double, validationLoss: Double? = nil,
        validationAccuracy: Double? = nil, learningRate: Double? = nil, seconds: Double? = nil
    ) {
        self.epoch = epoch
        self.loss = loss
        self.accuracy = accuracy
        self.imagesPerSecond = imagesPerSecond
        self.validationLoss = validationLoss
        self.validationAccuracy = validationAccuracy
        self.learningRate = learningRate
        self.seconds = seconds
    }
}

/// How far training has come.
public struct TrainingProgress: Sendable {
    /// The epoch, from 1.
    public let epoch: Int
    /// How many epochs there will be.
    public let epochs: Int
    /// How many batches of the epoch are done.
    public let batch: Int
    /// How many batches the epoch has.
    public let batches: Int
    /// The training images a second since the epoch, or the continuation, began.
    public let imagesPerSecond: Double
    /// The mean loss in the epoch so far.
    public let loss: Double
    /// The part told right in the epoch so far.
    public let accuracy: Double
    /// The learning rate of the last batch.
    public let learningRate: Double
}

/// What training tells while it runs.
///
/// All are called on the thread that trains.
public struct TrainingHooks {
    /// Once, when everything has been checked and before the first batch.
    public var started: (() -> Void)?
    /// After every batch.
    public var progress: ((TrainingProgress) -> Void)?
    /// After every epoch, and where ``wantsCheckpoint`` asks for it, with what to store; an error ends the training.
    public var checkpoint: ((TrainingCheckpoint) throws -> Void)?
    /// Asked before every step of the optimiser; true ends the training there.
    public var shouldStop: (() -> Bool)?
    /// Asked after every step of the optimiser but an epoch's last; true asks for a checkpoint within the epoch.
    public var wantsCheckpoint: ((TrainingProgress) -> Bool)?

    /// Joins hooks.
    public init(
        started: (() -> Void)? = nil, progress: ((TrainingProgress) -> Void)? = nil,
        checkpoint: ((TrainingCheckpoint) throws -> Void)? = nil, shouldStop: (() -> Bool)? = nil,
        wantsCheckpoint: ((TrainingProgress) -> Bool)? = nil
    ) {
        self.started = started
        self.progress = progress
        self.checkpoint = checkpoint
        self.shouldStop = shouldStop
        self.wantsCheckpoint = wantsCheckpoint
    }
}

/// What training has led to.
public struct TrainingResult: Sendable {
    /// The trained network: with the best epoch's weights where early stopping takes those, else with averaged ones where
    /// there are any, else with the last step's.
    public let graph: Graph
    /// How the epochs went.
    public var history: [EpochMetrics] { checkpoint.history }
    /// Whether it was stopped by the hook before it was complete.
    public let wasStopped: Bool
    /// Whether early stopping ended it before the last epoch.
    public let endedEarly: Bool
    /// The epoch that did best on the validation images, from 1: as early stopping counts, else the one with the smallest
    /// validation loss; nil without validation.
    public let bestEpoch: Int?
    /// The state from which training can go on.
    public let checkpoint: TrainingCheckpoint
}
