/// The leaky integrate-and-fire neuron with exponential synaptic conductances.
///
///     c_m·dv/dt = −g_l·(v − e_l) − g_ex·(v − e_ex) − g_in·(v − e_in) + i_e + i_stim
///     tau_syn·dg/dt = −g,  g ← g + w at a spike of weight w
///
/// Conductances are exact; potentials are integrated by a method of fourth order that is exact for constant
/// conductances (see `LIFConductance`). At a step of 0.1 ms they agree with an adaptive solver of high order within
/// 10⁻³ mV before the first spike, for the weights of published networks within 10⁻⁴ mV.
///
/// - Source: H. Meffin, A. N. Burkitt, D. B. Grayden 2004, J. Comput. Neurosci. 16:159,
///   doi:10.1023/B:JCNS.0000014108.03012.81.
public enum LIFConductanceExponential: NeuronModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "lif_cond_exp", aliases: ["iaf_cond_exp", "IF_cond_exp"],
        summary: "Leaky integrate-and-fire, exponential conductances",
        equations: [
            LIFConductance.equation, "tau_syn·dg/dt = −g, g ← g + w at a spike",
            "v ≥ v_threshold: spike, v = v_reset for t_ref",
        ],
        source: "Meffin, Burkitt & Grayden 2004, doi:10.1023/B:JCNS.0000014108.03012.81",
        parameters: LIFConductance.parameters(isAlpha: false),
        state: [LIF.potential] + Conductances.state(isAlpha: false),
        receptors: Conductances.receptors(isAlpha: false))

    /// Whether parameters fit together.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { LIF.fault(values, neuron) }

    /// Synapses that are too fast for the step.
    public static func stepFault(_ values: ModelValues, step: Double) -> String? {
        Conductances.stepFault(values, step: step, limit: .infinity, isAlpha: false)
    }

    /// A kernel of fourth order.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? {
        LIFConductance.makeKernel(setup, isAlpha: false)
    }
}
