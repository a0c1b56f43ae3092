import SynfireParallel
import Testing

@Suite("Philox4x32")
struct PhiloxTests {
    /// The vectors published with the generator (Random123, file kat_vectors, philox4x32 with 10 rounds).
    @Test(
        "gives the published answers",
        arguments: [
            (
                SIMD4<UInt32>(repeating: 0), SIMD2<UInt32>(repeating: 0),
                SIMD4<UInt32>(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
            ),
            (
                SIMD4<UInt32>(repeating: .max), SIMD2<UInt32>(repeating: .max),
                SIMD4<UInt32>(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
            ),
            (
                SIMD4<UInt32>(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
                SIMD2<UInt32>(0xa409_3822, 0x299f_31d0),
                SIMD4<UInt32>(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
            ),
        ])
    func publishedAnswers(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, expected: SIMD4<UInt32>) {
        #expect(Philox4x32.block(counter: counter, key: key) == expected)
    }

    @Test("a draw does not depend on how one came to it")
    func randomAccess() {
        var stream = RandomStream(seed: 0x1234_5678_9abc_def0, stream: 7, entity: 3)
        let inOrder = (0..<23).map { _ in stream.nextWord() }
        for (draw, word) in inOrder.enumerated() {
            let direct = Philox4x32.word(seed: 0x1234_5678_9abc_def0, stream: 7, entity: 3, draw: UInt64(draw))
            #expect(direct == word)
            var late = RandomStream(seed: 0x1234_5678_9abc_def0, stream: 7, entity: 3, draw: UInt64(draw))
            #expect(late.nextWord() == word)
        }
    }

    @Test("seed, stream, entity and draw each change the numbers")
    func everyPartCounts() {
        // Typed, so that the compiler need not search: on a busy machine it gives up.
        let parts: [(seed: UInt64, stream: UInt32, entity: UInt32, draw: UInt64)] = [
            (1, 0, 0, 0), (1 << 32, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 4), (0, 0, 0, 4 << 32),
        ]
        let words = parts.map { Philox4x32.word(seed: $0.seed, stream: $0.stream, entity: $0.entity, draw: $0.draw) }
        #expect(Set(words).count == words.count)
    }
}

@Suite("RandomStream")
struct RandomStreamTests {
    @Test("uniform numbers fill [0, 1) evenly")
    func uniform() {
        var stream = RandomStream(seed: 11, stream: 0)
        let count = 200_000
        var bins = [Int](repeating: 0, count: 20)
        var sum = 0.0
        for _ in 0..<count {
            let value = stream.uniform()
            #expect(value >= 0 && value < 1)
            bins[Int(value * 20)] += 1
            sum += value
        }
        // Chi-squared with 19 degrees of freedom: above 50 once in 7,000 seeds; this one is fixed.
        let expected = Double(count) / 20
        let chiSquared = bins.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        #expect(chiSquared < 50)
        #expect(abs(sum / Double(count) - 0.5) < 5 / (12 * Double(count)).squareRoot())
    }

    @Test("a range keeps its numbers inside")
    func range() {
        var stream = RandomStream(seed: 12, stream: 1)
        for _ in 0..<10_000 { #expect((-0.25..<0.5).contains(stream.uniform(in: -0.25..<0.5))) }
    }

    @Test("normal numbers have the moments of a normal distribution")
    func normal() {
        var stream = RandomStream(seed: 13, stream: 2)
        let count = 200_000
        let values = (0..<count).map { _ in stream.normal() }
        let mean = values.reduce(0, +) / Double(count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        let kurtosis = values.reduce(0) { $0 + ($1 * $1 * $1 * $1) } / Double(count)
        // Five standard errors of each estimate.
        #expect(abs(mean) < 5 / Double(count).squareRoot())
        #expect(abs(variance - 1) < 5 * (2 / Double(count)).squareRoot())
        #expect(abs(kurtosis - 3) < 5 * (96 / Double(count)).squareRoot())
    }

    @Test("integers below a bound are even and in range")
    func integers() {
        var stream = RandomStream(seed: 14, stream: 3)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[stream.integer(below: 7)] += 1 }
        for count in counts { #expect(abs(count - 10_000) < 500) }
    }

    @Test("a shuffle keeps the elements, and its order is the same everywhere")
    func shuffle() {
        var stream = RandomStream(seed: 15, stream: 4)
        var values = Array(0..<1_000)
        stream.shuffle(&values)
        #expect(values != Array(0..<1_000))
        #expect(values.sorted() == Array(0..<1_000))
        var again = Array(0..<1_000)
        var same = RandomStream(seed: 15, stream: 4)
        same.shuffle(&again)
        #expect(values == again)
        var few = Array(0..<8)
        var fixed = RandomStream(seed: 1, stream: 0)
        fixed.shuffle(&few)
        #expect(few == [1, 0, 6, 2, 3, 5, 4, 7])
    }
}
