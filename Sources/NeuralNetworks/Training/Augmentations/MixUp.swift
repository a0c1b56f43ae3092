import SynfireParallel

/// Mixes the images of a batch in pairs, all by the same weights, and their classes likewise.
///
/// As `torchvision.transforms.v2.MixUp`: λ is drawn from Beta(α, α) for each batch, and image i becomes
/// λ · image i + (1 − λ) · image i − 1, the first one with the last. Batches are in random order, so the pairs are random.
/// The loss is λ times that for the own class plus 1 − λ times that for the other's. Lists of features can be mixed, too.
/// - Source: Zhang, Cisse, Dauphin & Lopez-Paz 2018, "mixup: Beyond empirical risk minimization". arXiv:1710.09412
public struct MixUp: BatchAugmentation {
    /// The name and settings.
    public static let schema = AugmentationSchema(
        "mixup", "Mixes the images of a batch in pairs, and their classes.", draws: .slot(10), needsImages: false,
        rows: [
            AugmentationRow(
                "alpha", .number, default: .number(1), allowed: .above(0),
                "The parameter of the weights' Beta distribution: the smaller, the less is mixed.")
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
    /// - Parameter alpha: The parameter of the weights' Beta distribution, above 0.
    public init(alpha: Double = 1) throws {
        try self.init(settings: ["alpha": .number(alpha)])
    }

    /// Mixes each image with the one before it.
    public func mix(
        _ images: UnsafeMutablePointer<Float>, count: Int, shape: ImageShape, scratch: UnsafeMutablePointer<Float>,
        random: inout RandomStream
    ) -> Double {
        let weight = random.symmetricBeta(alpha)
        let size = shape.count
        let (own, other) = (Float(weight), Float(1 - weight))
        scratch.update(from: images + (count - 1) * size, count: size)
        // From the end on, so that each image is mixed with what the one before it was.
        for image in (0..<count).reversed() {
            let values = images + image * size
            let partner = image == 0 ? scratch : values - size
            for i in 0..<size { values[i] = own * values[i] + other * partner[i] }
        }
        return weight
    }
}
