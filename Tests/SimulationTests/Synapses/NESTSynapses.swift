import Foundation

/// The weights that NEST's plastic synapses send: `Reference/nest_synapses.json`, made by the script beside it.
struct NESTSynapses: Decodable {
    struct Case: Decodable {
        let model: String
        let parameters: [String: Double]
        let weight: Double
        let tauMinus: Double
        let delay: Int
        let weights: [Double]
    }

    let nest: String
    let step: Double
    let source: [Int]
    let target: [Int]
    let cases: [Case]

    static func load() throws -> NESTSynapses {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Reference/nest_synapses.json")
        return try JSONDecoder().decode(NESTSynapses.self, from: Data(contentsOf: file))
    }
}
