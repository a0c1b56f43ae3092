/// The adaptive exponential integrate-and-fire neuron with exponential synaptic conductances.
///
///     c_m·dv/dt = −g_l·(v − e_l) + g_l·delta_t·exp((v − v_threshold)/delta_t)
///                 − g_ex·(v − e_ex) − g_in·(v − e_in) − w + i_e + i_stim
///     tau_w·dw/dt = a·(v − e_l) − w
///     tau_syn·dg/dt = −g,  g ← g + w at a spike of weight w
///     v ≥ v_peak: spike, v = v_reset for t_ref, w ← w + b
///
/// Fourth-order Runge-Kutta steps away from spikes, adaptive steps of fifth order near them: the potential cannot run
/// away, and the time of the reset within the step is right. A neuron spikes at most once a step.
///
/// - Source: R. Brette, W. Gerstner 2005, J. Neurophysiol. 94:3637, doi:10.1152/jn.00686.2005.
public enum AdExConductanceExponential: NeuronModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "adex_cond_exp", aliases: ["aeif_cond_exp", "EIF_cond_exp_isfa_ista"],
        summary: "Adaptive exponential integrate-and-fire, exponential conductances",
        equations: AdEx.equations(
            "− g_ex·(v − e_ex) − g_in·(v − e_in)", "tau_syn·dg/dt = −g, g ← g + w at a spike"),
        source: "Brette & Gerstner 2005, doi:10.1152/jn.00686.2005",
        parameters: AdEx.parameters
            + Conductances.parameters(excitatory: 0, inhibitory: -85, tau: (0.2, 2), isAlpha: false),
        state: AdEx.state + Conductances.state(isAlpha: false),
        receptors: Conductances.receptors(isAlpha: false))

    /// Whether parameters fit together.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { AdEx.fault(values, neuron) }

    /// Synapses, a membrane or an adaptation that are too fast for the step.
    public static func stepFault(_ values: ModelValues, step: Double) -> String? {
        Conductances.stepFault(values, step: step, limit: AdEx.longestPart(values), isAlpha: false)
    }

    /// A kernel with adaptive steps where they are needed.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? {
        AdEx.Kernel(setup, isAlpha: false, isConductance: true)
    }
}
