import SynfireParallel
import SynfireTensors

/// How a network is trained.
public struct TrainingSettings: Sendable {
    /// Where the images come from that measure progress but are not learned from.
    public enum Validation: Sendable {
        /// There are none.
        case none
        /// This fraction of the training images of each class, chosen by the seed.
        case fraction(Double)
        /// Other data.
        case data(any TrainingData)
    }

    /// How often each image is learned from.
    public var epochs: Int
    /// How many images are taken through the network at once.
    public var batchSize: Int
    /// What order, dropout, augmentation and the validation split are drawn from.
    public var seed: UInt64
    /// What is made small.
    public var loss: any LossFunction
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
    /// A penalty on the size of parameters.
    public var regularization: Regularization?
    /// The largest norm of all gradients together; longer ones are scaled down.
    public var clipNorm: Double?
    /// The largest size of a number in a gradient; larger ones are cut.
    public var clipValue: Double?
    /// How many batches a step of the optimiser takes the mean gradient of; at an epoch's end it may be fewer.
    public var accumulate = 1
    /// The moving average of the parameters that is validated and handed out.
    public var average: WeightAverage?
    /// When training ends before its last epoch.
    public var earlyStopping: EarlyStopping?
    /// The layers whose parameters stay as they are; statistics that they gather do not.
    public var frozen: [String] = []
    /// How many batches a thread beside the workers makes ahead; the result does not depend on it.
    public var prefetch: Int

    /// Two batches; none where there are at most two cores, which the workers need for themselves.
    public static var defaultPrefetch: Int { WorkerPool.availableCores > 2 ? 2 : 0 }

    /// Makes settings.
    public init(
        epochs: Int = 1, batchSize: Int = 64, seed: UInt64 = 0, loss: any LossFunction = CrossEntropyLoss(),
        optimizer: any Optimizer = Adam(), schedule: LearningRateSchedule = .constant(1e-3),
        validation: Validation = .none, augmentation: [any Augmentation] = [],
        workers: Int = WorkerPool.availableCores, prefetch: Int = TrainingSettings.defaultPrefetch
    ) {
        self.epochs = epochs
        self.batchSize = batchSize
        self.seed = seed
        self.loss = loss
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
        if let clipNorm { try require("clip_norm", clipNorm, .above(0)) }
        if let clipValue { try require("clip_value", clipValue, .above(0)) }
        try require("accumulate", Double(accumulate), .closed(1...65_536))
        try loss.validate()
        try optimizer.validate()
        try schedule.validate(epochs: epochs)
        try regularization?.validate()
        try average?.validate()
        try earlyStopping?.validate()
        if case .none = validation { try requireNothingWatched() }
    }

    /// - Throws: ``NetworkError/validationNeeded(by:)`` where a setting goes by validation images, which there are none
    ///   of.
    func requireNothingWatched() throws(NetworkError) {
        if type(of: schedule.course).watchesValidation {
            throw .validationNeeded(by: "the schedule '\(type(of: schedule.course).name)'")
        }
        if let earlyStopping { throw .validationNeeded(by: "'\(type(of: earlyStopping).name)'") }
    }
}
