import SynfireAnalysis
import Testing

@Suite("Spike-train statistics")
struct SpikeStatisticsTests {
    @Test("gives rates in spikes per second and neuron")
    func rates() {
        #expect(SpikeStatistics.rate(count: 30, duration: 500) == 60)
        #expect(SpikeStatistics.rate(count: 30, neurons: 10, duration: 500) == 6)
        #expect(SpikeStatistics.rate(count: 3, duration: 0) == nil)
        #expect(SpikeStatistics.rate(count: 3, neurons: 0, duration: 10) == nil)
    }

    @Test("takes intervals in the order of time")
    func intervals() {
        #expect(SpikeStatistics.intervals(of: [10, 1, 4]) == [3, 6])
        #expect(SpikeStatistics.intervals(of: [5]) == [])
        #expect(SpikeStatistics.intervals(of: []) == [])
    }

    @Test("agrees with a coefficient of variation worked out by hand")
    func variation() throws {
        // Mean 5, deviations -3 -1 -1 -1 0 0 2 4: variance 32 / 8 = 4, standard deviation 2.
        let value = try #require(SpikeStatistics.coefficientOfVariation(of: [2, 4, 4, 4, 5, 5, 7, 9]))
        #expect(abs(value - 0.4) < 1e-15)
        #expect(SpikeStatistics.coefficientOfVariation(of: [3, 3, 3]) == 0)
        #expect(SpikeStatistics.coefficientOfVariation(of: [3]) == nil)
        #expect(SpikeStatistics.coefficientOfVariation(of: [0, 0]) == nil)
    }

    @Test("agrees with a Fano factor worked out by hand")
    func fano() {
        // Mean 5, variance 4.
        #expect(SpikeStatistics.fanoFactor(of: [2, 4, 4, 4, 5, 5, 7, 9]) == 0.8)
        #expect(SpikeStatistics.fanoFactor(of: [7, 7]) == 0)
        #expect(SpikeStatistics.fanoFactor(of: [0, 0, 0]) == nil)
        #expect(SpikeStatistics.fanoFactor(of: [4]) == nil)
    }

    @Test("finds 1 for the variation and the Fano factor of a Poisson process", arguments: [21, 22, 23] as [UInt64])
    func poisson(seed: UInt64) throws {
        let duration = 2_000_000.0
        let train = Examples.poisson("p", neurons: 1, rate: 20, duration: duration, seed: seed).times
        // About 40,000 intervals: the standard error of the CV is 1 / sqrt(n), of the Fano factor sqrt(2 / windows).
        let variation = try #require(SpikeStatistics.coefficientOfVariation(of: SpikeStatistics.intervals(of: train)))
        #expect(abs(variation - 1) < 5 / 40_000.0.squareRoot(), "seed \(seed)")
        let counts = SpikeStatistics.counts(of: train, in: 0..<duration, window: 100)
        #expect(counts.count == 20_000)
        let fano = try #require(SpikeStatistics.fanoFactor(of: counts))
        #expect(abs(fano - 1) < 5 * (2.0 / 20_000).squareRoot(), "seed \(seed)")
    }

    @Test("finds 1/√k for a gamma process of order k, made of every k-th spike of a Poisson process")
    func gamma() throws {
        let train = Examples.poisson("p", neurons: 1, rate: 80, duration: 2_000_000, seed: 31).times
        let thinned = stride(from: 0, to: train.count, by: 4).map { train[$0] }
        let variation = try #require(SpikeStatistics.coefficientOfVariation(of: SpikeStatistics.intervals(of: thinned)))
        #expect(abs(variation - 0.5) < 5 * 0.5 / Double(thinned.count).squareRoot())
    }

    @Test("counts in windows that are closed below and open above")
    func windows() {
        #expect(SpikeStatistics.counts(of: [0, 0.9, 1, 2.5, 3, -1], in: 0..<3, window: 1) == [2, 1, 1])
        // 1.0 / 0.1 and its like must not lose a window to rounding.
        #expect(SpikeStatistics.counts(of: [], in: 0..<1, window: 0.1).count == 10)
        #expect(SpikeStatistics.counts(of: [], in: 0..<0.3, window: 0.1).count == 3)
        #expect(SpikeStatistics.counts(of: [2.2], in: 0..<2.5, window: 1) == [0, 0])
        #expect(SpikeStatistics.counts(of: [1], in: 5..<5, window: 1) == [])
    }

    @Test("correlates as worked out by hand")
    func correlation() throws {
        #expect(SpikeStatistics.correlation([1, 2, 3], [2, 4, 6]) == 1)
        #expect(SpikeStatistics.correlation([1, 2, 3], [3, 2, 1]) == -1)
        // Deviations (-1.5, -0.5, 0.5, 1.5) and (-1, 1, -1, 1): covariance 0.5, deviations sqrt(1.25) and 1.
        let value = try #require(SpikeStatistics.correlation([1, 2, 3, 4], [0, 2, 0, 2]))
        #expect(abs(value - 0.5 / 1.25.squareRoot()) < 1e-15)
        #expect(SpikeStatistics.correlation([1, 1], [1, 2]) == nil)
        #expect(SpikeStatistics.correlation([1], [1]) == nil)
    }

    @Test("describes a population")
    func population() {
        let events = SpikeEvents(
            name: "e", neuronCount: 4, times: [5, 1, 9, 2, 11], neurons: [0, 0, 0, 2, 2])
        #expect(events.trains == [[1, 5, 9], [], [2, 11], []])
        #expect(events.intervals == [4, 4, 9])
        #expect(events.coefficientsOfVariation == [0])
        #expect(events.silentShare == 0.5)
        #expect(events.meanRate(duration: 20) == 62.5)
        #expect(events.populationRate(in: 0..<12, bin: 6) == [125, 250.0 / 3])
        #expect(SpikeEvents(name: "n", neuronCount: 0, times: [], neurons: []).silentShare == nil)
    }
}
