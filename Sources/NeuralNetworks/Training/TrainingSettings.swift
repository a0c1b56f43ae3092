import Parallel
import Tensors

/// How a network is trained.
public struct TrainingSettings: Sendable {
    /// Where the images come from that measure progress but are not learned from.
    public enum Validation: Sendable {
        /// There are none.
        case none
        /// This fraction of the training images, chosen by the seed.
        case fraction(Double)
        /// Other data.
        case data(any TrainingData)
    }

    /// How often each image is learned from.
    public var epochs: Int
    /// How many images a step of the optimiser learns from.
    public var batchSize: Int
    /// What order, dropout, augmentation and the validation split are drawn from.
    public var seed: UInt64
    /// The rule by which gradients change parameters.
    public var optimizer: any Optimizer
    /// How the learning rate changes.
    public var schedule: LearningRateSchedule
    /// Where validation images come from.
    public var validation: Validation
    /// Random changes of the training images, in the order in which they are made.
    public var augmentation: [any Augmentation]
    /// How many workers compute; the result does not depend on it.
    public var workers: Int
    /// How many batches a thread beside the workers makes ahead; the result does not depend on it.
    public var prefetch: Int

    /// Two batches; none where there are at most two cores, which the workers need for themselves.
    public static var defaultPrefetch: Int { WorkerPool.availableCores > 2 ? 2 : 0 }

    /// Makes settings.
    public init(
        epochs: Int = 1, batchSize: Int = 64, seed: UInt64 = 0, optimizer: any Optimizer = Adam(),
        schedule: LearningRateSchedule = .constant(1e-3), validation: Validation = .none,
        augmentation: [any Augmentation] = [], workers: Int = WorkerPool.availableCores,
        prefetch: Int = TrainingSettings.defaultPrefetch
    ) {
        self.epochs = epochs
        self.batchSize = batchSize
        self.seed = seed
        self.optimizer = optimizer
        self.schedule = schedule
        self.validation = validation
        self.augmentation = augmentation
        self.workers = workers
        self.prefetch = prefetch
    }

    /// Checks the settings.
    ///
    /// - Throws: ``NetworkError/invalidSetting(name:value:allowed:)``.
    public func validate() throws(NetworkError) {
        func require(_ name: String, _ value: Double, _ allowed: AllowedRange) throws(NetworkError) {
            guard allowed.contains(value) else {
                let text = Int(exactly: value).map(String.init) ?? "\(value)"
                throw .invalidSetting(name: name, value: text, allowed: allowed.description)
            }
        }
        try require("epochs", Double(epochs), .closed(0...1_000_000))
        try require("batch size", Double(batchSize), .closed(1...65_536))
        try require("workers", Double(workers), .closed(1...1_024))
        try require("prefetch", Double(prefetch), .closed(0...64))
        if case .fraction(let fraction) = validation {
            try require("validation fraction", fraction, .halfOpen(0..<1))
        }
        try optimizer.validate()
        try schedule.validate(epochs: epochs)
    }
}

/// How an epoch went.
public struct EpochMetrics: Sendable, Hashable {
    /// The epoch, from 1.
    public let epoch: Int
    /// The mean loss over the epoch's training images, each taken when it was learned from.
    public let loss: Double
    /// The part of the training images that were told right, each taken when it was learned from.
    public let accuracy: Double
    /// The training images a second, validation not counted; 0 where it was not measured in one go.
    public let imagesPerSecond: Double
    /// The mean loss over the validation images after the epoch.
    public let validationLoss: Double?
    /// The part of the validation images that are told right after the epoch.
    public let validationAccuracy: Double?

    /// Joins figures, as a checkpoint's reader does.
    public init(
        epoch: Int, loss: Double, accuracy: Double, imagesPerSecond: Double, validationLoss: Double? = nil,
        validationAccuracy: Double? = nil
    ) {
        self.epoch = epoch
        self.loss = loss
        self.accuracy = accuracy
        self.imagesPerSecond = imagesPerSecond
        self.validationLoss = validationLoss
        self.validationAccuracy = validationAccuracy
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

/// Everything from which training goes on as if it had not been interrupted.
public struct TrainingCheckpoint: Sendable {
    /// What an optimiser remembers of a parameter.
    public struct OptimizerState: Sendable {
        /// The layer's name.
        public let layer: String
        /// The parameter's name.
        public let parameter: String
        /// The name of what is remembered, such as `exp_avg`.
        public let name: String
        /// Its numbers, in the parameter's shape.
        public let tensor: Tensor

        /// Joins names and numbers.
        public init(layer: String, parameter: String, name: String, tensor: Tensor) {
            self.layer = layer
            self.parameter = parameter
            self.name = name
            self.tensor = tensor
        }
    }

    /// The network with its parameters and running statistics.
    public var graph: Graph
    /// The name of the optimiser.
    public var optimizer: String
    /// What it remembers.
    public var optimizerState: [OptimizerState]
    /// How many steps it has made.
    public var steps: Int
    /// How many epochs are complete.
    public var epoch: Int
    /// How many batches of the next epoch are done.
    public var batch: Int
    /// The summed loss over those batches' images.
    public var partialLoss: Double
    /// How many of those batches' images were told right.
    public var partialCorrect: Int
    /// The seed.
    public var seed: UInt64
    /// How many images a step learns from.
    public var batchSize: Int
    /// How many images an epoch has.
    public var imageCount: Int
    /// How the complete epochs went.
    public var history: [EpochMetrics]

    /// Joins what a file holds.
    public init(
        graph: Graph, optimizer: String, optimizerState: [OptimizerState], steps: Int, epoch: Int, batch: Int,
        partialLoss: Double, partialCorrect: Int, seed: UInt64, batchSize: Int, imageCount: Int,
        history: [EpochMetrics]
    ) {
        self.graph = graph
        self.optimizer = optimizer
        self.optimizerState = optimizerState
        self.steps = steps
        self.epoch = epoch
        self.batch = batch
        self.partialLoss = partialLoss
        self.partialCorrect = partialCorrect
        self.seed = seed
        self.batchSize = batchSize
        self.imageCount = imageCount
        self.history = history
    }
}

/// What training tells while it runs.
///
/// All are called on the thread that trains.
public struct TrainingHooks {
    /// After every batch.
    public var progress: ((TrainingProgress) -> Void)?
    /// After every epoch, and where ``wantsCheckpoint`` asks for it, with what to store; an error ends the training.
    public var checkpoint: ((TrainingCheckpoint) throws -> Void)?
    /// Asked before every batch; true ends the training after the last batch.
    public var shouldStop: (() -> Bool)?
    /// Asked after every batch but an epoch's last; true asks for a checkpoint within the epoch.
    public var wantsCheckpoint: ((TrainingProgress) -> Bool)?

    /// Joins hooks.
    public init(
        progress: ((TrainingProgress) -> Void)? = nil, checkpoint: ((TrainingCheckpoint) throws -> Void)? = nil,
        shouldStop: (() -> Bool)? = nil, wantsCheckpoint: ((TrainingProgress) -> Bool)? = nil
    ) {
        self.progress = progress
        self.checkpoint = checkpoint
        self.shouldStop = shouldStop
        self.wantsCheckpoint = wantsCheckpoint
    }
}

/// What training has led to.
public struct TrainingResult: Sendable {
    /// The trained network.
    public var graph: Graph { checkpoint.graph }
    /// How the epochs went.
    public var history: [EpochMetrics] { checkpoint.history }
    /// Whether it was stopped before the last epoch was complete.
    public let wasStopped: Bool
    /// The state from which training can go on.
    public let checkpoint: TrainingCheckpoint
}
