import NeuralNetworks
import SpikingNetworks

/// Average pooling is linear and stays what it is.
enum AvgPool2dRule: ConversionRule {
    static func apply(_ name: String, _ layer: AvgPool2d, input: [Int], to chain: inout AffineChain) throws {
        func pair(_ pair: Pair) -> ConvolutionOperator.Pair { ConvolutionOperator.Pair(pair.rows, pair.columns) }
        if let waiting = chain.waiting, layer.padding != 0, layer.countsPadding {
            throw ConversionError.cannotFold(
                layer: waiting, reason: "the pooling '\(name)' behind it pads with zeros, which it would shift")
        }
        let pool = try PoolingOperator(
            .average(countsPadding: layer.countsPadding), kernelSize: pair(layer.kernelSize),
            stride: pair(layer.stride), padding: pair(layer.padding))
        chain.append(.pool(pool, name: name))
    }
}
