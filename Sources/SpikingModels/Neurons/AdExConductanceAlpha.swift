/// The adaptive exponential integrate-and-fire neuron with alpha-shaped synaptic conductances.
///
///     c_m·dv/dt = −g_l·(v − e_l) + g_l·delta_t·exp((v − v_threshold)/delta_t)
///                 − g_ex·(v − e_ex) − g_in·(v − e_in) − w + i_e + i_stim
///     tau_w·dw/dt = a·(v − e_l) − w
///     d(dg)/dt = −dg/tau_syn,  dg/dt = dg − g/tau_syn,  dg ← dg + w·e/tau_syn at a spike of weight w
///     v ≥ v_peak: spike, v = v_reset for t_ref, w ← w + b
///
/// Integrated as ``AdExConductanceExponential``.
///
/// - Source: R. Brette, W. Gerstner 2005, J. Neurophysiol. 94:3637, doi:10.1152/jn.00686.2005.
public enum AdExConductanceAlpha: NeuronModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "adex_cond_alpha", aliases: ["aeif_cond_alpha", "EIF_cond_alpha_isfa_ista"],
        summary: "Adaptive exponential integrate-and-fire, alpha-shaped conductances",
        equations: AdEx.equations(
            "− g_ex·(v − e_ex) − g_in·(v − e_in)",
            "d(dg)/dt = −dg/tau_syn, dg/dt = dg − g/tau_syn, dg ← dg + w·e/tau_syn at a spike"),
        source: "Brette & Gerstner 2005, doi:10.1152/jn.00686.2005",
        parameters: AdEx.parameters
            + Conductances.parameters(excitatory: 0, inhibitory: -85, tau: (0.2, 2), isAlpha: true),
        state: AdEx.state + Conductances.state(isAlpha: true),
        receptors: Conductances.receptors(isAlpha: true))

    /// Whether parameters fit together.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { AdEx.fault(values, neuron) }

    /// Synapses, a membrane or an adaptation that are too fast for the step.
    public static func stepFault(_ values: ModelValues, step: Double) -> String? {
        Conductances.stepFault(values, step: step, limit: AdEx.longestPart(values), isAlpha: true)
    }

    /// A kernel with adaptive steps where they are needed.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? {
        AdEx.Kernel(setup, isAlpha: true, isConductance: true)
    }
}
