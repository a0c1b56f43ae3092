import Foundation
import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits
import Testing

/// Rates and irregularity of networks against NEST and Brian2, which have their own draws of the same networks.
///
/// Spike trains of such networks are chaotic; what can agree is their statistics (see `Reference/make_network_statistics.py`).
@Suite("Networks against NEST and Brian2", .serialized)
struct NetworkStatisticsTests {
    private struct Sample: Decodable {
        let rateE, rateI: Double
        let cv: Double?
        let weight, rateDrive: Double?

        enum CodingKeys: String, CodingKey {
            case cv, weight
            case rateE = "rate_e"
            case rateI = "rate_i"
            case rateDrive = "rate_drive"
        }
    }

    private static func reference() throws -> [String: [String: [Sample]]] {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Reference/network_statistics.json")
        return try JSONDecoder().decode([String: [String: [Sample]]].self, from: Data(contentsOf: path))
    }

    private static func benchmark(
        _ model: any NeuronModel.Type, _ own: [String: ParameterValue], _ v: Distribution,
        _ initial: [String: ParameterValue], weights: (Double, Double)
    ) throws -> Network {
        let parameters: [String: ParameterValue] = [
            "c_m": 200, "v_threshold": -50, "v_reset": -60, "t_ref": 5, "tau_syn_ex": 5, "tau_syn_in": 10,
        ].merging(own) { $1 }
        func population(_ name: String, _ count: Int) throws -> Population {
            try Population(
                name, count: count, model: model, parameters: parameters,
                initialValues: initial.merging(["v": .drawn(v)]) { $1 })
        }
        return try Network(
            name: "benchmark", populations: [population("exc", 3200), population("inh", 800)],
            projections: [
                Projection(
                    "e", from: "exc", to: ["exc", "inh"], connector: FixedProbabilityConnector(probability: 0.02),
                    synapse: Synapse(weight: .uniform(weights.0), delay: 0.1), receptor: "excitatory"),
                Projection(
                    "i", from: "inh", to: ["exc", "inh"], connector: FixedProbabilityConnector(probability: 0.02),
                    synapse: Synapse(weight: .uniform(weights.1), delay: 0.1), receptor: "inhibitory"),
            ])
    }

    private static func cuba() throws -> Network {
        try benchmark(
            LIFCurrentExponential.self, ["tau_m": 20, "e_l": -49], .uniform(low: -60, high: -50), [:],
            weights: (16.2, -90))
    }

    private static func coba() throws -> Network {
        try benchmark(
            LIFConductanceExponential.self, ["g_l": 10, "e_l": -60, "e_ex": 0, "e_in": -80],
            .normal(mean: -65, standardDeviation: 5),
            [
                "g_ex": .drawn(.clippedNormal(mean: 40, standardDeviation: 15, low: 0, high: .infinity)),
                "g_in": .drawn(.clippedNormal(mean: 200, standardDeviation: 120, low: 0, high: .infinity)),
            ], weights: (6, 67))
    }

    /// Brunel 2000 with in-degrees 400 and 100, g = 5, η = 2.
    private static func brunel(_ model: any NeuronModel.Type, weight: Double, driveRate: Double) throws -> Network {
        var parameters: [String: ParameterValue] = [
            "c_m": 250, "tau_m": 20, "t_ref": 2, "e_l": 0, "v_reset": 0, "v_threshold": 20,
        ]
        if model == LIFCurrentAlpha.self { parameters.merge(["tau_syn_ex": 0.5, "tau_syn_in": 0.5]) { $1 } }
        let given = parameters
        func population(_ name: String, _ count: Int) throws -> Population {
            try Population(name, count: count, model: model, parameters: given, initialValues: ["v": 0])
        }
        let receptors = model.schema.receptors.map(\.name)
        return try Network(
            name: "brunel", populations: [population("exc", 4000), population("inh", 1000)],
            projections: [
                Projection(
                    "e", from: "exc", to: ["exc", "inh"], connector: FixedInDegreeConnector(inDegree: 400),
                    synapse: Synapse(weight: .uniform(weight), delay: 1.5), receptor: receptors[0]),
                Projection(
                    "i", from: "inh", to: ["exc", "inh"], connector: FixedInDegreeConnector(inDegree: 100),
                    synapse: Synapse(weight: .uniform(-5 * weight), delay: 1.5),
                    receptor: receptors[receptors.count - 1]),
            ],
            stimuli: [
                Stimulus(
                    "drive", PoissonInput.self, to: ["exc", "inh"], receptor: receptors[0],
                    parameters: ["rate": .uniform(driveRate), "weight": .uniform(weight)])
            ])
    }

    private static func sample(_ network: Network, seed: UInt64, window: (Double, Double)) throws -> Sample {
        let found = try ClockSimulationTests.record(
            network, recorders: [Recorder(.spikes, of: ["exc", "inh"], from: window.0)], workers: 2, seed: seed,
            runs: [window.1])
        let seconds = (window.1 - window.0) / 1000
        var trains: [[Double]] = []
        for (channel, population) in zip(found, network.populations) {
            var own = [[Double]](repeating: [], count: population.count)
            for (time, neuron) in zip(channel.spikes.times, channel.spikes.neurons) { own[Int(neuron)].append(time) }
            trains += own
        }
        let cvs = trains.filter { $0.count >= 5 }.map { train -> Double in
            let intervals = zip(train.dropFirst(), train).map { $0 - $1 }
            let mean = intervals.reduce(0, +) / Double(intervals.count)
            let variance = intervals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(intervals.count)
            return variance.squareRoot() / mean
        }
        return Sample(
            rateE: Double(found[0].spikes.times.count) / Double(network.populations[0].count) / seconds,
            rateI: Double(found[1].spikes.times.count) / Double(network.populations[1].count) / seconds,
            cv: cvs.isEmpty ? nil : cvs.reduce(0, +) / Double(cvs.count), weight: nil, rateDrive: nil)
    }

    /// Welch's t of two samples, with a hundredth of the mean as the least spread that is believed.
    private static func t(_ a: [Double], _ b: [Double]) -> Double {
        func moments(_ x: [Double]) -> (Double, Double) {
            let mean = x.reduce(0, +) / Double(x.count)
            let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, x.count - 1))
            return (mean, max(variance, (0.01 * mean) * (0.01 * mean)))
        }
        let ((m1, v1), (m2, v2)) = (moments(a), moments(b))
        return abs(m1 - m2) / (v1 / Double(a.count) + v2 / Double(b.count)).squareRoot()
    }

    @Test("Rates and CV lie within the spread over seeds", arguments: ["cuba", "coba", "brunel_delta", "brunel_alpha"])
    func statistics(_ name: String) throws {
        let reference = try Self.reference()
        let peers = reference.compactMapValues { $0[name] }
        let first = try #require(peers.values.first?.first)
        let network: Network
        var window = (300.0, 1800.0)
        switch name {
        case "cuba", "coba":
            network = name == "cuba" ? try Self.cuba() : try Self.coba()
            window = (500, 5500)
        case "brunel_delta":
            // η·ν_thr·C_E with ν_thr = θ/(J·C_E·τ).
            network = try Self.brunel(LIFCurrentDelta.self, weight: 0.2, driveRate: 1000 * 2 * 20 / (0.2 * 20))
        default:
            network = try Self.brunel(
                LIFCurrentAlpha.self, weight: #require(first.weight), driveRate: #require(first.rateDrive))
        }
        let own = try (1...5).map { try Self.sample(network, seed: $0, window: window) }
        for (peer, all) in peers.sorted(by: { $0.key < $1.key }) {
            // Conductance-based activity may die out; what lives on is compared.
            let (theirs, ours) = (all.filter { $0.rateE > 1 }, own.filter { $0.rateE > 1 })
            #expect(ours.count >= 2 && theirs.count >= 2, "\(name): \(own.map(\.rateE)), \(peer) \(all.map(\.rateE))")
            guard ours.count >= 2, theirs.count >= 2 else { continue }
            for (what, value) in [("rate E", \Sample.rateE), ("rate I", \Sample.rateI)] {
                let t = Self.t(ours.map { $0[keyPath: value] }, theirs.map { $0[keyPath: value] })
                #expect(
                    t < 4,
                    "\(name), \(what): \(ours.map { $0[keyPath: value] }), \(peer) \(theirs.map { $0[keyPath: value] })"
                )
            }
            let cv = Self.t(ours.compactMap(\.cv), theirs.compactMap(\.cv))
            #expect(cv < 4, "\(name), CV: \(ours.compactMap(\.cv)), \(peer) \(theirs.compactMap(\.cv))")
        }
    }
}
