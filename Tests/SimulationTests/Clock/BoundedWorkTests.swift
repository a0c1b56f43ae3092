import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits
import Testing

/// What would take memory or time without bound is refused before it begins.
@Suite("Bounded work")
struct BoundedWorkTests {
    private func refuses(_ text: String, _ make: () throws -> Void) {
        var said = "nothing"
        do { try make() } catch { said = "\(error)" }
        #expect(said.contains(text))
    }

    @Test("Networks that do not fit are refused by an estimate that makes no list of neurons")
    func memory() throws {
        let count = 100_000_000
        let network = try Network(
            name: "n",
            populations: [
                Population(
                    "p", count: count, model: LIFCurrentExponential.self,
                    initialValues: ["v": .drawn(.uniform(low: -60, high: -50))])
            ],
            projections: [
                Projection(
                    "x", from: "p", to: "p", connector: FixedProbabilityConnector(probability: 0.2),
                    synapse: Synapse(weight: 1, delay: 1))
            ])
        // Neurons would fit.
        for engine in EngineChoice.allCases {
            refuses("about 2000000000 million synapses would take") {
                try MemoryEstimate.check(network, engine: engine, workers: 2, limit: 1 << 40)
            }
            refuses("100 million neurons would take") {
                try MemoryEstimate.check(network, engine: engine, workers: 2, limit: 1 << 30)
            }
        }
        refuses("million synapses would take") {
            _ = try ClockSimulation(
                network, step: .milliseconds(0.1), pool: WorkerPool(workers: 1), memoryLimit: 1 << 40)
        }
        refuses("million synapses would take") {
            _ = try EventSimulation(network, pool: WorkerPool(workers: 1), memoryLimit: 1 << 40)
        }
        // Procedural synapses take none.
        try MemoryEstimate.check(network.procedural(), engine: .clock, workers: 2, limit: 1 << 40)
    }

    @Test("Time constants that cut a step into countless parts are refused with the population")
    func parts() throws {
        for model in [LIFConductanceExponential.self, AdExConductanceAlpha.self, HodgkinHuxleyTraub.self]
            as [any NeuronModel.Type]
        {
            let network = try Network(
                name: "n", populations: [Population("p", count: 1, model: model, parameters: ["tau_syn_ex": 1e-7])],
                projections: [])
            refuses("population 'p': its shortest time constant would cut a step of 0.1 ms into more than 10000 parts")
            {
                _ = try ClockSimulation(network, step: .milliseconds(0.1), pool: WorkerPool(workers: 1))
            }
        }
    }

    @Test("A conductance that an integrator cannot follow ends the run with population, neuron and time")
    func conductance() throws {
        for workers in [1, 2, 3] {
            let network = try Network(
                name: "n",
                populations: [
                    Population("s", count: 1, model: SpikeSourceArray.self, tables: ["spike_times": [[1]]]),
                    Population("p", count: 7, model: AdExConductanceExponential.self),
                ],
                projections: [
                    Projection(
                        "x", from: "s", to: Assembly([PopulationView("p", .range(3..<7))]),
                        connector: AllToAllConnector(), synapse: Synapse(weight: 1e12, delay: 0.1),
                        receptor: "inhibitory")
                ])
            let simulation = try ClockSimulation(
                network, step: .milliseconds(0.1), pool: WorkerPool(workers: workers))
            refuses("neuron 3 of 'p' stopped before 3.0 ms: its integrator needs more than 10000 steps") {
                try simulation.run(for: .milliseconds(3))
            }
        }
    }

    @Test("Runs of more steps than end in days are refused")
    func steps() throws {
        let network = try Network(
            name: "n", populations: [Population("p", count: 1, model: LIFCurrentExponential.self)], projections: [])
        let simulation = try ClockSimulation(network, step: .milliseconds(1e-9), pool: WorkerPool(workers: 1))
        refuses("1000.0 ms in parts of 1e-09 ms are too many steps: take a longer step or a shorter run") {
            try simulation.run(for: .seconds(1))
        }
    }
}
