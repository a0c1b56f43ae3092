import SynfireHDF5
import SynfireNeuralNetworks

/// How a network came to its weights.
public struct TrainingRecord: Sendable, Hashable {
    /// The seed of all that was random.
    public var seed: UInt64
    /// How many epochs were complete.
    public var epochs: Int
    /// The recipe as a text, such as the training's part of the description.
    public var recipe: String
    /// How the epochs went.
    public var history: [EpochMetrics]
    /// The images learned from, as a dataset reference.
    public var data: String?
    /// When training ended, as ISO 8601 has it.
    public var date: String?
    /// How long training took, in seconds.
    public var wallTime: Double?
    /// The part told right of the images of ``accuracyData`` after training.
    public var accuracy: Double?
    /// The images on which ``accuracy`` was measured, as a dataset reference.
    public var accuracyData: String?

    /// Joins what is known.
    public init(
        seed: UInt64, epochs: Int, recipe: String, history: [EpochMetrics] = [], data: String? = nil,
        date: String? = nil, wallTime: Double? = nil, accuracy: Double? = nil, accuracyData: String? = nil
    ) {
        self.seed = seed
        self.epochs = epochs
        self.recipe = recipe
        self.history = history
        self.data = data
        self.date = date
        self.wallTime = wallTime
        self.accuracy = accuracy
        self.accuracyData = accuracyData
    }
}

extension TrainingRecord {
    func write(to group: borrowing HDF5Group) throws {
        try group.setAttribute("seed", seed)
        try group.setAttribute("epochs", epochs)
        try group.writeString("recipe", recipe)
        if let data { try group.setAttribute("data", data) }
        if let date { try group.setAttribute("date", date) }
        if let wallTime { try group.setAttribute("wall_time_s", wallTime) }
        if let accuracy { try group.setAttribute("accuracy", accuracy) }
        if let accuracyData { try group.setAttribute("accuracy_data", accuracyData) }
        try TrainingHistory.write(history, to: group)
    }

    init(_ group: borrowing HDF5Group) throws {
        seed = try group.attribute("seed", as: UInt64.self)
        epochs = try group.attribute("epochs", as: Int.self)
        try TrainingHistory.check(count: epochs, file: group.fileName, path: group.path + "@epochs")
        recipe = try group.string("recipe")
        data = try group.hasAttribute("data") ? group.attribute("data", as: String.self) : nil
        date = try group.hasAttribute("date") ? group.attribute("date", as: String.self) : nil
        wallTime = try Self.number("wall_time_s", in: 0...1e12, of: group)
        accuracy = try Self.number("accuracy", in: 0...1, of: group)
        accuracyData = try group.hasAttribute("accuracy_data") ? group.attribute("accuracy_data", as: String.self) : nil
        history = try TrainingHistory.read(group)
    }
}

extension TrainingRecord {
    /// A number that may be missing.
    private static func number(
        _ name: String, in allowed: ClosedRange<Double>, of group: borrowing HDF5Group
    ) throws -> Double? {
        guard try group.hasAttribute(name) else { return nil }
        let value = try group.attribute(name, as: Double.self)
        guard allowed.contains(value) else {
            throw ModelFileError(
                file: group.fileName, path: "\(group.path)@\(name)",
                reason: .impossible(value: "\(value)", allowed: "\(allowed.lowerBound) to \(allowed.upperBound)"))
        }
        return value
    }
}

/// The course of a training in a file: the group `history` with one dataset a figure, one number an epoch.
enum TrainingHistory {
    static func write(_ history: [EpochMetrics], to group: borrowing HDF5Group) throws {
        let group = try group.createGroup("history")
        try group.write("epoch", history.map(\.epoch))
        try group.write("loss", history.map(\.loss))
        try group.write("accuracy", history.map(\.accuracy))
        try group.write("images_per_second", history.map(\.imagesPerSecond))
        // An epoch without a figure is not a number there.
        for (name, values) in [
            ("learning_rate", history.map(\.learningRate)), ("seconds", history.map(\.seconds)),
            ("validation_loss", history.map(\.validationLoss)),
            ("validation_accuracy", history.map(\.validationAccuracy)),
        ] where values.contains(where: { $0 != nil }) {
            try group.write(name, values.map { $0 ?? .nan })
        }
    }

    /// The numbers that an epoch may have.
    static let epochs = 1...1_000_000_000

    static func check(epochs numbers: [Int], file: String, path: String) throws(ModelFileError) {
        if let wrong = numbers.first(where: { !epochs.contains($0) }) {
            throw ModelFileError(
                file: file, path: path, reason: .impossible(value: "\(wrong)", allowed: "1 to \(epochs.upperBound)"))
        }
    }

    static func check(count: Int, file: String, path: String) throws(ModelFileError) {
        guard (0...epochs.upperBound).contains(count) else {
            throw ModelFileError(
                file: file, path: path, reason: .impossible(value: "\(count)", allowed: "0 to \(epochs.upperBound)"))
        }
    }

    static func read(_ group: borrowing HDF5Group) throws -> [EpochMetrics] {
        let group = try group.group("history")
        let epochs = try group.dataset("epoch").read(as: Int.self)
        try check(epochs: epochs, file: group.fileName, path: group.path + "/epoch")
        func figures(_ name: String) throws -> [Double] {
            let values = try group.dataset(name).read(as: Double.self)
            guard values.count == epochs.count else {
                throw ModelFileError(
                    file: group.fileName, path: group.path + "/" + name,
                    reason: .wrongShape(found: [values.count], expected: [epochs.count]))
            }
            return values
        }
        func optional(_ name: String) throws -> [Double?] {
            guard try group.exists(name) else { return epochs.map { _ in nil } }
            return try figures(name).map { $0.isNaN ? nil : $0 }
        }
        let (loss, accuracy, speed) = (
            try figures("loss"), try figures("accuracy"), try figures("images_per_second")
        )
        let (heldLoss, heldAccuracy) = (try optional("validation_loss"), try optional("validation_accuracy"))
        let (rate, seconds) = (try optional("learning_rate"), try optional("seconds"))
        return epochs.indices.map {
            EpochMetrics(
                epoch: epochs[$0], loss: loss[$0], accuracy: accuracy[$0], imagesPerSecond: speed[$0],
                validationLoss: heldLoss[$0], validationAccuracy: heldAccuracy[$0], learningRate: rate[$0],
                seconds: seconds[$0])
        }
    }
}
