import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits
import Testing

@Suite("Delays in continuous time")
struct ZeroDelayTests {
    private static func source(_ name: String, _ times: [Double]) throws -> Population {
        try Population(name, count: 1, model: SpikeSourceArray.self, tables: ["spike_times": [times]])
    }

    private static func link(_ source: String, _ target: String, delay: SynapseValue) -> Projection {
        Projection(
            source + "-" + target, from: Assembly(source), to: Assembly(target), connector: AllToAllConnector(),
            synapse: Synapse(weight: 1, delay: delay))
    }

    @Test("A chain without delay passes a spike on at one time")
    func chain() throws {
        let times = [0.1, 0.333_333_333_333, 2, 17.25, 64, 99.999_999]
        let names = (0..<12).map { "p\($0)" }
        let network = try Network(
            name: "chain",
            populations: [Self.source("s", times)]
                + names.reversed().map { try Population($0, count: 1, model: Parrot.self) },
            projections: zip(["s"] + names, names).map { Self.link($0, $1, delay: 0) })
        for spikes in try EventRig.spikes(network, of: ["s"] + names, workers: 2, duration: 100) {
            #expect(spikes.map(\.time) == times)
        }
    }

    @Test("Neurons of a chain without delay spike at the time of the input that lifts them")
    func neurons() throws {
        let times = [0.7, 30.123, 70]
        func neuron(_ name: String) throws -> Population {
            try Population(name, count: 1, model: LIFCurrentDelta.self, parameters: ["t_ref": 0.01])
        }
        var links = [Self.link("s", "a", delay: 0), Self.link("a", "b", delay: 0)]
        for index in links.indices {
            links[index] = Projection(
                links[index].name, from: links[index].sources, to: links[index].targets, connector: AllToAllConnector(),
                synapse: Synapse(weight: 50, delay: 0))
        }
        let network = try Network(
            name: "n", populations: [neuron("b"), Self.source("s", times), neuron("a")], projections: links)
        for spikes in try EventRig.spikes(network, of: ["a", "b"], duration: 100) {
            #expect(spikes.map(\.time) == times)
        }
    }

    @Test("A circle without delay is refused with the names of its populations")
    func circle() throws {
        func network(_ delay: SynapseValue) throws -> Network {
            try Network(
                name: "circle",
                populations: [Self.source("s", [1])]
                    + ["a", "b", "c", "d"].map { try Population($0, count: 1, model: Parrot.self) },
                projections: [
                    Self.link("s", "a", delay: 0), Self.link("a", "b", delay: delay), Self.link("b", "c", delay: delay),
                    Self.link("c", "a", delay: delay), Self.link("c", "d", delay: 0),
                ])
        }
        #expect {
            try EventRig.spikes(network(0), of: ["d"], duration: 1)
        } throws: { error in
            guard case .zeroDelayCycle(let names)? = error as? SimulationError else { return false }
            return names.sorted() == ["a", "b", "c"] && ["'a'", "'b'", "'c'"].allSatisfy { "\(error)".contains($0) }
        }
        let rounds = try EventRig.spikes(network(0.25), of: ["d"], duration: 4)[0].map(\.time)
        #expect(rounds == [1.5, 2.25, 3, 3.75])
        #expect {
            let alone = try Network(
                name: "self", populations: [Population("a", count: 2, model: Parrot.self)],
                projections: [Self.link("a", "a", delay: 0)])
            _ = try EventRig.simulation(alone, recorders: [])
        } throws: { error in
            if case .zeroDelayCycle(["a"])? = error as? SimulationError { true } else { false }
        }
    }

    @Test("Delays that are no multiples of anything are exact", arguments: [0.123_456_7, 1 / 3.0, 12.345_678_9, 1e-4])
    func exact(delay: Double) throws {
        // Back and forth between two relays: each way takes one delay.
        let network = try Network(
            name: "n",
            populations: [
                Self.source("s", [0.1]), Population("a", count: 1, model: Parrot.self),
                Population("b", count: 1, model: Parrot.self),
            ],
            projections: [
                Self.link("s", "a", delay: .uniform(delay)), Self.link("a", "b", delay: .uniform(delay)),
                Self.link("b", "a", delay: .uniform(delay)),
            ])
        let duration = 0.1 + 200 * delay
        let found = try EventRig.spikes(network, of: ["a", "b"], workers: 2, duration: duration)
        for (first, spikes) in found.enumerated() {
            #expect(spikes.count >= 98)
            for (number, spike) in spikes.enumerated() {
                // The delay is rounded once.
                let ticks = Ticks.count(0.1) + Int64(2 * number + first + 1) * Ticks.count(delay)
                #expect(spike.time == Ticks.milliseconds(ticks))
            }
        }
    }

    @Test("Epochs are as long as the least delay of a circle, whatever the delays between groups")
    func epochs() throws {
        func simulation(_ between: SynapseValue, _ within: SynapseValue) throws -> EventSimulation {
            let network = try Network(
                name: "n",
                populations: [
                    Self.source("s", [0.3, 5]), Population("a", count: 1, model: Parrot.self),
                    Population("b", count: 1, model: Parrot.self), Population("end", count: 1, model: Parrot.self),
                ],
                projections: [
                    Self.link("s", "a", delay: between), Self.link("a", "b", delay: within),
                    Self.link("b", "a", delay: within), Self.link("b", "end", delay: between),
                ])
            return try EventRig.simulation(network, recorders: [Recorder(.spikes, of: "end")], workers: 2)
        }
        for (between, within) in [(0.0, 4.0), (0.01, 4), (100, 4)] {
            let simulation = try simulation(.uniform(between), .uniform(within))
            #expect(simulation.epochLength == 4)
            let found = try EventRig.record(simulation, runs: [400])[0].spikes.times
            let first = 2 * between + within
            let expected = [0.3, 5.0].flatMap { start in
                stride(from: start + first, through: 400, by: 2 * within).map { $0 }
            }.sorted()
            #expect(found.count == expected.count)
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-10 })
        }
    }
}
