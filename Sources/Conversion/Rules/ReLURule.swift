import SynfireNeuralNetworks

/// A rectified value becomes the rate of a neuron.
enum ReLURule: ConversionRule {
    static func apply(_ name: String, _ layer: ReLU, input: [Int], to chain: inout AffineChain) throws {
        if let waiting = chain.waiting {
            throw ConversionError.cannotFold(
                layer: waiting, reason: "the activation '\(name)' follows without a weighted layer between them")
        }
        chain.append(.neurons(activation: name))
    }
}
