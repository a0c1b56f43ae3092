import NeuralNetworks

/// Dropout does nothing outside training.
enum DropoutRule: ConversionRule {
    static func apply(_ name: String, _ layer: Dropout, input: [Int], to chain: inout AffineChain) throws {}
}
