/// Huber's loss: squared for small errors, linear for large ones, which therefore pull less.
///
///     loss of an image = Σ_c d² / 2 where d < delta, else delta · (d − delta / 2),   d = |output_c − target_c|
///
/// divided by images · outputs. Classes as targets are 1 for the image's class and 0 for others. As PyTorch's `HuberLoss`
/// with `mean`.
///
/// - Source: Huber 1964, Ann. Math. Stat. 35:73, doi:10.1214/aoms/1177703732
public struct HuberLoss: LossFunction {
    /// The name in descriptions.
    public static let name = "HuberLoss"

    /// The settings.
    public static let settings = [
        SettingRow<HuberLoss>("delta", \.delta, allowed: .above(0), "The error from which on the loss is linear.")
    ]

    /// The error from which on the loss is linear.
    public var delta: Double

    /// Makes the loss.
    public init(delta: Double) {
        self.delta = delta
    }

    /// Makes the loss with its defaults.
    public init() { self.init(delta: 1) }

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
            let size = abs(difference)
            sum += size < delta ? difference * difference / 2 : delta * (size - delta / 2)
            let derivative = size < delta ? difference : difference < 0 ? -delta : difference > 0 ? delta : .nan
            gradient?[index] = Float(derivative * scale)
        }
        return sum
    }
}
