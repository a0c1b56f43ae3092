import Foundation
import SynfireSpikingModels
import SynfireSpikingNetworks
import Testing

/// Linear models against their closed forms as the step shrinks.
@Suite("Short steps")
struct StepSizeTests {
    private static let steps = [0.1, 0.01, 0.001]
    private static let currentModels: [any NeuronModel.Type] = [
        LIFCurrentExponential.self, LIFCurrentAlpha.self, LIFCurrentDelta.self, LIFCurrentExponentialAdaptive.self,
    ]

    /// What sets a membrane with this time constant going by a constant current towards 0.05 mV below 20 mV over rest.
    private static func membrane(
        _ model: any NeuronModel.Type, tau: Double
    ) -> (parameters: [String: Double], options: [String: String]) {
        let (capacitance, target) = (250.0, 19.95)
        let drive = ["e_l": -70, "v_threshold": -50, "c_m": capacitance, "i_e": target * capacitance / tau]
        return switch model.schema.name {
        case "glif_psc": (drive.merging(["g": capacitance / tau, "v_reset": -70]) { $1 }, ["level": "5"])
        case "lif_cond_exp", "lif_cond_alpha": (drive.merging(["g_l": capacitance / tau]) { $1 }, [:])
        default: (drive.merging(["tau_m": tau]) { $1 }, [:])
        }
    }

    @Test("A potential keeps to its closed form at steps from 0.1 to 0.001 ms", arguments: [10.0, 100, 1000])
    func potential(_ tau: Double) throws {
        let models: [any NeuronModel.Type] =
            Self.currentModels + [GLIF.self, LIFConductanceExponential.self, LIFConductanceAlpha.self]
        for model in models {
            for h in Self.steps {
                let (parameters, options) = Self.membrane(model, tau: tau)
                let every = Int((10 / h).rounded())
                let count = h < 0.01 ? 20 : 100
                let result = try SingleNeuron(model, parameters, options: options, step: h).run(
                    every * count, every: every)
                let expected = (1...count).map { -70 - 19.95 * expm1(-10 * Double($0) / tau) }
                let difference = greatestDifference(result.trace("v"), expected).value
                // In single precision at most a thousandth of θ − e_l, otherwise that of double precision.
                let ulp = Double(Float(50).ulp)
                let isSingle = ulp / -expm1(-h / tau) < 1e-3 * 20
                let bound = isSingle ? min(1e-3 * 20, 4 * ulp / -expm1(-h / tau)) : 1e-6
                #expect(difference <= bound, "\(model.schema.name), tau \(tau) ms, step \(h) ms: \(difference)")
                Report.write("short steps: \(model.schema.name), tau \(tau), step \(h): \(difference), bound \(bound)")
            }
        }
    }

    @Test("Currents, adaptation and thresholds decay by their time constants at steps from 0.1 to 0.001 ms")
    func decays() throws {
        let cases: [(any NeuronModel.Type, [String: Double], String, start: Double, rate: Double)] = [
            (LIFCurrentExponential.self, ["tau_syn_ex": 150], "i_ex", 100, 1 / 150.0),
            (LIFCurrentExponentialAdaptive.self, ["tau_w": 1000], "w", 100, 1 / 1000.0),
            (LIFConductanceExponential.self, ["tau_syn_in": 100], "g_in", 10, 1 / 100.0),
            (GLIF.self, ["th_spike_decay": 0.001, "v_reset": -80], "threshold_spike", 3, 0.001),
            (GLIF.self, ["asc_decay_1": 0.002, "v_reset": -80], "asc_1", -9, 0.002),
        ]
        for (model, parameters, symbol, start, rate) in cases {
            for h in Self.steps {
                let options = model == GLIF.self ? ["level": "5"] : [:]
                let every = Int((10 / h).rounded())
                let all = parameters.merging(["v_threshold": 1000]) { $1 }
                let values = try SingleNeuron(model, all, options: options, initial: [symbol: start], step: h)
                    .run(every * 10, every: every, record: [symbol]).trace(symbol)
                let expected = (1...10).map { start * exp(-10 * rate * Double($0)) }
                let worst = zip(values, expected).map { abs($0 / $1 - 1) }.max() ?? .infinity
                #expect(worst < 1e-3, "\(model.schema.name).\(symbol), step \(h) ms: \(worst)")
                Report.write("short steps: \(model.schema.name).\(symbol), step \(h): \(worst)")
            }
        }
    }

    @Test("A current 4 µV above the threshold brings its first spike in time, whatever the step")
    func asymptote() throws {
        let expected = 100 * log(15.004 / 0.004)
        for model in Self.currentModels {
            for (h, tolerance) in [(0.01, 0.02), (0.004, 0.01)] {
                let result = try SingleNeuron(model, ["tau_m": 100, "i_e": 250 * 15.004 / 100], step: h)
                    .run(Int(900 / h), record: [])
                let first = Double(try #require(result.steps.first)) * h
                #expect(abs(first - expected) < tolerance, "\(model.schema.name), step \(h): \(first), \(expected)")
            }
        }
    }

    @Test("Without leak the potential rises in time at steps from 0.1 to 0.001 ms")
    func integrating() throws {
        for h in Self.steps {
            // 100 spikes a second, and one in 20 s.
            for (current, time) in [(0.1, 20.0), (0.00005, 300)] {
                let result = try SingleNeuron(
                    IntegrateAndFire.self, ["i": current, "v_threshold": 1000], options: ["reset": "subtract"], step: h
                ).run(Int(time / h), every: Int(time / h))
                let v = try #require(result.trace("v").last)
                #expect(abs(v / (current * time) - 1) < 1e-3, "step \(h), \(current): \(v)")
            }
        }
    }

    @Test("Neurons of one population have the same precision, whoever shares their kernel")
    func onePrecision() throws {
        // One neuron needs double precision at this step, and its population with it.
        let population = try Population(
            "p", count: 4, model: LIFCurrentExponential.self,
            parameters: ["tau_m": .perNeuron([10, 10, 10, 2000]), "i_e": 300])
        let whole = SingleNeuron(population, step: 0.01).run(4000, every: 40)
        let divided = SingleNeuron(population, step: 0.01, strips: [0..<1, 1..<3, 3..<4]).run(4000, every: 40)
        #expect(whole.traces == divided.traces)
        #expect(whole.spikes == divided.spikes)
    }
}
