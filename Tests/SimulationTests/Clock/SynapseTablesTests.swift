import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits
import Testing

/// Tables in memory.
final class TablesInMemory: SynapseTableWriter, SynapseTableReader {
    private(set) var tables: [SynapseTable] = []
    var parts: [[(runs: SynapseTableRuns, places: [UInt32], weights: [Float])]] = []

    func begin(_ table: SynapseTable, part: Int, runs: SynapseTableRuns) {
        if part == 0 {
            tables.append(table)
            parts.append([])
        }
        parts[parts.count - 1].append((runs, [], []))
    }

    func append(places: [UInt32], weights: [Float]) {
        let (table, part) = (parts.count - 1, parts[parts.count - 1].count - 1)
        parts[table][part].places += places
        parts[table][part].weights += weights
    }

    func runs(of table: Int, part: Int) -> SynapseTableRuns { parts[table][part].runs }

    func synapses(of table: Int, part: Int, range: Range<Int>) -> (places: [UInt32], weights: [Float]) {
        (Array(parts[table][part].places[range]), Array(parts[table][part].weights[range]))
    }
}

@Suite("Built networks that are written and read")
struct SynapseTablesTests {
    private func simulation(
        _ network: Network, workers: Int, tables: TablesInMemory? = nil, recorders: [Recorder] = []
    ) throws -> ClockSimulation {
        try ClockSimulation(
            network, step: .milliseconds(0.1), pool: WorkerPool(workers: workers), recorders: recorders, tables: tables)
    }

    @Test("run to the same bits, whatever the numbers of workers that made and that read them", arguments: [1, 2, 3])
    func sameBits(makers: Int) throws {
        let network = try ClockPlasticityTests.network()
        let recorders = [Recorder(.spikes, of: ["exc", "inh"]), Recorder(.variable("i_ex"), of: "exc", every: 1)]
        let tables = TablesInMemory()
        let first = try simulation(network, workers: makers)
        try first.writeTables(to: tables)
        #expect(tables.tables.map(\.name) == ["constant", "ee#0", "ei#0"])
        #expect(tables.tables.reduce(0) { $0 + $1.synapses.reduce(0, +) } == first.synapseCount)
        let expected = try ClockSimulationTests.record(network, recorders: recorders, workers: 2, runs: [300])
        #expect(expected[0].spikes.times.count > 200)
        for workers in [1, 2, 3, 7] {
            let again = try simulation(network, workers: workers, tables: tables, recorders: recorders)
            #expect(again.synapseCount == first.synapseCount && again.leastDelay == first.leastDelay)
            for projection in network.projections {
                #expect(try again.synapses(of: projection.name) == first.synapses(of: projection.name))
            }
            var found = again.channels.map { _ in RecordedSegment.Recording() }
            try again.run(for: .milliseconds(300)) { segment in
                for (index, part) in segment.recordings.enumerated() {
                    found[index].spikes.times += part.spikes.times
                    found[index].spikes.neurons += part.spikes.neurons
                    found[index].samples += part.samples
                }
            }
            #expect(found == expected, "\(makers) made them, \(workers) read them")
        }
    }

    @Test("are refused with the table and the fault where something cannot be")
    func faults() throws {
        let network = try ClockPlasticityTests.network()
        func text(workers: Int = 2, _ change: (TablesInMemory) -> Void) throws -> String {
            let tables = TablesInMemory()
            try simulation(network, workers: 2).writeTables(to: tables)
            change(tables)
            let error = #expect(throws: SimulationError.self) {
                _ = try simulation(network, workers: workers, tables: tables)
            }
            return error?.description ?? "no error"
        }
        for workers in [2, 3] {
            #expect(
                try text(workers: workers) { $0.parts[0][0].places[5] = 4_000_000_000 }
                    == "the table 'constant' of synapses does not fit: a synapse has a target that it cannot have, "
                    + "or a weight that is not finite")
            #expect(try text(workers: workers) { $0.parts[1][1].weights[3] = .nan }.contains("'ee#0'"))
        }
        // Place 0 is the first worker's.
        #expect(try text { $0.parts[0][1].places[0] = 0 }.contains("a target that it cannot have"))
        #expect(try text { $0.parts[2][0].runs.lengths[0] += 1 }.contains("its runs have not as many synapses"))
        #expect(try text { $0.parts[2][0].runs.counts[0] += 1 }.contains("not as many as its sources have"))
        #expect(try text { $0.parts[2][0].runs.counts.removeLast() }.contains("the runs of 159 sources, not 160"))
        #expect(try text { $0.parts[1][0].runs.delays[0] = 0 }.contains("a delay is 0 steps"))
        #expect(try text { $0.parts[1][0].runs.delays[0] = 999 }.contains("not in ascending order"))
        let other = try ClockSimulationTests.cuba(neurons: 100, inDegree: (8, 2))
        let tables = TablesInMemory()
        try simulation(other, workers: 1).writeTables(to: tables)
        let error = #expect(throws: SimulationError.self) { _ = try simulation(network, workers: 1, tables: tables) }
        #expect(error?.description.contains("it has 100 sources, the network 200") == true)
    }

    @Test("A profile counts every synapse that a spike passes, and its shares are all of the time")
    func profile() throws {
        let network = try ClockPlasticityTests.network()
        let simulation = try ClockSimulation(
            network, step: .milliseconds(0.1), pool: WorkerPool(workers: 2), profiling: true)
        var outDegrees: [String: [Int]] = [:]
        for (name, sources) in [("ee", 160), ("ei", 160), ("i", 40)] {
            var degrees = [Int](repeating: 0, count: sources)
            for source in try simulation.synapses(of: name).sources { degrees[Int(source)] += 1 }
            outDegrees[name] = degrees
        }
        try simulation.run(for: .milliseconds(200))
        // Without input nobody spikes any more, and what is under way arrives.
        let profile = try #require(simulation.profile)
        let shares = RunProfile.Phase.allCases.reduce(0) { $0 + profile.share($1) }
        #expect(abs(shares - 1) < 0.02, "\(shares)")
        #expect(profile.neuronUpdates == 200 * 2000 && profile.regeneratedEvents == 0)
        let recorded = try ClockSimulationTests.record(
            network, recorders: [Recorder(.spikes, of: ["exc", "inh"])], workers: 1, runs: [200])
        func passed(_ channel: Int, _ names: [String], delay: Double) -> Int {
            zip(recorded[channel].spikes.times, recorded[channel].spikes.neurons).reduce(0) { sum, spike in
                spike.0 + delay <= 200.001
                    ? sum + names.reduce(0) { $0 + (outDegrees[$1]?[Int(spike.1)] ?? 0) } : sum
            }
        }
        #expect(profile.staticEvents == passed(1, ["i"], delay: 0.8))
        let most = passed(0, ["ee", "ei"], delay: 0)
        let least = passed(0, ["ee", "ei"], delay: 6)
        #expect((least...most).contains(profile.plasticEvents), "\(profile.plasticEvents) of \(least) to \(most)")
        #expect(least > 1000)
        let unmeasured = try ClockSimulation(network, step: .milliseconds(0.1), pool: WorkerPool(workers: 1))
        #expect(unmeasured.profile == nil)
    }
}
