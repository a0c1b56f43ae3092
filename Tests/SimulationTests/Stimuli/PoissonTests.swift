import Foundation
import SynfireSpikingModels
import SynfireTestSupport
import Testing

@Suite("Poisson input and Poisson sources")
struct PoissonTests {
    private static let step = 0.1

    private func input(_ means: [Double], weight: Double = 1) -> ModelValues {
        let rates = means.map { $0 / Self.step * 1e3 }
        return Rig.values(
            PoissonInput.schema,
            [
                "rate": rates.count == 1 ? .uniform(rates[0]) : .perNeuron(rates), "weight": .uniform(weight),
            ])
    }

    @Test(
        "Counts of the input have the Poisson distribution", .tags(.random),
        arguments: [1e-4, 3e-3, 0.0155, 0.0157, 0.1, 0.8, 1.28, 2, 10, 23.9, 24.1, 60, 200, 1500])
    func inputCounts(mean: Double) {
        let seed = TestSeed.of("mean \(mean)")
        let steps = mean < 0.1 ? 10_000 : mean < 100 ? 500 : 100
        var histogram: [Int: Int] = [:]
        var tally = [Int](repeating: 0, count: 4000)
        Rig.add(PoissonInput.self, input([mean]), strip: 0..<2000, step: Self.step, steps: steps, seed: seed) {
            _, counts in
            for n in 0..<2000 { tally[Int(counts[n])] += 1 }
        }
        for (count, number) in tally.enumerated() where number > 0 { histogram[count] = number }
        let normal = Chance.poisson(histogram, mean: mean)
        #expect(abs(normal) < 5, "\(normal) standard deviations")
    }

    @Test("Counts that follow each other in time or in space are independent", .tags(.random), arguments: [0.01, 1.3])
    func independence(mean: Double) {
        let seed = TestSeed.of("independence")
        let count = 4000
        let course = Rig.course(
            PoissonInput.self, input([mean]), strips: [0..<count], step: Self.step, steps: 200, seed: seed)
        for (steps, neurons) in [(1, 0), (2, 0), (4, 0), (0, 1), (0, 64), (1, 1)] {
            var (sum, number) = (0.0, 0.0)
            for k in 0..<(200 - steps) {
                for n in 0..<(count - neurons) {
                    sum += (Double(course[k][n]) - mean) * (Double(course[k + steps][n + neurons]) - mean)
                    number += 1
                }
            }
            let normal = sum / number / mean * number.squareRoot()
            #expect(abs(normal) < 5, "lag \(steps), \(neurons): \(normal)")
        }
    }

    @Test("Targets of a mean above ten thousand have its mean and variance", .tags(.random))
    func largeMean() {
        let seed = TestSeed.of("large mean")
        let mean = 20_000.0
        var (sum, square, number) = (0.0, 0.0, 0.0)
        Rig.add(PoissonInput.self, input([mean]), strip: 0..<500, step: Self.step, steps: 100, seed: seed) {
            _, counts in
            for n in 0..<500 {
                sum += Double(counts[n]) - mean
                square += (Double(counts[n]) - mean) * (Double(counts[n]) - mean)
                number += 1
            }
        }
        #expect(abs(sum / number) < 5 * (mean / number).squareRoot())
        #expect(abs(square / number / mean - 1) < 5 * (2 / number).squareRoot())
    }

    @Test("A target's counts depend neither on strips nor on its neighbours' rates", .tags(.random))
    func strips() {
        let seed = TestSeed.of("strips")
        for mean in [2e-3, 1.3, 5, 9, 23, 40, 900] {
            let whole = Rig.course(
                PoissonInput.self, input([mean], weight: 0.7), strips: [0..<3000], step: Self.step, steps: 50,
                seed: seed)
            let parts = Rig.course(
                PoissonInput.self, input([mean], weight: 0.7), strips: [0..<7, 7..<1031, 1031..<3000],
                step: Self.step, steps: 50, seed: seed)
            #expect(whole == parts, "mean \(mean)")
            let mixed = Rig.course(
                PoissonInput.self, input((0..<3000).map { $0 % 3 == 1 ? mean * 0.9 : mean }, weight: 0.7),
                strips: [0..<3000], step: Self.step, steps: 50, seed: seed)
            for k in 0..<50 {
                for n in 0..<3000 where n % 3 != 1 { #expect(whole[k][n] == mixed[k][n], "mean \(mean)") }
            }
            #expect(whole.contains { $0.contains { $0 > 0 } })
        }
    }

    @Test("Input begins and ends with its window, and each target has its own weight")
    func window() {
        let values = Rig.values(
            PoissonInput.schema,
            [
                "rate": .uniform(2e4), "weight": .perNeuron((0..<64).map(Double.init)), "start": .uniform(1),
                "stop": .uniform(3),
            ])
        let course = Rig.course(PoissonInput.self, values, strips: [0..<64], step: 0.1, steps: 50, seed: 3)
        for (index, row) in course.enumerated() {
            // Steps 11 to 30 end after 1 ms and not after 3 ms.
            #expect(row.contains { $0 != 0 } == (10..<30).contains(index), "step \(index + 1)")
            for (target, value) in row.enumerated() {
                let count = target == 0 ? value : value / Float(target)
                #expect(count == count.rounded() && (target > 0 || value == 0))
            }
        }
        #expect(
            PoissonInput.fault(Rig.values(PoissonInput.schema, ["start": .uniform(5), "stop": .uniform(4)]), neuron: 0)
                == "stop (4.0 ms) is before start (5.0 ms)")
    }

    @Test("Exponentially filtered input has the mean and variance of Campbell's theorem", .tags(.random))
    func campbell() throws {
        let seed = TestSeed.of("Campbell")
        let (rate, weight, tau, h) = (8000.0, 87.8, 2.0, 0.1)
        let count = 500
        let neurons = Rig.values(
            LIFCurrentExponential.schema, ["tau_syn_ex": .uniform(tau), "v_threshold": .uniform(1e9)])
        let setup = Rig.setup(neurons, 0..<count, step: h, seed: seed)
        let kernel = try #require(LIFCurrentExponential.makeKernel(setup))
        let quiet = UnsafeMutablePointer<Float>.allocate(capacity: count)
        quiet.initialize(repeating: 0, count: count)
        let inputs = UnsafeMutablePointer<UnsafeMutablePointer<Float>>.allocate(capacity: 2)
        defer {
            quiet.deallocate()
            inputs.deallocate()
        }
        let list = SpikeList(capacity: 64)
        var (sum, square, number) = (0.0, 0.0, 0.0)
        Rig.add(
            PoissonInput.self,
            Rig.values(PoissonInput.schema, ["rate": .uniform(rate), "weight": .uniform(weight)]),
            strip: 0..<count, step: h, steps: 4000, seed: seed
        ) { step, input in
            inputs.initialize(to: input)
            (inputs + 1).initialize(to: quiet)
            kernel.advance(StepFrame(number: step, inputs: inputs, current: nil, spikes: list))
            // Samples ten time constants apart are independent.
            if step >= 400, step % 200 == 0 {
                for n in 0..<count {
                    let value = kernel.value(of: "i_ex", neuron: n)
                    sum += value
                    square += value * value
                    number += 1
                }
            }
        }
        let (mean, variance) = (sum / number, square / number - sum / number * sum / number)
        // On a grid the integrals are geometric series.
        let exactMean = rate * h * 1e-3 * weight / -expm1(-h / tau)
        let exactVariance = rate * h * 1e-3 * weight * weight / -expm1(-2 * h / tau)
        #expect(abs(mean - exactMean) < 5 * (exactVariance / number).squareRoot())
        #expect(abs(variance / exactVariance - 1) < 5 * (2 / number).squareRoot())
        // In the limit of short steps: rate·w·tau and rate·w²·tau/2; the grid shifts both by h/(2·tau) and h/tau.
        #expect(abs(exactMean / (rate * 1e-3 * weight * tau) - 1) < 0.6 * h / tau)
        #expect(abs(exactVariance / (rate * 1e-3 * weight * weight * tau / 2) - 1) < 1.1 * h / tau)
        withExtendedLifetime(setup) {}
    }

    @Test(
        "Counts of a source have the Poisson distribution, one entry a spike", .tags(.random),
        arguments: [1e-3, 0.3, 3, 40])
    func sourceCounts(mean: Double) {
        let seed = TestSeed.of("source")
        let values = Rig.values(PoissonSource.schema, ["rate": .uniform(mean * 1e4)])
        let steps = mean < 0.1 ? 2000 : 200
        let whole = Rig.spikes(PoissonSource.self, values, strips: [0..<1500], step: 0.1, steps: steps, seed: seed)
        var histogram: [Int: Int] = [:]
        for row in whole {
            #expect(zip(row, row.dropFirst()).allSatisfy(<=))
            var counts = [Int](repeating: 0, count: 1500)
            for neuron in row { counts[neuron] += 1 }
            for count in counts { histogram[count, default: 0] += 1 }
        }
        let normal = Chance.poisson(histogram, mean: mean)
        #expect(abs(normal) < 5, "\(normal) standard deviations")
        let parts = Rig.spikes(
            PoissonSource.self, values, strips: [0..<400, 400..<403, 403..<1500], step: 0.1, steps: steps, seed: seed)
        #expect(whole == parts)
        // The input of the same stream is drawn by the same sampler.
        let input = Rig.course(
            PoissonInput.self, input([mean]), strips: [0..<1500], step: 0.1, steps: steps, seed: seed)
        #expect(zip(whole, input).allSatisfy { Float($0.count) == $1.reduce(0, +) })
    }

    @Test("Rates step when they should, for all neurons or for each", .tags(.random))
    func inhomogeneous() {
        let seed = TestSeed.of("inhomogeneous")
        let (count, h) = (3000, 0.1)
        // Boundaries inside blocks of four steps, and one off the grid.
        let (times, rates) = ([0.5, 1.1, 2.04], [1000.0, 0, 6000])
        func expected(_ step: Int, _ times: [Double], _ rates: [Double]) -> Double {
            let start = Double(step - 1) * h + 1e-9
            return times.lastIndex { $0 <= start }.map { rates[$0] * h * 1e-3 } ?? 0
        }
        let shared = Rig.values(
            InhomogeneousPoissonSource.schema, tables: ["rate_times": [times], "rate_values": [rates]])
        let own = Rig.values(
            InhomogeneousPoissonSource.schema,
            tables: [
                "rate_times": [times],
                "rate_values": (0..<count).map { n in rates.map { $0 * (n < count / 2 ? 1 : 2) } },
            ])
        var (sums, spikes) = ([0.0, 0, 0], [0.0, 0, 0])
        for round in 0..<20 {
            let a = Rig.spikes(
                InhomogeneousPoissonSource.self, shared, strips: [0..<count], step: h, steps: 40,
                seed: seed + UInt64(round))
            let b = Rig.spikes(
                InhomogeneousPoissonSource.self, own, strips: [0..<100, 100..<count], step: h, steps: 40,
                seed: seed + UInt64(round))
            for step in 1...40 {
                let mean = expected(step, times, rates) * Double(count)
                #expect((mean == 0) == a[step - 1].isEmpty, "step \(step)")
                let lower = b[step - 1].filter { $0 < count / 2 }
                #expect(lower == a[step - 1].filter { $0 < count / 2 })
                let upper = b[step - 1].filter { $0 >= count / 2 }.count
                sums[0] += mean
                sums[1] += mean
                spikes[0] += Double(a[step - 1].count)
                spikes[1] += Double(upper)
            }
        }
        for index in 0...1 { #expect(abs(spikes[index] - sums[index]) < 5 * sums[index].squareRoot()) }
        let odd = Rig.values(
            InhomogeneousPoissonSource.schema, tables: ["rate_times": [[1, 2]], "rate_values": [[5], [1, 2]]])
        #expect(
            InhomogeneousPoissonSource.fault(odd, neuron: 0)
                == "rate_times has 2 numbers for neuron 0, but rate_values has 1: give one level a time")
    }
}
