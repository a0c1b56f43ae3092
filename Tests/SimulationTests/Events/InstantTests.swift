import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits
import Testing

/// Events that are of one instant by the decimal numbers that were given, whatever doubles make of their sums.
@Suite("Events of one instant")
struct InstantTests {
    private struct Input {
        var times: [Double]
        var weight: Double
        var delay: SynapseValue
    }

    /// The spikes of a neuron that gets jumps from some sources, each with its own projection and delay.
    private static func spikes(
        _ inputs: [Input], _ parameters: [String: ParameterValue] = [:], shared: Bool = true, duration: Double
    ) throws -> [Double] {
        var populations = [try Population("n", count: 2, model: LIFCurrentDelta.self, parameters: parameters)]
        if !shared {
            // Parameters that differ make a kernel that goes from event to event.
            var own = parameters
            own["i_e"] = ParameterValue(.perNeuron([0, 1e-6]))
            populations = [try Population("n", count: 2, model: LIFCurrentDelta.self, parameters: own)]
        }
        var projections: [Projection] = []
        for (number, input) in inputs.enumerated() {
            populations.append(
                try Population(
                    "s\(number)", count: 1, model: SpikeSourceArray.self, tables: ["spike_times": [input.times]]))
            projections.append(
                Projection(
                    "p\(number)", from: Assembly("s\(number)"), to: "n", connector: AllToAllConnector(),
                    synapse: Synapse(weight: .uniform(input.weight), delay: input.delay)))
        }
        let network = try Network(name: "instants", populations: populations, projections: projections)
        let recordings = try EventRig.record(network, recorders: [Recorder(.spikes, of: "n")], runs: [duration])
        return EventRig.times(recordings[0])
    }

    @Test("Arrivals at equal decimal sums are added up before the threshold is looked at", arguments: [true, false])
    func arrivals(shared: Bool) throws {
        var random = RandomStream(seed: 5, stream: 1)
        var inexact = 0
        for _ in 0..<150 {
            // Both sums are the same number of steps of 10^-k ms.
            let unit = [0.1, 0.01, 0.001, 1e-4, 1e-6, 1e-9][random.integer(below: 6)]
            let scale = (1 / unit).rounded()
            let first = random.integer(below: Int(min(9 * scale, 1e9))) + 1
            let delay = random.integer(below: Int(min(3 * scale, 1e9))) + 1
            let second = max(1, first + delay - random.integer(below: delay) - 1)
            let other = first + delay - second
            func ms(_ count: Int) -> Double { Double(count) / scale }
            if ms(first) + ms(delay) != ms(second) + ms(other) { inexact += 1 }
            let up = Input(times: [ms(first)], weight: 20, delay: .uniform(ms(delay)))
            let down = Input(times: [ms(second)], weight: -20, delay: .uniform(ms(other)))
            #expect(try Self.spikes([up, down], shared: shared, duration: 20).isEmpty, "\(up), \(down)")
            #expect(try Self.spikes([down, up], shared: shared, duration: 20).isEmpty, "\(down), \(up)")
            // A billionth of a millisecond later is another instant.
            var late = down
            late.times[0] += 1e-9
            #expect(try Self.spikes([up, late], shared: shared, duration: 20) == [ms(first + delay)])
        }
        #expect(inexact > 20)
    }

    @Test("Delays that synapses draw, and times far from the start, are as exact")
    func drawn() throws {
        // A discrete distribution gives each synapse a delay of its own.
        let own = SynapseValue.drawn(.uniform(low: 0.3, high: 0.3000000000000001))
        for start in [0.0, 5000, 20_000] {
            for tenth in 1...9 {
                let (a, b) = (start + Double(tenth) / 10, start + Double(tenth + 2) / 10)
                let up = Input(times: [a], weight: 20, delay: own)
                let down = Input(times: [b], weight: -20, delay: .uniform(0.1))
                #expect(try Self.spikes([up, down], duration: start + 5).isEmpty, "\(a)")
            }
        }
    }

    @Test(
        "The refractory time holds the spike and not its end: what arrives there is received", arguments: [true, false])
    func refractory(shared: Bool) throws {
        for (first, refractory, second) in [
            (2.0, 1.0, 3.0), (1.1, 2.2, 3.3), (1.3, 2.0, 3.3), (1.7, 1.1, 2.8), (1.4, 1.4, 2.8), (2.1, 1.2, 3.3),
            (0.123456789, 0.3, 0.423456789), (7001.7, 1.1, 7002.8),
        ] {
            func spikes(_ times: [Double]) throws -> [Double] {
                let input = Input(
                    times: times.map { ($0 * 1e9 - 1e8).rounded() / 1e9 }, weight: 20, delay: .uniform(0.1))
                return try Self.spikes(
                    [input], ["t_ref": ParameterValue(.uniform(refractory))], shared: shared, duration: first + 10)
            }
            #expect(try spikes([first, second]) == [first, second])
            // A nanosecond's thousandth before, it is lost.
            #expect(try spikes([first, second - 1e-9]) == [first])
        }
    }

    @Test("Ticks keep decimal numbers, and a run beyond them is refused")
    func ticks() throws {
        for (text, count) in [("0.7", 700_000_000_000), ("20000.3", 20_000_300_000_000_000), ("1e-12", 1)]
            as [(String, Int64)]
        {
            let value = try #require(Double(text))
            #expect(Ticks.count(value) == count)
            #expect(Ticks.milliseconds(count) == value)
        }
        var random = RandomStream(seed: 3, stream: 2)
        for _ in 0..<20_000 {
            let decimals = Int64(random.uniform(in: 0..<8e15))
            let value = try #require(
                Double("\(decimals / 1_000_000_000).\(String(decimals % 1_000_000_000 + 1_000_000_000).dropFirst())"))
            #expect(Ticks.count(value) == decimals * 1000)
            #expect(Ticks.milliseconds(decimals * 1000) == value)
        }
        #expect(Ticks.count(.infinity) == Ticks.never && Ticks.count(.nan) == Ticks.never)
        let network = try Network(
            name: "long", populations: [Population("n", count: 1, model: Parrot.self)], projections: [])
        let simulation = try EventRig.simulation(network, recorders: [])
        try simulation.run(for: .milliseconds(1000))
        let error = #expect(throws: SimulationError.self) { try simulation.run(for: .milliseconds(8e6)) }
        #expect(
            error?.description
                == "a run of 8000000.0 ms from 1000.0 ms cannot be counted in ticks of 1e-12 ms: continuous time goes "
                + "to 8000000.0 ms (2 h 13 min), and a run takes at least a tick")
        #expect(simulation.time.value == 1000)
    }
}
