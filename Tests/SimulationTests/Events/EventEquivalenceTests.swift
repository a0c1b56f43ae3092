import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits
import Testing

/// What a run in continuous time must not depend on.
@Suite("Simulation in continuous time")
struct EventEquivalenceTests {
    /// Models of all kinds, drawn delays, a chain without delay, drives, sources and short-term plasticity.
    private static func mixed() throws -> Network {
        func lif(
            _ name: String, _ count: Int, _ model: any NeuronModel.Type, _ own: [String: ParameterValue] = [:],
            options: [String: String] = [:]
        ) throws -> Population {
            let parameters: [String: ParameterValue] = [
                "tau_m": 20, "c_m": 200, "e_l": -49, "v_threshold": -50, "v_reset": -60, "t_ref": 2,
            ].merging(own) { $1 }
            return try Population(
                name, count: count, model: model, parameters: parameters, options: options,
                initialValues: ["v": .drawn(.uniform(low: -60, high: -50))])
        }
        func projection(
            _ source: String, _ target: String, _ weight: SynapseValue, _ delay: SynapseValue,
            shortTerm: PlasticityMechanism<any ShortTermModel.Type>? = nil
        ) -> Projection {
            Projection(
                source + target, from: Assembly(source), to: Assembly(target),
                connector: FixedProbabilityConnector(probability: 0.1),
                synapse: Synapse(weight: weight, delay: delay, shortTerm: shortTerm),
                receptor: ["exp", "adapt", "alpha"].contains(target) ? "excitatory" : nil)
        }
        let far = SynapseValue.drawn(.uniform(low: 0.3, high: 4))
        return try Network(
            name: "mixed",
            populations: [
                lif("delta", 200, LIFCurrentDelta.self),
                lif("kept", 50, LIFCurrentDelta.self, options: ["refractory_input": "kept"]),
                lif(
                    "exp", 150, LIFCurrentExponential.self,
                    ["tau_syn_ex": .drawn(.uniform(low: 1, high: 5)), "tau_syn_in": 8]),
                lif("alpha", 61, LIFCurrentAlpha.self, ["tau_syn_ex": 1, "tau_syn_in": 3]),
                lif("adapt", 40, LIFCurrentExponentialAdaptive.self, ["tau_w": 100, "b": 20]),
                Population("relay", count: 61, model: Parrot.self),
                Population("relay2", count: 30, model: Parrot.self),
                Population("noise", count: 80, model: PoissonSource.self, parameters: ["rate": 60]),
                Population("gamma", count: 20, model: GammaSource.self, parameters: ["rate": 30, "shape": 3]),
                Population("clock", count: 3, model: RegularSource.self, parameters: ["interval": 7.5, "phase": 2.5]),
            ],
            projections: [
                projection("delta", "exp", .drawn(.normal(mean: 10, standardDeviation: 1)), far),
                projection("exp", "delta", 0.3, far), projection("delta", "delta", -0.4, 0.7),
                projection("exp", "alpha", 20, 0.1234567),
                projection("exp", "adapt", .drawn(.uniform(low: 5, high: 30)), 0),
                projection(
                    "noise", "delta", 1, 0, shortTerm: try PlasticityMechanism(TsodyksMarkram.self, ["u": 0.5])),
                projection("noise", "kept", 2, far), projection("gamma", "exp", 30, 0.05),
                Projection(
                    "all", from: "alpha", to: "relay", connector: OneToOneConnector(),
                    synapse: Synapse(weight: 1, delay: 0)),
                projection("relay", "relay2", 1, 0), projection("relay2", "kept", 0.5, 0),
                projection("clock", "relay", 2, 0.3),
            ],
            stimuli: [
                Stimulus(
                    "drive", PoissonInput.self, to: ["delta", "kept"], parameters: ["rate": 500, "weight": 0.2]),
                Stimulus(
                    "dc", DirectCurrent.self, to: "adapt", parameters: ["amplitude": 30, "start": 10.3, "stop": 60]),
            ])
    }

    private static let recorders = [
        Recorder(
            .spikes,
            of: ["delta", "kept", "exp", "alpha", "adapt", "relay", "relay2", "noise", "gamma", "clock"]),
        Recorder(.variable("v"), of: Assembly([PopulationView("exp", .range(10..<40))]), every: 0.35),
    ]

    @Test("gives the same bits for any number of workers, and for a run in parts")
    func sameBits() throws {
        let network = try Self.mixed()
        let expected = try EventRig.record(network, recorders: Self.recorders, runs: [120])
        for channel in expected.dropLast() { #expect(channel.spikes.times.count > 20) }
        #expect(expected[10].samples.count == 30 * 343)
        for workers in [2, 3, 7] {
            #expect(try EventRig.record(network, recorders: Self.recorders, workers: workers, runs: [120]) == expected)
        }
        let parts = [0.1, 39.9, 1e-3, 59.999, 20]
        #expect(try EventRig.record(network, recorders: Self.recorders, workers: 2, runs: parts) == expected)
        #expect(try EventRig.record(network, recorders: Self.recorders, seed: 2, runs: [120]) != expected)
    }

    // A neuron that is looked at in a slice more may end its refractory time in another slice, whose start its times count from.
    @Test("Spikes are the same bits whatever else is recorded")
    func recording() throws {
        let network = try Self.mixed()
        let spikes = [Self.recorders[0]]
        let more =
            spikes
            + ["exp", "alpha", "adapt", "delta"].map {
                Recorder(.variable("v"), of: Assembly($0), every: 0.123)
            }
        let few = try EventRig.record(network, recorders: spikes, runs: [60])
        let many = try EventRig.record(network, recorders: more, runs: [60])
        for (a, b) in zip(few, many) { #expect(a.spikes == b.spikes) }
    }

    @Test("Two simulations do not know of each other")
    func apart() throws {
        let network = try Self.mixed()
        let alone = try EventRig.record(network, recorders: Self.recorders, runs: [40])
        let a = try EventRig.simulation(network, recorders: Self.recorders)
        let b = try EventRig.simulation(network, recorders: Self.recorders, seed: 7)
        var found = a.channels.map { _ in RecordedSegment.Recording() }
        for _ in 0..<4 {
            for (index, part) in try EventRig.record(a, runs: [10]).enumerated() {
                found[index].spikes.times += part.spikes.times
                found[index].spikes.neurons += part.spikes.neurons
                found[index].samples += part.samples
            }
            _ = try EventRig.record(b, runs: [9.3])
        }
        #expect(found == alone)
    }

    @Test("Nothing comes before its slice or is left behind, and spikes under way are in order", arguments: [1, 3])
    func invariants(workers: Int) throws {
        let simulation = try EventRig.simulation(try Self.mixed(), recorders: Self.recorders, workers: workers)
        simulation.checksInvariants = true
        let found = try EventRig.record(simulation, runs: [60, 40])
        #expect(try EventRig.record(Self.mixed(), recorders: Self.recorders, runs: [100]) == found)
        #expect(simulation.eventCounts.synaptic > 10_000 && simulation.eventCounts.driven > 1000)
    }

    @Test("A neuron that is at threshold from the beginning spikes at time 0")
    func atOnce() throws {
        let network = try Network(
            name: "n",
            populations: [
                Population(
                    "n", count: 2, model: LIFCurrentExponential.self, initialValues: ["v": .perNeuron([-55, -70])])
            ], projections: [])
        let simulation = try EventRig.simulation(
            network, recorders: [Recorder(.spikes, of: "n"), Recorder(.spikes, of: "n", from: 1)])
        let found = try EventRig.record(simulation, runs: [10])
        #expect(found[0].spikes.times == [0] && found[0].spikes.neurons == [0])
        #expect(found[1].spikes.times.isEmpty && simulation.spikeCounts == [1])
    }

    @Test("What spikes at the same time arrives in the same order for any number of workers")
    func ties() throws {
        // Sources that spike together, in another order than that of the projection's rows.
        let together = [[1.0, 2.0, 3.0], [1.0, 3.0], [1.0, 2.0]]
        let network = try Network(
            name: "ties",
            populations: [
                Population("a", count: 3, model: SpikeSourceArray.self, tables: ["spike_times": together]),
                Population("b", count: 3, model: SpikeSourceArray.self, tables: ["spike_times": together]),
                Population(
                    "target", count: 40, model: LIFCurrentDelta.self, parameters: ["v_threshold": 1000],
                    initialValues: ["v": .drawn(.uniform(low: -70, high: -60))]),
            ],
            projections: [
                Projection(
                    "x", from: Assembly([PopulationView("b"), PopulationView("a", .indices([2, 0, 1]))]), to: "target",
                    connector: FixedProbabilityConnector(probability: 0.6),
                    synapse: Synapse(weight: .drawn(.uniform(low: -30, high: 30)), delay: 1.7))
            ])
        let simulations = try [1, 2, 3, 7].map { workers -> [Float] in
            try EventRig.record(
                network, recorders: [Recorder(.variable("v"), of: "target", every: 0.9)], workers: workers, runs: [9])[
                    0
                ]
                .samples
        }
        for other in simulations.dropFirst() { #expect(other == simulations[0]) }
    }
}
