import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits
import Testing

@Suite("Plasticity in a network")
struct ClockPlasticityTests {
    /// A recurrent network in which synapses have both short-term plasticity and STDP, with drawn weights and delays.
    static func network() throws -> Network {
        func population(_ name: String, _ count: Int) throws -> Population {
            try Population(
                name, count: count, model: LIFCurrentExponential.self,
                parameters: ["i_e": .drawn(.normal(mean: 380, standardDeviation: 20))],
                initialValues: ["v": .drawn(.uniform(low: -70, high: -55))])
        }
        let plastic = Synapse(
            weight: .drawn(.redrawnNormal(mean: 40, standardDeviation: 10, low: 0, high: .infinity)),
            delay: .drawn(.redrawnNormal(mean: 1.5, standardDeviation: 0.7, low: 0.1, high: .infinity)),
            shortTerm: try PlasticityMechanism(TsodyksMarkram.self, ["u": 0.5, "tau_rec": 100, "tau_fac": 50]),
            longTerm: try PlasticityMechanism(PairSTDP.self, ["w_max": 120]))
        let fixed = Synapse(weight: .drawn(.uniform(low: -80, high: -20)), delay: 0.8)
        return try Network(
            name: "plastic", populations: [population("exc", 160), population("inh", 40)],
            projections: [
                Projection(
                    "ee", from: "exc", to: "exc",
                    connector: FixedProbabilityConnector(probability: 0.2, allowsAutapses: false), synapse: plastic),
                Projection(
                    "ei", from: "exc", to: "inh", connector: FixedTotalNumberConnector(count: 1000), synapse: plastic),
                Projection(
                    "i", from: "inh", to: ["exc", "inh"], connector: FixedOutDegreeConnector(outDegree: 30),
                    synapse: fixed),
            ],
            stimuli: [
                Stimulus(
                    "noise", PoissonInput.self, to: ["exc", "inh"], receptor: "excitatory",
                    parameters: ["rate": 2000, "weight": 20])
            ])
    }

    @Test("Networks with short-term plasticity and STDP give the same bits for any number of workers")
    func sameBits() throws {
        let network = try Self.network()
        let recorders = [
            Recorder(.spikes, of: ["exc", "inh"]), Recorder(.variable("v"), of: "inh", every: 1),
            Recorder(.variable("i_ex"), of: "exc", every: 1),
        ]
        let expected = try ClockSimulationTests.record(network, recorders: recorders, workers: 1, runs: [1000])
        #expect(expected[0].spikes.times.count > 1000)
        for workers in [2, 3, 7] {
            let found = try ClockSimulationTests.record(network, recorders: recorders, workers: workers, runs: [1000])
            #expect(found == expected, "\(workers) workers")
        }
        let parts = try ClockSimulationTests.record(
            network, recorders: recorders, workers: 3, runs: [1.1, 600.3, 398.6])
        #expect(parts == expected)
    }

    @Test("Synapses can be read, are the same for any number of workers, and change where they are plastic")
    func synapses() throws {
        let network = try Self.network()
        var first: [String: (before: SynapseList, after: SynapseList)] = [:]
        for workers in [1, 2, 3, 7] {
            let simulation = try ClockSimulation(network, step: .milliseconds(0.1), pool: WorkerPool(workers: workers))
            let before = try network.projections.map { try simulation.synapses(of: $0.name) }
            #expect(before.reduce(0) { $0 + $1.count } == simulation.synapseCount)
            try simulation.run(for: .milliseconds(400))
            for (projection, before) in zip(network.projections, before) {
                let after = try simulation.synapses(of: projection.name)
                #expect(after.count == before.count)
                #expect((after.weights == before.weights) == (projection.name == "i"), "\(projection.name)")
                #expect(after.delays == before.delays && after.sources == before.sources)
                if let known = first[projection.name] {
                    #expect(known.before == before && known.after == after, "\(projection.name), \(workers) workers")
                }
                first[projection.name] = (before, after)
            }
        }
        #expect(first["ei"]?.before.count == 1000)
        #expect(first["i"]?.before.count == 1200)
    }

    @Test("Without plasticity the same network does something else")
    func plasticityMatters() throws {
        let network = try Self.network()
        let constant = try Network(
            name: "constant", populations: network.populations,
            projections: network.projections.map { projection in
                guard case .synapses(let connector, var synapse, let receptor) = projection.transmission else {
                    return projection
                }
                (synapse.shortTerm, synapse.longTerm) = (nil, nil)
                return Projection(
                    projection.name, from: projection.sources, to: projection.targets, connector: connector,
                    synapse: synapse, receptor: receptor)
            }, stimuli: network.stimuli)
        let recorders = [Recorder(.spikes, of: "exc")]
        let plastic = try ClockSimulationTests.record(network, recorders: recorders, workers: 2, runs: [300])
        let fixed = try ClockSimulationTests.record(constant, recorders: recorders, workers: 2, runs: [300])
        #expect(plastic != fixed)
        #expect(plastic[0].spikes.times.count < fixed[0].spikes.times.count)
    }
}
