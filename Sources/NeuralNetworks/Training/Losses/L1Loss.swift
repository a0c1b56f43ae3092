/// The mean absolute error over all outputs of all images.
///
///     loss of an image = Σ_c |output_c − target_c|,   divided by images · outputs
///
/// The derivative where both are equal is 0. Classes as targets are 1 for the image's class and 0 for others. As
/// PyTorch's `L1Loss` with `mean`.
public struct L1Loss: LossFunction {
    /// The name in descriptions.
    public static let name = "L1Loss"

    /// None.
    public static let settings: [SettingRow<L1Loss>] = []

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
            sum += abs(difference)
            // What is not a number stays that.
            gradient?[index] = Float(difference == 0 ? 0 : difference < 0 ? -scale : difference > 0 ? scale : .nan)
        }
        return sum
    }
}
