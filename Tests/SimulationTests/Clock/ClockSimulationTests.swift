import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits
import Testing

@Suite("Simulation in steps")
struct ClockSimulationTests {
    static func cuba(neurons: Int, inDegree: (Int, Int) = (64, 16)) throws -> Network {
        let parameters: [String: ParameterValue] = [
            "tau_m": 20, "c_m": 200, "e_l": -49, "v_threshold": .millivolts(-50), "v_reset": -60, "t_ref": 5,
            "tau_syn_ex": 5, "tau_syn_in": 10,
        ]
        let initial: [String: ParameterValue] = ["v": .drawn(.uniform(low: -60, high: -50))]
        return try Network(
            name: "cuba",
            populations: [
                Population(
                    "exc", count: neurons * 4 / 5, model: LIFCurrentExponential.self, parameters: parameters,
                    initialValues: initial),
                Population(
                    "inh", count: neurons / 5, model: LIFCurrentExponential.self, parameters: parameters,
                    initialValues: initial),
            ],
            projections: [
                Projection(
                    "e", from: "exc", to: ["exc", "inh"], connector: FixedInDegreeConnector(inDegree: inDegree.0),
                    synapse: Synapse(weight: 16.2, delay: 0.1)),
                Projection(
                    "i", from: "inh", to: ["exc", "inh"], connector: FixedInDegreeConnector(inDegree: inDegree.1),
                    synapse: Synapse(weight: -90, delay: 0.1)),
            ])
    }

    /// All that is recorded in a run, channel by channel.
    static func record(
        _ network: Network, recorders: [Recorder], workers: Int, seed: UInt64 = 1, step: Double = 0.1, runs: [Double]
    ) throws -> [RecordedSegment.Recording] {
        let pool = try WorkerPool(workers: workers)
        let simulation = try ClockSimulation(
            network, step: .milliseconds(step), seed: seed, pool: pool, recorders: recorders)
        var all = simulation.channels.map { _ in RecordedSegment.Recording() }
        for run in runs {
            try simulation.run(for: .milliseconds(run)) { segment in
                for (index, part) in segment.recordings.enumerated() {
                    all[index].spikes.times += part.spikes.times
                    all[index].spikes.neurons += part.spikes.neurons
                    all[index].samples += part.samples
                }
            }
        }
        return all
    }

    @Test("gives the same bits for any number of workers, and for a run in parts")
    func sameBits() throws {
        let network = try Self.cuba(neurons: 500, inDegree: (32, 8))
        let recorders = [
            Recorder(.spikes, of: ["exc", "inh"]),
            Recorder(.variable("v"), of: Assembly([PopulationView("exc", .random(count: 20))]), every: 0.5),
        ]
        let expected = try Self.record(network, recorders: recorders, workers: 1, runs: [300])
        #expect(expected[0].spikes.times.count > 200)
        #expect(expected[2].samples.count == 600 * 20)
        for workers in [2, 3, 7] {
            #expect(try Self.record(network, recorders: recorders, workers: workers, runs: [300]) == expected)
        }
        #expect(try Self.record(network, recorders: recorders, workers: 2, runs: [0.1, 99.9, 33.3, 166.7]) == expected)
        #expect(try Self.record(network, recorders: recorders, workers: 1, seed: 2, runs: [300]) != expected)
    }
}
