import SynfireNeuralNetworks
import SynfireSpikingNetworks
import SynfireTensors

/// A linear layer becomes all-to-all weights.
enum LinearRule: ConversionRule {
    static func apply(_ name: String, _ layer: Linear, input: [Int], to chain: inout AffineChain) throws {
        guard input.count == 1 else {
            throw ConversionError.unsupportedLayer(
                name: name, kind: layer.kind, hint: "it has to read a vector, and values of shape \(input) reach it")
        }
        let (inputs, outputs) = (layer.inputFeatures, layer.outputFeatures)
        try chain.append(
            AffineChain.Weighted(
                name: name, weight: layer.weight.scalars.map(Double.init),
                bias: layer.bias?.scalars.map(Double.init) ?? Array(repeating: 0, count: outputs),
                inputsPerOutput: inputs, weightsPerInput: 1, groups: 1,
                emit: { (weight) throws(SpikingNetworkError) in
                    try DenseOperator(inputs: inputs, outputs: outputs, weight: weight)
                }, isPadded: false))
    }
}
