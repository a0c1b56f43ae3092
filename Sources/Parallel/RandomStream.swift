#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// One stream of random numbers, read in order: a view onto ``Philox4x32`` that remembers how far it has been read.
///
/// Two streams with the same seed, stream and entity give the same numbers, whatever else has been drawn elsewhere.
public struct RandomStream: RandomNumberGenerator, Sendable {
    /// The seed of the run.
    public let seed: UInt64
    /// What the numbers are for.
    public let stream: UInt32
    /// Whose numbers they are.
    public let entity: UInt32
    /// How many 32-bit words have been drawn.
    public private(set) var draw: UInt64

    @usableFromInline var words: SIMD4<UInt32> = .zero
    private var spareNormal: Double?

    /// Opens a stream at word number `draw`.
    public init(seed: UInt64, stream: UInt32, entity: UInt32 = 0, draw: UInt64 = 0) {
        self.seed = seed
        self.stream = stream
        self.entity = entity
        self.draw = draw
        if draw % 4 != 0 { loadBlock() }
    }

    private mutating func loadBlock() {
        words = Philox4x32.block(seed: seed, stream: stream, entity: entity, block: draw / 4)
    }

    /// The next 32 uniform bits.
    public mutating func nextWord() -> UInt32 {
        if draw % 4 == 0 { loadBlock() }
        let word = words[Int(draw % 4)]
        draw += 1
        return word
    }

    /// The next 64 uniform bits: two words, the first one low.
    public mutating func next() -> UInt64 {
        let low = UInt64(nextWord())
        return low | UInt64(nextWord()) << 32
    }

    /// A uniform number in [0, 1) with 53 random bits; draws two words.
    public mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A uniform number in [lower, upper); draws two words.
    public mutating func uniform(in range: Range<Double>) -> Double {
        let value = range.lowerBound + uniform() * (range.upperBound - range.lowerBound)
        return value < range.upperBound ? value : range.upperBound.nextDown
    }

    /// A normal number with mean 0 and standard deviation 1.
    ///
    /// Numbers come in pairs by the transform of Box and Muller (1958), doi:10.1214/aoms/1177706645; the second of a
    /// pair is kept for the next call.
    public mutating func normal() -> Double {
        if let spare = spareNormal {
            spareNormal = nil
            return spare
        }
        // 1 − u lies in (0, 1], so the logarithm is finite.
        let radius = (-2 * log(1 - uniform())).squareRoot()
        let angle = 2 * Double.pi * uniform()
        spareNormal = radius * sin(angle)
        return radius * cos(angle)
    }

    /// A uniform integer in 0 ..< bound, without bias (Lemire 2019, doi:10.1145/3230636).
    ///
    /// - Precondition: `bound` is positive.
    public mutating func integer(below bound: Int) -> Int {
        guard bound > 0 else { fatalError("the bound of a random integer is \(bound): it must be positive") }
        let bound = UInt64(bound)
        var (high, low) = next().multipliedFullWidth(by: bound)
        if low < bound {
            let threshold = (0 &- bound) % bound
            while low < threshold { (high, low) = next().multipliedFullWidth(by: bound) }
        }
        return Int(high)
    }

    /// Puts the elements of a collection in random order (Fisher and Yates).
    ///
    /// Unlike the shuffle of the standard library, the order for a seed is part of what this promises.
    ///
    /// - Complexity: O(n).
    public mutating func shuffle<C: MutableCollection & RandomAccessCollection>(_ elements: inout C)
    where C.Index == Int {
        var remaining = elements.count
        while remaining > 1 {
            let chosen = elements.startIndex + integer(below: remaining)
            remaining -= 1
            elements.swapAt(chosen, elements.startIndex + remaining)
        }
    }
}

extension RandomStream {
    /// The stream that belongs to a name, such as `population/v` of a network.
    ///
    /// Streams go by name, not by order, so that adding a population leaves the draws of all others as they were. The
    /// number is the name's FNV-1a hash (Fowler, Noll & Vo, RFC 9923).
    public static func number(of name: String) -> UInt32 {
        var hash: UInt32 = 0x811C_9DC5
        for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        return hash
    }
}
