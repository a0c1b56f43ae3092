#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The Poisson distribution of one mean, made ready for inversion of uniform draws.
///
/// The cumulative distribution is walked from the mode, where it is known with full precision, so that large means cost
/// a number of terms that grows with their square root. For many neurons it is also kept as thresholds of 32-bit draws,
/// which ``PoissonTable`` makes fast. All ways give the same count for the same draw.
struct PoissonLaw {
    /// Above this mean there are no thresholds.
    static let largestTableMean = 1e6
    /// Below this mean 32 bits are too coarse, and a second word refines the draws that may give a spike.
    static let largestSparseMean = 0x1p-6

    /// The mean.
    let mean: Double
    /// The least draws that give counts above ``leastCount``, that plus 1, and so on; none where they are not wanted.
    let thresholds: [UInt32]
    /// The count of the least draw, where there are thresholds.
    let leastCount: Int32
    /// The least draw that may give a count above 0 where ``isSparse``.
    let firstCandidate: UInt32

    private let mode: Int
    private let modeProbability: Double
    private let modeCumulative: Double

    /// Whether draws from ``firstCandidate`` on need a second word.
    var isSparse: Bool { mean < Self.largestSparseMean }

    /// Whether thresholds are there to be compared.
    var hasThresholds: Bool { !thresholds.isEmpty }

    /// Makes the distribution ready.
    ///
    /// - Parameters:
    ///   - mean: At least 0 and finite.
    ///   - makesThresholds: Whether thresholds are wanted, where the mean allows them.
    init(mean: Double, makesThresholds: Bool = true) {
        self.mean = mean
        mode = Int(mean)
        modeProbability = Self.probability(ofMode: mode, mean: mean)
        var (below, term, count) = (0.0, modeProbability, mode)
        while count > 0, term > 1e-20 * modeProbability {
            term *= Double(count) / mean
            count -= 1
            below += term
        }
        modeCumulative = below + modeProbability
        firstCandidate = UInt32(clamping: Int((exp(-mean) * 0x1p32).rounded(.down)))
        let isWanted = makesThresholds && mean >= Self.largestSparseMean && mean <= Self.largestTableMean
        (leastCount, thresholds) =
            isWanted ? Self.thresholds(mean, mode, modeProbability, modeCumulative) : (0, [])
    }

    /// e^(−mean)·mean^mode/mode!, without cancellation for large means.
    ///
    /// - Source: C. Loader 2000, "Fast and accurate computation of binomial probabilities" (saddle-point form).
    private static func probability(ofMode mode: Int, mean: Double) -> Double {
        guard mode >= 16 else {
            return (1...max(1, mode)).reduce(exp(-mean)) { mode == 0 ? $0 : $0 * mean / Double($1) }
        }
        let m = Double(mode)
        let inverse = 1 / (m * m)
        let stirling = (1 / 12 - (1 / 360 - (1 / 1260 - inverse / 1680) * inverse) * inverse) / m
        let deviance = m * log1p((m - mean) / mean) + mean - m
        return exp(-stirling - deviance) / (2 * Double.pi * m).squareRoot()
    }

    private static func thresholds(
        _ mean: Double, _ mode: Int, _ peak: Double, _ cumulative: Double
    ) -> (Int32, [UInt32]) {
        func least(_ c: Double) -> UInt32? {
            var word = max(0, Int((c * 0x1p32 - 0.5).rounded(.down)) - 1)
            while word < 1 << 32, Self.uniform(UInt32(truncatingIfNeeded: word)) < c { word += 1 }
            return word < 1 << 32 ? UInt32(word) : nil
        }
        var down: [UInt32] = []
        var (c, p, k) = (cumulative, peak, mode)
        while k > 0 {
            c -= p
            // Below, every draw gives a higher count.
            guard let word = least(c), word > 0 else { break }
            p *= Double(k) / mean
            k -= 1
            down.append(word)
        }
        let first = k
        var result = Array(down.reversed())
        (c, p, k) = (cumulative, peak, mode)
        while p > 1e-18, let word = least(c) {
            result.append(word)
            k += 1
            p *= mean / Double(k)
            c += p
        }
        return (Int32(truncatingIfNeeded: first), result)
    }

    /// The uniform number in (0, 1) of a 32-bit draw.
    @inline(__always) static func uniform(_ word: UInt32) -> Double { (Double(word) + 0.5) * 0x1p-32 }

    /// The uniform number in (0, 1) of a draw and of the word that refines it.
    @inline(__always) static func uniform(_ word: UInt32, refinedBy low: UInt32) -> Double {
        (Double(word) + (Double(low) + 0.5) * 0x1p-32) * 0x1p-32
    }

    /// The least count whose cumulative probability is above `u`.
    ///
    /// - Complexity: O(square root of the mean) on average.
    func count(_ u: Double) -> Int32 {
        var (c, p, k) = (modeCumulative, modeProbability, mode)
        if u >= c {
            while u >= c, p > 1e-18 {
                k += 1
                p *= mean / Double(k)
                c += p
            }
        } else {
            while k > 0 {
                c -= p
                guard u < c else { break }
                p *= Double(k) / mean
                k -= 1
            }
        }
        return Int32(truncatingIfNeeded: k)
    }
}
