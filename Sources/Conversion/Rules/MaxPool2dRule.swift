import SynfireNeuralNetworks

/// Maximum pooling is not linear: no sum of spikes computes it.
enum MaxPool2dRule: ConversionRule {
    static func apply(_ name: String, _ layer: MaxPool2d, input: [Int], to chain: inout AffineChain) throws {
        throw ConversionError.unsupportedLayer(
            name: name, kind: layer.kind, hint: "the maximum is not a sum of spikes; train with AvgPool2d instead")
    }
}
