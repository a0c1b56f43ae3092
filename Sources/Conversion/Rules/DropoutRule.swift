import SynfireNeuralNetworks

/// Dropout does nothing outside training.
enum DropoutRule: ConversionRule {
    static func apply(_ name: String, _ layer: Dropout, input: [Int], to chain: inout AffineChain) throws {}
}

/// Nor does what leaves out channels.
enum Dropout2dRule: ConversionRule {
    static func apply(_ name: String, _ layer: Dropout2d, input: [Int], to chain: inout AffineChain) throws {}
}
