import Foundation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits
import Testing

@Suite("Weights and delays of synapses")
struct SynapseDrawTests {
    /// Weights and delays of `count` synapses of a target, in steps of 0.1 ms.
    private func values(
        _ weight: SynapseValue, _ delay: SynapseValue, count: Int = 1_000, target: Int = 0, seed: UInt64 = 1,
        sign: ReceptorRow.Sign = .any, _ change: (inout ConnectionList) -> Void = { _ in }
    ) throws -> (weights: [Float], delays: [Int32]) {
        let place = site(count, 10, seed: seed)
        let draw = try SynapseDraw(Synapse(weight: weight, delay: delay), site: place, step: 0.1, sign: sign)
        var list = ConnectionList()
        list.sources = (0..<Int32(count)).map { $0 }
        change(&list)
        var (weights, delays) = ([Float](), [Int32]())
        try draw.append(target: target, list, weights: &weights, delays: &delays)
        return (weights, delays)
    }

    private func message(_ body: () throws -> Void) -> String? {
        #expect(throws: SpikingNetworkError.self, performing: body)?.description
    }

    @Test("Numbers for all synapses are known in advance")
    func uniform() throws {
        let found = try values(2.5, 1.5, count: 3)
        #expect(found.weights == [2.5, 2.5, 2.5] && found.delays == [15, 15, 15])
        let draw = try SynapseDraw(Synapse(weight: 2.5, delay: 1.5), site: site(3, 3), step: 0.1)
        #expect(draw.uniformWeight == 2.5 && draw.uniformDelay == 15)
        let drawn = SynapseValue.drawn(.uniform(low: 1, high: 2))
        let other = try SynapseDraw(Synapse(weight: drawn, delay: drawn), site: site(3, 3), step: 0.1)
        #expect(other.uniformWeight == nil && other.uniformDelay == nil)
        #expect(try values(1, 0.1, count: 1).delays == [1])
        #expect(try values(1, 0.3, count: 1).delays == [3])
        #expect(try values(1, .uniform(0.1 * 3), count: 0).delays == [])
    }

    @Test(
        "Drawn weights follow their distribution",
        arguments: [
            Distribution.normal(mean: 87.8, standardDeviation: 8.78),
            .redrawnNormal(mean: 1, standardDeviation: 2, low: 0, high: .infinity),
            .redrawnNormal(mean: 0, standardDeviation: 1, low: 1.5, high: 1.7),
            .clippedNormal(mean: 1, standardDeviation: 2, low: 0, high: 3), .lognormal(mu: 0.3, sigma: 0.8),
            .uniform(low: -2, high: 5), .exponential(mean: 3),
        ])
    func distributions(distribution: Distribution) throws {
        let count = 200_000
        let weights = try values(.drawn(distribution), 1, count: count, seed: 5).weights.map(Double.init).sorted()
        func normal(_ x: Double, _ mean: Double, _ deviation: Double) -> Double {
            0.5 * erfc(-(x - mean) / (deviation * 2.0.squareRoot()))
        }
        func below(_ x: Double) -> Double {
            switch distribution {
            case .normal(let mean, let deviation): return normal(x, mean, deviation)
            case .redrawnNormal(let mean, let deviation, let low, let high):
                let (first, last) = (normal(low, mean, deviation), normal(high, mean, deviation))
                return (normal(x, mean, deviation) - first) / (last - first)
            case .clippedNormal(let mean, let deviation, _, _): return normal(x, mean, deviation)
            case .lognormal(let mu, let sigma): return normal(log(x), mu, sigma)
            case .uniform(let low, let high): return (x - low) / (high - low)
            case .exponential(let mean): return 1 - exp(-x / mean)
            }
        }
        let bounds = distribution.bounds
        #expect(weights.allSatisfy { bounds.contains($0) })
        // Kolmogorov–Smirnov between the bounds: above 2.5 / √n once in 270,000 times.
        var distance = 0.0
        for (index, x) in weights.enumerated() where x > bounds.lowerBound && x < bounds.upperBound {
            distance = max(distance, abs(below(x) - (Double(index) + 0.5) / Double(count)))
        }
        #expect(distance < 2.5 / Double(count).squareRoot())
        #expect(Set(weights).count > (distribution.name == "normal_clipped" ? count / 3 : count / 2))
    }

    @Test("Drawn delays are rounded to the nearest step, halves up, as NEST rounds those of the microcircuit")
    func delays() throws {
        let distribution = Distribution.redrawnNormal(mean: 1.5, standardDeviation: 0.75, low: 0.05, high: .infinity)
        let count = 200_000
        let steps = try values(1, .drawn(distribution), count: count, seed: 3).delays
        // The probability of a step between its halves, by the normal distribution that is cut at half a step.
        func below(_ x: Double) -> Double { 0.5 * erfc(-(x - 1.5) / (0.75 * 2.0.squareRoot())) }
        let kept = 1 - below(0.05)
        let expected = (0...60).map { (step: Int) -> Double in
            guard step > 0 else { return 0 }
            let middle = 0.1 * Double(step)
            let share: Double = (below(middle + 0.05) - below(middle - 0.05)) / kept
            return share * Double(count)
        }
        #expect(steps.allSatisfy { $0 >= 1 && $0 <= 60 })
        #expect(chiSquaredScore(histogram(steps.map(Int.init), 61), expected) < 4.5)
        let listed: [Float] = [0.05, 0.0625, 0.125, 0.149, 0.375, 25, 6553.5]
        let rounded = try values(1, .listed, count: 7) { $0.delays = listed }.delays
        #expect(rounded == [1, 1, 1, 1, 4, 250, 65_535])
        // In binary fractions halves are exact: they go up.
        let place = site(4, 1)
        let draw = try SynapseDraw(Synapse(weight: 1, delay: .listed), site: place, step: 0.125)
        var list = ConnectionList()
        list.sources = [0, 1, 2, 3]
        list.delays = [0.0625, 0.1875, 0.3125, 0.4375]
        var (weights, halves) = ([Float](), [Int32]())
        try draw.append(target: 0, list, weights: &weights, delays: &halves)
        #expect(halves == [1, 2, 3, 4])
    }

    @Test("A target's numbers depend on seed, name and target, and the first do not on how many there are")
    func streams() throws {
        let drawn = SynapseValue.drawn(.normal(mean: 5, standardDeviation: 1))
        let a = try values(drawn, drawn, target: 3)
        #expect(try values(drawn, drawn, target: 3) == a)
        #expect(try values(drawn, drawn, target: 4).weights != a.weights)
        #expect(try values(drawn, drawn, target: 3, seed: 2).weights != a.weights)
        #expect(a.weights.map { Int32(($0 * 10).rounded()) } != a.delays)
        let redrawn = SynapseValue.drawn(.redrawnNormal(mean: 0, standardDeviation: 1, low: 0.5, high: 2))
        let long = try values(redrawn, redrawn, count: 5_000)
        for count in [1, 2, 3, 5, 511, 512, 513, 1_999] {
            #expect(try values(redrawn, redrawn, count: count).weights == Array(long.weights.prefix(count)))
            #expect(try values(redrawn, redrawn, count: count).delays == Array(long.delays.prefix(count)))
        }
    }

    @Test("Functions of the distance, lists and factors")
    func others() throws {
        let points = row(5, spacing: 10, periods: [50])
        let place = site(5, 5, positions: (points, points))
        let draw = try SynapseDraw(
            Synapse(
                weight: .ofDistance(try Expression(parsing: "2 * exp(-d / 10)")),
                delay: .ofDistance(try Expression(parsing: "0.5 + d / 100"))), site: place, step: 0.1)
        var list = ConnectionList()
        list.sources = [4, 0, 2]
        var (weights, delays) = ([Float](), [Int32]())
        try draw.append(target: 1, list, weights: &weights, delays: &delays)
        #expect(weights == [2 * exp(-2.0), 2 * exp(-1.0), 2 * exp(-1.0)].map(Float.init))
        #expect(delays == [7, 6, 6])
        let listed = try values(.listed, .listed, count: 2) {
            $0.weights = [3, -4]
            $0.delays = [1, 2]
        }
        #expect(listed.weights == [3, -4] && listed.delays == [10, 20])
        func factors(_ list: inout ConnectionList) {
            list.weights = [0.5, -2]
            list.weightsAreFactors = true
        }
        #expect(try values(3, 1, count: 2, factors).weights == [1.5, -6])
        #expect(try values(.listed, 1, count: 2, factors).weights == [0.5, -2])
        let drawn = SynapseValue.drawn(.uniform(low: 1, high: 2))
        let plain = try values(drawn, 1, count: 2).weights
        #expect(try values(drawn, 1, count: 2, factors).weights == [plain[0] * 0.5, plain[1] * -2])
        // A list's weights are left alone where the projection has its own.
        #expect(try values(7, 1, count: 2) { $0.weights = [1, 2] }.weights == [7, 7])
    }

    @Test("What cannot be is named with projection, value and pair")
    func faults() throws {
        let cases: [(SynapseValue, SynapseValue, ReceptorRow.Sign, String)] = [
            (.uniform(.nan), 1, .any, "the weight is nan: it must be finite"),
            (.uniform(1e60), 1, .any, "the weight is 1e+60: it must be finite"),
            (1, .uniform(.infinity), .any, "the delay is inf: it must be finite"),
            (1, 0.05, .any, "the delay is 0.05 ms: it must be at least a step of the simulation, 0.1 ms"),
            (1, 1e12, .any, "the delay is 1000000000000.0 ms: it may be at most 65535 steps"),
            (-1, 1, .notNegative, "the weight is -1.0: the receptor takes weights of at least 0"),
            (1, 1, .notPositive, "the weight is 1.0: the receptor takes weights of at most 0"),
            (
                .drawn(.normal(mean: 1, standardDeviation: -1)), 1, .any,
                "the distribution of the weight: the standard deviation must not be negative"
            ),
            (.listed, 1, .any, "the weights are to be those that the connector lists, but it brings none"),
            (1, .listed, .any, "the delays are to be those that the connector lists, but it brings none"),
            (
                .ofDistance(try Expression(parsing: "d")), 1, .any,
                "the weight depends on the distance, which needs positions of both sources and targets"
            ),
        ]
        for (weight, delay, sign, text) in cases {
            #expect(message { _ = try values(weight, delay, sign: sign) } == "projection 'p': \(text)")
        }
        #expect(
            message { _ = try values(.listed, 1, count: 2, sign: .notNegative) { $0.weights = [1, -2] } }
                == "projection 'p': the weight from source 1 to target 0 is -2.0: "
                + "the receptor takes weights of at least 0"
        )
        #expect(
            message { _ = try values(.drawn(.lognormal(mu: 200, sigma: 1)), 1, count: 1) }?
                .hasPrefix("projection 'p': the weight from source 0 to target 0 is inf: it must be finite") == true)
        #expect(
            message { _ = try values(1, .listed, count: 2) { $0.delays = [1, 0.04] } }?
                .hasPrefix("projection 'p': the delay from source 1 to target 0 is 0.0") == true)
        #expect(
            message { _ = try values(1, .drawn(.normal(mean: 0, standardDeviation: 1))) }?.contains(
                "at least half a step") == true)
        #expect(
            message { _ = try values(1, .listed, count: 1) { $0.delays = [.nan] } }?.contains("at least half a step")
                == true)
        #expect(
            message { _ = try values(2, 1, count: 1) { $0.weightsAreFactors = true } }
                == "projection 'p': the connector brings no factor for each weight")
        let points = row(3, spacing: 1)
        let place = site(3, 3, positions: (points, points))
        let unknown = message {
            _ = try SynapseDraw(
                Synapse(weight: .ofDistance(try Expression(parsing: "w * d")), delay: 1), site: place, step: 0.1)
        }
        #expect(
            unknown
                == "projection 'p': the weight: expression 'w * d', character 1: 'w' has no value; valid names: d")
    }
}
