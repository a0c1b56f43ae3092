import SynfireNeuralNetworks
import SynfireSpikingNetworks
import SynfireTensors

/// A convolution stays one, with shared weights.
///
/// Spiking convolutions have the same padding on both sides of an axis. A layer with less on one side gets it there, too,
/// and weights of zero in the window where that adds values: the results stay exact.
enum Conv2dRule: ConversionRule {
    static func apply(_ name: String, _ layer: Conv2d, input: [Int], to chain: inout AffineChain) throws {
        let outputs = layer.outputChannels
        let perGroup = layer.inputChannels / layer.groups
        func pair(_ pair: Pair) -> ConvolutionOperator.Pair { ConvolutionOperator.Pair(pair.rows, pair.columns) }
        let (size, dilation) = (pair(layer.kernelSize), pair(layer.dilation))
        let padding = layer.padding.resolved(
            over: input, kernel: layer.kernelSize, stride: layer.stride, dilation: layer.dilation)
        guard case .numbers(let top, let bottom, let left, let right) = padding,
            let rows = Axis(taps: size.x, before: top, after: bottom, dilation: dilation.x),
            let columns = Axis(taps: size.y, before: left, after: right, dilation: dilation.y)
        else {
            throw ConversionError.unsupportedLayer(
                name: name, kind: layer.kind,
                hint: "its padding of \(padding) differs between two sides by no multiple of its dilation "
                    + "\(layer.dilation), so that no window of a spiking convolution makes up for it")
        }
        let kernel = ConvolutionOperator.Pair(rows.taps, columns.taps)
        let sides = ConvolutionOperator.Pair(rows.padding, columns.padding)
        let (stride, groups) = (pair(layer.stride), layer.groups)
        try chain.append(
            AffineChain.Weighted(
                name: name, weight: widened(layer.weight, rows, columns),
                bias: layer.bias?.scalars.map(Double.init) ?? Array(repeating: 0, count: outputs),
                inputsPerOutput: perGroup, weightsPerInput: kernel.x * kernel.y, groups: groups,
                emit: { (weight) throws(SpikingNetworkError) in
                    try ConvolutionOperator(
                        outputChannels: outputs, channelsPerGroup: perGroup, kernelSize: kernel, stride: stride,
                        padding: sides, dilation: dilation, groups: groups, weight: weight)
                }, isPadded: sides != .zero))
    }

    /// An axis of a window that is widened until its padding is the same on both sides.
    private struct Axis {
        /// The taps, those of zero included.
        let taps: Int
        /// How many of zero stand in front.
        let front: Int
        let padding: Int

        /// - Returns: nil where zeros at the taps' distance do not make up for the difference.
        init?(taps: Int, before: Int, after: Int, dilation: Int) {
            let lacking = abs(after - before)
            guard lacking.isMultiple(of: dilation) else { return nil }
            self.taps = taps + lacking / dilation
            front = after > before ? lacking / dilation : 0
            padding = max(before, after)
        }
    }

    /// The weights with zeros where the window has been widened.
    private static func widened(_ weight: Tensor, _ rows: Axis, _ columns: Axis) -> [Double] {
        let (height, width) = (weight.shape[2], weight.shape[3])
        guard rows.taps > height || columns.taps > width else { return weight.scalars.map(Double.init) }
        let windows = weight.shape[0] * weight.shape[1]
        var result = Array(repeating: 0.0, count: windows * rows.taps * columns.taps)
        for (index, value) in weight.scalars.enumerated() {
            let (window, row, column) = (index / (height * width), index / width % height, index % width)
            result[(window * rows.taps + rows.front + row) * columns.taps + columns.front + column] = Double(value)
        }
        return result
    }
}
