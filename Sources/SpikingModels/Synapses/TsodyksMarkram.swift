#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Short-term depression and facilitation by resources that a spike uses up and that recover.
///
/// A spike has the factor u·x on its weights: x is the fraction of resources that are there, u the fraction of them
/// that a spike uses. After a spike, over an interval Δ to the next one:
///
///     x ← 1 + (x − u·x − 1)·e^(−Δ/tau_rec)
///     u ← u₀ + u·(1 − u₀)·e^(−Δ/tau_fac)         (u₀ is the parameter `u`; u = u₀ where tau_fac is 0)
///
/// The first spike finds `x_initial` and `u_initial`, whenever it comes. The weight is thus the amplitude of a spike
/// that uses all resources, as A in Tsodyks & Markram 1997 and in NEST's `tsodyks2_synapse`: a rested synapse without
/// facilitation transmits u·weight.
///
/// - Source: M. V. Tsodyks, H. Markram 1997, PNAS 94:719, doi:10.1073/pnas.94.2.719; W. Maass, H. Markram 2002,
///   Neural Netw. 15:155, doi:10.1016/S0893-6080(01)00144-7 (equations 4 and 5).
public enum TsodyksMarkram: ShortTermModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "tsodyks_markram", aliases: ["tsodyks2_synapse", "TsodyksMarkramSynapse"],
        summary: "Short-term depression and facilitation",
        equations: [
            "factor of a spike: u·x", "x ← 1 + (x − u·x − 1)·e^(−Δ/tau_rec)",
            "u ← U + u·(1 − U)·e^(−Δ/tau_fac), U the parameter u",
        ],
        source: "Tsodyks & Markram 1997, doi:10.1073/pnas.94.2.719; Maass & Markram 2002, "
            + "doi:10.1016/S0893-6080(01)00144-7",
        parameters: [
            ParameterRow(
                "u", unit: "1", default: 0.5, allowed: .between(0, 1), pyNN: "U", nest: "U",
                "Fraction of resources that a rested spike uses."),
            ParameterRow(
                "tau_rec", unit: "ms", default: 800, allowed: .above(0), pyNN: "tau_rec", nest: "tau_rec",
                "Time constant of the recovery of resources."),
            ParameterRow(
                "tau_fac", unit: "ms", default: 0, allowed: .atLeast(0), pyNN: "tau_facil", nest: "tau_fac",
                "Time constant of facilitation; 0 for none."),
            ParameterRow(
                "x_initial", unit: "1", default: 1, allowed: .between(0, 1), nest: "x",
                "Fraction of resources at the first spike."),
            ParameterRow(
                "u_initial", unit: "1", default: 0.5, follows: "u", allowed: .between(0, 1), nest: "u",
                "Fraction that the first spike uses; u where none is given."),
        ], state: [], emitsSpikes: false)

    /// The state of some sources.
    public static func makeKernel(_ values: ModelValues, sources: Int, step: Double) -> any ShortTermKernel {
        Kernel(values, sources: sources, step: step)
    }

    private final class Kernel: ShortTermKernel {
        private struct Resources {
            var x, u: Double
            /// The step or the time [ms] of the last spike.
            var last: Double?
        }

        private let base, recovery, facilitation: Double
        /// The same two rates by the millisecond.
        private let exactRecovery, exactFacilitation: Double
        private var sources: [Resources]

        init(_ values: ModelValues, sources count: Int, step: Double) {
            base = values[0, "u"]
            recovery = -step / values[0, "tau_rec"]
            exactRecovery = -1 / values[0, "tau_rec"]
            let tau = values[0, "tau_fac"]
            facilitation = tau > 0 ? -step / tau : -.infinity
            exactFacilitation = tau > 0 ? -1 / tau : -.infinity
            sources = Array(
                repeating: Resources(x: values[0, "x_initial"], u: values[0, "u_initial"]), count: count)
        }

        func factor(source: Int, step: Int) -> Float {
            Float(factor(source, at: Double(step), recovery, facilitation))
        }

        func factor(source: Int, time: Double) -> Double {
            factor(source, at: time, exactRecovery, exactFacilitation)
        }

        private func factor(_ source: Int, at now: Double, _ recovery: Double, _ facilitation: Double) -> Double {
            if let before = sources[source].last {
                let (x, u, elapsed) = (sources[source].x, sources[source].u, now - before)
                // Spikes of one instant have no time between them; −∞·0 would be NaN.
                let kept = elapsed > 0 ? exp(elapsed * facilitation) : (facilitation.isFinite ? 1 : 0)
                sources[source].x = 1 + (x - u * x - 1) * exp(elapsed * recovery)
                sources[source].u = base + u * (1 - base) * kept
            }
            sources[source].last = now
            return sources[source].u * sources[source].x
        }
    }
}
