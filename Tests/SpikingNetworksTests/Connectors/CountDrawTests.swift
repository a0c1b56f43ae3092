import Foundation
import SynfireParallel
import SynfireSpikingNetworks
import Testing

@Suite("Draws of counts")
struct CountDrawTests {
    private struct Reference: Decodable {
        struct Binomial: Decodable {
            let x: Int
            let n: Int
            let p: Double
            let probability: Double
        }
        struct Hypergeometric: Decodable {
            let x: Int
            let population: Int
            let marked: Int
            let drawn: Int
            let probability: Double
        }
        let binomial: [Binomial]
        let hypergeometric: [Hypergeometric]
    }

    @Test("Probabilities are those of scipy, for up to 10⁹ trials")
    func probabilities() throws {
        let numbers = try reference("counts", as: Reference.self)
        #expect(numbers.binomial.count > 30 && numbers.hypergeometric.count > 15)
        // scipy's own pmf (Boost) is good to about 1e-12 for 10⁹ trials; its hypergeometric one goes through
        // log-gamma functions of numbers near 4·10⁸, whose rounding alone is 1e-6 of the result.
        for item in numbers.binomial {
            let found = CountDraw.binomialProbability(item.x, item.n, item.p, 1 - item.p)
            #expect(abs(found / item.probability - 1) < 1e-10, "\(item): \(found)")
        }
        for item in numbers.hypergeometric {
            let found = CountDraw.hypergeometricProbability(item.x, item.drawn, item.marked, item.population)
            #expect(
                abs(found / item.probability - 1) < (item.population > 2_000_000 ? 1e-5 : 1e-9), "\(item): \(found)")
        }
    }

    @Test(
        "Binomial draws follow the probabilities",
        arguments: [
            (1, 0.3), (7, 0.5), (40, 0.02), (100, 0.99), (5000, 1e-4), (1_000_000, 0.3), (1_000_000_000, 5e-5),
            (1_000_000_000, 1e-9), (1_000_000_000, 0.7),
        ])
    func binomial(n: Int, p: Double) {
        var stream = RandomStream(seed: 5, stream: 1, entity: UInt32(n))
        let count = n == 1_000_000_000 && p > 0.1 ? 3_000 : 20_000
        let draws = (0..<count).map { _ in CountDraw.binomial(n, p, 1 - p, &stream) }
        let deviation = (Double(n) * p * (1 - p)).squareRoot()
        check(draws, mean: Double(n) * p, deviation: deviation, low: 0, high: n) {
            CountDraw.binomialProbability($0, n, p, 1 - p)
        }
    }

    @Test(
        "Hypergeometric draws follow the probabilities",
        arguments: [
            (3, 4, 10), (7, 50, 50), (400, 20, 1000), (5000, 1000, 1_000_000), (40_000_000, 20_000, 400_000_000),
        ])
    func hypergeometric(drawn: Int, marked: Int, population: Int) {
        var stream = RandomStream(seed: 6, stream: 1, entity: UInt32(population))
        let draws = (0..<20_000).map { _ in
            CountDraw.hypergeometric(drawn: drawn, marked: marked, population: population, &stream)
        }
        let share = Double(marked) / Double(population)
        let variance =
            Double(drawn) * share * (1 - share) * Double(population - drawn) / Double(max(population - 1, 1))
        check(
            draws, mean: Double(drawn) * share, deviation: variance.squareRoot(),
            low: max(0, drawn - (population - marked)), high: min(drawn, marked)
        ) { CountDraw.hypergeometricProbability($0, drawn, marked, population) }
    }

    /// Moments within five standard errors, and χ² over bins a third of a standard deviation wide.
    private func check(
        _ draws: [Int], mean: Double, deviation: Double, low: Int, high: Int, _ probability: (Int) -> Double
    ) {
        let count = Double(draws.count)
        #expect(draws.allSatisfy { $0 >= low && $0 <= high })
        guard deviation > 0 else {
            #expect(draws.allSatisfy { Double($0) == mean })
            return
        }
        let found = draws.reduce(0.0) { $0 + Double($1) } / count
        let variance = draws.reduce(0.0) { $0 + pow(Double($1) - mean, 2) } / count
        // The fourth moment of a rare event is about that of a Poisson distribution.
        let spread = (2 + 1 / (deviation * deviation)).squareRoot() * deviation * deviation
        #expect(abs(found - mean) < 5 * deviation / count.squareRoot())
        #expect(abs(variance - deviation * deviation) < 5 * spread / count.squareRoot())
        let first = max(low, Int(mean - 5 * deviation))
        let last = min(high, Int(mean + 5 * deviation) + 1)
        let width = max(1, Int(deviation / 3))
        var observed = [Int](repeating: 0, count: (last - first) / width + 1)
        var expected = observed.map(Double.init)
        for value in first...last { expected[(value - first) / width] += probability(value) * count }
        for draw in draws where draw >= first && draw <= last { observed[(draw - first) / width] += 1 }
        #expect(abs(expected.reduce(0, +) - count) < 1e-3 * count)
        #expect(chiSquaredScore(observed, expected) < 4.5)
    }

    @Test("Certain outcomes need no draw")
    func edges() {
        var stream = RandomStream(seed: 1, stream: 1)
        #expect(CountDraw.binomial(0, 0.5, 0.5, &stream) == 0)
        #expect(CountDraw.binomial(9, 0, 1, &stream) == 0)
        #expect(CountDraw.binomial(9, 1, 0, &stream) == 9)
        #expect(CountDraw.hypergeometric(drawn: 4, marked: 7, population: 7, &stream) == 4)
        #expect(CountDraw.hypergeometric(drawn: 7, marked: 3, population: 7, &stream) == 3)
        #expect(CountDraw.hypergeometric(drawn: 0, marked: 3, population: 7, &stream) == 0)
    }
}
