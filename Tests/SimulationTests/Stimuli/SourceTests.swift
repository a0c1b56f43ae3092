import Foundation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireTestSupport
import Testing

@Suite("Sources with given intervals and times")
struct SourceTests {
    private func intervals(_ rows: [[Int]], step: Double) -> [Double] {
        var last: [Int: Int] = [:]
        var result: [Double] = []
        for (index, row) in rows.enumerated() {
            for neuron in row {
                if let before = last[neuron] { result.append(Double(index - before) * step) }
                last[neuron] = index
            }
        }
        return result
    }

    @Test("Intervals of the gamma source have their distribution", .tags(.random), arguments: [0.5, 1, 3])
    func gammaIntervals(shape: Double) {
        let seed = TestSeed.of("gamma \(shape)")
        let rate = 50.0
        // A step far below the intervals, and trains so long that few intervals are cut off.
        let values = Rig.values(GammaSource.schema, ["shape": .uniform(shape), "rate": .uniform(rate)])
        let rows = Rig.spikes(GammaSource.self, values, strips: [0..<10], step: 0.01, steps: 2_000_000, seed: seed)
        let sample = intervals(rows, step: 0.01)
        let scale = 1e3 / (rate * shape)
        let distance = Chance.distance(sample) { time in
            // The grid moves times by less than a step.
            let x = time / scale
            switch shape {
            case 0.5: return erf(x.squareRoot())
            case 1: return 1 - exp(-x)
            default: return 1 - exp(-x) * (1 + x + x * x / 2)
            }
        }
        #expect(sample.count > 8000)
        #expect(distance < (shape < 1 ? 3.5 : 2.3), "distance \(distance)")
    }

    @Test("A stationary gamma source has its rate from the first step on, an ordinary one has not", .tags(.random))
    func gammaStart() {
        let seed = TestSeed.of("gamma start")
        let (count, steps) = (20_000, 40)
        func early(_ begin: String, _ strips: [Range<Int>]) -> [Int] {
            let values = Rig.values(
                GammaSource.schema, ["shape": .uniform(4), "rate": .uniform(100)], options: ["begin": begin])
            return Rig.spikes(GammaSource.self, values, strips: strips, step: 0.1, steps: steps, seed: seed).map(
                \.count)
        }
        let (stationary, ordinary) = (early("stationary", [0..<count]), early("ordinary", [0..<count]))
        let expected = 100.0 * 1e-4 * Double(count)
        for part in 0..<4 {
            let mean = Double(stationary[(part * 10)..<(part * 10 + 10)].reduce(0, +)) / 10
            #expect(abs(mean - expected) < 5 * (expected / 10).squareRoot(), "part \(part): \(mean)")
        }
        #expect(Double(ordinary[0..<10].reduce(0, +)) < 0.1 * expected * 10)
        #expect(stationary == early("stationary", [0..<77, 77..<count]))
    }

    @Test("A gamma source keeps to its window, and is silent at rate 0")
    func gammaWindow() {
        let values = Rig.values(
            GammaSource.schema,
            ["rate": .perNeuron([5000, 0, 5000]), "start": .uniform(1), "stop": .perNeuron([2, 2, 1e12])])
        let rows = Rig.spikes(GammaSource.self, values, strips: [0..<3], step: 0.1, steps: 100, seed: 5)
        for (index, row) in rows.enumerated() {
            if index < 10 { #expect(row.isEmpty) }
            if index >= 20 { #expect(!row.contains(0)) }
            #expect(!row.contains(1))
        }
        let last = rows[80..<100].reduce(0) { $0 + $1.count }
        // Twenty steps with 0.5 spikes each; several in one step occur.
        #expect(last > 2 && rows.contains { row in row.filter { $0 == 2 }.count > 1 })
    }

    @Test("A regular source spikes at the nearest step of start + phase + j·interval")
    func regular() {
        let values = Rig.values(
            RegularSource.schema,
            [
                "interval": .perNeuron([1, 0.3, 0.04, 7]), "phase": .perNeuron([1, 0.14, 0.04, 0.2]),
                "start": .perNeuron([0, 2, 0, 0]), "stop": .perNeuron([1e12, 1e12, 0.4, 7.2]),
            ])
        let rows = Rig.spikes(RegularSource.self, values, strips: [0..<4], step: 0.1, steps: 200, seed: 1)
        func steps(_ neuron: Int) -> [Int] {
            rows.enumerated().flatMap { index, row in row.filter { $0 == neuron }.map { _ in index + 1 } }
        }
        #expect(steps(0) == (1...20).map { $0 * 10 })
        // 2.14 ms is nearest to step 21, and the interval has three steps.
        let everyThird: [Int] = (0...59).map { 21 + 3 * $0 }
        #expect(steps(1) == everyThird)
        #expect(steps(2) == [1, 1, 1, 2, 2, 2, 3, 3, 4, 4])
        #expect(steps(3) == [2, 72])
        // Where no phase is given it is the interval.
        let plain = Rig.values(RegularSource.schema, ["interval": .uniform(2)])
        #expect(
            Rig.spikes(RegularSource.self, plain, strips: [0..<1], step: 0.1, steps: 60, seed: 1)
                .enumerated().filter { !$1.isEmpty }.map { $0.0 + 1 } == [20, 40, 60])
    }

    @Test("Given times go to their step, to the next one or to the nearest")
    func givenTimes() throws {
        func steps(_ rounding: String, _ lists: [[Double]], neurons: Int = 2) -> [[Int]] {
            let values = Rig.values(
                SpikeSourceArray.schema, options: ["rounding": rounding], tables: ["spike_times": lists])
            let rows = Rig.spikes(
                SpikeSourceArray.self, values, strips: [0..<1, 1..<neurons], step: 0.1, steps: 100, seed: 1)
            return (0..<neurons).map { neuron in
                rows.enumerated().flatMap { index, row in row.filter { $0 == neuron }.map { _ in index + 1 } }
            }
        }
        // 0.3/0.1 is a little below 3, 0.6/0.1 and 0.7/0.1 likewise: times on the grid stay there.
        #expect(steps("up", [[0.1, 0.3, 0.6, 0.7, 0.72, 0.78, 5]])[1] == [1, 3, 6, 7, 8, 8, 50])
        #expect(steps("nearest", [[0.01, 0.3, 0.6, 0.7, 0.72, 0.78, 5]])[0] == [1, 3, 6, 7, 7, 8, 50])
        #expect(steps("up", [[1, 1, 1.05], [0.2, 20]]) == [[10, 10, 11], [2]])
        #expect(steps("up", [[]]) == [[], []])
        for list in [[0.0], [-1], [2, 1]] {
            #expect(throws: SpikingNetworkError.self) {
                _ = try Population("a", count: 1, model: SpikeSourceArray.self, tables: ["spike_times": [list]])
            }
        }
        let population = try Population(
            "a", count: 2, model: SpikeSourceArray.self, tables: ["spike_times": [[1], [2]]])
        #expect(population.values.tables["spike_times"] == [[1], [2]])
    }

    @Test("Sources refuse to stop before they start")
    func faults() {
        for model in [PoissonSource.self, GammaSource.self, RegularSource.self] as [any NeuronModel.Type] {
            let error = #expect(throws: SpikingNetworkError.self) {
                _ = try Population("a", count: 2, model: model, parameters: ["start": 3, "stop": .perNeuron([4, 2])])
            }
            #expect(error?.description == "population 'a', neuron 1: stop (2.0 ms) is before start (3.0 ms)")
        }
    }
}
