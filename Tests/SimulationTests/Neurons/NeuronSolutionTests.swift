import Foundation
import SynfireSpikingModels
import SynfireSpikingNetworks
import Testing

/// Single neurons against solutions in closed form.
@Suite("Single neurons and closed forms")
struct NeuronSolutionTests {
    private static let tau = 10.0
    private static let capacitance = 250.0
    private static let current = 200.0
    private static let silent: [String: Double] = ["v_threshold": 1000, "i_e": current, "e_l": -70]

    /// The potential over e_l by a constant current from 0 on.
    private func charged(_ t: Double) -> Double { -Self.current * Self.tau / Self.capacitance * expm1(-t / Self.tau) }

    /// The potential by an exponential current of 1 pA from 0 on.
    private func exponential(_ t: Double, _ synaptic: Double) -> Double {
        guard t > 0 else { return 0 }
        let rate = 1 / synaptic - 1 / Self.tau
        return exp(-t / Self.tau) / Self.capacitance * (-expm1(-rate * t) / rate)
    }

    /// The potential by an alpha-shaped current that peaks at 1 pA.
    private func alpha(_ t: Double, _ synaptic: Double) -> Double {
        guard t > 0 else { return 0 }
        let rate = 1 / synaptic - 1 / Self.tau
        let integral = (1 - (1 + rate * t) * exp(-rate * t)) / (rate * rate)
        return M_E / synaptic / Self.capacitance * exp(-t / Self.tau) * integral
    }

    @Test("Linear models are exact for every step from 1 to 1/1024 ms, but for rounding")
    func linear() throws {
        let (ex, inh) = (Self.capacitance, -100.0)
        for power in 0...10 {
            let h = 1 / Double(1 << power)
            let perUnit = 1 << power
            // One spike arrives at 2 ms, one at 5 ms.
            let inputs = [
                "excitatory": [(step: 2 * perUnit, weight: ex)], "inhibitory": [(step: 5 * perUnit, weight: inh)],
            ]
            // A step rounds at most four times to half a unit of the largest potential, 2^-24 of it, and what it lost
            // decays with the membrane; constants near 1 add as much.
            let bound = 8 * 0x1p-24 * 20 * (1 / -expm1(-h / Self.tau))
            func check(
                _ model: any NeuronModel.Type, _ values: [String: Double], _ inputs: [String: [SingleNeuron.Arrival]],
                _ solution: (Double) -> Double
            ) throws {
                let result = try SingleNeuron(model, values, step: h).run(40 * perUnit, inputs: inputs, every: perUnit)
                let expected = (1...40).map { -70 + charged(Double($0)) + solution(Double($0)) }
                let difference = greatestDifference(result.trace("v"), expected).value
                #expect(difference <= bound, "\(model.schema.name), step \(h): \(difference)")
                Report.write("closed form: \(model.schema.name): step \(h): differs by \(difference), bound \(bound)")
            }
            let synaptic = Self.silent.merging(["tau_syn_ex": 0.5, "tau_syn_in": 4]) { $1 }
            try check(LIFCurrentExponential.self, synaptic, inputs) {
                ex * exponential($0 - 2, 0.5) + inh * exponential($0 - 5, 4)
            }
            try check(LIFCurrentAlpha.self, synaptic, inputs) { ex * alpha($0 - 2, 0.5) + inh * alpha($0 - 5, 4) }
            let likewise = ["c_m": 250, "g": 25, "e_l": -70, "v_reset": -70.0]
            try check(GLIF.self, synaptic.merging(likewise) { $1 }, inputs) {
                ex * alpha($0 - 2, 0.5) + inh * alpha($0 - 5, 4)
            }
            try check(
                LIFCurrentDelta.self, Self.silent,
                ["input": [(step: 2 * perUnit, weight: 3), (step: 5 * perUnit, weight: -4)]]
            ) {
                ($0 >= 2 ? 3 * exp((2 - $0) / Self.tau) : 0) - ($0 >= 5 ? 4 * exp((5 - $0) / Self.tau) : 0)
            }
            // Without synapses the method for conductances is exact too.
            let leak = ["g_l": 25, "i_e": Self.current, "v_threshold": 1000]
            try check(LIFConductanceExponential.self, leak, [:]) { _ in 0 }
            try check(LIFConductanceAlpha.self, leak, [:]) { _ in 0 }
        }
    }

    @Test("The threshold of level 5 follows the potential as its equation says")
    func voltageThreshold() throws {
        let (a, b, k) = (0.005, 0.09, 1 / Self.tau)
        for (h, decay) in [(0.1, b), (1, b), (0.1, k), (0.25, k * (1 + 1e-9))] {
            let neuron = try SingleNeuron(
                GLIF.self,
                Self.silent.merging(["c_m": 250, "g": 25, "v_reset": -70, "th_voltage_decay": decay]) { $1 },
                options: ["level": "5"], step: h)
            let every = Int(1 / h)
            let result = neuron.run(50 * every, every: every, record: ["threshold_voltage"])
            let target = Self.current * Self.tau / Self.capacitance
            let expected = (1...50).map { step -> Double in
                let t = Double(step)
                let rate = decay - k
                let difference = abs(rate) < 1e-6 ? t * exp(-k * t) : (exp(-k * t) - exp(-decay * t)) / rate
                return a * target * (-expm1(-decay * t) / decay - difference)
            }
            #expect(
                greatestDifference(result.trace("threshold_voltage"), expected).value < 2e-6,
                "step \(h), decay \(decay)")
        }
    }

    @Test("First spikes over 83 currents follow the closed form (PyNN's scenario 2)")
    func firstSpikes() throws {
        let (n, tau, threshold, start, h) = (83, 20.0, 10.0, 25.0, 0.01)
        let rheobase = threshold * 1000 / tau
        let population = try Population(
            "neurons", count: n, model: LIFCurrentExponential.self,
            parameters: [
                "tau_m": .uniform(tau), "e_l": 0, "v_reset": 0, "t_ref": 100, "v_threshold": .uniform(threshold),
                "c_m": .uniform(1000),
            ])
        let currents = (0..<n).map { rheobase + 1000 * Double($0) / Double(n) }
        let result = SingleNeuron(population, step: h).run(
            15000,
            current: { step, neuron in
                step > 2500 && step <= 12500 ? currents[neuron] : 0
            }, record: [])
        // At the rheobase itself the threshold is reached in infinite time.
        #expect(result.spikes[0].isEmpty)
        var greatest = 0.0
        for neuron in 1..<n {
            let drive = currents[neuron] * tau
            let expected = start + tau * log(drive / (drive - threshold * 1000))
            guard expected < 125 else { continue }
            let first = Double(try #require(result.spikes[neuron].first)) * h
            greatest = max(greatest, abs(first - expected) / expected)
        }
        #expect(greatest < 0.005)
        Report.write("closed form: scenario 2: greatest relative error \(greatest)")
    }

    @Test("The rate over the current follows T = tau·ln(I·tau/(I·tau − V·C)) + t_ref", arguments: [0.1, 0.025])
    func rates(_ h: Double) throws {
        for amplitude in stride(from: 400.0, through: 1600, by: 100) {
            for model in [LIFCurrentExponential.self, LIFCurrentDelta.self, LIFCurrentAlpha.self]
                as [any NeuronModel.Type]
            {
                let result = try SingleNeuron(model, ["i_e": amplitude, "t_ref": 2], step: h).run(
                    Int(1000 / h), record: [])
                let drive = amplitude * 10
                let period = 10 * log(drive / (drive - 15 * 250)) + 2
                let spikes = result.steps
                #expect(spikes.count > 10)
                let measured = Double(spikes[spikes.count - 1] - spikes[0]) * h / Double(spikes.count - 1)
                // A spike waits for the end of its step: at most one step late.
                #expect(
                    measured >= period - 1e-3 && measured <= period + h + 1e-3, "\(model.schema.name), \(amplitude) pA")
            }
        }
    }

    @Test("The neurons of NeuroML's example 0 cross −55.1 mV when its engines say")
    func neuroML() throws {
        let h = 0.005
        let iafTau: [String: Double] = ["tau_m": 30, "e_l": -50, "v_threshold": -55, "v_reset": -70, "t_ref": 0]
        let iaf: [String: Double] = [
            "tau_m": 16, "c_m": 3.2, "e_l": -53, "v_threshold": -55, "v_reset": -70, "t_ref": 0,
        ]
        let expected: [([String: Double], Double, [Double])] = [
            (iafTau, 0, [41.0, 82.595, 124.19]), (iafTau, 5, [46.0, 92.6]), (iaf, 0, [33.47, 67.72]),
            (iaf, 5, [38.47, 77.725]),
        ]
        for (parameters, refractory, times) in expected {
            let neuron = try SingleNeuron(
                LIFCurrentExponential.self, parameters.merging(["t_ref": refractory]) { $1 }, step: h)
            let v = neuron.run(Int(140 / h)).trace("v")
            let crossings = v.indices.dropFirst().filter { v[$0] >= -55.1 && v[$0 - 1] < -55.1 }.map {
                Double($0 + 1) * h
            }
            #expect(crossings.count >= times.count)
            for (index, time) in times.enumerated() {
                // LEMS steps by Euler's method and resets one step after the crossing.
                #expect(
                    abs(crossings[index] - time) <= 2 * h * Double(index + 1) + 1e-9, "\(time): \(crossings[index])")
            }
        }
    }

    @Test("Integrate-and-fire without leak counts its input; the integrator keeps it")
    func integrating() throws {
        // Numbers that binary fractions hold exactly, so counts are exact too.
        let spiking = try SingleNeuron(IntegrateAndFire.self, ["i": 0.375], initial: ["v": 0.5], step: 0.5)
        let counted = spiking.run(2000, inputs: ["input": [(step: 4, weight: 10), (step: 8, weight: -3)]])
        #expect(counted.steps.count == 382)
        #expect(counted.trace("v").last == 0.5)
        let reset = try SingleNeuron(
            IntegrateAndFire.self, ["i": 0.375, "r": 2, "v_threshold": 1, "v_reset": 0.25],
            options: ["reset": "to_value"],
            step: 0.5)
        // 0.375 a step: 0, .375, .75, 1.125 → .25, .625, 1 → .25 …
        #expect(reset.run(7).steps == [3, 5, 7])
        let adding = try SingleNeuron(Integrator.self, ["r": 2, "i": -0.25], step: 0.5)
        let sum = adding.run(64, inputs: ["input": [(step: 5, weight: 3)]], current: { step, _ in step <= 8 ? 1 : 0 })
        #expect(sum.trace("v").last == -2.0)
        #expect(sum.steps.isEmpty)
    }

    @Test("The quadratic integrate-and-fire neuron fires at the period of the closed form, whatever the step")
    func quadratic() throws {
        let (c, g, rest, critical, peak, reset) = (250.0, 20.0, -70.0, -50.0, 20.0, -75.0)
        for current in [101.0, 150, 400, 2000] {
            let k = g / (critical - rest)
            let half = (critical - rest) / 2
            let s = (current / k - half * half).squareRoot()
            let middle = (rest + critical) / 2
            let period = c / (k * s) * (atan((peak - middle) / s) - atan((reset - middle) / s))
            for step in [0.5, 0.1, 0.025] {
                let neuron = try SingleNeuron(
                    QuadraticIntegrateAndFire.self,
                    [
                        "c_m": c, "g_l": g, "e_l": rest, "v_c": critical, "v_peak": peak, "v_reset": reset,
                        "i_e": current,
                    ], initial: ["v": reset], step: step)
                let first = Double(try #require(neuron.run(Int(period / step) + 3).steps.first)) * step
                // Stamped with the end of its step; a hair for the rounding of single precision.
                let late = (first - period) / step
                #expect(late > -1e-2 && late < 1.01, "\(current) pA, \(step) ms: \(first) ms, \(period) ms")
            }
        }
    }
}
