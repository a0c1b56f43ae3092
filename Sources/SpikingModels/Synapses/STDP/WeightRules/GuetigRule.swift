#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Changes with a power of the way that is left to the bound, between the additive and the multiplicative rule.
///
///     w ← w + a_plus·R·(1 − z)^mu_plus·K₊,  w ← w − a_minus·R·z^mu_minus·K₋,  z = (w − w_min)/R,  R = w_max − w_min
///
/// With w_min = 0 this is NEST's `stdp_synapse`, with lambda = a_plus and alpha = a_minus/a_plus.
///
/// - Source: R. Gütig, R. Aharonov, S. Rotter, H. Sompolinsky 2003, J. Neurosci. 23:3697,
///   doi:10.1523/JNEUROSCI.23-09-03697.2003.
struct GuetigRule: WeightRule {
    static let name = "guetig"
    private let scale: WeightScale
    private let up, down, muPlus, muMinus: Float

    init(_ values: ModelValues) {
        scale = WeightScale(values)
        up = Float(values[0, "a_plus"]) * scale.range
        down = Float(values[0, "a_minus"]) * scale.range
        (muPlus, muMinus) = (Float(values[0, "mu_plus"]), Float(values[0, "mu_minus"]))
    }

    @inline(__always) func facilitated(_ weight: Float, trace: Float) -> Float {
        scale.clipped(weight + up * Power.of(1 - scale.fraction(weight), muPlus) * trace)
    }

    @inline(__always) func depressed(_ weight: Float, trace: Float) -> Float {
        scale.clipped(weight - down * Power.of(scale.fraction(weight), muMinus) * trace)
    }

    static func exact(_ values: ModelValues) -> ExactWeightRule {
        let (muPlus, muMinus) = (values[0, "mu_plus"], values[0, "mu_minus"])
        return .bounded(values, up: { pow(1 - $0, muPlus) }, down: { pow($0, muMinus) })
    }
}
