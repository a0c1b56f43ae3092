import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits
import Testing

@Suite("Kernels that add up input")
struct SumKernelTests {
    /// A balanced network of one model.
    ///
    /// - Parameters:
    ///   - jump: The weight of an excitatory synapse.
    ///   - drive: The rate of the external input [Hz].
    static func network(
        _ model: any NeuronModel.Type, _ parameters: [String: ParameterValue], jump: Double, drive: Double,
        delay: SynapseValue, weights: SynapseValue, initial: [String: ParameterValue]
    ) throws -> Network {
        func population(_ name: String, _ count: Int) throws -> Population {
            try Population(name, count: count, model: model, parameters: parameters, initialValues: initial)
        }
        return try Network(
            name: "balanced", populations: [population("exc", 400), population("inh", 100)],
            projections: [
                Projection(
                    "e", from: "exc", to: ["exc", "inh"], connector: FixedInDegreeConnector(inDegree: 40),
                    synapse: Synapse(weight: weights, delay: delay)),
                Projection(
                    "i", from: "inh", to: ["exc", "inh"], connector: FixedInDegreeConnector(inDegree: 10),
                    synapse: Synapse(weight: .uniform(-5 * jump), delay: delay)),
            ],
            stimuli: [
                Stimulus(
                    "drive", PoissonInput.self, to: ["exc", "inh"],
                    parameters: [
                        "rate": ParameterValue(.uniform(drive)), "weight": ParameterValue(.uniform(jump)),
                    ])
            ])
    }

    private static func spikes(_ network: Network, allowsSums: Bool, duration: Double) throws -> SpikeTrain {
        let simulation = try EventSimulation(
            network, seed: 3, pool: try WorkerPool(workers: 2), recorders: [Recorder(.spikes, of: ["exc", "inh"])],
            allowsSums: allowsSums)
        var train = SpikeTrain()
        try simulation.run(for: .milliseconds(duration)) { segment in
            train.times += segment.recordings[0].spikes.times
            train.neurons += segment.recordings[0].spikes.neurons
        }
        return train
    }

    private static func expectSame(_ network: Network) throws {
        let exact = try spikes(network, allowsSums: false, duration: 60)
        let summed = try spikes(network, allowsSums: true, duration: 60)
        #expect(exact.times.count > 200)
        #expect(exact.neurons == summed.neurons)
        let worst = zip(exact.times, summed.times).reduce(0) { max($0, abs($1.0 - $1.1)) }
        // A network lets differences of rounding grow.
        #expect(worst < 1e-8, "off by \(worst) ms")
    }

    @Test(
        "Neurons with jumps spike at the times of their closed forms",
        arguments: [0.0, 180], [SynapseValue.uniform(1.37), .drawn(.uniform(low: 0.4, high: 3.1))])
    func jumps(bias: Double, delay: SynapseValue) throws {
        try Self.expectSame(
            Self.network(
                LIFCurrentDelta.self,
                [
                    "e_l": 0, "v_threshold": 20, "v_reset": 5, "tau_m": 20, "t_ref": 1.7,
                    "i_e": ParameterValue(.uniform(bias)),
                ], jump: 0.5, drive: bias > 0 ? 2000 : 4000, delay: delay,
                weights: .drawn(.uniform(low: 0.2, high: 0.8)),
                initial: ["v": .drawn(.uniform(low: 0, high: 20))]))
    }

    @Test(
        "Neurons with exponential currents spike at the times of their closed forms",
        arguments: [(0.5, 0.5), (2, 5), (0.3, 12)], [SynapseValue.uniform(1.37), .drawn(.uniform(low: 0.4, high: 3.1))])
    func currents(tau: (Double, Double), delay: SynapseValue) throws {
        // The charge of a spike moves the potential by about half a millivolt.
        let jump = 0.5 * 250 / tau.0
        try Self.expectSame(
            Self.network(
                LIFCurrentExponential.self,
                [
                    "e_l": 0, "v_threshold": 20, "v_reset": 5, "tau_m": 20, "t_ref": 1.7, "i_e": 30,
                    "tau_syn_ex": ParameterValue(.uniform(tau.0)), "tau_syn_in": ParameterValue(.uniform(tau.1)),
                ], jump: jump, drive: 4000, delay: delay,
                weights: .drawn(.uniform(low: 0.5 * jump, high: 1.5 * jump)),
                initial: ["v": .drawn(.uniform(low: 0, high: 20))]))
    }

    @Test(
        "Neurons with alpha-shaped currents spike at the times of their closed forms",
        arguments: [(0.5, 0.5), (2, 5), (0.3, 12)], [SynapseValue.uniform(1.37), .drawn(.uniform(low: 0.4, high: 3.1))])
    func alphas(tau: (Double, Double), delay: SynapseValue) throws {
        let jump = 0.5 * 250 / (2.718 * tau.0)
        try Self.expectSame(
            Self.network(
                LIFCurrentAlpha.self,
                [
                    "e_l": 0, "v_threshold": 20, "v_reset": 5, "tau_m": 20, "t_ref": 1.7, "i_e": 30,
                    "tau_syn_ex": ParameterValue(.uniform(tau.0)), "tau_syn_in": ParameterValue(.uniform(tau.1)),
                ], jump: jump, drive: 4000, delay: delay,
                weights: .drawn(.uniform(low: 0.5 * jump, high: 1.5 * jump)),
                initial: ["v": .drawn(.uniform(low: 0, high: 20)), "i_ex": 20, "di_in": -3]))
    }

    @Test("A current that all neurons of a population have all the time is one of their own")
    func constantCurrent() throws {
        let plain = try Self.network(
            LIFCurrentExponential.self, ["e_l": 0, "v_threshold": 20, "v_reset": 5, "tau_m": 20, "i_e": 180], jump: 20,
            drive: 2000, delay: 1.5, weights: 20, initial: [:])
        let other = try Self.network(
            LIFCurrentExponential.self, ["e_l": 0, "v_threshold": 20, "v_reset": 5, "tau_m": 20], jump: 20, drive: 2000,
            delay: 1.5, weights: 20, initial: [:])
        let stimulated = try Network(
            name: "stimulated", populations: other.populations, projections: other.projections,
            stimuli: other.stimuli + [
                Stimulus("dc", DirectCurrent.self, to: ["exc", "inh"], parameters: ["amplitude": 180])
            ])
        let expected = try Self.spikes(plain, allowsSums: true, duration: 50)
        #expect(expected.times.count > 50)
        #expect(try Self.spikes(stimulated, allowsSums: true, duration: 50) == expected)
    }

    @Test("Recording and a longer refractory time than the calendar change nothing")
    func longPauses() throws {
        let network = try Self.network(
            LIFCurrentDelta.self, ["e_l": 0, "v_threshold": 20, "v_reset": 5, "tau_m": 20, "t_ref": 40], jump: 0.5,
            drive: 6000, delay: 0.013, weights: 0.5, initial: ["v": 3])
        try Self.expectSame(network)
        let simulation = try EventSimulation(
            network, seed: 3, pool: try WorkerPool(workers: 1),
            recorders: [
                Recorder(.spikes, of: ["exc", "inh"]), Recorder(.variable("v"), of: ["exc", "inh"], every: 0.1),
            ])
        var train = SpikeTrain()
        var samples: [Float] = []
        try simulation.run(for: .milliseconds(60)) { segment in
            train.times += segment.recordings[0].spikes.times
            samples += segment.recordings[2].samples
        }
        #expect(train.times == (try Self.spikes(network, allowsSums: true, duration: 60)).times)
        #expect(samples.count == 600 * 400)
        #expect(samples.allSatisfy { $0 < 20 && $0 > -60 } && samples.contains { $0 == 5 })
    }
}
