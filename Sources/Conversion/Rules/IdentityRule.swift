import SynfireNeuralNetworks

/// What hands values on is left out.
enum IdentityRule: ConversionRule {
    static func apply(_ name: String, _ layer: Identity, input: [Int], to chain: inout AffineChain) throws {}
}
