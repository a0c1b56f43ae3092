import SynfireParallel

/// Mirrors images left to right.
///
/// As `torchvision.transforms.RandomHorizontalFlip`.
public struct RandomHorizontalFlip: ImageAugmentation {
    /// The name and settings.
    public static let schema = AugmentationSchema(
        "horizontal_flip", "Mirrors images left to right.", draws: AugmentationDraws(coin: 4, first: 8),
        probability: 0.5)

    /// The settings.
    public let values: AugmentationValues

    /// Makes a change from checked settings.
    public init(_ values: AugmentationValues) throws {
        self.values = values
    }

    /// Makes a change.
    ///
    /// - Parameter probability: The probability that an image is mirrored, 0 to 1.
    public init(probability: Double = 0.5) throws {
        try self.init(settings: ["p": .number(probability)])
    }

    /// Mirrors the image.
    public func apply(
        to image: UnsafeMutablePointer<Float>, shape: ImageShape, scratch: UnsafeMutablePointer<Float>,
        random: inout RandomStream
    ) {
        let last = shape.columns - 1
        for row in 0..<shape.channels * shape.rows {
            let values = image + row * shape.columns
            for column in 0..<shape.columns / 2 {
                let left = values[column]
                values[column] = values[last - column]
                values[last - column] = left
            }
        }
    }
}

/// Mirrors images top to bottom.
///
/// As `torchvision.transforms.RandomVerticalFlip`.
public struct RandomVerticalFlip: ImageAugmentation {
    /// The name and settings.
    public static let schema = AugmentationSchema(
        "vertical_flip", "Mirrors images top to bottom.", draws: .slot(2), probability: 0.5)

    /// The settings.
    public let values: AugmentationValues

    /// Makes a change from checked settings.
    public init(_ values: AugmentationValues) throws {
        self.values = values
    }

    /// Makes a change.
    ///
    /// - Parameter probability: The probability that an image is mirrored, 0 to 1.
    public init(probability: Double = 0.5) throws {
        try self.init(settings: ["p": .number(probability)])
    }

    /// Mirrors the image.
    public func apply(
        to image: UnsafeMutablePointer<Float>, shape: ImageShape, scratch: UnsafeMutablePointer<Float>,
        random: inout RandomStream
    ) {
        for channel in 0..<shape.channels {
            let plane = image + channel * shape.plane
            for row in 0..<shape.rows / 2 {
                let upper = plane + row * shape.columns
                let lower = plane + (shape.rows - 1 - row) * shape.columns
                for column in 0..<shape.columns {
                    let value = upper[column]
                    upper[column] = lower[column]
                    lower[column] = value
                }
            }
        }
    }
}
