/// Changes that do not depend on the weight, between hard bounds.
///
///     w ← w + a_plus·(w_max − w_min)·K₊,  w ← w − a_minus·(w_max − w_min)·K₋
///
/// - Source: S. Song, K. D. Miller, L. F. Abbott 2000, Nat. Neurosci. 3:919, doi:10.1038/78829.
struct AdditiveRule: WeightRule {
    static let name = "additive"
    private let scale: WeightScale
    private let up, down: Float

    init(_ values: ModelValues) {
        scale = WeightScale(values)
        up = Float(values[0, "a_plus"]) * scale.range
        down = Float(values[0, "a_minus"]) * scale.range
    }

    @inline(__always) func facilitated(_ weight: Float, trace: Float) -> Float { scale.clipped(weight + up * trace) }

    @inline(__always) func depressed(_ weight: Float, trace: Float) -> Float { scale.clipped(weight - down * trace) }

    static func exact(_ values: ModelValues) -> ExactWeightRule { .bounded(values, up: { _ in 1 }, down: { _ in 1 }) }
}
