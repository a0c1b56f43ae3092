import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits
import Testing

/// Weights of networks in which many spikes of a source are under way at once.
@Suite("Exact plasticity with spikes under way")
struct PlasticityReplayTests {
    static let rules = ["additive", "multiplicative", "guetig", "power_law"]
    static let pairings = [
        "all_to_all", "nearest_symmetric", "nearest_presynaptic_centred", "nearest_reduced_symmetric",
    ]

    /// A plastic synapse with the parameters of a replay.
    static func synapse(_ p: ReplayedPlasticity, weight: SynapseValue, delay: SynapseValue) throws -> Synapse {
        func value(_ number: Double) -> ParameterValue { ParameterValue(.uniform(number)) }
        return Synapse(
            weight: weight, delay: delay,
            longTerm: try PlasticityMechanism(
                PairSTDP.self,
                [
                    "tau_plus": value(p.tauPlus), "tau_minus": value(p.tauMinus), "a_plus": value(p.aPlus),
                    "a_minus": value(p.aMinus), "w_min": value(p.low), "w_max": value(p.high),
                    "mu_plus": value(p.muPlus), "mu_minus": value(p.muMinus),
                    "dendritic_delay_fraction": value(p.fraction),
                ], options: ["weight_dependence": p.rule, "pairing": p.pairing]))
    }

    /// Twelve sources of 150 spikes/s, or a loop of fifteen neurons, with delays longer than intervals.
    static func network(_ p: ReplayedPlasticity, isRecurrent: Bool, delay: SynapseValue) throws -> Network {
        let neurons = try Population(
            "post", count: 15, model: LIFCurrentExponential.self,
            parameters: ["t_ref": 1, "i_e": .drawn(.uniform(low: 500, high: 900))],
            initialValues: ["v": .drawn(.uniform(low: -70, high: -55))])
        let sources = try Population("pre", count: 12, model: PoissonSource.self, parameters: ["rate": 150])
        let synapse = try synapse(p, weight: .drawn(.uniform(low: 30, high: 60)), delay: delay)
        return try Network(
            name: "ahead", populations: [sources, neurons],
            projections: [
                Projection(
                    "plastic", from: isRecurrent ? "post" : "pre", to: "post",
                    connector: FixedProbabilityConnector(probability: 0.5), synapse: synapse)
            ],
            stimuli: [
                Stimulus(
                    "noise", PoissonInput.self, to: "post", receptor: "excitatory",
                    parameters: ["rate": 500, "weight": 40])
            ])
    }

    /// The spikes of each neuron of the two populations.
    static func trains(_ recordings: [RecordedSegment.Recording], _ network: Network) -> [[[Double]]] {
        zip(recordings, network.populations).map { recording, population in
            var trains = [[Double]](repeating: [], count: population.count)
            for (time, neuron) in zip(recording.spikes.times, recording.spikes.neurons) {
                trains[Int(neuron)].append(time)
            }
            return trains
        }
    }

    /// The greatest relative error of a weight, and how far weights have moved.
    static func errors(
        _ p: ReplayedPlasticity, _ network: Network, isRecurrent: Bool, runs: [Double] = [300], sums: Bool = false,
        fewest: Int = 10
    ) throws -> (worst: Double, moved: Double) {
        let simulation = try EventRig.simulation(
            network, recorders: [Recorder(.spikes, of: "pre"), Recorder(.spikes, of: "post")], workers: 2, seed: 7)
        let before = try simulation.synapses(of: "plastic")
        let trains = trains(try EventRig.record(simulation, runs: runs), network)
        let after = try simulation.synapses(of: "plastic")
        let end = runs.reduce(0, +)
        var (worst, moved) = (0.0, 0.0)
        for index in 0..<after.count {
            let source = trains[isRecurrent ? 1 : 0][Int(after.sources[index])]
            let target = trains[1][Int(after.targets[index])]
            #expect(source.count > 10 && target.count > fewest)
            let initial = before.weights[index]
            let expected =
                sums
                ? p.sum(initial, source: source, target: target, delay: after.delays[index], end: end)
                : p.weight(initial, source: source, target: target, delay: after.delays[index], end: end)
            worst = max(worst, abs(after.weights[index] - expected) / max(abs(expected), 1e-3))
            moved = max(moved, abs(after.weights[index] - initial))
        }
        #expect(after.count > 50)
        return (worst, moved)
    }

    @Test(
        "Weights are those of the definition, replayed on the engine's spikes, for every rule and pairing",
        arguments: rules, pairings)
    func replay(rule: String, pairing: String) throws {
        var worst = 0.0
        for fraction in [0, 0.37, 0.5, 1] {
            for isRecurrent in [false, true] {
                for delay: SynapseValue in [.uniform(23.7), .drawn(.uniform(low: 9.3, high: 41))] {
                    var p = ReplayedPlasticity()
                    (p.rule, p.pairing, p.fraction) = (rule, pairing, fraction)
                    let network = try Self.network(p, isRecurrent: isRecurrent, delay: delay)
                    let (error, moved) = try Self.errors(p, network, isRecurrent: isRecurrent)
                    #expect(error <= 1e-9, "fraction \(fraction), recurrent \(isRecurrent), delay \(delay)")
                    #expect(moved > 1)
                    worst = max(worst, error)
                }
            }
        }
        print("\(rule), \(pairing): greatest relative error of a weight \(worst)")
    }

    @Test(
        "A spike that an arrival causes comes after it, for every rule and pairing", arguments: rules, pairings)
    func caused(rule: String, pairing: String) throws {
        for fraction in [0, 0.5, 1] {
            for delay: SynapseValue in [.uniform(0), .uniform(4.1), .drawn(.uniform(low: 0, high: 9.7))] {
                var p = ReplayedPlasticity()
                (p.rule, p.pairing, p.fraction) = (rule, pairing, fraction)
                let network = try Network(
                    name: "caused",
                    populations: [
                        Population("pre", count: 12, model: PoissonSource.self, parameters: ["rate": 150]),
                        Population("post", count: 15, model: LIFCurrentDelta.self, parameters: ["t_ref": 0]),
                    ],
                    projections: [
                        Projection(
                            "plastic", from: "pre", to: "post",
                            connector: FixedProbabilityConnector(probability: 0.5),
                            synapse: try Self.synapse(p, weight: .drawn(.uniform(low: 8, high: 30)), delay: delay))
                    ])
                let (error, moved) = try Self.errors(p, network, isRecurrent: false, fewest: 0)
                #expect(error <= 1e-9, "fraction \(fraction), delay \(delay)")
                #expect(moved > 1)
            }
        }
    }

    @Test("Additive changes within bounds are one sum over all pairs", arguments: [0, 0.37, 1], [false, true])
    func sums(fraction: Double, isRecurrent: Bool) throws {
        var p = ReplayedPlasticity()
        (p.low, p.high, p.aPlus, p.aMinus, p.fraction) = (-1e5, 1e5, 2e-6, 1.5e-6, fraction)
        for delay: SynapseValue in [.uniform(31.3), .drawn(.uniform(low: 12.1, high: 55))] {
            let network = try Self.network(p, isRecurrent: isRecurrent, delay: delay)
            let (error, moved) = try Self.errors(p, network, isRecurrent: isRecurrent, sums: true)
            #expect(error <= 1e-9 && moved > 1)
        }
    }

    @Test("The clock engine's weights are those of the definition too, to single precision", arguments: rules, pairings)
    func clock(rule: String, pairing: String) throws {
        for (fraction, isRecurrent) in [(0, false), (0.37, true), (0.5, false), (1, true)] {
            for delay: SynapseValue in [.uniform(23.7), .drawn(.uniform(low: 9.3, high: 41))] {
                var p = ReplayedPlasticity()
                (p.rule, p.pairing, p.fraction) = (rule, pairing, fraction)
                let network = try Self.network(p, isRecurrent: isRecurrent, delay: delay)
                let simulation = try ClockSimulation(
                    network, step: .milliseconds(0.1), seed: 7, pool: WorkerPool(workers: 2),
                    recorders: [Recorder(.spikes, of: "pre"), Recorder(.spikes, of: "post")])
                let before = try simulation.synapses(of: "plastic")
                var recordings = [RecordedSegment.Recording(), .init()]
                try simulation.run(for: .milliseconds(300)) { segment in
                    for (index, part) in segment.recordings.enumerated() {
                        recordings[index].spikes.times += part.spikes.times
                        recordings[index].spikes.neurons += part.spikes.neurons
                    }
                }
                let after = try simulation.synapses(of: "plastic")
                let trains = Self.trains(recordings, network)
                var moved: Float = 0
                for index in 0..<after.count {
                    let expected = p.weight(
                        Double(before.weights[index]), source: trains[isRecurrent ? 1 : 0][Int(after.sources[index])],
                        target: trains[1][Int(after.targets[index])], delay: Double(after.delays[index]) / 10, end: 300)
                    #expect(abs(Double(after.weights[index]) - expected) <= 1e-4 * max(expected, 1))
                    moved = max(moved, abs(after.weights[index] - before.weights[index]))
                }
                #expect(moved > 1)
            }
        }
    }

    @Test("Weights hold what has arrived by the end of the run, however a run is cut", arguments: [false, true])
    func ends(isRecurrent: Bool) throws {
        var p = ReplayedPlasticity()
        p.pairing = "nearest_presynaptic_centred"
        let network = try Self.network(p, isRecurrent: isRecurrent, delay: .drawn(.uniform(low: 3.3, high: 29)))
        for runs in [[233.3], [201, 1.7, 0.9, 3.1], [230, 41.2, 0.1]] {
            let (error, _) = try Self.errors(p, network, isRecurrent: isRecurrent, runs: runs)
            #expect(error <= 1e-9, "runs \(runs)")
        }
    }

    @Test("Spikes and weights are the same bits for any number of workers", arguments: pairings, [0.37, 1])
    func workers(pairing: String, fraction: Double) throws {
        var p = ReplayedPlasticity()
        (p.pairing, p.fraction, p.aPlus, p.aMinus) = (pairing, fraction, 0.02, 0.015)
        for isRecurrent in [false, true] {
            let network = try Self.network(p, isRecurrent: isRecurrent, delay: .drawn(.uniform(low: 9.3, high: 41)))
            var expected: ([RecordedSegment.Recording], ExactSynapseList)?
            for workers in [1, 2, 3, 7] {
                let simulation = try EventRig.simulation(
                    network, recorders: [Recorder(.spikes, of: ["pre", "post"])], workers: workers, seed: 3)
                let found = (
                    try EventRig.record(simulation, runs: [400]), try simulation.synapses(of: "plastic")
                )
                if let expected { #expect(found == expected, "\(workers) workers") } else { expected = found }
            }
        }
    }

    /// Some sources spike all the time, one twice with a long pause, one once, one never.
    private static func pausing(_ pairing: String, seconds: Double) throws -> (ReplayedPlasticity, Network) {
        var p = ReplayedPlasticity()
        (p.pairing, p.aPlus, p.aMinus) = (pairing, 4e-6, 3e-6)
        let last = seconds * 1000 - 100
        let trains: [[Double]] = [
            Array(stride(from: 3, to: last, by: 37.1)), Array(stride(from: 8, to: last, by: 111.7)),
            [40, last], [90], [],
        ]
        let network = try Network(
            name: "pausing",
            populations: [
                Population("pre", count: 5, model: SpikeSourceArray.self, tables: ["spike_times": trains]),
                Population(
                    "post", count: 3, model: LIFCurrentExponential.self,
                    parameters: ["t_ref": 1, "i_e": .drawn(.uniform(low: 900, high: 1500))]),
            ],
            projections: [
                Projection(
                    "plastic", from: "pre", to: "post", connector: AllToAllConnector(),
                    synapse: try synapse(p, weight: 50, delay: .drawn(.uniform(low: 1, high: 60))))
            ])
        return (p, network)
    }

    @Test("What is kept does not grow with the run, and what is forgotten is not missed", arguments: pairings)
    func bounded(pairing: String) throws {
        var stored: [Int] = []
        for seconds in [6.0, 40] {
            let (p, network) = try Self.pausing(pairing, seconds: seconds)
            let simulation = try EventRig.simulation(
                network, recorders: [Recorder(.spikes, of: "pre"), Recorder(.spikes, of: "post")], workers: 1)
            let before = try simulation.synapses(of: "plastic")
            var (recordings, most) = ([RecordedSegment.Recording(), .init()], 0)
            for _ in 0..<Int(seconds) {
                for (index, part) in try EventRig.record(simulation, runs: [1000]).enumerated() {
                    recordings[index].spikes.times += part.spikes.times
                    recordings[index].spikes.neurons += part.spikes.neurons
                }
                most = max(most, simulation.storedPlasticSpikes)
            }
            stored.append(most)
            let trains = Self.trains(recordings, network)
            #expect(trains[1].allSatisfy { $0.count > Int(50 * seconds) })
            let after = try simulation.synapses(of: "plastic")
            for index in 0..<after.count {
                let expected = p.weight(
                    before.weights[index], source: trains[0][Int(after.sources[index])],
                    target: trains[1][Int(after.targets[index])], delay: after.delays[index], end: seconds * 1000)
                #expect(abs(after.weights[index] - expected) <= 1e-9 * expected)
            }
        }
        print("\(pairing): spikes kept in 6 and 40 s: \(stored)")
        #expect(stored[1] < 1400, "kept in 6 and 40 s: \(stored)")
    }
}
