import NeuralNetworks
import SpikingNetworks
import Tensors

/// A convolution stays one, with shared weights.
enum Conv2dRule: ConversionRule {
    static func apply(_ name: String, _ layer: Conv2d, input: [Int], to chain: inout AffineChain) throws {
        let outputs = layer.outputChannels
        let perGroup = layer.inputChannels / layer.groups
        func pair(_ pair: Pair) -> ConvolutionOperator.Pair { ConvolutionOperator.Pair(pair.rows, pair.columns) }
        let (kernel, stride, padding, dilation, groups) = (
            pair(layer.kernelSize), pair(layer.stride), pair(layer.padding), pair(layer.dilation), layer.groups
        )
        try chain.append(
            AffineChain.Weighted(
                name: name, weight: layer.weight.scalars.map(Double.init),
                bias: layer.bias?.scalars.map(Double.init) ?? Array(repeating: 0, count: outputs),
                inputsPerOutput: perGroup, weightsPerInput: kernel.x * kernel.y, groups: groups,
                emit: { (weight) throws(SpikingNetworkError) in
                    try ConvolutionOperator(
                        outputChannels: outputs, channelsPerGroup: perGroup, kernelSize: kernel, stride: stride,
                        padding: padding, dilation: dilation, groups: groups, weight: weight)
                }, isPadded: padding != .zero))
    }
}
