import SynfireParallel

/// Adds a normal number to each value.
///
/// As `torchvision.transforms.v2.GaussianNoise` with mean 0 and without clipping. Lists of features can be changed so, too.
public struct GaussianNoise: ImageAugmentation {
    /// The name and settings.
    public static let schema = AugmentationSchema(
        "noise", "Adds a normal number to each value.", draws: .slot(7), needsImages: false,
        rows: [
            AugmentationRow(
                "std", .number, default: .number(0.1), allowed: .atLeast(0), "The numbers' standard deviation.")
        ])

    /// The settings.
    public let values: AugmentationValues

    private let deviation: Float

    /// Makes a change from checked settings.
    public init(_ values: AugmentationValues) throws {
        self.values = values
        deviation = Float(values.number("std"))
    }

    /// Makes a change.
    ///
    /// - Parameter deviation: The standard deviation of what is added.
    public init(deviation: Double = 0.1) throws {
        try self.init(settings: ["std": .number(deviation)])
    }

    /// So many blocks of four numbers are drawn at a time, so that they stay in the nearest cache.
    private static let part = 64

    /// Some of the numbers to add.
    public func scratchCount(for shape: ImageShape) -> Int { 4 * Self.part }

    /// Adds the numbers.
    public func apply(
        to image: UnsafeMutablePointer<Float>, shape: ImageShape, scratch: UnsafeMutablePointer<Float>,
        random: inout RandomStream
    ) {
        var numbers = BulkRandom(
            seed: random.seed, stream: random.stream, entity: random.entity, block: random.draw / 4)
        for first in stride(from: 0, to: shape.count, by: 4 * Self.part) {
            let count = min(4 * Self.part, shape.count - first)
            numbers.fillNormal(scratch, blocks: (count + 3) / 4)
            for i in 0..<count { image[first + i] += deviation * scratch[i] }
        }
    }
}
