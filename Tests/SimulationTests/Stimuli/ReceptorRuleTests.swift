import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits
import Testing

/// Which receptor weights go into, for projections and stimuli, in both engines.
@Suite("Receptors by the sign of weights")
struct ReceptorRuleTests {
    private static let duration = 20.0

    private static func network(
        _ model: any NeuronModel.Type, stimulus weight: ParameterValue, receptor: String? = nil, count: Int = 2
    ) throws -> Network {
        try Network(
            name: "n", populations: [Population("n", count: count, model: model)], projections: [],
            stimuli: [
                Stimulus(
                    "d", PoissonInput.self, to: "n", receptor: receptor,
                    parameters: ["rate": .hertz(20_000), "weight": weight])
            ])
    }

    private static func network(
        _ model: any NeuronModel.Type, projection weight: SynapseValue, receptor: String? = nil,
        longTerm: PlasticityMechanism<any LongTermModel.Type>? = nil
    ) throws -> Network {
        try Network(
            name: "n",
            populations: [
                Population(
                    "s", count: 10, model: SpikeSourceArray.self,
                    tables: ["spike_times": [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]]]),
                Population("n", count: 2, model: model),
            ],
            projections: [
                Projection(
                    "d", from: "s", to: "n", connector: AllToAllConnector(),
                    synapse: Synapse(weight: weight, delay: 1, longTerm: longTerm), receptor: receptor)
            ])
    }

    /// The sums over a run of both currents, in the clock engine and in the event engine.
    private static func sums(_ network: Network, _ names: [String]) throws -> [[Double]] {
        let recorders = names.map { Recorder(.variable($0), of: "n", every: 0.5) }
        let clock = try ClockSimulationTests.record(network, recorders: recorders, workers: 2, runs: [duration])
        let event = try EventRig.record(network, recorders: recorders, workers: 2, runs: [duration])
        return [clock, event].map { $0.map { $0.samples.reduce(0) { $0 + Double($1) } } }
    }

    @Test("Without a name, the sign of the weights tells the receptor, in both engines")
    func bySign() throws {
        let currents = ["i_ex", "i_in"]
        for (weight, isExcitatory) in [
            (ParameterValue.uniform(50), true), (.uniform(-50), false), (.nanoamperes(-0.05), false),
            (.perNeuron([-50, -20]), false), (.drawn(.uniform(low: -60, high: -10)), false),
            (.drawn(.uniform(low: 10, high: 60)), true),
        ] {
            for sums in try Self.sums(Self.network(LIFCurrentExponential.self, stimulus: weight), currents) {
                #expect(isExcitatory ? sums[0] > 0 && sums[1] == 0 : sums[0] == 0 && sums[1] < 0, "\(weight): \(sums)")
            }
        }
        for (weight, isExcitatory) in [(SynapseValue.uniform(50), true), (-50, false)] {
            for sums in try Self.sums(Self.network(LIFCurrentExponential.self, projection: weight), currents) {
                #expect(isExcitatory ? sums[0] > 0 && sums[1] == 0 : sums[0] == 0 && sums[1] < 0, "\(weight): \(sums)")
            }
        }
        // A name is obeyed.
        let named = try Self.network(LIFCurrentExponential.self, stimulus: .uniform(-50), receptor: "excitatory")
        for sums in try Self.sums(named, currents) { #expect(sums[0] < 0 && sums[1] == 0) }
    }

    private func refuses(_ text: String, _ make: () throws -> Void) {
        var said = "nothing"
        do { try make() } catch { said = "\(error)" }
        #expect(said.contains(text))
    }

    @Test("Weights whose sign tells nothing, or that a receptor does not take, are refused")
    func refusals() throws {
        for weight in [ParameterValue.perNeuron([-1, 1]), .drawn(.normal(mean: 5, standardDeviation: 1))] {
            refuses("stimulus 'd': the weights do not tell the receptor: name one of excitatory, inhibitory") {
                _ = try Self.network(LIFCurrentExponential.self, stimulus: weight)
            }
        }
        let receptors: [String?] = [nil, "excitatory", "inhibitory"]
        for (receptor, model) in receptors.flatMap({ name in
            [(name, LIFConductanceExponential.self), (name, AdExConductanceAlpha.self)]
                as [(String?, any NeuronModel.Type)]
        }) {
            for weight in [ParameterValue.uniform(-1), .perNeuron([-3, -1]), .drawn(.uniform(low: -2, high: -1))] {
                refuses("takes weights of at least 0") {
                    _ = try Self.network(model, stimulus: weight, receptor: receptor)
                }
            }
            refuses("takes weights of at least 0") {
                _ = try Self.network(model, projection: -1, receptor: receptor)
            }
        }
        refuses("takes weights of at least 0") {
            _ = try Self.network(
                LIFConductanceExponential.self, stimulus: .perNeuron([1, -1]), receptor: "excitatory")
        }
        refuses("stimulus 'd': model 'lif_curr_exp' has no receptor 'exitatory'") {
            _ = try Self.network(LIFCurrentExponential.self, stimulus: .uniform(1), receptor: "exitatory")
        }
        refuses("'weight' is given in 'nS', but is measured in pA") {
            _ = try Self.network(LIFCurrentExponential.self, stimulus: .nanosiemens(1))
        }
    }

    @Test("Weights that are drawn with a sign that the receptor does not take are refused")
    func drawnWeights() throws {
        let wide = Distribution.normal(mean: 1, standardDeviation: 2)
        let stimulus = try Self.network(
            LIFConductanceExponential.self, stimulus: .drawn(wide), receptor: "excitatory", count: 40)
        let projection = try Self.network(
            LIFConductanceExponential.self, projection: .drawn(wide), receptor: "excitatory")
        for network in [stimulus, projection] {
            refuses("takes weights of at least 0") {
                _ = try ClockSimulation(network, step: .milliseconds(0.1), pool: WorkerPool(workers: 2))
            }
        }
    }

    @Test("Weights that plasticity would not keep are refused as starting weights")
    func startingWeights() throws {
        func learning(_ parameters: [String: ParameterValue], _ rule: String = "additive") throws
            -> PlasticityMechanism<any LongTermModel.Type>
        {
            try PlasticityMechanism(PairSTDP.self, parameters, options: ["weight_dependence": rule])
        }
        func make(_ weight: SynapseValue, _ longTerm: PlasticityMechanism<any LongTermModel.Type>) throws -> Network {
            try Self.network(LIFCurrentExponential.self, projection: weight, receptor: "excitatory", longTerm: longTerm)
        }
        let kept = "projection 'd': the weight is 200.0: stdp_pair keeps weights from 0.0 to 100.0"
        for rule in ["additive", "multiplicative", "guetig"] {
            refuses(kept) { _ = try make(200, learning([:], rule)) }
            refuses("the weight is -1.0: stdp_pair keeps weights from 0.0 to 100.0") {
                _ = try make(-1, learning([:], rule))
            }
        }
        refuses("the weight is 50.0 to 150.0: stdp_pair keeps") {
            _ = try make(.drawn(.uniform(low: 50, high: 150)), learning([:]))
        }
        refuses("the weight is 1.0: stdp_pair keeps weights from 2.0 to inf") {
            _ = try make(1, learning(["w_min": 2], "power_law"))
        }
        _ = try make(200, learning(["w_max": .nanoamperes(0.2)]))
        _ = try make(200, learning([:], "power_law"))
        _ = try make(-30, learning(["w_max": -50]))
        refuses("'w_max' is given in 'nS', but is measured in pA") {
            _ = try make(50, learning(["w_max": .nanosiemens(100)]))
        }
        refuses("'w_max' is given in 'ms', but is measured in the receptor's unit") {
            _ = try learning(["w_max": .milliseconds(100)])
        }
        // What is drawn or listed is looked at when it is made.
        let normal = try make(.drawn(.normal(mean: 90, standardDeviation: 10)), learning([:]))
        let clock = { _ = try ClockSimulation(normal, step: .milliseconds(0.1), pool: WorkerPool(workers: 2)) }
        refuses(": stdp_pair keeps weights from 0.0 to 100.0", clock)
        refuses(": stdp_pair keeps weights from 0.0 to 100.0") {
            _ = try EventRig.simulation(normal, recorders: [])
        }
        let clipped = try make(
            .drawn(.clippedNormal(mean: 90, standardDeviation: 10, low: 0, high: 100)), learning([:]))
        _ = try ClockSimulation(clipped, step: .milliseconds(0.1), pool: WorkerPool(workers: 2))
    }
}
