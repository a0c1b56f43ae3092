import SynfireNeuralNetworks

/// Flattening moves nothing.
enum FlattenRule: ConversionRule {
    static func apply(_ name: String, _ layer: Flatten, input: [Int], to chain: inout AffineChain) throws {
        guard try layer.outputShape(for: [input]).count == 1 else {
            throw ConversionError.unsupportedLayer(
                name: name, kind: layer.kind, hint: "it has to make a vector, which start_dim 1 and end_dim -1 do")
        }
        chain.spreadPending(over: input.dropFirst().reduce(1, *))
        chain.append(.flatten)
    }
}
