import Foundation
import SynfireParallel
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireTestSupport
import Testing

@Suite("Spike-timing dependent plasticity of pairs")
struct PairSTDPTests {
    private static let rules = ["additive", "multiplicative", "guetig", "power_law"]
    private static let pairings = [
        "all_to_all", "nearest_symmetric", "nearest_presynaptic_centred", "nearest_reduced_symmetric",
    ]

    /// Synapses of some sources, each with one delay, onto some targets, driven in the order of the engine.
    private final class Drive {
        let kernel: any PlasticityKernel
        let delays: [Int]
        let targetCount: Int
        /// The weights that each spike of each source sent, spike after spike.
        var sent: [[[Float]]]
        private var weights: [UnsafeMutablePointer<Float>]
        private let targets: UnsafeMutablePointer<Int32>
        private let input: UnsafeMutablePointer<Float>
        private var due: [Int: [SourceSpike]] = [:]

        init(
            _ values: ModelValues, delays: [Int], targets count: Int, weight: Float, maximum: Int?, minimum: Int? = nil,
            step: Double
        ) {
            kernel = PairSTDP.makeKernel(
                PlasticitySetup(
                    values: values, sources: delays.count, targets: count, step: step, maximumDelay: maximum,
                    minimumDelay: minimum))
            self.delays = delays
            targetCount = count
            sent = delays.map { _ in [] }
            weights = delays.map { _ in .allocate(capacity: count) }
            for list in weights { list.initialize(repeating: weight, count: count) }
            targets = .allocate(capacity: count)
            input = .allocate(capacity: count)
            for index in 0..<count { targets[index] = Int32(index) }
        }

        deinit {
            for list in weights { list.deallocate() }
            targets.deallocate()
            input.deallocate()
        }

        func advance(_ step: Int, sources: [Int], targets spiking: [Int]) {
            for spike in due.removeValue(forKey: step) ?? [] {
                input.update(repeating: 0, count: targetCount)
                let run = PlasticRun(
                    targets: UnsafePointer(targets), weights: weights[spike.source], count: targetCount,
                    delay: delays[spike.source])
                kernel.deliver(run, of: spike, factor: 0.5, into: input)
                sent[spike.source].append((0..<targetCount).map { weights[spike.source][$0] })
                #expect((0..<targetCount).allSatisfy { input[$0] == weights[spike.source][$0] * 0.5 })
            }
            for target in spiking { kernel.targetSpiked(target, step: step) }
            for source in sources {
                let spike = kernel.sourceSpiked(source, step: step)
                due[step + delays[source], default: []].append(spike)
            }
        }
    }

    private func values(_ p: NaivePairSTDP) -> ModelValues {
        Rig.values(
            PairSTDP.schema,
            [
                "tau_plus": .uniform(p.tauPlus), "tau_minus": .uniform(p.tauMinus), "a_plus": .uniform(p.aPlus),
                "a_minus": .uniform(p.aMinus), "w_min": .uniform(p.low), "w_max": .uniform(p.high),
                "mu_plus": .uniform(p.muPlus), "mu_minus": .uniform(p.muMinus),
                "dendritic_delay_fraction": .uniform(p.fraction),
            ], options: ["weight_dependence": p.rule, "pairing": p.pairing])
    }

    @Test("Every rule and pairing is the sum over pairs of arrivals", .tags(.random), arguments: rules, pairings)
    func naive(rule: String, pairing: String) {
        let seed = TestSeed.of("\(rule), \(pairing)")
        var worst = 0.0
        for (index, fraction) in [0, 0.3, 0.5, 0.85, 1].enumerated() {
            var p = NaivePairSTDP()
            (p.rule, p.pairing, p.fraction) = (rule, pairing, fraction)
            (p.tauPlus, p.tauMinus, p.aPlus, p.aMinus) = (12, 19, 0.03, 0.02)
            (p.low, p.high) = rule == "power_law" ? (0, 100) : (-10, 90)
            (p.muPlus, p.muMinus) = (0.4, 0.7)
            var stream = RandomStream(seed: seed, stream: UInt32(index))
            let (delays, targets, h) = ([1, 2, 7, 10, 15], 4, 0.5)
            let drive = Drive(
                values(p), delays: delays, targets: targets, weight: 40, maximum: delays.max(), step: h)
            var (pre, post) = (delays.map { _ in [Int]() }, [[Int]](repeating: [], count: targets))
            for step in 1...900 {
                var (sources, spiking) = ([Int](), [Int]())
                for source in delays.indices {
                    // Often enough that arrivals coincide; two spikes in one step now and then.
                    for _ in 0..<(stream.uniform() < 0.06 ? (stream.uniform() < 0.1 ? 2 : 1) : 0) {
                        sources.append(source)
                        pre[source].append(step)
                    }
                }
                for target in 0..<targets where stream.uniform() < 0.06 {
                    spiking.append(target)
                    post[target].append(step)
                }
                drive.advance(step, sources: sources, targets: spiking)
            }
            for source in delays.indices {
                for target in 0..<targets {
                    let expected = p.weights(
                        40, source: pre[source], target: post[target], delay: delays[source], step: h)
                    for (sent, weight) in zip(drive.sent[source], expected) {
                        worst = max(worst, abs(Double(sent[target]) - weight))
                    }
                    #expect(drive.sent[source].count > 20)
                }
            }
        }
        print("\(rule), \(pairing): greatest difference \(worst) of weights to 100")
        // Some hundred roundings of single precision at weights to 128, each 4e-6.
        #expect(worst < 5e-4)
    }

    @Test("Weights are those of NEST's synapses")
    func nest() throws {
        let reference = try NESTSynapses.load()
        let pairings = [
            "stdp_synapse": "all_to_all", "stdp_nn_symm_synapse": "nearest_symmetric",
            "stdp_nn_pre_centered_synapse": "nearest_presynaptic_centred",
            "stdp_nn_restr_synapse": "nearest_reduced_symmetric", "stdp_pl_synapse_hom": "all_to_all",
        ]
        var checked = 0
        for item in reference.cases {
            guard let pairing = pairings[item.model] else { continue }
            let q = item.parameters
            func value(_ name: String) -> Double { q[name] ?? .nan }
            var p = NaivePairSTDP()
            p.pairing = pairing
            (p.tauPlus, p.tauMinus) = (value("tau_plus"), item.tauMinus)
            (p.aPlus, p.aMinus) = (value("lambda"), value("lambda") * value("alpha"))
            if item.model == "stdp_pl_synapse_hom" {
                (p.rule, p.muPlus) = ("power_law", value("mu"))
            } else {
                p.high = value("Wmax")
                (p.muPlus, p.muMinus) = (value("mu_plus"), value("mu_minus"))
                p.rule = p.muPlus == 0 ? "additive" : p.muPlus == 1 ? "multiplicative" : "guetig"
            }
            let drive = Drive(
                values(p), delays: [item.delay], targets: 1, weight: Float(item.weight), maximum: item.delay,
                step: reference.step)
            let (pre, post) = (Set(reference.source), Set(reference.target))
            for step in 1...((reference.source.max() ?? 0) + item.delay) {
                drive.advance(step, sources: pre.contains(step) ? [0] : [], targets: post.contains(step) ? [0] : [])
            }
            let sent = drive.sent[0].map { Double($0[0]) }
            let naive = p.weights(
                item.weight, source: reference.source, target: reference.target, delay: item.delay,
                step: reference.step)
            #expect(sent.count == item.weights.count)
            let worst = zip(sent, item.weights).map { abs($0 - $1) }.max() ?? .nan
            let worstNaive = zip(naive, item.weights).map { abs($0 - $1) }.max() ?? .nan
            print("\(item.model), \(p.rule), NEST \(reference.nest): \(worst), sum over pairs \(worstNaive)")
            #expect(worstNaive < 1e-8, "\(item.model)")
            checked += 1
        }
        #expect(checked == 8)
    }

    @Test("A single pair gives the window of the rule", arguments: [0, 0.5, 1])
    func window(fraction: Double) {
        for shift in [-30, -3, -1, 0, 1, 3, 30] {
            var p = NaivePairSTDP()
            (p.fraction, p.tauPlus, p.tauMinus) = (fraction, 10, 25)
            let (delay, h) = (4, 0.1)
            // The target's spike arrives `shift` steps after the first one of the source.
            let source = 100
            let target = source + shift + Int((1 - 2 * fraction) * Double(delay))
            let drive = Drive(values(p), delays: [delay], targets: 1, weight: 50, maximum: delay, step: h)
            for step in 1...1_000_000 where step < 300 || step > 999_900 {
                drive.advance(
                    step, sources: step == source || step == 999_950 ? [0] : [], targets: step == target ? [0] : [])
            }
            let change = Double(drive.sent[0][1][0]) - 50
            let dt = Double(shift) * h
            let up = exp(-dt / 10)
            let expected = shift > 0 || shift == 0 && fraction == 0 ? up : shift < 0 ? -exp(dt / 25) : 0
            #expect(abs(change - expected) < 1e-5, "shift \(shift)")
        }
    }

    @Test("Forgetting spikes of targets that nobody needs changes no bit, and bounds memory", .tags(.random))
    func forgetting() {
        for pairing in Self.pairings {
            let seed = TestSeed.of("forgetting")
            var p = NaivePairSTDP()
            p.pairing = pairing
            let (delays, targets) = ([3, 15, 1], 20)
            let drives = [15, nil].map {
                Drive(values(p), delays: delays, targets: targets, weight: 50, maximum: $0, step: 0.1)
            }
            var stream = RandomStream(seed: seed, stream: 9)
            for step in 1...60_000 {
                let sources = delays.indices.filter { _ in stream.uniform() < 0.004 }
                let spiking = (0..<targets).filter { _ in stream.uniform() < 0.004 }
                for drive in drives { drive.advance(step, sources: sources, targets: spiking) }
            }
            #expect(drives[0].sent == drives[1].sent, "\(pairing)")
            #expect(drives[0].sent.allSatisfy { $0.count > 100 })
            // Some 240 spikes of each target in all; a few tens between spikes of the slowest source.
            let stored = drives.compactMap { ($0.kernel as? PairSTDPKernel)?.storedTargetSpikes }
            print("spikes kept: \(stored)")
            #expect(stored.count == 2 && stored[1] > 4000 && stored[0] < stored[1] / 4)
        }
    }

    @Test(
        "Synapses of one delay have factors ready, which change no bit", .tags(.random), arguments: rules, [0, 0.3, 1])
    func factors(rule: String, fraction: Double) {
        let seed = TestSeed.of("factors, \(rule), \(fraction)")
        for pairing in ["all_to_all", "nearest_symmetric"] {
            var p = NaivePairSTDP()
            (p.rule, p.pairing, p.fraction, p.tauPlus, p.tauMinus) = (rule, pairing, fraction, 7, 23)
            (p.muPlus, p.muMinus) = (0.4, 0.7)
            let targets = 700
            // The second drive is not told that all delays are one: it looks at each target's spikes.
            let drives = [9, nil].map {
                Drive(values(p), delays: [9, 9, 9], targets: targets, weight: 50, maximum: 9, minimum: $0, step: 0.1)
            }
            var stream = RandomStream(seed: seed, stream: 12)
            for step in 1...6000 {
                // Pauses of more than 60 time constants, and bursts.
                let rate = step < 800 || step > 5400 ? 0.02 : 0
                let sources = (0..<3).filter { _ in stream.uniform() < rate }
                let spiking = (0..<targets).filter { _ in stream.uniform() < (step % 1000 < 300 ? 0.02 : 0.001) }
                for drive in drives { drive.advance(step, sources: sources, targets: spiking) }
            }
            #expect(drives[0].sent == drives[1].sent, "\(pairing)")
            #expect(drives[0].sent.allSatisfy { $0.count > 10 })
        }
    }

    @Test("Powers agree with the C library's", .tags(.random))
    func power() {
        var worst: Float = 0
        var stream = RandomStream(seed: TestSeed.of("power"), stream: 1)
        for _ in 0..<200_000 {
            let x = Float(exp(stream.uniform(in: -8..<8)))
            let y = Float(stream.uniform(in: 0..<2))
            let expected = powf(x, y)
            worst = max(worst, abs(Power.of(x, y) - expected) / expected)
        }
        print("powers: greatest relative difference \(worst)")
        // The product of exponents up to 23 is rounded at 2⁻²⁰, times ln 2; some roundings at 2⁻²³ come to it.
        #expect(worst < 1.5e-6)
        #expect(Power.of(0, 0.4) == 0 && Power.of(0, 0) == 1 && Power.of(7, 0) == 1 && Power.of(1, 3) == 1)
        #expect(Power.of(1e30, 100) > 1e38 && Power.of(1e-30, 100) < 1e-37)
    }

    @Test("Weights stay within bounds, for inhibitory synapses too")
    func bounds() {
        for (rule, high) in [("additive", 100.0), ("additive", -100), ("guetig", -100), ("multiplicative", 100)] {
            var p = NaivePairSTDP()
            (p.rule, p.high, p.aPlus, p.aMinus, p.muPlus, p.muMinus) = (rule, high, 0.3, 0.3, 0.5, 0.5)
            let drive = Drive(
                values(p), delays: [5], targets: 1, weight: Float(high / 2), maximum: 5, step: 0.1)
            var stream = RandomStream(seed: 4, stream: 4)
            for step in 1...20_000 {
                drive.advance(
                    step, sources: stream.uniform() < 0.01 ? [0] : [], targets: stream.uniform() < 0.01 ? [0] : [])
            }
            let sent = drive.sent[0].map { $0[0] }
            #expect(sent.allSatisfy { $0 >= Float(min(0, high)) && $0 <= Float(max(0, high)) })
            #expect(Set(sent).count > 20)
        }
    }

    @Test("Parameters that do not fit together are refused")
    func faults() {
        func text(_ parameters: [String: ParameterValue], _ rule: String) -> String? {
            #expect(throws: SpikingNetworkError.self) {
                _ = try PlasticityMechanism(PairSTDP.self, parameters, options: ["weight_dependence": rule])
            }?.description
        }
        #expect(
            text(["w_min": 5, "w_max": 5], "additive")
                == "long-term plasticity 'stdp_pair': w_min and w_max are both 5.0: weights have no room to change")
        #expect(
            text(["w_min": -1], "power_law")
                == "long-term plasticity 'stdp_pair': "
                + "w_min is -1.0: with weight_dependence power_law it must be at least 0"
        )
        #expect(text([:], "addtive")?.contains("did you mean 'additive'") == true)
        #expect(text(["dendritic_delay_fraction": 1.5], "additive")?.contains("from 0.0 to 1.0") == true)
    }
}
