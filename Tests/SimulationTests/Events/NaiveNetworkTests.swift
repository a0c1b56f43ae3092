import Foundation
import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireTestSupport
import SynfireUnits
import Testing

/// Networks against a simulator that is written for nothing but to be plain.
@Suite("Networks against a naive simulator")
struct NaiveNetworkTests {
    private typealias Spike = (time: Double, neuron: Int)

    /// Benchmark 4 of Brette and others, 2007 (doi:10.1007/s10827-007-0038-6): currents stand for themselves, spikes are jumps.
    private static func jumping() throws -> Network {
        try balanced(
            LIFCurrentDelta.self, count: 4000, probability: 0.02, weights: (0.25, -2.25), delay: 0.125, [:])
    }

    private static func currents() throws -> Network {
        try balanced(
            LIFCurrentExponential.self, count: 1000, probability: 0.08, weights: (16.2, -90), delay: 0.1234567,
            ["tau_syn_ex": 5, "tau_syn_in": 10])
    }

    private static func balanced(
        _ model: any NeuronModel.Type, count: Int, probability: Double, weights: (Double, Double), delay: Double,
        _ own: [String: ParameterValue]
    ) throws -> Network {
        let parameters: [String: ParameterValue] = [
            "tau_m": 20, "c_m": 200, "e_l": -49, "v_threshold": -50, "v_reset": -60, "t_ref": 5,
        ].merging(own) { $1 }
        func population(_ name: String, _ count: Int) throws -> Population {
            try Population(
                name, count: count, model: model, parameters: parameters,
                initialValues: ["v": .drawn(.uniform(low: -60, high: -50))])
        }
        func projection(_ source: String, _ weight: Double) -> Projection {
            Projection(
                source, from: Assembly(source), to: ["exc", "inh"],
                connector: FixedProbabilityConnector(probability: probability),
                synapse: Synapse(weight: .uniform(weight), delay: .uniform(delay)))
        }
        return try Network(
            name: "balanced", populations: [population("exc", count * 4 / 5), population("inh", count / 5)],
            projections: [projection("exc", weights.0), projection("inh", weights.1)])
    }

    /// Brunel 2000 (doi:10.1023/A:1008925309027) with a tenth of its neurons, η = 2, g = 5; each neuron has a given train.
    private static func brunel(seed: UInt64, duration: Double) throws -> Network {
        let weight = 0.8
        var random = RandomStream(seed: seed, stream: 1)
        let trains = (0..<1250).map { _ -> [Double] in
            var (times, time) = ([Double](), 0.0)
            while true {
                time -= weight * 20 / (2 * 20) * log(1 - random.uniform())
                if time > duration { return times }
                times.append(time)
            }
        }
        let parameters: [String: ParameterValue] = [
            "tau_m": 20, "c_m": 250, "e_l": 0, "v_threshold": 20, "v_reset": 0, "t_ref": 2,
        ]
        func population(_ name: String, _ count: Int) throws -> Population {
            try Population(
                name, count: count, model: LIFCurrentDelta.self, parameters: parameters,
                initialValues: ["v": .drawn(.uniform(low: 0, high: 20))])
        }
        func projection(_ source: String, _ weight: SynapseValue) -> Projection {
            Projection(
                source, from: Assembly(source), to: ["exc", "inh"],
                connector: FixedProbabilityConnector(probability: 0.1),
                synapse: Synapse(weight: weight, delay: .drawn(.uniform(low: 0.5, high: 2.5))))
        }
        return try Network(
            name: "brunel",
            populations: [
                population("exc", 1000), population("inh", 250),
                Population("drive", count: 1250, model: SpikeSourceArray.self, tables: ["spike_times": trains]),
            ],
            projections: [
                projection("exc", .drawn(.normal(mean: weight, standardDeviation: 0.1 * weight))),
                projection("inh", .uniform(-5 * weight)),
                Projection(
                    "drive", from: "drive", to: ["exc", "inh"], connector: OneToOneConnector(),
                    synapse: Synapse(weight: .uniform(weight), delay: 1.5)),
            ])
    }

    /// The same network, from the synapses that the engine has.
    private static func naive(_ simulation: EventSimulation) throws -> NaiveEvents {
        let network = simulation.network
        let populations = network.populations.filter { $0.model.schema.emitsSpikes && !$0.model.schema.state.isEmpty }
        var firsts: [String: Int] = [:]
        var neurons: [NaiveEvents.Neuron] = []
        for population in populations {
            firsts[population.name] = neurons.count
            func value(_ symbol: String, _ neuron: Int) -> Double {
                population.values[symbol].value(at: neuron, neuronsPerChannel: 1)
            }
            let hasCurrents = population.model.schema.name == "lif_curr_exp"
            for n in 0..<population.count {
                neurons.append(
                    NaiveEvents.Neuron(
                        tau: value("tau_m", n), capacitance: value("c_m", n), rest: value("e_l", n),
                        threshold: value("v_threshold", n), reset: value("v_reset", n), refractory: value("t_ref", n),
                        bias: value("i_e", n),
                        synaptic: hasCurrents ? (value("tau_syn_ex", n), value("tau_syn_in", n)) : nil,
                        v: value("v", n)))
            }
        }
        var outgoing = [[(projection: Int, synapses: [NaiveEvents.Synapse])]](repeating: [], count: neurons.count)
        var driven: [(source: Int, target: Int, weight: Double, delay: Double, projection: Int)] = []
        for (number, projection) in network.projections.enumerated() {
            let list = try simulation.synapses(of: projection.name)
            // Targets are all neurons, in order.
            var rows: [Int: [NaiveEvents.Synapse]] = [:]
            for synapse in 0..<list.count {
                let (source, target) = (Int(list.sources[synapse]), Int(list.targets[synapse]))
                let (weight, delay) = (list.weights[synapse], list.delays[synapse])
                if let first = firsts[projection.source] {
                    rows[first + source, default: []].append(.init(target: target, weight: weight, delay: delay))
                } else {
                    driven.append((source, target, weight, delay, number))
                }
            }
            for (source, synapses) in rows { outgoing[source].append((number, synapses)) }
        }
        let naive = NaiveEvents(neurons, outgoing: outgoing)
        let trains = network.populations.last?.values.tables["spike_times"] ?? []
        for synapse in driven {
            for time in trains[synapse.source] {
                naive.send(
                    at: time + synapse.delay, to: synapse.target, weight: synapse.weight,
                    projection: synapse.projection, source: synapse.source, synapse: 0)
            }
        }
        return naive
    }

    /// The spikes of both, in order of time; neurons counted through.
    private static func both(_ network: Network, seed: UInt64, duration: Double) throws -> (
        own: [Spike], naive: [Spike]
    ) {
        let simulation = try EventRig.simulation(
            network, recorders: [Recorder(.spikes, of: ["exc", "inh"])], workers: 2, seed: seed)
        let naive = try naive(simulation)
        let first = network.populations[0].count
        let own = try EventRig.record(simulation, runs: [duration]).enumerated().flatMap { part, recording in
            zip(recording.spikes.times, recording.spikes.neurons).map { ($0, Int($1) + part * first) }
        }
        naive.run(until: duration)
        func sorted(_ spikes: [Spike]) -> [Spike] { spikes.sorted { ($0.time, $0.neuron) < ($1.time, $1.neuron) } }
        return (sorted(own), sorted(naive.spikes))
    }

    private static func statistics(_ spikes: [Spike], neurons: Int, seconds: Double) -> (rate: Double, cv: Double) {
        var trains = [[Double]](repeating: [], count: neurons)
        for spike in spikes { trains[spike.neuron].append(spike.time) }
        let cvs = trains.filter { $0.count >= 4 }.map { train -> Double in
            let intervals = zip(train.dropFirst(), train).map { $0 - $1 }
            let mean = intervals.reduce(0, +) / Double(intervals.count)
            return (intervals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(intervals.count)).squareRoot()
                / mean
        }
        return (
            Double(spikes.count) / Double(neurons) / seconds, cvs.reduce(0, +) / Double(max(cvs.count, 1))
        )
    }

    @Test(
        "The first 50 ms are the same spikes, and half a second has the same statistics", .tags(.random),
        arguments: ["jumps", "currents", "brunel"])
    func agreement(_ name: String) throws {
        let seed = TestSeed.of(name)
        let network =
            switch name {
            case "jumps": try Self.jumping()
            case "currents": try Self.currents()
            default: try Self.brunel(seed: seed, duration: 500)
            }
        let (own, naive) = try Self.both(network, seed: seed, duration: 500)
        let (ownFirst, naiveFirst) = (own.filter { $0.time < 50 }, naive.filter { $0.time < 50 })
        #expect(ownFirst.count > 200)
        #expect(ownFirst.map(\.neuron) == naiveFirst.map(\.neuron))
        let worst = zip(ownFirst, naiveFirst).map { abs($0.time - $1.time) }.max() ?? .infinity
        #expect(worst <= 1e-9)
        let same = zip(own, naive).prefix { $0.neuron == $1.neuron && abs($0.time - $1.time) < 1e-9 }.count
        let count = network.populations[0].count + network.populations[1].count
        let (a, b) = (
            Self.statistics(own, neurons: count, seconds: 0.5), Self.statistics(naive, neurons: count, seconds: 0.5)
        )
        print(
            """
            \(name): \(ownFirst.count) spikes in 50 ms, worst \(worst) ms; \(own.count) and \(naive.count) in 500 ms, \
            the first \(same) the same; rates \(a.rate), \(b.rate), CV \(a.cv), \(b.cv)
            """)
        // Chaos parts them, after which both are samples of one law.
        #expect(abs(a.rate - b.rate) < 0.05 * b.rate)
        #expect(abs(a.cv - b.cv) < 0.05)
    }
}
