import SynfireAnalysis
import Testing

@Suite("Statistics of populations")
struct PopulationStatisticsTests {
    @Test("a box has the quartiles that NumPy's percentile gives")
    func quartiles() throws {
        // numpy.percentile([1, 2, 4, 8, 16, 32], [25, 50, 75]) is [2.5, 6, 14]; reach 17.25, so that 32 is outside.
        let box = try #require(BoxSummary([8, 1, 32, 4, 2, 16]))
        #expect(box.lowerQuartile == 2.5 && box.median == 6 && box.upperQuartile == 14)
        #expect(box.lowerWhisker == 1 && box.upperWhisker == 16)
        #expect(box.mean == 10.5 && box.count == 6)
        #expect(BoxSummary([]) == nil)
        #expect(BoxSummary([.nan]) == nil)
        let one = try #require(BoxSummary([3]))
        #expect(one.lowerQuartile == 3 && one.upperWhisker == 3 && one.median == 3)
    }

    @Test("rates of neurons count silent ones, and only what lies in the stretch of time")
    func rates() {
        let events = SpikeEvents(name: "p", neuronCount: 3, times: [0, 10, 499, 500], neurons: [0, 0, 1, 1])
        #expect(events.rates(in: 0..<500) == [4, 2, 0])
    }

    @Test("synchrony is 1 for independent Poisson processes and their number for processes in step")
    func synchrony() throws {
        let duration = 60_000.0
        let independent = Examples.poisson("p", neurons: 50, rate: 4, duration: duration, seed: 61)
        let value = try #require(independent.synchrony(in: 0..<duration))
        // 20,000 bins: the standard error of a Fano factor is sqrt(2 / bins), with some room for the small counts.
        #expect(abs(value - 1) < 5 * (2.0 / 20_000).squareRoot() * 1.5, "seed 61: \(value)")
        let one = Examples.poisson("p", neurons: 1, rate: 4, duration: duration, seed: 62)
        let together = SpikeEvents(
            name: "t", neuronCount: 50, times: (0..<50).flatMap { _ in one.times },
            neurons: (0..<50).flatMap { Array(repeating: $0, count: one.count) })
        let expected = try #require(one.synchrony(in: 0..<duration)) * 50
        #expect(abs(try #require(together.synchrony(in: 0..<duration)) - expected) < 1e-9 * expected)
        // The first neurons only.
        let few = try #require(together.synchrony(in: 0..<duration, neurons: 10))
        #expect(abs(few - expected / 5) < 1e-9 * expected)
    }

    @Test("what is gathered spike by spike agrees with what is computed from whole trains", arguments: [71, 72])
    func streaming(seed: UInt64) throws {
        let events = Examples.poisson("p", neurons: 40, rate: 6, duration: 3000, seed: seed)
        var statistics = TrainStatistics(neurons: 42)
        let order = events.times.indices.sorted { events.times[$0] < events.times[$1] }
        for row in order { statistics.add(time: events.times[row], neuron: events.neurons[row]) }
        let expected = events.coefficientsOfVariation, found = statistics.coefficientsOfVariation
        #expect(found.count == expected.count)
        for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-12, "seed \(seed)") }
        #expect(statistics.spikeCount == events.count)
        let rate = try #require(statistics.meanRate(duration: 3000))
        #expect(abs(rate - Double(events.count) / 3 / 42) < 1e-12)
        let silent = try #require(statistics.silentShare)
        #expect(abs(silent - Double(42 - Set(events.neurons).count) / 42) < 1e-12)
        var grown = TrainStatistics(neurons: 0)
        grown.add(time: 1, neuron: 4)
        #expect(grown.neuronCount == 5 && grown.meanCoefficientOfVariation == nil)
    }
}
