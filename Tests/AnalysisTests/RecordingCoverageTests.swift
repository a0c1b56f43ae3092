import SynfireAnalysis
import Testing

@Suite("What was recorded, and statistics over it")
struct RecordingCoverageTests {
    private typealias Window = RecordingCoverage.Window

    @Test("neurons are observed for the union of the windows that name them")
    func union() {
        let coverage = RecordingCoverage(
            neuronCount: 10,
            windows: [
                Window(start: 0, stop: 100, neurons: [0, 1, 2]), Window(start: 50, stop: 150, neurons: [2, 3]),
                Window(start: 200, stop: 300), Window(start: 9, stop: 4, neurons: [5]),
            ])
        #expect(coverage.recordedNeurons == 10)
        #expect(coverage.observedTime(of: 0, in: 0...1000) == 200)
        #expect(coverage.observedTime(of: 2, in: 0...1000) == 250)
        #expect(coverage.observedTime(of: 3, in: 60...210) == 100)
        #expect(coverage.observedTime(of: 5, in: 0...1000) == 100)
        #expect(coverage.observedTime(in: 0...1000) == 1450)
        #expect(coverage.recordedNeurons(in: 0...199) == 4)
        #expect(coverage.stretch(of: 2, at: 120) == 0 && coverage.stretch(of: 2, at: 250) == 1)
        #expect(coverage.stretch(of: 5, at: 120) == nil)
        #expect(RecordingCoverage(neuronCount: 4, windows: []).observedTime(in: 0...9) == 0)
    }

    @Test("rates, silence and rates over time are those of the recorded neurons while they were recorded")
    func partlyRecorded() throws {
        let coverage = RecordingCoverage(
            neuronCount: 100, windows: [Window(start: 500, stop: 1000, neurons: [0, 1, 2, 3])])
        let events = SpikeEvents(
            name: "p", neuronCount: 100, times: [600, 700, 800, 1000, 550], neurons: [0, 0, 0, 0, 1], coverage: coverage
        )
        // Five spikes of four neurons in half a second.
        #expect(events.meanRate(in: 0...1000) == 2.5)
        #expect(events.rates(in: 0..<1001) == [8, 2, 0, 0])
        let box = try #require(events.rateSummary(in: 0...1000))
        #expect(box.count == 4 && box.mean == 2.5 && box.median == 1)
        #expect(events.silentShare == 0.5)
        let rates = events.populationRate(in: 0..<1000, bin: 250)
        #expect(rates[0].isNaN && rates[1].isNaN && rates[2] == 3 && rates[3] == 1)
    }

    @Test("no interval reaches from one trial to the next, nor from one window to the next", arguments: [false, true])
    func borders(isTrials: Bool) throws {
        // A clock of 10 ms in five stretches of 35 ms: intervals of 10 ms within, of 15 ms across.
        var (times, neurons, trials) = ([Double](), [Int](), [Int]())
        for trial in 0..<5 {
            for spike in 1...3 {
                times.append(Double(trial) * 35 + Double(spike) * 10)
                neurons.append(0)
                trials.append(trial)
            }
        }
        let windows = (0..<5).map { Window(start: Double($0) * 35 + 5, stop: Double($0) * 35 + 31) }
        let events = SpikeEvents(
            name: "p", neuronCount: 1, times: times, neurons: neurons,
            coverage: isTrials ? nil : RecordingCoverage(neuronCount: 1, windows: windows),
            trials: isTrials ? .init(starts: (0..<5).map { Double($0) * 35 }, duration: 35, indices: trials) : nil)
        #expect(events.intervals == Array(repeating: 10, count: 10))
        #expect(events.coefficientsOfVariation == [0])
        var statistics = TrainStatistics(neurons: 1)
        for (time, trial) in zip(times, trials) { statistics.add(time: time, neuron: 0, stretch: trial) }
        #expect(statistics.coefficientsOfVariation == [0] && statistics.spikeCount == 15)
    }

    @Test("a spike at the border of two trials belongs to the one that it happened in")
    func border() {
        let trials = SpikeEvents.Trials(starts: [0, 10], duration: 10, indices: [0, 0, 1, 1])
        let events = SpikeEvents(
            name: "p", neuronCount: 1, times: [4, 10, 10, 17], neurons: [0, 0, 0, 0], trials: trials)
        #expect(events.intervals == [6, 7])
    }

    @Test("bins of synchrony begin anew in each trial")
    func synchronyOfTrials() throws {
        // Two bins of 4 ms in each trial of 10 ms; a spike in the first bin of each: counts 1 0 1 0 1 0.
        let trials = SpikeEvents.Trials(starts: [0, 10, 20], duration: 10, indices: [0, 1, 2])
        let events = SpikeEvents(
            name: "p", neuronCount: 1, times: [1, 11, 21], neurons: [0, 0, 0], trials: trials)
        #expect(events.synchrony(in: 0..<30, bin: 4) == 0.5)
    }

    @Test("a spike at the very end of a stretch counts in its last bin", arguments: [1.0, 2.5, 10])
    func rightEdge(bin: Double) throws {
        let counts = SpikeStatistics.counts(of: [0, 10], in: 0..<10.0.nextUp, window: bin)
        #expect(counts.reduce(0, +) == 2 && counts.last == (bin == 10 ? 2 : 1))
        let events = SpikeEvents(name: "p", neuronCount: 1, times: [10], neurons: [0])
        #expect(events.meanRate(in: 0...10) == 100)
        #expect(try #require(events.populationRate(in: 0..<10.0.nextUp, bin: bin).last) > 0)
        let silent = SpikeEvents(name: "p", neuronCount: 1, times: [], neurons: [])
        for events in [events, silent] {
            let heights = RatePlot(title: "r", populations: [events], range: 0..<10, bin: bin).svg()
            #expect(heights.contains("p 100 spikes/s") == (events.count == 1))
        }
    }

    @Test("zeros of a box take part in its quartiles", arguments: [0, 1, 5, 40])
    func zeros(count: Int) throws {
        let values = [1.0, 2, 4, 8, 16, 32]
        let box = try #require(BoxSummary(values, zeros: count))
        #expect(box == BoxSummary(values + Array(repeating: 0, count: count)))
    }

    @Test("statistics of few spikes among billions of neurons take memory for the spikes alone")
    func sparse() throws {
        let neurons = [0, 2_000_000_000, 2_000_000_000, 2_000_000_000, 7]
        let events = SpikeEvents(
            name: "p", neuronCount: 2_000_000_001, times: [1e14, 1, 5e14, 1e15, 4], neurons: neurons)
        #expect(events.intervals == [5e14 - 1, 5e14])
        let box = try #require(events.rateSummary(in: 0...1e15))
        #expect(box.count == 2_000_000_001 && box.median == 0)
        #expect(try #require(events.synchrony(in: 0..<1e15)) > 0)
        var statistics = TrainStatistics(neurons: 2_000_000_001)
        for (time, neuron) in zip(events.times, neurons) { statistics.add(time: time, neuron: neuron) }
        #expect(statistics.coefficientsOfVariation.count == 1 && statistics.firingCount == 3)
    }

    @Test("scales of any finite or infinite values have ends and ticks")
    func absurdScales() {
        for values in [
            [Double.nan], [.infinity, 1], [-1e308, 1e308], [5e-324, 1e-323], [1e300, 1e300.nextUp],
            [1e19, 1e19 + 2048],
            [0, 1e-320], [-.infinity, .nan],
        ] {
            let points = values.enumerated().map { PlotPoint(x: Double($0), y: $1) }
            let svg = TracePlot(title: "t", traces: [.init(name: "a", points: points)]).svg()
            #expect(XMLReader.read(svg).elements["svg"] == 1, "\(values)")
            #expect(!ISIHistogram(title: "i", intervals: values).svg().isEmpty)
        }
    }

    @Test("spikes taken together count as taken one by one, and the first unrecorded one is found")
    func manySpikes() {
        let coverage = RecordingCoverage(
            neuronCount: 3, windows: [.init(start: 0, stop: 50, neurons: [0, 2]), .init(start: 100, stop: 150)])
        let (times, neurons): ([Double], [UInt32]) = ([10, 20, 40, 110, 130, 145], [0, 2, 0, 0, 1, 0])
        #expect(coverage.firstUnrecorded(times: times, neurons: neurons) == nil)
        #expect(coverage.firstUnrecorded(times: [10, 30, 60], neurons: [0, 1, 0]) == 1)
        #expect(coverage.firstUnrecorded(times: [10, 60, 30], neurons: [0, 0, 1]) == 1)

        var together = TrainStatistics(neurons: 3)
        together.add(times: times, neurons: neurons, coverage: coverage)
        var single = TrainStatistics(neurons: 3)
        for (time, neuron) in zip(times, neurons) {
            single.add(time: time, neuron: Int(neuron), stretch: time < 60 ? 0 : 1)
        }
        #expect(together.spikeCount == 6)
        #expect(together.timeRange == 10...145)
        // Neuron 0 has intervals of 30 and 35 ms; that of 70 ms reaches over time without a recording.
        #expect(together.coefficientsOfVariation.count == 1)
        #expect(abs(together.coefficientsOfVariation[0] - 2.5 / 32.5) < 1e-12)
        #expect(together.coefficientsOfVariation == single.coefficientsOfVariation)

        var trials = TrainStatistics(neurons: 1)
        trials.add(times: [1, 2, 3, 11, 14, 17], neurons: [0, 0, 0, 0, 0, 0], trials: [0, 0, 0, 1, 1, 1])
        #expect(trials.coefficientsOfVariation == [0.5])
    }
}
