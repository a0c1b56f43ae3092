import Foundation
import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireTestSupport
import SynfireUnits
import Testing

@Suite("Event engine")
struct EventEngineTests {
    private struct SpikeKey: Hashable, Comparable {
        var population: Int
        var neuron: Int
        static func < (a: Self, b: Self) -> Bool { (a.population, a.neuron) < (b.population, b.neuron) }
    }

    private func run(
        _ test: TestNetwork, engine: Engine = .event, duration: Double, workers: Int = 1, trials: Int = 1
    ) throws -> [TrialResult] {
        let recording = RecordingRequest(
            spikes: ["a", "b", "c"], potentials: [PotentialProbe(population: "c", neurons: [0, 3], interval: 0.5)])
        let simulation = try NetworkSimulation(
            test.network, engine: engine, duration: .milliseconds(duration), recording: recording,
            countsPerNeuron: true)
        var results: [TrialResult] = []
        try simulation.run(trials: trials, pool: WorkerPool(workers: workers)) { trial in
            [test.input.map { $0 * Float(trial + 1) / Float(trials) }]
        } receive: {
            results.append($0)
        }
        return results
    }

    @Test(
        "Spikes of a converted network agree with rational arithmetic to 1e-9 ms",
        arguments: [0, 1, 2, 3], ["subtract", "to_value", "subtract, with onsets"])
    func agreesWithRationalArithmetic(variant: Int, choices: String) throws {
        let reset = choices == "to_value" ? choices : "subtract"
        let onsets = choices.hasSuffix("onsets") ? [0, 2.5, 3.25] : [0.0, 0, 0]
        let seed: UInt64 = 20 + UInt64(variant)
        let test = try TestNetwork.convolutional(
            seed: seed, reset: reset, variant: variant, onGrid: false, onsets: onsets)
        let folder = try TemporaryDirectory()
        let file = folder.file("network.json")
        try test.json.write(to: URL(fileURLWithPath: file))
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Reference/exact_events.py")
        let lines = try python(String(contentsOf: script, encoding: .utf8), [file, "6"]).split(separator: "\n")
        var expected: [SpikeKey: [Double]] = [:]
        for line in lines {
            let words = line.split(separator: " ")
            let key = SpikeKey(population: try #require(Int(words[0])), neuron: try #require(Int(words[1])))
            expected[key, default: []].append(try #require(Double(words[2])))
        }
        let result = try run(test, duration: 6)[0]
        var found: [SpikeKey: [Double]] = [:]
        for (population, train) in result.trace.spikes.enumerated() {
            for (time, neuron) in zip(train.times, train.neurons) {
                found[SpikeKey(population: population, neuron: Int(neuron)), default: []].append(time)
            }
        }
        #expect(lines.count > 400)
        #expect(expected.keys.filter { $0.population == 2 }.count >= 1)
        #expect(found.keys.sorted() == expected.keys.sorted())
        var worst = 0.0
        for (key, times) in expected {
            let mine = found[key] ?? []
            #expect(mine.count == times.count, "population \(key.population), neuron \(key.neuron)")
            for (a, b) in zip(mine, times) { worst = max(worst, abs(a - b)) }
        }
        print("\(lines.count) spikes, greatest difference \(worst) ms")
        #expect(worst <= 1e-9)
    }

    @Test(
        "The length of slices has no influence on any bit", arguments: [0, 1, 2, 3],
        [[0, 0, 0], [0, 4.1, 5], [1.5, 4.1, 4.1]])
    func slicesDoNotMatter(variant: Int, onsets: [Double]) throws {
        let test = try TestNetwork.convolutional(seed: 7, variant: variant, onGrid: false, onsets: onsets)
        func result(slice: Double) throws -> TrialResult? {
            var simulation = try NetworkSimulation(
                test.network, engine: .event, duration: .milliseconds(20),
                recording: RecordingRequest(spikes: ["a", "b", "c"]), countsPerNeuron: true)
            simulation.sliceLength = slice
            var result: TrialResult?
            try simulation.run(trials: 1, pool: WorkerPool(workers: 1)) { _ in
                [test.input]
            } receive: {
                result = $0
            }
            return result
        }
        let reference = try #require(try result(slice: 20))
        #expect(reference.trace.spikes[2].times.count > 20)
        for slice in [3.0, 1, 0.25, 0.1, 1.0 / 64] {
            #expect(try result(slice: slice) == reference, "slice \(slice)")
        }
    }

    @Test(
        "Results are the same bits for 1, 2, 3 and 7 workers",
        arguments: [Engine.event, .clock(step: .milliseconds(0.5))])
    func workersDoNotMatter(engine: Engine) throws {
        let test = try TestNetwork.convolutional(seed: 3, variant: 0, onGrid: false)
        let reference = try run(test, engine: engine, duration: 10, workers: 1, trials: 30)
        #expect(reference.map(\.trial) == Array(0..<30))
        for workers in [2, 3, 7] {
            let other = try run(test, engine: engine, duration: 10, workers: workers, trials: 30)
            #expect(other == reference, "\(workers) workers")
        }
    }

    @Test("What is recorded has no influence on any bit, and potentials before an onset are those of what arrived")
    func recordingDoesNotMatter() throws {
        let test = try TestNetwork.convolutional(seed: 7, variant: 0, onGrid: false, onsets: [0, 4.1, 5])
        func result(_ recording: RecordingRequest, until duration: Double = 8) throws -> TrialResult {
            let simulation = try NetworkSimulation(
                test.network, engine: .event, duration: .milliseconds(duration), recording: recording,
                countsPerNeuron: true)
            var result: TrialResult?
            try simulation.run(trials: 1, pool: WorkerPool(workers: 1)) { _ in
                [test.input]
            } receive: {
                result = $0
            }
            return try #require(result)
        }
        let plain = try result(RecordingRequest(spikes: ["b", "c"]))
        let probe = PotentialProbe(population: "b", neurons: [0, 3, 17], interval: 1)
        let recorded = try result(RecordingRequest(spikes: ["a", "b", "c"], potentials: [probe]))
        #expect(plain.spikeCounts == recorded.spikeCounts)
        #expect(plain.trace.spikes == Array(recorded.trace.spikes.dropFirst()))
        #expect(plain.trace.spikes[0].times.min() == 4.1)
        // Without a threshold, the neurons would have the same potentials until their onset.
        let late = try TestNetwork.convolutional(seed: 7, variant: 0, onGrid: false, onsets: [0, 100, 100])
        let simulation = try NetworkSimulation(
            late.network, engine: .event, duration: .milliseconds(4), recording: RecordingRequest(potentials: [probe]))
        try simulation.run(trials: 1, pool: WorkerPool(workers: 1)) { _ in
            [late.input]
        } receive: { silent in
            #expect(silent.trace.potentials[0] == Array(recorded.trace.potentials[0].prefix(12)))
        }
        #expect(Set(recorded.trace.potentials[0].prefix(12)).count > 8)
    }

    @Test("A neuron sends at its onset what it has added up until then", arguments: [true, false])
    func onsetSendsWhatIsMissing(isEvent: Bool) throws {
        let network = try Network(
            name: "late",
            populations: [
                Population(
                    "n", shape: [2], model: IntegrateAndFire.self,
                    parameters: ["i": .perNeuron([0.5, -0.5]), "onset": .uniform(5)],
                    initialValues: ["v": .perNeuron([0.75, 2.5])])
            ], projections: [])
        let simulation = try NetworkSimulation(
            network, engine: isEvent ? .event : .clock(step: .milliseconds(0.5)), duration: .milliseconds(8),
            recording: RecordingRequest(spikes: ["n"]))
        try simulation.run(trials: 1, pool: WorkerPool(workers: 1)) { _ in
            []
        } receive: { result in
            // At 5 ms the first has 3.25 thresholds; the second, above its threshold at first, has 0 by then.
            let times = isEvent ? [5, 5, 5, 6.5] : [5, 5.5, 6, 6.5]
            #expect(result.trace.spikes[0].times == times)
            #expect(result.trace.spikes[0].neurons == [0, 0, 0, 0])
        }
    }

    @Test("A constant input z spikes at (kθ − v0)/z")
    func constantInput() throws {
        let network = try Network(
            name: "one",
            populations: [
                Population(
                    "n", shape: [1], model: IntegrateAndFire.self,
                    parameters: ["i": .uniform(0.3), "r": .uniform(2), "v_threshold": .uniform(1.5)],
                    initialValues: ["v": .uniform(0.75)])
            ], projections: [])
        let simulation = try NetworkSimulation(
            network, engine: .event, duration: .milliseconds(20),
            recording: RecordingRequest(
                spikes: ["n"], potentials: [PotentialProbe(population: "n", neurons: [0], interval: 1)]))
        try simulation.run(trials: 1, pool: WorkerPool(workers: 1)) { _ in
            []
        } receive: { result in
            let times = result.trace.spikes[0].times
            #expect(times.count == 8)
            for (k, time) in times.enumerated() {
                #expect(abs(time - (Double(k + 1) * 1.5 - 0.75) / 0.6) < 1e-13)
            }
            let potentials = result.trace.potentials[0]
            #expect(potentials.count == 20)
            for (sample, v) in potentials.enumerated() {
                let free = 0.75 + 0.6 * Double(sample)
                #expect(abs(Double(v) - (free - 1.5 * (free / 1.5 + 1e-9).rounded(.down))) < 1e-5)
            }
        }
    }

    @Test("Simultaneous inputs are added before the threshold is looked at")
    func simultaneousInputsAddUp() throws {
        // Two sources spike at the same instants; their weights cancel, so that the target must stay silent.
        func source(_ name: String) throws -> Population {
            try Population(name, shape: [1], model: IntegrateAndFire.self, parameters: ["i": .uniform(0.25)])
        }
        let network = try Network(
            name: "cancel",
            populations: [
                source("p"), source("q"), Population("t", shape: [1], model: IntegrateAndFire.self),
            ],
            projections: [
                Projection("p-t", from: "p", to: "t", operators: [DenseOperator(inputs: 1, outputs: 1, weight: [2])]),
                Projection("q-t", from: "q", to: "t", operators: [DenseOperator(inputs: 1, outputs: 1, weight: [-2])]),
            ])
        let simulation = try NetworkSimulation(
            network, engine: .event, duration: .milliseconds(40), recording: RecordingRequest(spikes: ["p", "t"]))
        try simulation.run(trials: 1, pool: WorkerPool(workers: 1)) { _ in
            []
        } receive: { result in
            #expect(result.trace.spikes[0].times == (1...10).map { Double($0) * 4 })
            #expect(result.trace.spikes[1].times.isEmpty)
            #expect(result.checkpoints[0].synapticOperations == 20)
        }
    }

    @Test("A neuron that would spike without end is an error that names it")
    func unboundedSpikes() throws {
        let network = try Network(
            name: "hot",
            populations: [
                Population("p", shape: [1], model: IntegrateAndFire.self, parameters: ["i": .uniform(1)]),
                Population("t", shape: [1], model: IntegrateAndFire.self),
            ],
            projections: [
                Projection("p-t", from: "p", to: "t", operators: [DenseOperator(inputs: 1, outputs: 1, weight: [1e30])])
            ])
        let simulation = try NetworkSimulation(network, engine: .event, duration: .milliseconds(4))
        let error = #expect(throws: SimulationError.self) {
            try simulation.run(trials: 1, pool: WorkerPool(workers: 1)) { _ in
                []
            } receive: { _ in
            }
        }
        #expect(error == .unboundedSpikes(population: "t", neuron: 0, time: 1))
    }
}
