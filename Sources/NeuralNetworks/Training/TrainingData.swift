import Tensors

/// Labelled images to train or evaluate on.
public protocol TrainingData: Sendable {
    /// How many images there are.
    var count: Int { get }
    /// The shape of one image: (channels, rows, columns), or (features).
    var shape: [Int] { get }
    /// How many classes there are; labels are 0 ..< classes.
    var classes: Int { get }

    /// Some images with their labels.
    ///
    /// - Parameter indices: Positions in 0 ..< count, in any order.
    /// - Returns: Images of shape (indices.count, …) and as many labels.
    func batch(_ indices: [Int]) throws -> (Tensor, [Int])
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

    /// Copies of some images with their labels.
    public func batch(_ indices: [Int]) throws -> (Tensor, [Int]) {
        let size = shape.reduce(1, *)
        var scalars: [Float] = []
        scalars.reserveCapacity(indices.count * size)
        for index in indices { scalars += images.scalars[index * size..<(index + 1) * size] }
        return (try Tensor(shape: [indices.count] + shape, scalars: scalars), indices.map { labels[$0] })
    }
}

/// Some of the images of other data.
struct DataSubset: TrainingData {
    let base: any TrainingData
    let indices: [Int]

    var count: Int { indices.count }
    var shape: [Int] { base.shape }
    var classes: Int { base.classes }

    func batch(_ indices: [Int]) throws -> (Tensor, [Int]) { try base.batch(indices.map { self.indices[$0] }) }
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
    func checkFits(_ data: any TrainingData, purpose: String) throws(NetworkError) {
        guard data.count > 0 else { throw .noData(purpose: purpose) }
        guard inputs.count == 1, outputs.count == 1 else {
            throw .dataMismatch(
                reason: "they are for a network of one input and one output, and this one has \(inputs.count) and "
                    + "\(outputs.count)")
        }
        guard data.shape == inputShape else {
            throw .dataMismatch(reason: "images have shape \(data.shape), the network takes \(inputShape)")
        }
        guard outputShape == [data.classes] else {
            throw .dataMismatch(
                reason: "there are \(data.classes) classes, but the network's output has shape \(outputShape)")
        }
    }
}
