import SynfireSpikingModels
import SynfireUnits

/// What the synapses of a network follow from, as numbers that differ where it differs.
///
/// Synapses that were built once and stored are those of another run if its fingerprint is equal: of the step, the seed,
/// sizes, receptors and positions of populations, and connectors, weights, delays and kinds of plasticity of projections.
/// Parameters of neurons, stimuli and plasticity are not in it: they may change without building anew.
public struct NetworkFingerprint: Sendable, Equatable {
    /// What is told apart, such as `projection 'exc_to_inh'`.
    public let names: [String]
    /// A number for each.
    public let values: [UInt64]

    /// Of the rules by which synapses are drawn; it changes when they give others.
    private static let drawingVersion: UInt64 = 1

    /// Takes names and numbers that were stored.
    public init(names: [String], values: [UInt64]) {
        self.names = names
        self.values = values
    }

    /// Describes a network.
    ///
    /// - Complexity: O(populations + projections + entries of lists of connections).
    public init(_ network: Network, step: Milliseconds, seed: UInt64) {
        var parts: [(String, UInt64)] = [
            ("the version of the rules that synapses are drawn by", Self.drawingVersion),
            ("the step", step.value.bitPattern), ("the seed", seed),
        ]
        for population in network.populations {
            let receptors = population.model.schema.receptors.map { "\($0.name) \($0.sign)" }
            let text = "\(population.shape) \(receptors) \(population.positions as Any)"
            parts.append(("population '\(population.name)'", Self.hash(text)))
        }
        for projection in network.projections {
            guard case .synapses(let connector, let synapse, let receptor) = projection.transmission else { continue }
            let kind = synapse.shortTerm != nil || synapse.longTerm != nil ? "plastic" : "constant"
            parts.append(
                (
                    "projection '\(projection.name)'",
                    Self.hash(
                        "\(projection.sources) \(projection.targets) \(receptor ?? "") \(String(reflecting: synapse.weight)) "
                            + "\(String(reflecting: synapse.delay)) \(kind) \(synapse.storage) \(connector.fingerprint)"
                    )
                ))
        }
        names = parts.map(\.0)
        values = parts.map(\.1)
    }

    /// What is not the same in another fingerprint, in words; `nil` where all is.
    public func difference(from other: NetworkFingerprint) -> String? {
        let others = Dictionary(zip(other.names, other.values)) { first, _ in first }
        for (name, value) in zip(names, values) {
            guard let found = others[name] else { return "\(name) is not in it" }
            if found != value { return "\(name) was another" }
        }
        return other.names.first { !names.contains($0) }.map { "it has \($0), which the network has not" }
            ?? (names == other.names ? nil : "populations or projections were in another order")
    }

    /// FNV-1a with 64 bits (Fowler, Noll & Vo, RFC 9923).
    package static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }
}
