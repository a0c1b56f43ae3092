import Foundation
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireTestSupport
import SynfireUnits
import Testing

@Suite("Currents and errors in continuous time")
struct EventCurrentTests {
    private static func neuron(_ own: [String: ParameterValue] = [:], count: Int = 1) throws -> Population {
        try Population(
            "n", count: count, model: LIFCurrentDelta.self,
            parameters: [
                "tau_m": 10, "c_m": 100, "e_l": 0, "v_threshold": 10, "v_reset": 0, "t_ref": 1.25,
            ].merging(own) { $1 }, initialValues: ["v": 0])
    }

    /// From a potential v the threshold θ is reached after τ·ln((a − v)/(a − θ)), where a is what the current leads to.
    private static func wait(from v: Double, _ a: Double) -> Double { 10 * log((a - v) / (a - 10)) }

    @Test("A constant current begins and ends at its very times")
    func constant() throws {
        let (start, stop, a) = (3.3, 60.017, 15.0)
        let network = try Network(
            name: "n", populations: [Self.neuron()], projections: [],
            stimuli: [
                Stimulus(
                    "dc", DirectCurrent.self, to: "n",
                    parameters: ["amplitude": .uniform(10 * a), "start": .uniform(start), "stop": .uniform(stop)])
            ])
        let found = try EventRig.record(
            network, recorders: [Recorder(.spikes, of: "n"), Recorder(.variable("v"), of: "n", every: 70, from: 70)],
            runs: [71])
        let period = Self.wait(from: 0, a) + 1.25
        let expected = (0..<10).map { start + Self.wait(from: 0, a) + Double($0) * period }.filter { $0 < stop }
        #expect(found[0].spikes.times.count == expected.count)
        for (time, exact) in zip(found[0].spikes.times, expected) { #expect(abs(time - exact) < 1e-12) }
        // What is left of the last potential.
        let free = (expected.last ?? 0) + 1.25
        let last = a * (1 - exp(-(stop - free) / 10)) * exp(-(70 - stop) / 10)
        #expect(abs(Double(found[1].samples[0]) - last) < 1e-6 * last)
    }

    @Test("Currents that step do so at their times, and those of several stimuli are added")
    func steps() throws {
        let times = [1.7, 9.123_4, 20]
        let network = try Network(
            name: "n", populations: [Self.neuron(count: 3)], projections: [],
            stimuli: [
                Stimulus(
                    "steps", StepCurrent.self, to: "n",
                    tables: ["amplitude_times": [times], "amplitude_values": [[80, 40, 100]]]),
                Stimulus(
                    "more", DirectCurrent.self, to: Assembly([PopulationView("n", .indices([1]))]),
                    parameters: ["amplitude": 60, "start": 9.123_4, "stop": 20]),
            ])
        let found = try EventRig.record(network, recorders: [Recorder(.spikes, of: "n")], runs: [20])[0]
        #expect(EventRig.times(found, neuron: 0).isEmpty)
        let v = 8 * (1 - exp(-(9.123_4 - 1.7) / 10))
        // 40 and 60 pA together lead to threshold and never reach it.
        #expect(EventRig.times(found, neuron: 1).isEmpty && EventRig.times(found, neuron: 2).isEmpty)
        let longer = try EventRig.record(network, recorders: [Recorder(.spikes, of: "n")], runs: [40])[0]
        #expect(longer.spikes.times.isEmpty)
        let stronger = try Network(
            name: "n", populations: [Self.neuron()], projections: [],
            stimuli: [
                Stimulus(
                    "steps", StepCurrent.self, to: "n",
                    tables: ["amplitude_times": [times], "amplitude_values": [[80, 40, 110]]])
            ])
        let spikes = try EventRig.record(stronger, recorders: [Recorder(.spikes, of: "n")], runs: [40])[0].spikes.times
        let low = 4 + (v - 4) * exp(-(20 - 9.123_4) / 10)
        #expect(spikes.count == 1 && abs(spikes[0] - (20 + Self.wait(from: low, 11))) < 1e-12)
    }

    @Test("Spike times of steps approach those of continuous time at first order", .tags(.random))
    func convergence() throws {
        let seed = TestSeed.of("convergence")
        var numbers = SeededGenerator(seed: seed)
        let trains = (0..<24).map { _ in (0..<30).map { _ in Double.random(in: 1...95, using: &numbers) }.sorted() }
        let network = try Network(
            name: "n",
            populations: [
                Population("s", count: 24, model: SpikeSourceArray.self, tables: ["spike_times": trains]),
                Population(
                    "n", count: 24, model: LIFCurrentExponential.self,
                    parameters: [
                        "tau_m": 20, "c_m": 200, "e_l": 0, "v_threshold": 10, "v_reset": 0, "t_ref": 2, "i_e": 90,
                        "tau_syn_ex": 3,
                    ], initialValues: ["v": 0]),
            ],
            projections: [
                Projection(
                    "x", from: "s", to: "n", connector: OneToOneConnector(), synapse: Synapse(weight: 120, delay: 1))
            ])
        let recorders = [Recorder(.spikes, of: "n")]
        let exact = try EventRig.record(network, recorders: recorders, runs: [100])[0]
        #expect(exact.spikes.times.count > 24)
        var errors: [Double] = []
        for step in [0.1, 0.05, 0.025, 0.0125, 0.00625] {
            let found = try ClockSimulationTests.record(
                network, recorders: recorders, workers: 1, step: step, runs: [100])[0]
            var (sum, count) = (0.0, 0)
            for neuron in 0..<24 {
                // The first spike of each: later ones depend on how the first were late.
                guard let a = EventRig.times(exact, neuron: neuron).first,
                    let b = EventRig.times(found, neuron: neuron).first
                else { continue }
                (sum, count) = (sum + abs(a - b), count + 1)
            }
            errors.append(sum / Double(count))
        }
        let order = log2(errors[0] / errors[4]) / 4
        print("errors \(errors), order \(order)")
        // Inputs and spikes are late by half a step on average each.
        #expect(order > 0.8 && order < 1.2)
        #expect(zip(errors, [0.1, 0.05, 0.025, 0.0125, 0.00625]).allSatisfy { $0 < 4 * $1 })
    }

    @Test("What continuous time cannot have is refused with a sentence")
    func refusals() throws {
        func expect(
            _ words: String..., location: SourceLocation = #_sourceLocation, _ make: () throws -> Network
        ) {
            #expect(sourceLocation: location) {
                try EventRig.simulation(make(), recorders: []).run(for: .milliseconds(300))
            } throws: { error in
                let fits = error is SimulationError && words.allSatisfy { "\(error)".contains($0) }
                if !fits { print(error) }
                return fits
            }
        }
        let n = try Self.neuron(count: 4)
        func network(_ synapse: Synapse) throws -> Network {
            try Network(
                name: "n", populations: [n],
                projections: [Projection("x", from: "n", to: "n", connector: AllToAllConnector(), synapse: synapse)])
        }
        expect("population 'z'", "'izhikevich' has no closed form", "clock engine") {
            try Network(
                name: "n", populations: [Population("z", count: 1, model: Izhikevich.self)], projections: [])
        }
        expect("stimulus 'noise'", "is not constant between events", "clock engine") {
            try Network(
                name: "n", populations: [n], projections: [],
                stimuli: [Stimulus("noise", NoisyCurrent.self, to: "n")])
        }
        expect("projection 'x'", "storage: procedural", "store them") {
            try network(Synapse(weight: 1, delay: 1, storage: .procedural))
        }
        expect("neuron 2 of 'f' would spike more than a million times at about 1.5 ms", "far above its threshold") {
            try Network(
                name: "n",
                populations: [
                    Population("f", count: 3, model: IntegrateAndFire.self),
                    Population("s", count: 1, model: SpikeSourceArray.self, tables: ["spike_times": [[1.5]]]),
                ],
                projections: [
                    Projection(
                        "x", from: "s", to: Assembly([PopulationView("f", .indices([2]))]),
                        connector: AllToAllConnector(), synapse: Synapse(weight: 1e8, delay: 0))
                ])
        }
    }

    @Test("State that is no number any more is told", arguments: [LIFCurrentDelta.schema.name, "lif_curr_exp"])
    func notFinite(name: String) throws {
        let model: any NeuronModel.Type = name == "lif_curr_exp" ? LIFCurrentExponential.self : LIFCurrentDelta.self
        let network = try Network(
            name: "n",
            populations: [
                Population(
                    "f", count: 3, model: model, parameters: ["c_m": 1, "i_e": .perNeuron([0, -1e308, 0])]),
                Population("s", count: 1, model: SpikeSourceArray.self, tables: ["spike_times": [[1.5]]]),
            ],
            projections: [
                Projection(
                    "x", from: "s", to: Assembly([PopulationView("f", .indices([1]))]), connector: AllToAllConnector(),
                    synapse: Synapse(weight: 1, delay: 0))
            ])
        #expect {
            try EventRig.simulation(network, recorders: []).run(for: .milliseconds(60))
        } throws: { "\($0)".contains("neuron 1 of 'f': 'v' was no finite number any more at 1.5 ms") }
    }
}
