#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Facilitation with a power of the weight, depression in proportion to it; there is no upper bound.
///
///     w ← w + a_plus·w^mu_plus·K₊,  w ← max(w_min, w − a_minus·w·K₋)
///
/// The weight is a number in the receptor's unit. This is NEST's `stdp_pl_synapse_hom`, with lambda = a_plus,
/// alpha = a_minus/a_plus and mu = mu_plus.
///
/// - Source: A. Morrison, A. Aertsen, M. Diesmann 2007, Neural Comput. 19:1437, doi:10.1162/neco.2007.19.6.1437.
struct PowerLawRule: WeightRule {
    static let name = "power_law"
    private let up, down, mu, floor: Float

    init(_ values: ModelValues) {
        (up, down) = (Float(values[0, "a_plus"]), Float(values[0, "a_minus"]))
        (mu, floor) = (Float(values[0, "mu_plus"]), Float(values[0, "w_min"]))
    }

    static func fault(_ values: ModelValues) -> String? {
        let low = values[0, "w_min"]
        return low >= 0 ? nil : "w_min is \(low): with weight_dependence power_law it must be at least 0"
    }

    @inline(__always) func facilitated(_ weight: Float, trace: Float) -> Float {
        // A negative weight has no power: it is left to the floor.
        max(floor, weight + up * Power.of(max(0, weight), mu) * trace)
    }

    @inline(__always) func depressed(_ weight: Float, trace: Float) -> Float {
        max(floor, weight - down * weight * trace)
    }

    static func exact(_ values: ModelValues) -> ExactWeightRule {
        let (up, down) = (values[0, "a_plus"], values[0, "a_minus"])
        let (mu, floor) = (values[0, "mu_plus"], values[0, "w_min"])
        return ExactWeightRule(
            facilitated: { max(floor, $0 + up * pow(max(0, $0), mu) * $1) },
            depressed: { max(floor, $0 - down * $0 * $1) })
    }
}
