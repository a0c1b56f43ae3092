import SynfireParallel

/// A random change of training images: what it is set to; ``ImageAugmentation`` and ``BatchAugmentation`` say what it does.
///
/// A kind is one file, with its schema and what it does side by side, and one line in ``AugmentationCatalog``. Names,
/// defaults and meanings are those of `torchvision.transforms` where that has the kind.
///
/// What is drawn depends on the seed, the epoch and the image's position in its data, not on the batch, the workers or
/// the other kinds that are used.
public protocol Augmentation: Sendable {
    /// The kind's name and settings.
    static var schema: AugmentationSchema { get }

    /// Makes a change from checked settings.
    ///
    /// - Throws: ``NetworkError`` where settings contradict each other.
    init(_ values: AugmentationValues) throws

    /// The settings; `init` makes an equal change of them.
    var values: AugmentationValues { get }

    /// Checks that images of this shape can be changed so.
    ///
    /// - Throws: ``NetworkError/hyperparameterOutOfRange(kind:name:value:allowed:)`` for a setting that does not fit.
    func check(_ shape: ImageShape) throws(NetworkError)
}

extension Augmentation {
    /// Makes a change; settings that are not given have their defaults.
    ///
    /// - Throws: ``NetworkError`` for settings that the kind's schema does not allow.
    public init(settings: [String: AugmentationValue]) throws {
        try self.init(Self.schema.resolve(settings))
    }

    /// The kind's name in descriptions.
    public var name: String { Self.schema.name }

    /// How likely an image, or a batch for those that mix images, is changed.
    public var probability: Double { values.number("p") }

    /// Nothing to check.
    public func check(_ shape: ImageShape) throws(NetworkError) {}
}

/// A random change of single images that leaves their class.
public protocol ImageAugmentation: Augmentation {
    /// How many numbers of scratch memory ``apply(to:shape:scratch:random:)`` needs.
    func scratchCount(for shape: ImageShape) -> Int

    /// Changes an image in place; whether it is changed has been decided.
    ///
    /// - Parameters:
    ///   - image: The values in plain order: channels, rows, columns.
    ///   - shape: Their shape.
    ///   - scratch: Memory of ``scratchCount(for:)`` numbers that may hold anything.
    ///   - random: A stream of the image's and the kind's own, another one in every epoch.
    func apply(
        to image: UnsafeMutablePointer<Float>, shape: ImageShape, scratch: UnsafeMutablePointer<Float>,
        random: inout RandomStream)
}

extension ImageAugmentation {
    /// None.
    public func scratchCount(for shape: ImageShape) -> Int { 0 }
}

/// The extents of an image; a list of features counts as one row.
public struct ImageShape: Sendable, Hashable {
    /// How many channels.
    public let channels: Int
    /// How many rows.
    public let rows: Int
    /// How many columns.
    public let columns: Int
    /// Whether it has rows and columns at all.
    public let isImage: Bool

    /// Names extents.
    public init(channels: Int, rows: Int, columns: Int) {
        self.init([channels, rows, columns])
    }

    /// Takes a network's input shape: (channels, rows, columns) or (features).
    public init(_ inputShape: [Int]) {
        isImage = inputShape.count == 3
        channels = isImage ? inputShape[0] : 1
        rows = isImage ? inputShape[1] : 1
        columns = isImage ? inputShape[2] : inputShape.reduce(1, *)
    }

    /// How many numbers a channel has.
    public var plane: Int { rows * columns }

    /// How many numbers the image has.
    public var count: Int { channels * plane }
}

/// A rectangle of pixels that lies inside an image.
struct PixelBox: Sendable, Hashable {
    var top: Int
    var left: Int
    var rows: Int
    var columns: Int

    /// Calls `body` with the place of each row's first pixel, channel by channel.
    @inline(__always)
    func forEachRow(of shape: ImageShape, _ body: (Int) -> Void) {
        for channel in 0..<shape.channels {
            for row in top..<top + rows { body((channel * shape.rows + row) * shape.columns + left) }
        }
    }
}
