import SynfireParallel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A random mix of a batch's images and of their classes.
public protocol BatchAugmentation: Augmentation {
    /// Mixes each image with the one before it in the batch, the first with the last; whether that is done has been
    /// decided.
    ///
    /// - Parameters:
    ///   - images: The values in plain order, image by image.
    ///   - count: How many images, at least 1.
    ///   - shape: The shape of one.
    ///   - scratch: Memory for one image that may hold anything.
    ///   - random: A stream of the batch's and the kind's own, another one in every epoch.
    /// - Returns: The share of an image's own class, 0 to 1.
    func mix(
        _ images: UnsafeMutablePointer<Float>, count: Int, shape: ImageShape, scratch: UnsafeMutablePointer<Float>,
        random: inout RandomStream
    ) -> Double
}

extension RandomStream {
    /// A number from Beta(α, α).
    ///
    /// The share of one of two Gamma numbers, kept as logarithms, since those of a small α are too small for numbers.
    mutating func symmetricBeta(_ alpha: Double) -> Double {
        let (first, second) = (logGamma(alpha), logGamma(alpha))
        return 1 / (1 + exp(second - first))
    }

    /// The logarithm of a number from Gamma(shape, 1).
    ///
    /// - Source: Marsaglia & Tsang 2000, "A simple method for generating gamma variables". doi:10.1145/358407.358414
    private mutating func logGamma(_ shape: Double) -> Double {
        // Of a shape below 1: that of one more, times a uniform number to the power of 1 / shape.
        if shape < 1 {
            let larger = logGamma(shape + 1)
            return larger + log(1 - uniform()) / shape
        }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal()
            let root = 1 + c * x
            guard root > 0 else { continue }
            let v = root * root * root
            if log(1 - uniform()) < 0.5 * x * x + d - d * v + d * log(v) { return log(d * v) }
        }
    }
}
