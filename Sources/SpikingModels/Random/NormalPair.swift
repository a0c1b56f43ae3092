import Parallel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Normal numbers that a block of ``Philox4x32`` names.
enum NormalPair {
    /// Two independent normal numbers with mean 0 and standard deviation 1.
    ///
    /// - Source: G. E. P. Box, M. E. Muller 1958, doi:10.1214/aoms/1177706645.
    static func draw(seed: UInt64, stream: UInt32, entity: UInt32, block: UInt64) -> (Double, Double) {
        let words = Philox4x32.block(seed: seed, stream: stream, entity: entity, block: block)
        // In (0, 1], so that the logarithm is finite.
        let uniform = (Double(words.x) + Double((words.y >> 11) + 1) * 0x1p-21) * 0x1p-32
        let radius = (-2 * log(uniform)).squareRoot()
        let angle = 2 * Double.pi * (Double(words.z) + 0.5) * 0x1p-32
        return (radius * cos(angle), radius * sin(angle))
    }
}
