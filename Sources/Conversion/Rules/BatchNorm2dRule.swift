import SynfireNeuralNetworks
import SynfireTensors

/// Batch normalisation, with the statistics of training, is a factor and a shift of each channel, which a neighbouring
/// weighted layer takes in.
enum BatchNorm2dRule: ConversionRule {
    static func apply(_ name: String, _ layer: BatchNorm2d, input: [Int], to chain: inout AffineChain) throws {
        var factor: [Double] = []
        var shift: [Double] = []
        for channel in 0..<layer.channels {
            let spread = (Double(layer.runningVariance.scalars[channel]) + layer.epsilon).squareRoot()
            guard spread > 0, spread.isFinite else {
                throw ConversionError.cannotFold(
                    layer: name, reason: "the running variance of channel \(channel) is not positive")
            }
            let scale = Double(layer.weight?.scalars[channel] ?? 1) / spread
            factor.append(scale)
            let bias = Double(layer.bias?.scalars[channel] ?? 0)
            shift.append(bias - Double(layer.runningMean.scalars[channel]) * scale)
        }
        chain.normalize(name, factor: factor, shift: shift)
    }
}
