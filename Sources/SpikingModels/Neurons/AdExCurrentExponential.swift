/// The adaptive exponential integrate-and-fire neuron with exponential synaptic currents.
///
///     c_m·dv/dt = −g_l·(v − e_l) + g_l·delta_t·exp((v − v_threshold)/delta_t) + i_ex + i_in − w + i_e + i_stim
///     tau_w·dw/dt = a·(v − e_l) − w
///     tau_syn·di/dt = −i,  i ← i + w at a spike of weight w
///     v ≥ v_peak: spike, v = v_reset for t_ref, w ← w + b
///
/// Integrated as ``AdExConductanceExponential``.
///
/// - Source: R. Brette, W. Gerstner 2005, J. Neurophysiol. 94:3637, doi:10.1152/jn.00686.2005.
public enum AdExCurrentExponential: NeuronModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "adex_curr_exp", aliases: ["aeif_psc_exp"],
        summary: "Adaptive exponential integrate-and-fire, exponential currents",
        equations: AdEx.equations("+ i_ex + i_in", "tau_syn·di/dt = −i, i ← i + w at a spike"),
        source: "Brette & Gerstner 2005, doi:10.1152/jn.00686.2005",
        parameters: AdEx.parameters + Conductances.timeConstants((0.2, 2), isAlpha: false),
        state: AdEx.state + [
            ParameterRow("i_ex", unit: "pA", default: 0, nest: "I_syn_ex", "Excitatory synaptic current."),
            ParameterRow("i_in", unit: "pA", default: 0, nest: "I_syn_in", "Inhibitory synaptic current."),
        ],
        receptors: [
            ReceptorRow("excitatory", unit: "pA", sign: .any, "Adds the weight to i_ex."),
            ReceptorRow("inhibitory", unit: "pA", sign: .any, "Adds the weight, negative to inhibit, to i_in."),
        ])

    /// Whether parameters fit together.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { AdEx.fault(values, neuron) }

    /// Synapses, a membrane or an adaptation that are too fast for the step.
    public static func stepFault(_ values: ModelValues, step: Double) -> String? {
        Conductances.stepFault(values, step: step, limit: AdEx.longestPart(values), isAlpha: false)
    }

    /// A kernel with adaptive steps where they are needed.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? {
        AdEx.Kernel(setup, isAlpha: false, isConductance: false)
    }
}
