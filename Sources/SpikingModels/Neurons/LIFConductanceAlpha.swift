/// The leaky integrate-and-fire neuron with alpha-shaped synaptic conductances.
///
///     c_m·dv/dt = −g_l·(v − e_l) − g_ex·(v − e_ex) − g_in·(v − e_in) + i_e + i_stim
///     d(dg)/dt = −dg/tau_syn,  dg/dt = dg − g/tau_syn
///     dg ← dg + w·e/tau_syn at a spike of weight w: the conductance peaks at w after tau_syn
///
/// Conductances are exact; potentials are integrated by a method of fourth order that is exact for constant
/// conductances (see `LIFConductance`).
///
/// - Source: H. Meffin, A. N. Burkitt, D. B. Grayden 2004, J. Comput. Neurosci. 16:159,
///   doi:10.1023/B:JCNS.0000014108.03012.81.
public enum LIFConductanceAlpha: NeuronModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "lif_cond_alpha", aliases: ["iaf_cond_alpha", "IF_cond_alpha"],
        summary: "Leaky integrate-and-fire, alpha-shaped conductances",
        equations: [
            LIFConductance.equation,
            "d(dg)/dt = −dg/tau_syn, dg/dt = dg − g/tau_syn, dg ← dg + w·e/tau_syn at a spike",
            "v ≥ v_threshold: spike, v = v_reset for t_ref",
        ],
        source: "Meffin, Burkitt & Grayden 2004, doi:10.1023/B:JCNS.0000014108.03012.81",
        parameters: LIFConductance.parameters(isAlpha: true),
        state: [LIF.potential] + Conductances.state(isAlpha: true),
        receptors: Conductances.receptors(isAlpha: true))

    /// Whether parameters fit together.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { LIF.fault(values, neuron) }

    /// Synapses that are too fast for the step.
    public static func stepFault(_ values: ModelValues, step: Double) -> String? {
        Conductances.stepFault(values, step: step, limit: .infinity, isAlpha: true)
    }

    /// A kernel of fourth order.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? {
        LIFConductance.makeKernel(setup, isAlpha: true)
    }
}
