/// Changes in proportion to the way that is left to the bound.
///
///     w ← w + a_plus·(w_max − w)·K₊,  w ← w − a_minus·(w − w_min)·K₋
///
/// - Source: J. Rubin, D. D. Lee, H. Sompolinsky 2001, Phys. Rev. Lett. 86:364, doi:10.1103/PhysRevLett.86.364.
struct MultiplicativeRule: WeightRule {
    static let name = "multiplicative"
    private let scale: WeightScale
    private let up, down: Float

    init(_ values: ModelValues) {
        scale = WeightScale(values)
        up = Float(values[0, "a_plus"]) * scale.range
        down = Float(values[0, "a_minus"]) * scale.range
    }

    @inline(__always) func facilitated(_ weight: Float, trace: Float) -> Float {
        scale.clipped(weight + up * (1 - scale.fraction(weight)) * trace)
    }

    @inline(__always) func depressed(_ weight: Float, trace: Float) -> Float {
        scale.clipped(weight - down * scale.fraction(weight) * trace)
    }

    static func exact(_ values: ModelValues) -> ExactWeightRule { .bounded(values, up: { 1 - $0 }, down: { $0 }) }
}
