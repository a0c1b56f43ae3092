#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Closed forms that exact propagators are made of, without singularities.
enum Propagators {
    /// e^(−a) · (e^x − 1)/x, which is e^(−a) at x = 0, without overflow for large x with a − x ≥ 0.
    static func first(_ a: Double, _ x: Double) -> Double {
        if abs(x) > 1 { return (exp(x - a) - exp(-a)) / x }
        return x == 0 ? exp(-a) : exp(-a) * expm1(x) / x
    }

    /// The same, where e^(x − a) is known: that difference loses what a and x have in common.
    static func first(_ a: Double, _ x: Double, end: Double) -> Double {
        abs(x) > 1 ? (end - exp(-a)) / x : first(a, x)
    }

    /// e^(−a) · (e^x − 1 − x)/x², which is e^(−a)/2 at x = 0, without overflow for large x with a − x ≥ 0.
    static func second(_ a: Double, _ x: Double) -> Double {
        if abs(x) > 1 { return (exp(x - a) - exp(-a) * (1 + x)) / (x * x) }
        // The series 1/2! + x/3! + x²/4! + …: the closed form cancels for small x.
        var (sum, term) = (0.5, 0.5)
        for k in 3..<22 {
            term *= x / Double(k)
            sum += term
        }
        return exp(-a) * sum
    }

    /// The same, where e^(x − a) is known.
    static func second(_ a: Double, _ x: Double, end: Double) -> Double {
        abs(x) > 1 ? (end - exp(-a) * (1 + x)) / (x * x) : second(a, x)
    }

    /// How an alpha-shaped synaptic current acts on the potential over a step of length h.
    struct Alpha {
        /// e^(−h/τ_s), the decay of the current and of its rise.
        let decay: Double
        /// h·e^(−h/τ_s), what the rise adds to the current.
        let ramp: Double
        /// What the rise at the start adds to the potential [mV·ms/pA].
        let fromRise: Double
        /// What the current at the start adds to the potential [mV/pA].
        let fromCurrent: Double
        /// What a spike of weight 1 adds to the rise, so that the current peaks at 1 [1/ms].
        let jump: Double

        /// The propagators for a membrane of time constant `tau` [ms] and `capacitance` [pF].
        init(_ h: Double, tau: Double, synaptic: Double, capacitance: Double) {
            let (a, x) = (h / synaptic, h * (1 / synaptic - 1 / tau))
            decay = exp(-a)
            ramp = h * exp(-a)
            fromRise = h * h / capacitance * Propagators.second(a, x)
            fromCurrent = h / capacitance * Propagators.first(a, x)
            jump = M_E / synaptic
        }
    }
}
