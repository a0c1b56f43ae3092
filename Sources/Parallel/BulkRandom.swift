/// Random numbers in bulk, for connections and synapses: words, indices and normal numbers by the hundred million.
///
/// A sequence of numbers that (seed, stream, entity) names and that does not depend on how many are asked for at a
/// time, as long as only one kind is drawn from it. Loops over blocks of ``Philox4x32`` that the compiler vectorises.
public struct BulkRandom: Sendable {
    /// The seed of the run.
    public let seed: UInt64
    /// What the numbers are for.
    public let stream: UInt32
    /// Whose numbers they are.
    public let entity: UInt32
    /// The number of the next block of four words.
    public private(set) var block: UInt64

    /// Opens a sequence at a block; 0 is its start.
    public init(seed: UInt64, stream: UInt32, entity: UInt32 = 0, block: UInt64 = 0) {
        self.block = block
        self.seed = seed
        self.stream = stream
        self.entity = entity
    }

    /// The next `blocks` blocks of four words each, in the order of ``RandomStream/nextWord()``.
    ///
    /// - Parameters:
    ///   - words: Room for 4 × `blocks` words.
    ///   - blocks: How many blocks, fewer than 2³².
    public mutating func fill(_ words: UnsafeMutablePointer<UInt32>, blocks: Int) {
        let high = UInt32(truncatingIfNeeded: block >> 32)
        let low = UInt32(truncatingIfNeeded: block)
        let (k0, k1) = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        // The low word of the counter must not overflow inside the loop; it does every 2³⁴ words.
        let straight = min(blocks, Int(UInt32.max - low) + 1)
        Self.fill(words, low: low, high: high, entity: entity, stream: stream, k0, k1, straight)
        if straight < blocks {
            Self.fill(
                words + 4 * straight, low: 0, high: high &+ 1, entity: entity, stream: stream, k0, k1,
                blocks - straight)
        }
        block += UInt64(blocks)
    }

    /// One round.
    @inline(__always)
    private static func round(
        _ c: (UInt32, UInt32, UInt32, UInt32), _ k0: UInt32, _ k1: UInt32
    ) -> (UInt32, UInt32, UInt32, UInt32) {
        let p0 = UInt64(Philox4x32.multiplier0) &* UInt64(c.0)
        let p1 = UInt64(Philox4x32.multiplier1) &* UInt64(c.2)
        return (
            UInt32(truncatingIfNeeded: p1 >> 32) ^ c.1 ^ k0, UInt32(truncatingIfNeeded: p1),
            UInt32(truncatingIfNeeded: p0 >> 32) ^ c.3 ^ k1, UInt32(truncatingIfNeeded: p0)
        )
    }

    private static func fill(
        _ words: UnsafeMutablePointer<UInt32>, low: UInt32, high: UInt32, entity: UInt32, stream: UInt32,
        _ k0: UInt32, _ k1: UInt32, _ blocks: Int
    ) {
        let (w0, w1) = (Philox4x32.weyl0, Philox4x32.weyl1)
        for i in 0..<blocks {
            // Ten rounds, written out so that the loop over blocks is the inner one.
            var c = (low &+ UInt32(truncatingIfNeeded: i), high, entity, stream)
            c = round(c, k0, k1)
            c = round(c, k0 &+ w0, k1 &+ w1)
            c = round(c, k0 &+ 2 &* w0, k1 &+ 2 &* w1)
            c = round(c, k0 &+ 3 &* w0, k1 &+ 3 &* w1)
            c = round(c, k0 &+ 4 &* w0, k1 &+ 4 &* w1)
            c = round(c, k0 &+ 5 &* w0, k1 &+ 5 &* w1)
            c = round(c, k0 &+ 6 &* w0, k1 &+ 6 &* w1)
            c = round(c, k0 &+ 7 &* w0, k1 &+ 7 &* w1)
            c = round(c, k0 &+ 8 &* w0, k1 &+ 8 &* w1)
            c = round(c, k0 &+ 9 &* w0, k1 &+ 9 &* w1)
            words[4 * i] = c.0
            words[4 * i + 1] = c.1
            words[4 * i + 2] = c.2
            words[4 * i + 3] = c.3
        }
    }
}

/// The size of the parts that bulk draws work in: 256 blocks are 4 kB of words.
private let partBlocks = 256

extension BulkRandom {
    /// The next `count` uniform integers in 0 ..< bound, without bias (Lemire 2019, doi:10.1145/3230636).
    ///
    /// Draws whole blocks: what a block has left is lost, so ask for all numbers of an entity at once.
    ///
    /// - Precondition: `bound` is from 1 to 2³¹.
    public mutating func fill(_ integers: UnsafeMutablePointer<Int32>, below bound: Int, count: Int) {
        guard bound >= 1, bound <= 1 << 31 else {
            fatalError("the bound of random integers is \(bound): it must be from 1 to 2³¹")
        }
        let factor = UInt64(bound)
        // The words whose low product is below this come once too often.
        let threshold = UInt32(truncatingIfNeeded: (1 << 32) % factor)
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4 * partBlocks) { memory in
            guard let words = memory.baseAddress else { return }
            var done = 0
            while done < count {
                let blocks = min(partBlocks, (count - done + 3) / 4)
                fill(words, blocks: blocks)
                let size = min(4 * blocks, count - done)
                let out = integers + done
                var lowest = UInt32.max
                for i in 0..<size {
                    let product = UInt64(words[i]) &* factor
                    lowest = min(lowest, UInt32(truncatingIfNeeded: product))
                    out[i] = Int32(truncatingIfNeeded: product >> 32)
                }
                if lowest >= threshold {
                    done += size
                    continue
                }
                // Once in 2³² / bound numbers: leave out the words that come too often.
                var kept = 0
                for i in 0..<4 * blocks where kept < size {
                    let product = UInt64(words[i]) &* factor
                    guard UInt32(truncatingIfNeeded: product) >= threshold else { continue }
                    out[kept] = Int32(truncatingIfNeeded: product >> 32)
                    kept += 1
                }
                done += kept
            }
        }
    }

    /// The next `count` uniform integers with growing bounds: number `i` is in 0 ..< `bound` + i; otherwise as
    /// ``fill(_:below:count:)``.
    ///
    /// - Precondition: All bounds are from 1 to 2³¹.
    public mutating func fill(_ integers: UnsafeMutablePointer<Int32>, belowFrom bound: Int, count: Int) {
        guard bound >= 1, count <= 1 << 31, bound <= 1 << 31 + 1 - count else {
            fatalError("the bounds of random integers begin at \(bound) and are \(count): they must be from 1 to 2³¹")
        }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4 * partBlocks) { memory in
            guard let words = memory.baseAddress else { return }
            var done = 0
            while done < count {
                let blocks = min(partBlocks, (count - done + 3) / 4)
                fill(words, blocks: blocks)
                for i in 0..<4 * blocks where done < count {
                    let factor = UInt64(bound + done)
                    let product = UInt64(words[i]) &* factor
                    let low = UInt64(UInt32(truncatingIfNeeded: product))
                    // The division is needed once in 2³² / bound numbers.
                    if low < factor, low < (1 << 32) % factor { continue }
                    integers[done] = Int32(truncatingIfNeeded: product >> 32)
                    done += 1
                }
            }
        }
    }

    /// The next 2 × `blocks` uniform numbers in (0, 1), of 53 random bits from two words each.
    public mutating func fillFineUniform(_ numbers: UnsafeMutablePointer<Double>, blocks: Int) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4 * partBlocks) { memory in
            guard let words = memory.baseAddress else { return }
            var done = 0
            while done < blocks {
                let part = min(partBlocks, blocks - done)
                fill(words, blocks: part)
                let out = numbers + 2 * done
                for i in 0..<2 * part {
                    let bits = UInt64(words[2 * i]) | UInt64(words[2 * i + 1]) << 32
                    // The half step up to 1 would round to it.
                    out[i] = min((Double(Int64(bits >> 11)) + 0.5) * 0x1p-53, 1 - 0x1p-53)
                }
                done += part
            }
        }
    }

    /// The next 4 × `blocks` uniform numbers in (0, 1), of 32 random bits each: (word + ½) / 2³².
    public mutating func fillUniform(_ numbers: UnsafeMutablePointer<Double>, blocks: Int) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4 * partBlocks) { memory in
            guard let words = memory.baseAddress else { return }
            var done = 0
            while done < blocks {
                let part = min(partBlocks, blocks - done)
                fill(words, blocks: part)
                let out = numbers + 4 * done
                for i in 0..<4 * part {
                    // Signed numbers are converted by one instruction.
                    let signed = Int32(bitPattern: words[i] ^ 0x8000_0000)
                    out[i] = (Double(signed) + 2_147_483_648.5) * 0x1p-32
                }
                done += part
            }
        }
    }

    /// The next 4 × `blocks` normal numbers with mean 0 and standard deviation 1, in single precision.
    ///
    /// Two of each pair of words by the transform of Box and Muller (1958), doi:10.1214/aoms/1177706645, with
    /// logarithm, sine and cosine by the polynomials of Cephes (Moshier 1992): relative errors below 3·10⁻⁷, the same
    /// bits on every processor. No number is beyond ±6.67, which a normal one is once in 4·10¹⁰ times.
    public mutating func fillNormal(_ numbers: UnsafeMutablePointer<Float>, blocks: Int) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4 * partBlocks) { memory in
            guard let words = memory.baseAddress else { return }
            var done = 0
            while done < blocks {
                let part = min(partBlocks, blocks - done)
                fill(words, blocks: part)
                Self.transform(words, numbers + 4 * done, pairs: 2 * part)
                done += part
            }
        }
    }

    private static func transform(
        _ words: UnsafePointer<UInt32>, _ numbers: UnsafeMutablePointer<Float>, pairs: Int
    ) {
        for i in 0..<pairs {
            let radius = root(-2 * logarithm(words[2 * i]))
            let (sine, cosine) = onCircle(words[2 * i + 1])
            numbers[2 * i] = radius * cosine
            numbers[2 * i + 1] = radius * sine
        }
    }

    /// log((word + ½) / 2³²), with full relative precision at both ends.
    @inline(__always)
    private static func logarithm(_ word: UInt32) -> Float {
        // The distance to the nearer end of (0, 1), so that nothing is lost next to 1.
        let signed = Int32(bitPattern: word)
        let isHigh = signed < 0
        let distance = (Float(signed ^ (signed >> 31)) + 0.5) * 0x1p-32
        let x = isHigh ? 1 - distance : distance
        // x = m·2^e with m in [√½, √2).
        let bits = Int32(bitPattern: x.bitPattern) &- 0x3F35_04F3
        let exponent = Float(bits >> 23)
        let mantissa = Float(bitPattern: UInt32(bitPattern: (bits & 0x007F_FFFF) &+ 0x3F35_04F3))
        let reduced = mantissa - 1
        let close = distance < 0.292_893 ? -distance : reduced
        let f = isHigh ? close : reduced
        let z = f * f
        var y: Float = 7.037_683_629_2e-2
        y = y * f - 1.151_461_031_0e-1
        y = y * f + 1.167_699_874_0e-1
        y = y * f - 1.242_014_084_6e-1
        y = y * f + 1.424_932_278_7e-1
        y = y * f - 1.666_805_766_5e-1
        y = y * f + 2.000_071_476_5e-1
        y = y * f - 2.499_999_399_3e-1
        y = y * f + 3.333_333_117_4e-1
        y = y * f * z
        y = y + exponent * -2.121_944_40e-4
        y = y - 0.5 * z
        return f + y + exponent * 0.693_359_375
    }

    /// The square root by Newton's method from the bits' estimate of 1/√x: `squareRoot()` may set C's `errno`, which
    /// keeps the compiler from making vectors of the loop.
    @inline(__always)
    private static func root(_ x: Float) -> Float {
        var y = Float(bitPattern: 0x5F37_59DF &- x.bitPattern >> 1)
        let half = 0.5 * x
        y = y * (1.5 - half * y * y)
        y = y * (1.5 - half * y * y)
        y = y * (1.5 - half * y * y)
        return x * y
    }

    /// Sine and cosine of 2π·word / 2³².
    @inline(__always)
    private static func onCircle(_ word: UInt32) -> (sine: Float, cosine: Float) {
        // The nearest quarter turn, and the rest in [-π/4, π/4).
        let quarter = (word &+ 0x2000_0000) >> 30
        let rest = Int32(bitPattern: word &- quarter << 30)
        let x = Float(rest) * Float(Double.pi / 2 * 0x1p-30)
        let z = x * x
        let sine = ((-1.951_529_589_1e-4 * z + 8.332_160_873_6e-3) * z - 1.666_665_461_1e-1) * z * x + x
        let cosine =
            ((2.443_315_711_809_948e-5 * z - 1.388_731_625_493_765e-3) * z + 4.166_664_568_298_827e-2) * z * z
            - 0.5 * z + 1
        let isOdd = quarter & 1 == 1
        let s = isOdd ? cosine : sine
        let c = isOdd ? sine : cosine
        // Quarters 2 and 3 turn the sine's sign, 1 and 2 the cosine's.
        let sineSign = (quarter & 2) << 30
        let cosineSign = ((quarter &+ 1) & 2) << 30
        return (Float(bitPattern: s.bitPattern ^ sineSign), Float(bitPattern: c.bitPattern ^ cosineSign))
    }
}
