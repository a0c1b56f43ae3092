import SynfireTensors

/// Images to train or evaluate on, with labels or with what the outputs should be.
public protocol TrainingData: Sendable {
    /// How many images there are.
    var count: Int { get }
    /// The shape of one image: (channels, rows, columns), or (features).
    var shape: [Int] { get }
    /// How many classes there are; labels are 0 ..< classes.
    var classes: Int { get }
    /// The shape of what the network's output should be, where ``targets(_:)`` says it; nil where labels do.
    var targetShape: [Int]? { get }

    /// Some images with their labels.
    ///
    /// - Parameter indices: Positions in 0 ..< count, in any order.
    /// - Returns: Images of shape (indices.count, …) and as many labels; no labels at all where there are only targets.
    func batch(_ indices: [Int]) throws -> (Tensor, [Int])

    /// The labels of some images without the images.
    func labels(_ indices: [Int]) throws -> [Int]

    /// What the outputs should be for some images: values of a regression, or probabilities.
    ///
    /// - Parameter indices: Positions in 0 ..< count, in any order.
    /// - Returns: Shape (indices.count, …) with `targetShape`; nil where labels say it.
    func targets(_ indices: [Int]) throws -> Tensor?
}

extension TrainingData {
    /// Labels say what the output should be.
    public var targetShape: [Int]? { nil }

    /// Labels say what the output should be.
    public func targets(_ indices: [Int]) throws -> Tensor? { nil }

    /// Takes the labels from batches, a few images at a time.
    public func labels(_ indices: [Int]) throws -> [Int] {
        try stride(from: 0, to: indices.count, by: 512).flatMap {
            try batch(Array(indices[$0..<min($0 + 512, indices.count)])).1
        }
    }

    /// What the outputs should be for some images, checked against the network.
    ///
    /// - Parameters:
    ///   - labels: The images' labels.
    ///   - outputs: How many numbers the network's output has.
    ///   - loss: The loss that they are for.
    /// - Returns: A row an image; nil where the labels say it.
    func checkedTargets(
        _ indices: [Int], labels: [Int], outputs: Int, loss: any LossFunction
    ) throws -> [Float]? {
        if targetShape == nil || !labels.isEmpty {
            guard labels.count == indices.count else {
                throw NetworkError.dataMismatch(
                    reason: "there are \(indices.count) images but \(labels.count) labels")
            }
            try checkLabels(labels, classes: outputs, positions: indices)
        }
        guard let shape = targetShape else { return nil }
        guard let targets = try self.targets(indices), targets.shape == [indices.count] + shape else {
            throw NetworkError.dataMismatch(
                reason: "the targets of \(indices.count) images must have shape \([indices.count] + shape)")
        }
        try loss.checkTargets(targets.scalars, outputs: outputs)
        return targets.scalars
    }
}

/// Labelled images that are all in memory.
public struct InMemoryData: TrainingData {
    /// The images, shape (count, …).
    public let images: Tensor
    /// The labels.
    public let labels: [Int]
    /// How many classes there are.
    public let classes: Int

    /// Joins images and labels.
    ///
    /// - Throws: ``NetworkError`` where the counts differ or a label is not a class.
    public init(images: Tensor, labels: [Int], classes: Int) throws(NetworkError) {
        guard images.shape.first == labels.count else {
            throw .dataMismatch(
                reason: "there are \(images.shape.first ?? 0) images but \(labels.count) labels")
        }
        try checkLabels(labels, classes: classes)
        self.images = images
        self.labels = labels
        self.classes = classes
    }

    /// How many images there are.
    public var count: Int { labels.count }

    /// The shape of one image.
    public var shape: [Int] { Array(images.shape.dropFirst()) }

    /// The labels of some images.
    public func labels(_ indices: [Int]) throws -> [Int] { indices.map { labels[$0] } }

    /// Copies of some images with their labels.
    public func batch(_ indices: [Int]) throws -> (Tensor, [Int]) {
        let size = shape.reduce(1, *)
        var scalars: [Float] = []
        scalars.reserveCapacity(indices.count * size)
        for index in indices { scalars += images.scalars[index * size..<(index + 1) * size] }
        return (try Tensor(shape: [indices.count] + shape, scalars: scalars), indices.map { labels[$0] })
    }
}

/// Images that are all in memory, with what the network's output should be for each.
public struct InMemoryTargets: TrainingData {
    /// The images, shape (count, …).
    public let images: Tensor
    /// What the outputs should be, shape (count, …).
    public let outputs: Tensor

    /// Joins images and what their outputs should be.
    ///
    /// - Throws: ``NetworkError/dataMismatch(reason:)`` where the counts differ.
    public init(images: Tensor, outputs: Tensor) throws(NetworkError) {
        guard images.shape.first == outputs.shape.first else {
            throw .dataMismatch(
                reason: "there are \(images.shape.first ?? 0) images but \(outputs.shape.first ?? 0) targets")
        }
        self.images = images
        self.outputs = outputs
    }

    /// How many images there are.
    public var count: Int { images.shape.first ?? 0 }

    /// The shape of one image.
    public var shape: [Int] { Array(images.shape.dropFirst()) }

    /// How many numbers an output has.
    public var classes: Int { outputs.shape.dropFirst().reduce(1, *) }

    /// The shape of one image's output.
    public var targetShape: [Int]? { Array(outputs.shape.dropFirst()) }

    /// Copies of some images, without labels.
    public func batch(_ indices: [Int]) throws -> (Tensor, [Int]) { (try Self.rows(indices, of: images), []) }

    /// None.
    public func labels(_ indices: [Int]) throws -> [Int] { [] }

    /// Copies of what some images' outputs should be.
    public func targets(_ indices: [Int]) throws -> Tensor? { try Self.rows(indices, of: outputs) }

    private static func rows(_ indices: [Int], of tensor: Tensor) throws -> Tensor {
        let shape = Array(tensor.shape.dropFirst())
        let size = shape.reduce(1, *)
        var scalars: [Float] = []
        scalars.reserveCapacity(indices.count * size)
        for index in indices { scalars += tensor.scalars[index * size..<(index + 1) * size] }
        return try Tensor(shape: [indices.count] + shape, scalars: scalars)
    }
}

/// Checks that labels are classes.
///
/// - Parameter positions: The images' positions in their data, where they are not 0, 1, ….
func checkLabels(_ labels: [Int], classes: Int, positions: [Int]? = nil) throws(NetworkError) {
    guard let wrong = labels.firstIndex(where: { $0 < 0 || $0 >= classes }) else { return }
    throw .labelOutOfRange(label: labels[wrong], image: positions?[wrong] ?? wrong, classes: classes)
}

extension Graph {
    /// Checks that data have the network's input shape and classes.
    ///
    /// - Parameters:
    ///   - data: The data.
    ///   - purpose: What they are for, as in "there are no images for …".
    public func checkFits(_ data: any TrainingData, purpose: String) throws(NetworkError) {
        guard data.count > 0 else { throw .noData(purpose: purpose) }
        guard inputs.count == 1, outputs.count == 1 else {
            throw .dataMismatch(
                reason: "they are for a network of one input and one output, and this one has \(inputs.count) and "
                    + "\(outputs.count)")
        }
        guard data.shape == inputShape else {
            throw .dataMismatch(reason: "images have shape \(data.shape), the network takes \(inputShape)")
        }
        if let target = data.targetShape {
            guard outputShape == target else {
                throw .dataMismatch(
                    reason: "targets have shape \(target), but the network's output has shape \(outputShape)")
            }
            return
        }
        guard outputShape == [data.classes] else {
            throw .dataMismatch(
                reason: "there are \(data.classes) classes, but the network's output has shape \(outputShape)")
        }
    }
}
