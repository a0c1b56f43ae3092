import SynfireParallel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Draws from discrete distributions of counts, exact for any size up to rounding.
///
/// Inversion that starts at the mode and goes outwards on both sides, so that its steps are about as many as the
/// standard deviation (Kemp 1986, "A modal method for generating binomial variables"); probabilities at the mode by
/// Loader's saddle-point expansion, which keeps full precision for counts of any size (Loader 2000, "Fast and accurate
/// computation of binomial probabilities").
package enum CountDraw {
    /// How many of `n` independent trials succeed.
    ///
    /// - Parameters:
    ///   - n: The number of trials, at least 0.
    ///   - p: The probability of success.
    ///   - q: The probability of failure, given on its own for precision near 1.
    package static func binomial(_ n: Int, _ p: Double, _ q: Double, _ stream: inout RandomStream) -> Int {
        guard n > 0, p > 0 else { return 0 }
        guard q > 0 else { return n }
        let trials = Double(n)
        let mode = min(n, Int(((trials + 1) * p).rounded(.down)))
        return invert(
            mode, 0, n, binomialProbability(mode, n, p, q), &stream, up: { (trials - $0) / ($0 + 1) * (p / q) },
            down: { $0 / (trials - $0 + 1) * (q / p) })
    }

    /// How many of `drawn` things are marked, drawn without repetition from `population` things, `marked` of them
    /// marked.
    package static func hypergeometric(
        drawn: Int, marked: Int, population: Int, _ stream: inout RandomStream
    ) -> Int {
        let low = max(0, drawn - (population - marked))
        let high = min(drawn, marked)
        guard low < high else { return low }
        let (k, a, rest) = (Double(drawn), Double(marked), Double(population - marked) - Double(drawn))
        let expected = (k + 1) * (a + 1) / (Double(population) + 2)
        let mode = min(max(Int(expected.rounded(.down)), low), high)
        return invert(
            mode, low, high, hypergeometricProbability(mode, drawn, marked, population), &stream,
            up: { (k - $0) / ($0 + 1) * ((a - $0) / (rest + $0 + 1)) },
            down: { $0 / (k - $0 + 1) * ((rest + $0) / (a - $0 + 1)) })
    }

    /// The inverse of a cumulative distribution whose terms are summed from the mode outwards.
    ///
    /// - Parameters:
    ///   - up: The probability of x + 1 as a multiple of that of x.
    ///   - down: The probability of x − 1 as a multiple of that of x.
    @inline(__always)
    private static func invert(
        _ mode: Int, _ low: Int, _ high: Int, _ probability: Double, _ stream: inout RandomStream,
        up: (Double) -> Double, down: (Double) -> Double
    ) -> Int {
        while true {
            var rest = stream.uniform()
            if rest < probability { return mode }
            rest -= probability
            var (below, above) = (mode, mode)
            var (termBelow, termAbove) = (probability, probability)
            // What is left when terms are this small is rounding: below one in 10¹⁵ draws; it is drawn again.
            while termBelow + termAbove > 1e-19 {
                if above < high {
                    termAbove *= up(Double(above))
                    above += 1
                    if rest < termAbove { return above }
                    rest -= termAbove
                } else {
                    termAbove = 0
                }
                if below > low {
                    termBelow *= down(Double(below))
                    below -= 1
                    if rest < termBelow { return below }
                    rest -= termBelow
                } else {
                    termBelow = 0
                }
            }
        }
    }

    // MARK: Probabilities

    /// The probability of `x` successes in `n` trials.
    package static func binomialProbability(_ x: Int, _ n: Int, _ p: Double, _ q: Double) -> Double {
        let (k, trials) = (Double(x), Double(n))
        if x == 0 { return exp(p < 0.1 ? -deviance(trials, trials * q) - trials * p : trials * log(q)) }
        if x == n { return exp(q < 0.1 ? -deviance(trials, trials * p) - trials * q : trials * log(p)) }
        let logarithm =
            stirlingError(trials) - stirlingError(k) - stirlingError(trials - k) - deviance(k, trials * p)
            - deviance(trials - k, trials * q)
        return exp(logarithm - 0.5 * (log(2 * .pi) + log(k) + log1p(-k / trials)))
    }

    /// The probability that `x` of `drawn` things are marked.
    package static func hypergeometricProbability(_ x: Int, _ drawn: Int, _ marked: Int, _ population: Int) -> Double {
        let p = Double(drawn) / Double(population)
        let q = Double(population - drawn) / Double(population)
        guard p > 0, q > 0 else { return 1 }
        return binomialProbability(x, marked, p, q)
            * binomialProbability(drawn - x, population - marked, p, q) / binomialProbability(drawn, population, p, q)
    }

    /// `x·log(x/m) + m − x` without cancellation.
    private static func deviance(_ x: Double, _ m: Double) -> Double {
        guard abs(x - m) < 0.1 * (x + m) else { return x > 0 ? x * log(x / m) + m - x : m }
        let v = (x - m) / (x + m)
        var sum = (x - m) * v
        var term = 2 * x * v
        for j in 1..<1000 {
            term *= v * v
            let next = sum + term / Double(2 * j + 1)
            if next == sum { break }
            sum = next
        }
        return sum
    }

    /// `log(n!) − log(√(2πn)·(n/e)ⁿ)`.
    private static func stirlingError(_ n: Double) -> Double {
        if n <= 15 { return smallErrors[Int(n)] }
        let square = n * n
        return (1 / 12.0 - (1 / 360.0 - (1 / 1260.0 - (1 / 1680.0 - 1 / 1188.0 / square) / square) / square) / square)
            / n
    }

    private static let smallErrors = [
        0, 0.081_061_466_795_327_258_2, 0.041_340_695_955_409_294_1, 0.027_677_925_684_998_339_1,
        0.020_790_672_103_765_093_1, 0.016_644_691_189_821_192_2, 0.013_876_128_823_070_748_0,
        0.011_896_709_945_891_770_1, 0.010_411_265_261_972_096_5, 0.009_255_462_182_712_732_92,
        0.008_330_563_433_362_871_26, 0.007_573_675_487_951_840_79, 0.006_942_840_107_209_529_87,
        0.006_408_994_188_004_207_07, 0.005_951_370_112_758_847_74, 0.005_554_733_551_962_801_37,
    ]
}
