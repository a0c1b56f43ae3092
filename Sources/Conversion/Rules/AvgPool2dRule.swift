import SynfireNeuralNetworks
import SynfireSpikingNetworks

/// Average pooling is linear and stays what it is.
enum AvgPool2dRule: ConversionRule {
    static func apply(_ name: String, _ layer: AvgPool2d, input: [Int], to chain: inout AffineChain) throws {
        func pair(_ pair: Pair) -> ConvolutionOperator.Pair { ConvolutionOperator.Pair(pair.rows, pair.columns) }
        func refused(_ hint: String) -> ConversionError { .unsupportedLayer(name: name, kind: layer.kind, hint: hint) }
        let resolved = layer.padding.resolved(over: input, kernel: layer.kernelSize, stride: layer.stride)
        guard let padding = resolved.symmetric else {
            throw refused(
                "its padding of \(resolved) differs between two sides of an axis, which spiking poolings do not have")
        }
        if layer.roundsUp {
            let rest = pair(Pair(input[1], input[2])) &+ 2 &* pair(padding) &- pair(layer.kernelSize)
            guard rest.x % layer.stride.rows == 0, rest.y % layer.stride.columns == 0 else {
                throw refused("with ceil_mode its last windows overhang, which those of spiking poolings do not")
            }
        }
        if let waiting = chain.waiting, padding != 0, layer.countsPadding {
            throw ConversionError.cannotFold(
                layer: waiting, reason: "the pooling '\(name)' behind it pads with zeros, which it would shift")
        }
        let pool = try PoolingOperator(
            .average(countsPadding: layer.countsPadding), kernelSize: pair(layer.kernelSize),
            stride: pair(layer.stride), padding: pair(padding))
        chain.append(.pool(pool, name: name))
    }
}
