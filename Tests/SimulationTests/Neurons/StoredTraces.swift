import Foundation
import SynfireSpikingModels
import Testing

/// Traces of single neurons that another tool computed; the scripts that made them lie beside the files.
struct StoredTraces: Decodable {
    let tool: String
    let cases: [Case]

    struct Case: Decodable, CustomTestStringConvertible, Sendable {
        let name, model: String
        let parameters: [String: Double]
        let options: [String: String]
        let initial: [String: Double]
        /// By receptor: pairs of a step and a weight.
        let inputs: [String: [[Double]]]
        /// Triples of the first step, the last step and an amplitude.
        let current: [[Double]]
        let steps, every: Int
        let step: Double
        let spikes: [Int]
        let traces: [String: [Double]]

        var testDescription: String { name }

        /// What Synfire makes of it.
        func simulated() throws -> SingleNeuron.Result {
            guard let model = ModelCatalog.model(named: model) else { throw StoredTracesError(name: model) }
            let neuron = try SingleNeuron(model, parameters, options: options, initial: initial, step: step)
            let injected = current
            return neuron.run(
                steps, inputs: inputs.mapValues { list in list.map { (step: Int($0[0]), weight: $0[1]) } },
                current: injected.isEmpty
                    ? nil
                    : { step, _ in
                        injected.reduce(0) { $0 + (Double(step) >= $1[0] && Double(step) <= $1[1] ? $1[2] : 0) }
                    },
                every: every, record: Array(traces.keys))
        }
    }

    /// Reads a file of the folder Reference.
    static func read(_ name: String) throws -> StoredTraces {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: folder.appendingPathComponent("Reference/" + name))
        return try JSONDecoder().decode(StoredTraces.self, from: data)
    }
}

/// A stored case names a model that the catalog does not have.
struct StoredTracesError: Error {
    let name: String
}
