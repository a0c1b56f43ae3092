import SynfireSpikingModels
import SynfireSpikingNetworks
import Testing

/// When a neuron spikes, and what counts while it is refractory.
@Suite("Spikes and refractoriness")
struct SpikeDetectionTests {
    /// How often a trace rises through a level.
    private static func crossings(_ v: [Double], _ level: Double) -> Int {
        v.indices.dropFirst().filter { v[$0 - 1] < level && v[$0] >= level }.count
    }

    @Test("One action potential of Hodgkin and Huxley is one spike, whatever t_ref and step")
    func actionPotentials() throws {
        let parameters = ["i_e": 300.0, "v_t": -63]
        let fine = try SingleNeuron(HodgkinHuxleyTraub.self, parameters, step: 0.01).run(20_000)
        let count = Self.crossings(fine.trace("v"), -33)
        #expect(count > 5)
        for h in [0.01, 0.1, 0.5, 1, 2] {
            for refractory in [0, 0.3, 1, 2] {
                let result = try SingleNeuron(
                    HodgkinHuxleyTraub.self, parameters.merging(["t_ref": refractory]) { $1 }, step: h
                ).run(Int(200 / h), record: [])
                #expect(result.steps.count == count, "step \(h) ms, t_ref \(refractory) ms: \(result.steps.count)")
                for (ours, reference) in zip(result.steps, fine.steps) {
                    let late = Double(ours) * h - Double(reference) * 0.01
                    // Stamped with the end of the step that falls, or of the next one where a step holds the whole peak.
                    #expect(late > -0.05 && late < 1.5 * h + 0.1, "step \(h) ms: \(late) ms")
                }
            }
        }
    }

    @Test("A peak within t_ref of a spike is none, also where the potential is still high when t_ref ends")
    func refractoryPeak() throws {
        let result = try SingleNeuron(
            HodgkinHuxleyTraub.self, ["t_ref": 1000], initial: ["v": -65], step: 0.05
        ).run(4000, current: { _, _ in 400 })
        #expect(Self.crossings(result.trace("v"), -33) > 5)
        #expect(result.steps.count == 1)
    }

    @Test("Input at the very end of t_ref counts, input before is lost")
    func endOfRefractoriness() throws {
        for (model, weight) in [(LIFCurrentDelta.self, 20.0), (QuadraticIntegrateAndFire.self, 200)]
            as [(any NeuronModel.Type, Double)]
        {
            for h in [0.1, 0.5] {
                let neuron = try SingleNeuron(model, ["t_ref": 2], step: h)
                let last = Int(2 / h)
                for late in [-1, 0, 1] {
                    let result = neuron.run(
                        100, inputs: ["input": [(step: 10, weight: weight), (step: 10 + last + late, weight: weight)]])
                    #expect(
                        result.steps == (late < 0 ? [10] : [10, 10 + last + late]), "\(model.schema.name), step \(h)")
                }
                // A weight that does not reach the threshold is there as well.
                let start = neuron.run(100).trace("v")[10 + last - 1]
                let small = neuron.run(
                    100, inputs: ["input": [(step: 10, weight: weight), (step: 10 + last, weight: 1)]])
                let silent = neuron.run(100, inputs: ["input": [(step: 10, weight: weight)]])
                let rise = small.trace("v")[10 + last - 1] - silent.trace("v")[10 + last - 1]
                #expect(abs(rise - 1) < 1e-4, "\(model.schema.name), step \(h): \(rise), \(start)")
            }
        }
    }

    @Test("Kept input acts at the end of t_ref with the decay of the membrane")
    func keptInput() throws {
        let neuron = try SingleNeuron(LIFCurrentDelta.self, ["t_ref": 2], options: ["refractory_input": "kept"])
        let result = neuron.run(60, inputs: ["input": [(step: 10, weight: 20), (step: 15, weight: 10)]])
        // At 3 ms, 1.5 ms after it arrived.
        #expect(abs(result.trace("v")[29] - (-70 + 10 * 0.860_707_976)) < 1e-4)
        let strong = neuron.run(60, inputs: ["input": [(step: 10, weight: 20), (step: 15, weight: 20)]])
        #expect(strong.steps == [10, 30])
    }

    @Test("Without upstroke the adaptive exponential resets at the end of a step, whatever its synapses")
    func withoutUpstroke() throws {
        // Without adaptation it is the leaky neuron, whose spikes are known.
        let parameters = [
            "delta_t": 0.0, "t_ref": 0, "a": 0, "b": 0, "c_m": 250, "g_l": 25, "e_l": -70, "v_threshold": -55,
            "v_reset": -70, "v_peak": 0, "i_e": 500, "tau_syn_ex": 0.2, "tau_syn_in": 2,
        ]
        let leaky = try SingleNeuron(
            LIFCurrentExponential.self, ["t_ref": 0, "tau_m": 10, "c_m": 250, "i_e": 500], step: 0.1)
        for h in [0.1, 0.5, 1] {
            let expected = SingleNeuron(leaky.population, step: h).run(Int(500 / h), record: []).steps
            #expect(expected.count > 20)
            for model in [AdExConductanceAlpha.self, AdExConductanceExponential.self, AdExCurrentExponential.self]
                as [any NeuronModel.Type]
            {
                let spikes = try SingleNeuron(model, parameters, step: h).run(Int(500 / h), record: []).steps
                #expect(spikes == expected, "\(model.schema.name), step \(h) ms")
            }
        }
    }
}
