import SynfireParallel
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("BulkRandom")
struct BulkRandomTests {
    @Test("words are those of the stream, however many are asked for at a time, and over the counter's low word")
    func words() {
        var stream = RandomStream(seed: 0x1234_5678_9abc_def0, stream: 7, entity: 3)
        let inOrder = (0..<4_000).map { _ in stream.nextWord() }
        var bulk = BulkRandom(seed: 0x1234_5678_9abc_def0, stream: 7, entity: 3)
        var words = [UInt32](repeating: 0, count: 4_000)
        words.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            var block = 0
            for part in [1, 0, 2, 7, 300, 689, 1] {
                bulk.fill(base + 4 * block, blocks: part)
                block += part
            }
        }
        #expect(bulk.block == 1_000)
        #expect(words == inOrder)
        var late = BulkRandom(seed: 9, stream: 7, entity: 3, block: UInt64(UInt32.max) - 2)
        var far = [UInt32](repeating: 0, count: 40)
        far.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { late.fill(base, blocks: 10) } }
        var same = RandomStream(seed: 9, stream: 7, entity: 3, draw: 4 * (UInt64(UInt32.max) - 2))
        #expect(far == (0..<40).map { _ in same.nextWord() })
    }

    @Test("integers are even and below the bound, and do not depend on how many are asked for at the end")
    func integers() {
        for bound in [1, 2, 7, 1_000, 3 << 29, 1 << 31] {
            var bulk = BulkRandom(seed: 4, stream: 1)
            var numbers = [Int32](repeating: -1, count: 100_003)
            numbers.withUnsafeMutableBufferPointer {
                if let base = $0.baseAddress { bulk.fill(base, below: bound, count: 100_003) }
            }
            #expect(numbers.allSatisfy { $0 >= 0 && Int($0) < bound })
            // The words that come too often are left out one by one, in order.
            var stream = RandomStream(seed: 4, stream: 1)
            let threshold = UInt32(truncatingIfNeeded: (1 << 32) % bound)
            for number in numbers {
                var product = UInt64(stream.nextWord()) * UInt64(bound)
                while UInt32(truncatingIfNeeded: product) < threshold {
                    product = UInt64(stream.nextWord()) * UInt64(bound)
                }
                if number != Int32(product >> 32) {
                    Issue.record("bound \(bound): \(number)")
                    return
                }
            }
            // Over seven bins that differ by at most one number: five standard deviations.
            if bound >= 7 {
                var bins = [Int](repeating: 0, count: 7)
                for number in numbers { bins[Int(number) * 7 / bound] += 1 }
                let size = Double((bound + 6) / 7) / Double(bound) * 100_003
                for bin in bins { #expect(abs(Double(bin) - size) < 5 * size.squareRoot() + 0.01 * size) }
            }
        }
    }

    @Test("uniform numbers are the middles of 2³² intervals")
    func uniform() {
        var bulk = BulkRandom(seed: 4, stream: 2)
        var numbers = [Double](repeating: -1, count: 4_000)
        numbers.withUnsafeMutableBufferPointer {
            if let base = $0.baseAddress { bulk.fillUniform(base, blocks: 1_000) }
        }
        var stream = RandomStream(seed: 4, stream: 2)
        for number in numbers { #expect(number == (Double(stream.nextWord()) + 0.5) / 4_294_967_296) }
    }

    @Test("normal numbers are the transform of Box and Muller in double precision, to single precision")
    func transform() {
        let count = 400_000
        var bulk = BulkRandom(seed: 8, stream: 3)
        var numbers = [Float](repeating: 0, count: count)
        numbers.withUnsafeMutableBufferPointer {
            if let base = $0.baseAddress { bulk.fillNormal(base, blocks: count / 4) }
        }
        var stream = RandomStream(seed: 8, stream: 3)
        var worst = 0.0
        for pair in 0..<count / 2 {
            let radius = (-2 * log((Double(stream.nextWord()) + 0.5) * 0x1p-32)).squareRoot()
            let angle = 2 * Double.pi * Double(stream.nextWord()) * 0x1p-32
            worst = max(
                worst, abs(Double(numbers[2 * pair]) - radius * cos(angle)) / radius,
                abs(Double(numbers[2 * pair + 1]) - radius * sin(angle)) / radius)
        }
        #expect(worst < 5e-7)
    }

    @Test("normal numbers have the moments and the distribution of a normal distribution")
    func normal() {
        let count = 1_000_000
        var numbers = [Float](repeating: 0, count: count)
        var bulk = BulkRandom(seed: 13, stream: 2)
        numbers.withUnsafeMutableBufferPointer {
            if let base = $0.baseAddress { bulk.fillNormal(base, blocks: count / 4) }
        }
        let n = Double(count)
        let mean = numbers.reduce(0) { $0 + Double($1) } / n
        let variance = numbers.reduce(0) { $0 + pow(Double($1) - mean, 2) } / n
        let kurtosis = numbers.reduce(0) { $0 + pow(Double($1), 4) } / n
        #expect(abs(mean) < 5 / n.squareRoot())
        #expect(abs(variance - 1) < 5 * (2 / n).squareRoot())
        #expect(abs(kurtosis - 3) < 5 * (96 / n).squareRoot())
        // Kolmogorov–Smirnov: above 2.5 / √n once in 270,000 times.
        let sorted = numbers.sorted()
        var distance = 0.0
        for (index, number) in sorted.enumerated() {
            let below = 0.5 * erfc(-Double(number) / 2.0.squareRoot())
            distance = max(distance, abs(below - Double(index) / n), abs(below - Double(index + 1) / n))
        }
        #expect(distance < 2.5 / n.squareRoot())
        // Neighbours of a pair and of two pairs are not correlated.
        for lag in 1...4 {
            let sum = (0..<count - lag).reduce(0.0) { $0 + Double(numbers[$1]) * Double(numbers[$1 + lag]) }
            #expect(abs(sum / n) < 5 / n.squareRoot())
        }
    }
}
