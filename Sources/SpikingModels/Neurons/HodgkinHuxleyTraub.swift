/// The neuron of Hodgkin and Huxley with the channels of Traub and Miles, and exponential synaptic conductances.
///
///     c_m·dv/dt = −g_na·m³·h·(v − e_na) − g_k·n⁴·(v − e_k) − g_l·(v − e_l)
///                 − g_ex·(v − e_ex) − g_in·(v − e_in) + i_e + i_stim
///     dx/dt = α_x(V)·(1 − x) − β_x(V)·x  for x = m, h, n, with V = v − v_t in mV and rates in 1/ms:
///     α_m = 0.32·(13 − V)/(e^((13 − V)/4) − 1)      β_m = 0.28·(V − 40)/(e^((V − 40)/5) − 1)
///     α_h = 0.128·e^((17 − V)/18)                   β_h = 4/(1 + e^((40 − V)/5))
///     α_n = 0.032·(15 − V)/(e^((15 − V)/5) − 1)     β_n = 0.5·e^((10 − V)/40)
///     tau_syn·dg/dt = −g,  g ← g + w at a spike of weight w
///     a spike: v has passed a peak of at least v_t + 30 mV, not within t_ref of another
///
/// A spike is stamped with the end of the first step in which the potential falls from the peak. The next one needs v below
/// v_t + 30 mV in between, so that an action potential is one spike for any t_ref and any step; a peak within t_ref of a
/// spike is none, also where the potential is still high when t_ref ends.
///
/// Integrated by classical Runge-Kutta steps of fourth order, with exact conductances: of at most 1/20 ms, and of 1/100 ms
/// while the potential moves by more than 20 mV/ms. That keeps the potential within 0.05 mV of an adaptive solver of high
/// order; the greatest differences are in upstrokes, where they are a shift of the spike by less than a microsecond.
///
/// Gating variables begin at their equilibrium for v = −60 mV and v_t = −63 mV. NEST begins elsewhere (at the
/// equilibrium for V = −60): for the same first milliseconds set m, h and n.
///
/// - Source: R. D. Traub, R. Miles 1991, *Neuronal Networks of the Hippocampus*, as in R. Brette et al. 2007, J. Comput.
///   Neurosci. 23:349, doi:10.1007/s10827-007-0038-6 (benchmark COBAHH).
public enum HodgkinHuxleyTraub: NeuronModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "hh_cond_exp_traub", aliases: ["HH_cond_exp"],
        summary: "Hodgkin-Huxley with channels of Traub and Miles, exponential conductances",
        equations: [
            "c_m·dv/dt = −g_na·m³·h·(v − e_na) − g_k·n⁴·(v − e_k) − g_l·(v − e_l)"
                + " − g_ex·(v − e_ex) − g_in·(v − e_in) + i_e",
            "dx/dt = α_x(v − v_t)·(1 − x) − β_x(v − v_t)·x for x = m, h, n",
            "tau_syn·dg/dt = −g, g ← g + w at a spike",
            "first fall from a peak ≥ v_t + 30 mV: spike, the next after t_ref and v < v_t + 30 mV at the earliest",
        ],
        source: "Traub & Miles 1991; Brette et al. 2007, doi:10.1007/s10827-007-0038-6",
        parameters: parameters
            + Conductances.parameters(excitatory: 0, inhibitory: -80, tau: (5, 10), isAlpha: false),
        state: state + Conductances.state(isAlpha: false),
        receptors: Conductances.receptors(isAlpha: false))

    /// Synapses that are too fast for the step, or a step that is too long for the gating variables.
    public static func stepFault(_ values: ModelValues, step: Double) -> String? {
        Conductances.stepFault(values, step: step, limit: Kernel.longestStep, isAlpha: false)
    }

    /// A kernel of fourth order.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? { Kernel(setup) }

    static let parameters = [
        ParameterRow(
            "c_m", unit: "pF", default: 200, allowed: .above(0), pyNN: "cm", nest: "C_m", "Capacitance of the membrane."
        ),
        ParameterRow(
            "g_na", unit: "nS", default: 20000, allowed: .atLeast(0), pyNN: "gbar_Na", nest: "g_Na",
            "Greatest sodium conductance."),
        ParameterRow(
            "g_k", unit: "nS", default: 6000, allowed: .atLeast(0), pyNN: "gbar_K", nest: "g_K",
            "Greatest potassium conductance."),
        ParameterRow(
            "g_l", unit: "nS", default: 10, allowed: .atLeast(0), pyNN: "g_leak", nest: "g_L", "Leak conductance."),
        ParameterRow(
            "e_na", unit: "mV", default: 50, pyNN: "e_rev_Na", nest: "E_Na", "Reversal potential of sodium."),
        ParameterRow("e_k", unit: "mV", default: -90, pyNN: "e_rev_K", nest: "E_K", "Reversal potential of potassium."),
        ParameterRow(
            "e_l", unit: "mV", default: -60, pyNN: "e_rev_leak", nest: "E_L", "Reversal potential of the leak."),
        ParameterRow(
            "v_t", unit: "mV", default: -63, pyNN: "v_offset", nest: "V_T",
            "Where the rates count potentials from; the threshold is some 13 mV above."),
        ParameterRow(
            "t_ref", unit: "ms", default: 2, allowed: .atLeast(0), nest: "t_ref",
            "How long after a spike none is detected; rounded to whole steps. The potential goes on."),
        ParameterRow("i_e", unit: "pA", default: 0, pyNN: "i_offset", nest: "I_e", "Constant current."),
    ]

    static let state = [
        ParameterRow(
            "v", unit: "mV", default: -60, follows: "e_l", pyNN: "v", nest: "V_m", "Membrane potential."),
        ParameterRow(
            "m", unit: "1", default: 0.026_863, allowed: .between(0, 1), pyNN: "m", nest: "Act_m", "Sodium activation."),
        ParameterRow(
            "h", unit: "1", default: 0.991_306, allowed: .between(0, 1), pyNN: "h", nest: "Inact_h",
            "Sodium inactivation."
        ),
        ParameterRow(
            "n", unit: "1", default: 0.060_434, allowed: .between(0, 1), pyNN: "n", nest: "Act_n",
            "Potassium activation."),
    ]
}
