import NeuralNetworks

/// Flattening moves nothing.
enum FlattenRule: ConversionRule {
    static func apply(_ name: String, _ layer: Flatten, input: [Int], to chain: inout AffineChain) throws {
        chain.spreadPending(over: input.dropFirst().reduce(1, *))
        chain.append(.flatten)
    }
}
