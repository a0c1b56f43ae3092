import Foundation
import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits
import Testing

@Suite("Plasticity in continuous time")
struct ExactPlasticityTests {
    private static let rules = ["additive", "multiplicative", "guetig", "power_law"]
    private static let pairings = [
        "all_to_all", "nearest_symmetric", "nearest_presynaptic_centred", "nearest_reduced_symmetric",
    ]

    @Test(
        "Weights follow the definition at spike times between which no step lies, for every rule, pairing and delay",
        arguments: rules, pairings)
    func definition(rule: String, pairing: String) throws {
        var random = RandomStream(seed: 11, stream: 3, entity: UInt32(rule.count * 100 + pairing.count))
        for fraction in [0, 0.3, 0.5, 1] {
            let parameters: [String: ParameterValue] = [
                "tau_plus": 17, "tau_minus": 31, "a_plus": 0.03, "a_minus": 0.02, "w_max": 100, "mu_plus": 0.6,
                "mu_minus": 0.8, "dendritic_delay_fraction": ParameterValue(.uniform(fraction)),
            ]
            let mechanism = try PlasticityMechanism(
                PairSTDP.self, parameters, options: ["weight_dependence": rule, "pairing": pairing])
            var setup = PlasticitySetup(values: mechanism.values, sources: 1, targets: 1, step: 0)
            setup.longestExactDelay = 1_333_700_000_000
            let kernel = try #require(PairSTDP.makeExactKernel(setup))
            // Times in units of 0.1 µs, with a delay that is no multiple of anything.
            let (unit, ticks, delay) = (1e-4, Int64(100_000_000), 13_337)
            func train() -> [Int] { Set((0..<60).map { _ in random.integer(below: 10_000_000) + 1 }).sorted() }
            let (source, target) = (train(), train())
            var naive = NaivePairSTDP()
            (naive.rule, naive.pairing) = (rule, pairing)
            (naive.tauPlus, naive.tauMinus, naive.aPlus, naive.aMinus) = (17, 31, 0.03, 0.02)
            (naive.muPlus, naive.muMinus, naive.fraction) = (0.6, 0.8, fraction)
            let expected = naive.weights(40, source: source, target: target, delay: delay, step: unit)

            var events: [(time: Int, kind: Int, spike: Int)] = source.map { ($0, 0, $0) }
            events += target.map { ($0, 2, $0) }
            events += source.map { ($0 + delay, 1, $0) }
            events.sort { ($0.time, $0.kind) < ($1.time, $1.kind) }
            var (weight, sent) = (40.0, [Double]())
            var travelling: [Int: ExactSourceSpike] = [:]
            for (time, kind, spike) in events {
                switch kind {
                case 0: travelling[spike] = kernel.sourceSpiked(0, time: Int64(time) * ticks)
                case 1:
                    let arriving = try #require(travelling[spike])
                    weight = kernel.updated(weight, target: 0, by: arriving, delay: Int64(delay) * ticks)
                    sent.append(weight)
                default: kernel.targetSpiked(0, time: Int64(time) * ticks)
                }
            }
            #expect(sent.count == expected.count)
            let worst = zip(sent, expected).map { abs($0 - $1) }.max() ?? .infinity
            #expect(worst < 1e-10, "fraction \(fraction): off by \(worst)")
        }
    }

    @Test("Networks with short-term plasticity and STDP give the same bits for any number of workers")
    func sameBits() throws {
        let network = try ClockPlasticityTests.network()
        let recorders = [Recorder(.spikes, of: ["exc", "inh"]), Recorder(.variable("i_ex"), of: "exc", every: 0.7)]
        func record(_ workers: Int) throws -> [RecordedSegment.Recording] {
            let simulation = try EventSimulation(
                network, seed: 5, pool: try WorkerPool(workers: workers), recorders: recorders)
            var parts = simulation.channels.map { _ in RecordedSegment.Recording() }
            try simulation.run(for: .milliseconds(300)) { segment in
                for (index, own) in segment.recordings.enumerated() {
                    parts[index].spikes.times.append(contentsOf: own.spikes.times)
                    parts[index].spikes.neurons.append(contentsOf: own.spikes.neurons)
                    parts[index].samples.append(contentsOf: own.samples)
                }
            }
            return parts
        }
        let expected = try record(1)
        #expect(expected[0].spikes.times.count > 300)
        for workers in [2, 3, 7] { #expect(try record(workers) == expected, "\(workers) workers") }
    }

    @Test("The clock engine's spikes of a plastic network come to those of the event engine as the step shrinks")
    func convergence() throws {
        // Two sources drive a neuron whose second input grows with the pairing.
        let network = try Network(
            name: "pair",
            populations: [
                Population(
                    "in", count: 2, model: SpikeSourceArray.self,
                    tables: [
                        "spike_times": [
                            (0..<40).map { 5.125 + 12.5 * Double($0) }, (0..<40).map { 9.0625 + 12.5 * Double($0) },
                        ]
                    ]), Population("out", count: 1, model: LIFCurrentExponential.self),
            ],
            projections: [
                Projection(
                    "p", from: "in", to: "out", connector: AllToAllConnector(),
                    synapse: Synapse(
                        weight: 1500, delay: 1,
                        longTerm: try PlasticityMechanism(PairSTDP.self, ["w_max": 4000, "a_plus": 0.05])))
            ])
        let recorders = [Recorder(.spikes, of: "out")]
        func times(_ run: (Milliseconds, (RecordedSegment) throws -> Void) throws -> Void) throws -> [Double] {
            var found: [Double] = []
            try run(.milliseconds(500)) { found += $0.recordings[0].spikes.times }
            return found
        }
        let pool = try WorkerPool(workers: 1)
        let exact = try EventSimulation(network, pool: pool, recorders: recorders)
        let expected = try times { try exact.run(for: $0, receive: $1) }
        #expect(expected.count > 10)
        let errors = try [0.0625, 0.015625].map { step in
            let clock = try ClockSimulation(network, step: .milliseconds(step), pool: pool, recorders: recorders)
            let found = try times { try clock.run(for: $0, receive: $1) }
            #expect(found.count == expected.count)
            return zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
        }
        #expect(errors[0] < 0.13 && errors[1] < 0.4 * errors[0], "errors \(errors) ms")
    }
}
