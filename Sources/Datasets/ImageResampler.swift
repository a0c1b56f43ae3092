/// Brings images to another size by bilinear interpolation between the centres of pixels.
///
/// The same as PyTorch's `interpolate(mode="bilinear", align_corners=False)`; with `antialias`, the default as in torchvision's
/// `Resize`, an image that becomes smaller is averaged over the pixels that one of the new ones covers instead of sampled.
///
/// - Source: PyTorch, `aten/src/ATen/native/cpu/UpSampleKernel.cpp` (`HelperInterpLinear`).
public struct ImageResampler: Sendable {
    /// The size of the images it takes.
    public let source: ImageSize
    /// The size of the images it gives.
    public let target: ImageSize

    private let rowWeights: [Weights]
    private let columnWeights: [Weights]

    /// What one new row or column is summed from.
    private struct Weights: Sendable {
        var first: Int
        var factors: [Float]
    }

    /// Prepares the weights.
    ///
    /// - Parameters:
    ///   - source: The size of the images to come.
    ///   - target: The size they get.
    ///   - antialias: Whether an image that becomes smaller is averaged.
    public init(from source: ImageSize, to target: ImageSize, antialias: Bool = true) {
        self.source = source
        self.target = target
        rowWeights = Self.weights(from: source.rows, to: target.rows, antialias: antialias)
        columnWeights = Self.weights(from: source.columns, to: target.columns, antialias: antialias)
    }

    private static func weights(from source: Int, to target: Int, antialias: Bool) -> [Weights] {
        let scale = Double(source) / Double(target)
        // Half the width of the triangle: one pixel of the source, or one of the target where that is wider.
        let support = antialias ? max(1, scale) : 1
        return (0..<target).map { index in
            let center = scale * (Double(index) + 0.5)
            let first = max(0, Int((center - support + 0.5).rounded(.down)))
            let end = min(source, Int((center + support + 0.5).rounded(.down)))
            let factors = (first..<end).map { position in
                max(0, 1 - abs(Double(position) + 0.5 - center) / support)
            }
            let sum = factors.reduce(0, +)
            return Weights(first: first, factors: factors.map { Float($0 / sum) })
        }
    }

    /// The image at the new size.
    ///
    /// - Parameter image: Channels one after the other, each row-major.
    /// - Returns: As many channels of the new size.
    /// - Precondition: The number of values is a multiple of the source's pixels.
    public func callAsFunction(_ image: [Float]) -> [Float] {
        let pixels = source.rows * source.columns
        precondition(image.count % pixels == 0, "\(image.count) values are no whole channels of \(source)")
        var result: [Float] = []
        result.reserveCapacity(image.count / pixels * target.rows * target.columns)
        for channel in 0..<image.count / pixels {
            // Columns first: each row of the source is shortened once, whatever the number of new rows it is part of.
            var narrowed = [Float](repeating: 0, count: source.rows * target.columns)
            for row in 0..<source.rows {
                let start = channel * pixels + row * source.columns
                for (column, weights) in columnWeights.enumerated() {
                    var sum: Float = 0
                    for (offset, factor) in weights.factors.enumerated() {
                        sum += factor * image[start + weights.first + offset]
                    }
                    narrowed[row * target.columns + column] = sum
                }
            }
            for weights in rowWeights {
                for column in 0..<target.columns {
                    var sum: Float = 0
                    for (offset, factor) in weights.factors.enumerated() {
                        sum += factor * narrowed[(weights.first + offset) * target.columns + column]
                    }
                    result.append(sum)
                }
            }
        }
        return result
    }

    /// The image at the new size, in bytes, each rounded to the nearest.
    ///
    /// - Parameter image: Channels one after the other, each row-major.
    /// - Returns: As many channels of the new size.
    /// - Precondition: The number of bytes is a multiple of the source's pixels.
    public func callAsFunction(_ image: [UInt8]) -> [UInt8] {
        if source == target { return image }
        return self(image.map { Float($0) }).map { UInt8(min(255, max(0, $0.rounded()))) }
    }
}
