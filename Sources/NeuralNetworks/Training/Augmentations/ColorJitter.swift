import SynfireParallel

/// Changes the brightness and contrast of images.
///
/// As `torchvision.transforms.ColorJitter` with its first two settings; but values are not clamped to 0 ... 1, since a
/// network's input need not lie there.
public struct ColorJitter: ImageAugmentation {
    /// The name and settings.
    public static let schema = AugmentationSchema(
        "color_jitter", "Changes the brightness and contrast of images.", draws: .slot(6),
        rows: [
            AugmentationRow(
                "brightness", .numberOrList([2]), default: .number(0), allowed: .atLeast(0),
                "How far the factor for all values is from 1 at most, or its range."),
            AugmentationRow(
                "contrast", .numberOrList([2]), default: .number(0), allowed: .atLeast(0),
                "How far the factor for distances from the mean is from 1 at most, or its range."),
        ])

    /// The settings.
    public let values: AugmentationValues

    private let brightness: ClosedRange<Double>
    private let contrast: ClosedRange<Double>

    /// Makes a change from checked settings.
    public init(_ values: AugmentationValues) throws {
        self.values = values
        // A factor is not negative.
        func factors(_ name: String) throws -> ClosedRange<Double> {
            let range = try values.range(name, around: 1)
            return max(0, range.lowerBound)...range.upperBound
        }
        brightness = try factors("brightness")
        contrast = try factors("contrast")
    }

    /// Makes a change.
    ///
    /// - Parameters:
    ///   - brightness: How far the factor for all values is from 1 at most.
    ///   - contrast: How far the factor for distances from the mean is from 1 at most.
    public init(brightness: Double = 0, contrast: Double = 0) throws {
        try self.init(settings: ["brightness": .number(brightness), "contrast": .number(contrast)])
    }

    /// Multiplies the values, and their distances from the image's mean.
    ///
    /// Without clamping the order of the two does not matter. The mean of three channels is that of their grey value.
    public func apply(
        to image: UnsafeMutablePointer<Float>, shape: ImageShape, scratch: UnsafeMutablePointer<Float>,
        random: inout RandomStream
    ) {
        let factor = random.uniform(within: brightness)
        let spread = random.uniform(within: contrast)
        let scale = Float(factor * spread)
        let offset = spread == 1 ? 0 : Float(factor * (1 - spread) * Self.mean(image, shape))
        for i in 0..<shape.count { image[i] = image[i] * scale + offset }
    }

    /// The mean grey value: that of all values, or of red, green and blue with the weights of ITU-R BT.601 that PyTorch
    /// uses.
    private static func mean(_ image: UnsafePointer<Float>, _ shape: ImageShape) -> Double {
        let even = 1 / Double(shape.channels)
        let weights = shape.channels == 3 ? SIMD3(0.2989, 0.587, 0.114) : SIMD3(repeating: even)
        var sum = 0.0
        for channel in 0..<shape.channels {
            let plane = UnsafeRawPointer(image + channel * shape.plane)
            var lanes = SIMD8<Float>.zero
            let whole = shape.plane / 8 * 8
            for first in stride(from: 0, to: whole, by: 8) {
                lanes += plane.loadUnaligned(fromByteOffset: 4 * first, as: SIMD8<Float>.self)
            }
            var total = Double(lanes.sum())
            for rest in whole..<shape.plane { total += Double(image[channel * shape.plane + rest]) }
            sum += total * (channel < 3 ? weights[channel] : even)
        }
        return sum / Double(shape.plane)
    }
}
