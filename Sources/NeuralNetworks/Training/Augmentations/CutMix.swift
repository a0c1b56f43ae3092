import SynfireParallel

/// Replaces a rectangle of each image of a batch, the same in all, by that of another one, and mixes classes by its area.
///
/// As `torchvision.transforms.v2.CutMix`: λ is drawn from Beta(α, α) for each batch; the rectangle has the image's
/// proportions, the area 1 − λ, and its middle anywhere, and what lies outside of the image is cut off. Image i gets that
/// part of image i − 1, the first one that of the last, and its own class counts by what is left of it.
/// - Source: Yun, Han, Oh, Chun, Choe & Yoo 2019, "CutMix: Regularization strategy to train strong classifiers with
///   localizable features". arXiv:1905.04899
public struct CutMix: BatchAugmentation {
    /// The name and settings.
    public static let schema = AugmentationSchema(
        "cutmix", "Replaces a rectangle of each image by another one's, and mixes classes by its area.",
        draws: .slot(11),
        rows: [
            AugmentationRow(
                "alpha", .number, default: .number(1), allowed: .above(0),
                "The parameter of the Beta distribution of what is left.")
        ])

    /// The settings.
    public let values: AugmentationValues

    private let alpha: Double

    /// Makes a change from checked settings.
    public init(_ values: AugmentationValues) throws {
        self.values = values
        alpha = values.number("alpha")
    }

    /// Makes a change.
    ///
    /// - Parameter alpha: The parameter of the Beta distribution of what is left, above 0.
    public init(alpha: Double = 1) throws {
        try self.init(settings: ["alpha": .number(alpha)])
    }

    /// Replaces a rectangle of each image by that of the one before it.
    public func mix(
        _ images: UnsafeMutablePointer<Float>, count: Int, shape: ImageShape, scratch: UnsafeMutablePointer<Float>,
        random: inout RandomStream
    ) -> Double {
        let box = box(in: shape, &random)
        let size = shape.count
        scratch.update(from: images + (count - 1) * size, count: size)
        for image in (0..<count).reversed() {
            let values = images + image * size
            let partner = image == 0 ? scratch : values - size
            box.forEachRow(of: shape) { (values + $0).update(from: partner + $0, count: box.columns) }
        }
        return 1 - Double(box.rows * box.columns) / Double(shape.plane)
    }

    private func box(in shape: ImageShape, _ random: inout RandomStream) -> PixelBox {
        let half = 0.5 * (1 - random.symmetricBeta(alpha)).squareRoot()
        let (column, row) = (random.integer(below: shape.columns), random.integer(below: shape.rows))
        let (halfColumns, halfRows) = (Int(half * Double(shape.columns)), Int(half * Double(shape.rows)))
        let (left, top) = (max(0, column - halfColumns), max(0, row - halfRows))
        return PixelBox(
            top: top, left: left, rows: min(shape.rows, row + halfRows) - top,
            columns: min(shape.columns, column + halfColumns) - left)
    }
}
