#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What the adaptive exponential integrate-and-fire models share: rows, and what must fit together.
///
/// - Source: R. Brette, W. Gerstner 2005, J. Neurophysiol. 94:3637, doi:10.1152/jn.00686.2005.
enum AdEx {
    /// The rows of the membrane and the adaptation.
    static let parameters = [
        ParameterRow(
            "c_m", unit: "pF", default: 281, allowed: .above(0), pyNN: "cm", nest: "C_m", "Capacitance of the membrane."
        ),
        ParameterRow(
            "g_l", unit: "nS", default: 30, allowed: .above(0), nest: "g_L",
            "Leak conductance; c_m/g_l is the time constant of the membrane."),
        ParameterRow("e_l", unit: "mV", default: -70.6, pyNN: "v_rest", nest: "E_L", "Resting potential."),
        ParameterRow(
            "v_threshold", unit: "mV", default: -50.4, pyNN: "v_thresh", nest: "V_th",
            "Potential at which the exponential current has the slope of the leak."),
        ParameterRow(
            "delta_t", unit: "mV", default: 2, allowed: .atLeast(0), pyNN: "delta_T", nest: "Delta_T",
            "Width of the spike's onset; with 0 a spike is emitted at v_threshold."),
        ParameterRow(
            "v_peak", unit: "mV", default: 0, pyNN: "v_spike", nest: "V_peak", "Potential at which a spike is emitted."),
        ParameterRow("v_reset", unit: "mV", default: -60, pyNN: "v_reset", nest: "V_reset", "Potential after a spike."),
        ParameterRow(
            "t_ref", unit: "ms", default: 0, allowed: .atLeast(0), pyNN: "tau_refrac", nest: "t_ref",
            "How long the potential stays at v_reset after the step of a spike; rounded to whole steps."),
        ParameterRow(
            "a", unit: "nS", default: 4, pyNN: "a", nest: "a", "How much the potential drives the adaptation."),
        ParameterRow("b", unit: "pA", default: 80.5, pyNN: "b", nest: "b", "What a spike adds to the adaptation."),
        ParameterRow(
            "tau_w", unit: "ms", default: 144, allowed: .above(0), pyNN: "tau_w", nest: "tau_w",
            "Time constant of the adaptation."),
        ParameterRow("i_e", unit: "pA", default: 0, pyNN: "i_offset", nest: "I_e", "Constant current."),
    ]

    /// The rows of the potential and the adaptation.
    static let state = [
        ParameterRow(
            "v", unit: "mV", default: -70.6, follows: "e_l", pyNN: "v", nest: "V_m", "Membrane potential."),
        ParameterRow("w", unit: "pA", default: 0, pyNN: "w", nest: "w", "Adaptation current."),
    ]

    /// The equations, with what the synapses add.
    static func equations(_ synapses: String, _ course: String) -> [String] {
        [
            "c_m·dv/dt = −g_l·(v − e_l) + g_l·delta_t·exp((v − v_threshold)/delta_t) \(synapses) − w + i_e",
            "tau_w·dw/dt = a·(v − e_l) − w", course,
            "v ≥ v_peak: spike, v = v_reset for t_ref, w ← w + b",
        ]
    }

    /// The longest part of a step: a tenth of the shortest time constant of membrane or adaptation in the population [ms].
    static func longestPart(_ values: ModelValues) -> Double {
        let capacitance = values["c_m"].storedValues.min() ?? 0
        let leak = values["g_l"].storedValues.max() ?? 1
        return 0.1 * min(capacitance / leak, values["tau_w"].storedValues.min() ?? .infinity)
    }

    /// Why parameters do not fit together.
    static func fault(_ values: ModelValues, _ neuron: Int) -> String? {
        let (threshold, peak) = (values[neuron, "v_threshold"], values[neuron, "v_peak"])
        let (reset, width) = (values[neuron, "v_reset"], values[neuron, "delta_t"])
        if peak < threshold { return "v_peak (\(peak) mV) is below v_threshold (\(threshold) mV)" }
        if width == 0, reset >= threshold {
            return "v_reset (\(reset) mV) is not below v_threshold (\(threshold) mV), where spikes are emitted with "
                + "delta_t = 0"
        }
        if reset >= peak { return "v_reset (\(reset) mV) is not below v_peak (\(peak) mV)" }
        // As in NEST: at the peak the exponential must be a number, with room for what it is multiplied by.
        if width > 0, (peak - threshold) / width >= log(Double.greatestFiniteMagnitude / 1e20) {
            return "v_peak (\(peak) mV) is too far above v_threshold (\(threshold) mV) for delta_t (\(width) mV): at "
                + "most \(Int(log(Double.greatestFiniteMagnitude / 1e20))) times delta_t"
        }
        return nil
    }
}
