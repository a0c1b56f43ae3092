import Foundation
import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits
import Testing

/// When spikes arrive and what they do there, against numbers that follow from the description alone.
@Suite("Delivery in steps")
struct ClockDeliveryTests {
    /// Fires at known times: a neuron far above threshold, refractory in between.
    private static func pacemaker(_ name: String, period: Double, count: Int = 1) throws -> Population {
        try Population(
            name, count: count, model: LIFCurrentExponential.self,
            parameters: ["e_l": 0, "v_threshold": 1, "v_reset": 0, "i_e": 1e6, "t_ref": .milliseconds(period - 0.1)],
            initialValues: ["v": 0])
    }

    private static func passive(_ name: String, count: Int = 1) throws -> Population {
        try Population(
            name, count: count, model: LIFCurrentExponential.self,
            parameters: ["v_threshold": 1000, "tau_syn_ex": 2, "tau_syn_in": 5])
    }

    @Test("A spike of weight w moves the potential by the closed form, from a delay after it on")
    func potential() throws {
        let (weight, delay, tau, synaptic, capacitance) = (120.0, 1.3, 10.0, 2.0, 250.0)
        let network = try Network(
            name: "n", populations: [Self.pacemaker("p", period: 500), Self.passive("q")],
            projections: [
                Projection(
                    "x", from: "p", to: "q", connector: AllToAllConnector(),
                    synapse: Synapse(weight: .uniform(weight), delay: .uniform(delay)))
            ])
        let recorders = [
            Recorder(.spikes, of: "p"), Recorder(.variable("v"), of: "q", every: 0.1),
            Recorder(.variable("i_ex"), of: "q", every: 0.1),
        ]
        let found = try ClockSimulationTests.record(network, recorders: recorders, workers: 1, runs: [60])
        #expect(found[0].spikes.times == [0.1])
        var worst = 0.0
        for (index, v) in found[1].samples.enumerated() {
            let t = Double(index) * 0.1 - (0.1 + delay)
            let factor = weight / capacitance * tau * synaptic / (tau - synaptic)
            let expected = t > -0.05 ? -70 + factor * (exp(-max(0, t) / tau) - exp(-max(0, t) / synaptic)) : -70
            worst = max(worst, abs(Double(v) - expected))
        }
        // Single precision of a potential of −70 mV: half a unit in its last place is 3.8e-6 mV.
        #expect(worst < 8e-6, "\(worst)")
        let jump = found[2].samples.firstIndex { $0 > 0 }
        #expect(jump == 14)
        #expect(found[2].samples[14] == Float(weight))
    }

    @Test("Each synapse keeps its delay, and a delay longer than a run arrives in the next")
    func delays() throws {
        let delays = [0.1, 0.7, 12.5, 40]
        let network = try Network(
            name: "n", populations: [Self.pacemaker("p", period: 500), Self.passive("q", count: delays.count)],
            projections: delays.enumerated().map { index, delay in
                Projection(
                    "x\(index)", from: "p",
                    to: Assembly([PopulationView("q", .indices([index]))]), connector: AllToAllConnector(),
                    synapse: Synapse(weight: 10, delay: .uniform(delay)))
            })
        let recorders = [Recorder(.variable("i_ex"), of: "q", every: 0.1)]
        let found = try ClockSimulationTests.record(network, recorders: recorders, workers: 2, runs: [10, 20, 20])
        for (neuron, delay) in delays.enumerated() {
            let samples = stride(from: neuron, to: found[0].samples.count, by: delays.count).map {
                found[0].samples[$0]
            }
            #expect(samples.firstIndex { $0 > 0 } == Int(((0.1 + delay) / 0.1).rounded()), "delay \(delay)")
        }
    }

    @Test("The sign of weights tells the receptor, and a name decides")
    func receptors() throws {
        func run(_ weight: Double, _ receptor: String?) throws -> [Float] {
            let network = try Network(
                name: "n", populations: [Self.pacemaker("p", period: 500), Self.passive("q")],
                projections: [
                    Projection(
                        "x", from: "p", to: "q", connector: AllToAllConnector(),
                        synapse: Synapse(weight: .uniform(weight), delay: 0.1), receptor: receptor)
                ])
            let recorders = ["i_ex", "i_in"].map { Recorder(.variable($0), of: "q", every: 0.1) }
            return try ClockSimulationTests.record(network, recorders: recorders, workers: 1, runs: [0.3])
                .map { $0.samples[2] }
        }
        #expect(try run(5, nil) == [5, 0])
        #expect(try run(-5, nil) == [0, -5])
        #expect(try run(5, "inhibitory") == [0, 5])
        #expect { try run(5, "inhibitry") } throws: { "\($0)".contains("did you mean 'inhibitory'?") }
    }

    @Test("Views and assemblies connect exactly the neurons they name, autapses left out where asked")
    func views() throws {
        let network = try Network(
            name: "n", populations: [Self.pacemaker("p", period: 500, count: 6), Self.passive("q", count: 5)],
            projections: [
                Projection(
                    "x", from: Assembly([PopulationView("p", .range(1..<4))]),
                    to: Assembly([PopulationView("q", .indices([4, 1])), PopulationView("p", .range(0..<2))]),
                    connector: AllToAllConnector(allowsAutapses: false), synapse: Synapse(weight: 1, delay: 0.1))
            ])
        for workers in [1, 3] {
            let pool = try WorkerPool(workers: workers)
            let recorders = [
                Recorder(.variable("i_ex"), of: "q", every: 0.1), Recorder(.variable("i_ex"), of: "p", every: 0.1),
            ]
            let simulation = try ClockSimulation(
                network, step: .milliseconds(0.1), pool: pool, recorders: recorders)
            // Three sources, four targets; neuron 1 of p is on both sides.
            #expect(simulation.synapseCount == 11)
            var last: [[Float]] = []
            try simulation.run(for: .milliseconds(0.3)) { segment in
                if !segment.recordings[0].samples.isEmpty {
                    last = [segment.recordings[0].samples.suffix(5), segment.recordings[1].samples.suffix(6)]
                        .map(Array.init)
                }
            }
            #expect(last == [[0, 3, 0, 0, 3], [3, 2, 0, 0, 0, 0]])
        }
    }

    @Test("Recorders keep to their neurons, interval and window")
    func windows() throws {
        let network = try Network(
            name: "n", populations: [Self.pacemaker("p", period: 1, count: 3)], projections: [])
        let recorders = [
            Recorder(.spikes, of: Assembly([PopulationView("p", .indices([2]))]), from: 2.1, to: 5.1),
            Recorder(.variable("v"), of: Assembly([PopulationView("p", .range(0..<2))]), every: 0.5, from: 1, to: 3),
        ]
        let found = try ClockSimulationTests.record(network, recorders: recorders, workers: 2, runs: [1.7, 8.3])
        #expect(found[0].spikes.neurons == [2, 2, 2])
        #expect(zip(found[0].spikes.times, [3.1, 4.1, 5.1]).allSatisfy { abs($0 - $1) < 1e-9 })
        #expect(found[1].samples.count == 4 * 2)
    }

    @Test("A current stimulus acts on its targets in its window")
    func stimulus() throws {
        let network = try Network(
            name: "n", populations: [Self.passive("q", count: 4)], projections: [],
            stimuli: [
                Stimulus(
                    "dc", DirectCurrent.self, to: Assembly([PopulationView("q", .indices([3, 1]))]),
                    parameters: ["amplitude": .perNeuron([100, 200]), "start": 1, "stop": 2])
            ])
        let recorders = [Recorder(.variable("v"), of: "q", every: 0.1)]
        let found = try ClockSimulationTests.record(network, recorders: recorders, workers: 3, runs: [3])[0].samples
        func rise(_ neuron: Int, _ time: Int) -> Double { Double(found[time * 4 + neuron]) + 70 }
        #expect(rise(0, 29) == 0 && rise(2, 29) == 0 && rise(3, 10) == 0)
        let full = 10.0 / 250 * (1 - exp(-0.1))
        #expect(abs(rise(3, 20) - 100 * full) < 1e-5 && abs(rise(1, 20) - 200 * full) < 1e-5)
        #expect(abs(rise(3, 29) - 100 * full * exp(-0.09)) < 1e-5)
    }

    @Test("What cannot be run is refused with a sentence")
    func errors() throws {
        func expect(_ words: String, _ make: () throws -> Void, location: SourceLocation = #_sourceLocation) {
            #expect(sourceLocation: location) { try make() } throws: { error in
                if !"\(error)".contains(words) { print(error) }
                return "\(error)".contains(words)
            }
        }
        let pool = try WorkerPool(workers: 2)
        let (p, q) = (try Self.pacemaker("p", period: 5), try Self.passive("q", count: 100))
        func run(
            _ projections: [Projection] = [], step: Double = 0.1, recorders: [Recorder] = [], limit: Int? = nil,
            time: Double = 1
        ) throws {
            let network = try Network(name: "n", populations: [p, q], projections: projections)
            let simulation = try ClockSimulation(
                network, step: .milliseconds(step), pool: pool, recorders: recorders, memoryLimit: limit)
            try simulation.run(for: .milliseconds(time))
        }
        func projection(_ delay: SynapseValue = 1, inDegree: Int = 2, weight: SynapseValue = 1) -> Projection {
            Projection(
                "x", from: "q", to: "q",
                connector: FixedInDegreeConnector(inDegree: inDegree, allowsMultapses: false),
                synapse: Synapse(weight: weight, delay: delay))
        }
        expect("the step is 0.0 ms") { try run(step: 0) }
        expect("the step is nan ms") { try run(step: .nan) }
        expect("the duration of 1.0 ms is not a whole number of steps of 0.3 ms") { try run(step: 0.3) }
        expect("the duration is -1.0 ms") { try run(time: -1) }
        expect("in-degree is 101, but only 100 sources") { try run([projection(inDegree: 101)]) }
        expect("about 10000 synapses would take") { try run([projection(inDegree: 100)], limit: 10_000) }
        expect("has no variable 'vv'; did you mean 'v'?") { try run(recorders: [Recorder(.variable("vv"), of: "q")]) }
        expect("names the population 'r'") { try run(recorders: [Recorder(.spikes, of: "r")]) }
        expect("the delay is inf") { try run([projection(.uniform(.infinity))]) }
        expect("the weight is nan") { try run([projection(weight: .uniform(.nan))]) }
    }

    @Test("A neuron that stands twice among the sources, and plasticity that leaves a receptor's sign, are refused")
    func refusals() throws {
        let q = try Self.passive("q", count: 10)
        let g = try Population("g", count: 4, model: LIFConductanceExponential.self)
        func make(_ projection: Projection) throws {
            let network = try Network(name: "n", populations: [q, g], projections: [projection])
            _ = try ClockSimulation(network, step: .milliseconds(0.1), pool: WorkerPool(workers: 1))
        }
        let twice = Assembly([PopulationView("q"), PopulationView("q", .range(3..<5))])
        #expect {
            try make(
                Projection(
                    "x", from: twice, to: "g", connector: AllToAllConnector(), synapse: Synapse(weight: 1, delay: 1)))
        } throws: { "\($0)".contains("neuron 3 of 'q' stands twice among the sources") }
        let plastic = Synapse(
            weight: 1, delay: 1, longTerm: try PlasticityMechanism(PairSTDP.self, ["w_min": 0, "w_max": -100]))
        #expect {
            try make(Projection("x", from: "q", to: "g", connector: AllToAllConnector(), synapse: plastic))
        } throws: { "\($0)".contains("plasticity may lead to weights from -100.0 to 0.0") }
    }

    @Test("More neurons or synapses than memory holds are refused before any is made")
    func memory() throws {
        let pool = try WorkerPool(workers: 1)
        let big = try Population(
            "big", count: 2_000_000_000, model: LIFCurrentExponential.self,
            initialValues: ["v": .drawn(.uniform(low: -70, high: -60))])
        #expect {
            _ = try ClockSimulation(
                try Network(name: "n", populations: [big], projections: []), step: .milliseconds(0.1), pool: pool,
                memoryLimit: 1 << 34)
        } throws: { "\($0)".hasPrefix("2000 million neurons would take about") }
        let many = Projection(
            "x", from: "q", to: "q", connector: FixedOutDegreeConnector(outDegree: 50_000),
            synapse: Synapse(weight: 1, delay: 1))
        #expect {
            _ = try ClockSimulation(
                try Network(name: "n", populations: [Self.passive("q", count: 100_000)], projections: [many]),
                step: .milliseconds(0.1), pool: pool, memoryLimit: 1 << 30)
        } throws: { "\($0)".hasPrefix("about 5000 million synapses would take") }
    }

    @Test("State that is no number any more is told with population, neuron and time")
    func blowUp() throws {
        let q = try Population(
            "q", count: 9, model: LIFCurrentExponential.self, parameters: ["v_threshold": 1e30],
            initialValues: ["i_ex": .perNeuron([0, 0, 0, 0, 3e38, 0, 0, 0, 0])])
        let network = try Network(
            name: "n", populations: [q, Self.pacemaker("p", period: 1)],
            projections: [
                Projection(
                    "x", from: "p", to: Assembly([PopulationView("q", .indices([4]))]), connector: AllToAllConnector(),
                    synapse: Synapse(weight: 3e38, delay: 0.1))
            ])
        for workers in [1, 2, 7] {
            #expect {
                _ = try ClockSimulationTests.record(network, recorders: [], workers: workers, runs: [100])
            } throws: {
                "\($0)".contains("neuron 4 of 'q': ") && "\($0)".contains("was no finite number any more at 25.6 ms")
            }
        }
    }
}
