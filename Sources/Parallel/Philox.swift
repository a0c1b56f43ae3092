/// The counter-based random generator Philox4x32 with ten rounds.
///
/// A block of four words is a pure function of a 128-bit counter and a 64-bit key; no state is carried from one block
/// to the next, so any draw of any stream can be computed anywhere, in any order, by any number of workers.
///
/// - Source: Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3". doi:10.1145/2063384.2063405
@frozen
public enum Philox4x32 {
    @usableFromInline static let multiplier0: UInt32 = 0xD251_1F53
    @usableFromInline static let multiplier1: UInt32 = 0xCD9E_8D57
    @usableFromInline static let weyl0: UInt32 = 0x9E37_79B9
    @usableFromInline static let weyl1: UInt32 = 0xBB67_AE85

    /// Four random words for one counter and key.
    ///
    /// - Complexity: O(1), ten rounds of two 32×32-bit multiplications.
    @inlinable
    public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var (c0, c1, c2, c3) = (counter.x, counter.y, counter.z, counter.w)
        var (k0, k1) = (key.x, key.y)
        for _ in 0..<10 {
            let p0 = UInt64(multiplier0) &* UInt64(c0)
            let p1 = UInt64(multiplier1) &* UInt64(c2)
            let n0 = UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0
            let n2 = UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1
            (c1, c3) = (UInt32(truncatingIfNeeded: p1), UInt32(truncatingIfNeeded: p0))
            (c0, c2) = (n0, n2)
            k0 = k0 &+ weyl0
            k1 = k1 &+ weyl1
        }
        return SIMD4(c0, c1, c2, c3)
    }

    /// Block number `block` of the stream that (seed, stream, entity) names.
    ///
    /// The counter holds the block number in its two low words, then the entity, then the stream; the key is the seed.
    ///
    /// - Parameters:
    ///   - seed: The seed of the run.
    ///   - stream: What the numbers are for, such as weights or shuffling.
    ///   - entity: Whose numbers they are, such as a neuron or an image.
    ///   - block: Which four draws: draw `d` is word `d % 4` of block `d / 4`.
    @inlinable
    public static func block(seed: UInt64, stream: UInt32, entity: UInt32, block: UInt64) -> SIMD4<UInt32> {
        Self.block(
            counter: SIMD4(
                UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32), entity, stream),
            key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
    }

    /// Draw number `draw` of the stream that (seed, stream, entity) names.
    ///
    /// - Returns: 32 uniform bits.
    @inlinable
    public static func word(seed: UInt64, stream: UInt32, entity: UInt32, draw: UInt64) -> UInt32 {
        block(seed: seed, stream: stream, entity: entity, block: draw / 4)[Int(draw % 4)]
    }
}
