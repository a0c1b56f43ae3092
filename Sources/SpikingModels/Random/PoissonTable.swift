/// How the counts of many draws of one ``PoissonLaw`` are found: how many of its thresholds each draw reaches.
///
/// Up to ``mostCompared`` thresholds are compared with vectors of draws. More have a guide: for each value of a draw's
/// first bits, how many thresholds every such draw reaches; what is left to compare is seldom more than one.
final class PoissonTable {
    /// More thresholds than these have a guide.
    static let mostCompared = 32
    /// How many thresholds one vector of them has.
    private static let chunk = 8

    /// Eight numbers by name, which stay in registers where the loop over draws becomes one over vectors.
    private struct Chunk {
        let a, b, c, d, e, f, g, h: Int32

        init(_ t: [Int32]) { (a, b, c, d, e, f, g, h) = (t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7]) }
    }

    private let base: Int32
    /// The thresholds less 1, and as signed numbers of the same order, which processors compare with one instruction; filled
    /// up with numbers above which there are none.
    private let chunks: [Chunk]
    /// For each number of chunks, the least draw for which they do not do.
    private let limits: [UInt32]
    private let thresholds: [UInt32]
    private let guide: [Int32]
    /// How far a draw is shifted to be an index of the guide.
    private let shift: UInt32

    /// Prepares a law that has thresholds.
    init(_ law: PoissonLaw) {
        (base, thresholds) = (law.leastCount, law.thresholds)
        guard thresholds.count > Self.mostCompared else {
            let sizes = stride(from: 0, to: thresholds.count, by: Self.chunk)
            chunks = sizes.map { first in
                let some = law.thresholds[first...].prefix(Self.chunk).map { Self.signed($0 &- 1) }
                return Chunk(some + Array(repeating: .max, count: Self.chunk - some.count))
            }
            limits = sizes.map { $0 + Self.chunk < law.thresholds.count ? law.thresholds[$0 + Self.chunk] : .max }
            (guide, shift) = ([], 0)
            return
        }
        (chunks, limits) = ([], [])
        // Eight places for each threshold, from 1,024 to 65,536.
        let bits = min(max(10, Int.bitWidth - (8 * thresholds.count).leadingZeroBitCount), 16)
        shift = UInt32(32 - bits)
        var (reached, places) = (0, [Int32]())
        for place in 0..<UInt32(1 << bits) {
            while reached < thresholds.count, thresholds[reached] <= place << shift { reached += 1 }
            places.append(Int32(truncatingIfNeeded: reached))
        }
        guide = places
    }

    @inline(__always) private static func signed(_ draw: UInt32) -> Int32 { Int32(bitPattern: draw ^ 0x8000_0000) }

    /// Writes the count of each of some draws.
    func count(_ draws: UnsafePointer<UInt32>, _ length: Int, into counts: UnsafeMutablePointer<Int32>) {
        guard guide.isEmpty else { return search(draws, length, into: counts) }
        var largest: UInt32 = 0
        for n in 0..<length { largest = max(largest, draws[n]) }
        // Thresholds that no draw reaches need no comparison.
        var needed = 1
        while needed < chunks.count, largest >= limits[needed - 1] { needed += 1 }
        let base = base
        let (a, b) = (chunks[0], chunks[needed > 1 ? 1 : 0])
        let (c, d) = (chunks[needed > 2 ? 2 : 0], chunks[needed > 3 ? 3 : 0])
        switch needed {
        case 1: for n in 0..<length { counts[n] = base &+ Self.reached(draws[n], a) }
        case 2: for n in 0..<length { counts[n] = base &+ Self.reached(draws[n], a, b) }
        case 3: for n in 0..<length { counts[n] = base &+ Self.reached(draws[n], a, b) &+ Self.reached(draws[n], c) }
        default:
            for n in 0..<length { counts[n] = base &+ Self.reached(draws[n], a, b) &+ Self.reached(draws[n], c, d) }
        }
    }

    /// How many of eight thresholds a draw reaches.
    @inline(__always) private static func reached(_ draw: UInt32, _ t: Chunk) -> Int32 {
        let value = signed(draw)
        // Not `? 1 : 0`: of so many branches no vectors are made.
        @inline(__always) func one(_ isReached: Bool) -> Int32 { Int32(unsafeBitCast(isReached, to: UInt8.self)) }
        let low = one(value > t.a) &+ one(value > t.b) &+ one(value > t.c) &+ one(value > t.d)
        return low &+ one(value > t.e) &+ one(value > t.f) &+ one(value > t.g) &+ one(value > t.h)
    }

    @inline(__always) private static func reached(_ draw: UInt32, _ a: Chunk, _ b: Chunk) -> Int32 {
        reached(draw, a) &+ reached(draw, b)
    }

    private func search(_ draws: UnsafePointer<UInt32>, _ length: Int, into counts: UnsafeMutablePointer<Int32>) {
        let (base, shift) = (base, shift)
        guide.withUnsafeBufferPointer { guide in
            thresholds.withUnsafeBufferPointer { thresholds in
                for n in 0..<length {
                    let draw = draws[n]
                    var reached = Int(guide[Int(draw >> shift)])
                    while reached < thresholds.count, draw >= thresholds[reached] { reached += 1 }
                    counts[n] = base &+ Int32(truncatingIfNeeded: reached)
                }
            }
        }
    }
}
