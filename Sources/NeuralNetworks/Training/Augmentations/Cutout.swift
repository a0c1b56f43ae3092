import SynfireParallel

/// Overwrites a square around a random pixel; what of it lies outside of the image is cut off.
///
/// - Source: DeVries & Taylor 2017, "Improved regularization of convolutional neural networks with cutout".
///   arXiv:1708.04552
public struct Cutout: ImageAugmentation {
    /// The name and settings.
    public static let schema = AugmentationSchema(
        "cutout", "Overwrites a square around a random pixel.", draws: .slot(9),
        rows: [
            AugmentationRow("size", .whole, allowed: .atLeast(1), "The square's side in pixels."),
            AugmentationRow("fill", .number, default: .number(0), "What is written."),
        ])

    /// The settings.
    public let values: AugmentationValues

    private let size: Int
    private let fill: Float

    /// Makes a change from checked settings.
    public init(_ values: AugmentationValues) throws {
        self.values = values
        size = values.whole("size")
        fill = Float(values.number("fill"))
    }

    /// Makes a change.
    ///
    /// - Parameter size: The square's side in pixels.
    public init(size: Int) throws {
        try self.init(settings: ["size": .number(Double(size))])
    }

    /// Checks that the square is not larger than the image.
    public func check(_ shape: ImageShape) throws(NetworkError) {
        let largest = max(shape.rows, shape.columns)
        guard size <= largest else {
            throw .hyperparameterOutOfRange(kind: name, name: "size", value: "\(size)", allowed: "1 to \(largest)")
        }
    }

    /// Overwrites a square.
    public func apply(
        to image: UnsafeMutablePointer<Float>, shape: ImageShape, scratch: UnsafeMutablePointer<Float>,
        random: inout RandomStream
    ) {
        let top = random.integer(below: shape.rows) - size / 2
        let left = random.integer(below: shape.columns) - size / 2
        let (first, firstColumn) = (max(0, top), max(0, left))
        let box = PixelBox(
            top: first, left: firstColumn, rows: min(shape.rows, top + size) - first,
            columns: min(shape.columns, left + size) - firstColumn)
        box.forEachRow(of: shape) { (image + $0).update(repeating: fill, count: box.columns) }
    }
}
