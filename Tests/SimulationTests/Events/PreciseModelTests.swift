import Foundation
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import Testing

/// Spike times against NEST's models for precise times, see `Reference/make_nest_precise.py`.
@Suite("NEST's precise models")
struct PreciseModelTests {
    private struct Train: Decodable {
        let times, weights: [Double]
        let delay: Double
    }

    private struct Case: Decodable {
        let model: String
        let parameters: [String: Double]
        let v: Double
        let exc, inh: Train
        let spikes: [Double]
    }

    private struct Reference: Decodable {
        let duration: Double
        let cases: [Case]
    }

    private static func network(_ one: Case) throws -> Network {
        let model: any NeuronModel.Type =
            switch one.model {
            case "iaf_psc_delta_ps": LIFCurrentDelta.self
            case "iaf_psc_alpha_ps": LIFCurrentAlpha.self
            default: LIFCurrentExponential.self
            }
        var parameters: [String: ParameterValue] = [:]
        for row in model.schema.parameters {
            if let value = row.nest.flatMap({ one.parameters[$0] }) { parameters[row.symbol] = .uniform(value) }
        }
        #expect(parameters.count == one.parameters.count)
        var populations = [
            try Population(
                "neuron", count: 1, model: model, parameters: parameters, initialValues: ["v": .uniform(one.v)])
        ]
        var projections: [Projection] = []
        // A source for each weight that a train has.
        for (kind, train) in [("exc", one.exc), ("inh", one.inh)] {
            for weight in Set(train.weights).sorted() {
                let times = zip(train.times, train.weights).filter { $1 == weight }.map(\.0)
                let name = "\(kind) \(weight)"
                populations.append(
                    try Population(name, count: 1, model: SpikeSourceArray.self, tables: ["spike_times": [times]]))
                projections.append(
                    Projection(
                        name, from: Assembly(name), to: "neuron", connector: AllToAllConnector(),
                        synapse: Synapse(weight: .uniform(weight), delay: .uniform(train.delay))))
            }
        }
        return try Network(name: "precise", populations: populations, projections: projections)
    }

    // NEST writes a time as a number of steps and an offset, and finds a crossing to 1e-14 of its interval or its potential; where
    // the potential is slow, that is some 1e-10 ms. Differences do not add up: a spike resets the potential.
    @Test("Spikes are those of NEST, to 1e-9 ms")
    func spikes() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Reference/nest_precise.json")
        let reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: path))
        #expect(reference.cases.count == 16)
        for (number, one) in reference.cases.enumerated() {
            let own = try EventRig.spikes(Self.network(one), of: ["neuron"], duration: reference.duration)[0].map(
                \.time)
            #expect(own.count == one.spikes.count, "case \(number), \(one.model)")
            let worst = zip(own, one.spikes).map { abs($0 - $1) }.max() ?? .infinity
            let first = zip(own, one.spikes).first { abs($0 - $1) > 1e-9 }
            print("\(one.model) \(number): \(own.count) spikes, \(worst) ms")
            #expect(worst <= 1e-9, "case \(number), \(one.model): \(String(describing: first))")
        }
    }
}
