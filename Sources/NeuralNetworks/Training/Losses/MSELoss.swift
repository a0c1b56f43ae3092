/// The mean squared error over all outputs of all images.
///
///     loss of an image = Σ_c (output_c − target_c)²,   divided by images · outputs
///
/// Classes as targets are 1 for the image's class and 0 for others. As PyTorch's `MSELoss` with `mean`.
public struct MSELoss: LossFunction {
    /// The name in descriptions.
    public static let name = "MSELoss"

    /// None.
    public static let settings: [SettingRow<MSELoss>] = []

    /// Makes the loss.
    public init() {}

    /// Each output counts.
    public func weight(of target: LossTarget, outputs: Int) -> Double { Double(outputs) }

    /// The loss of one image.
    public func loss(
        _ outputs: UnsafePointer<Float>, count: Int, target: LossTarget, gradient: UnsafeMutablePointer<Float>?,
        scale: Double
    ) -> Double {
        var sum = 0.0
        for index in 0..<count {
            let difference = Double(outputs[index]) - target.value(index)
            sum += difference * difference
            gradient?[index] = Float(2 * difference * scale)
        }
        return sum
    }
}
