/// The generalised leaky integrate-and-fire models of the Allen Institute, levels 1 to 5, with alpha-shaped currents.
///
///     c_m·dv/dt = −g·(v − e_l) + Σ_j asc_j + i_ex + i_in + i_e + i_stim
///     dasc_j/dt = −asc_decay_j·asc_j                                          (levels 3, 4, 5)
///     dθ_s/dt = −th_spike_decay·θ_s                                           (levels 2, 4, 5)
///     dθ_v/dt = th_voltage_index·(v − e_l) − th_voltage_decay·θ_v             (level 5)
///     v > v_threshold + θ_s + θ_v: spike, then for t_ref everything but the synapses stands still, after
///         v ← v_reset                                                                    (levels 1, 3)
///         v ← e_l + voltage_reset_fraction·(v₋ − e_l) + voltage_reset_add                (levels 2, 4, 5)
///         θ_s ← θ_s·e^(−th_spike_decay·t_ref) + th_spike_add                             (levels 2, 4, 5)
///         asc_j ← asc_amp_j + asc_r_j·asc_j·e^(−asc_decay_j·t_ref)                       (levels 3, 4, 5)
///
/// where v₋ is the potential before the step of the spike. Advanced by exact propagators, with two differences from the
/// equations, both as in NEST: after-spike currents act by their mean over a step, and θ_v follows the potential without
/// synaptic currents.
///
/// - Source: C. Teeter et al. 2018, Nat. Commun. 9:709, doi:10.1038/s41467-017-02717-4.
public enum GLIF: NeuronModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "glif_psc",
        summary: "Generalised leaky integrate-and-fire of the Allen Institute, levels 1 to 5, alpha-shaped currents",
        equations: [
            "c_m·dv/dt = −g·(v − e_l) + asc_1 + asc_2 + i_ex + i_in + i_e",
            "dasc/dt = −asc_decay·asc (levels 3 to 5)",
            "dθ_s/dt = −th_spike_decay·θ_s (levels 2, 4, 5)",
            "dθ_v/dt = th_voltage_index·(v − e_l) − th_voltage_decay·θ_v (level 5)",
            "v > v_threshold + θ_s + θ_v: spike; levels 1, 3: v = v_reset for t_ref; "
                + "levels 2, 4, 5: v − e_l = voltage_reset_fraction·(v − e_l) + voltage_reset_add for t_ref",
        ],
        source: "Teeter et al. 2018, doi:10.1038/s41467-017-02717-4",
        parameters: membrane + threshold + afterSpike + [
            ParameterRow(
                "tau_syn_ex", unit: "ms", default: 2, allowed: .above(0), "Time to the peak of excitatory currents."),
            ParameterRow(
                "tau_syn_in", unit: "ms", default: 2, allowed: .above(0), "Time to the peak of inhibitory currents."),
        ],
        options: [
            OptionRow(
                symbol: "level", choices: ["1", "2", "3", "4", "5"],
                summary:
                    "1: leaky integrate-and-fire; 2: reset rules and a threshold that spikes raise; 3: after-spike "
                    + "currents; 4: both; 5: also a threshold that follows the potential.")
        ],
        state: [
            ParameterRow("v", unit: "mV", default: -78.85, follows: "e_l", nest: "V_m", "Membrane potential."),
            ParameterRow(
                "threshold_spike", unit: "mV", default: 0, nest: "threshold_spike",
                "What spikes have added to the threshold (levels 2, 4, 5)."),
            ParameterRow(
                "threshold_voltage", unit: "mV", default: 0, nest: "threshold_voltage",
                "What the potential has added to the threshold (level 5)."),
            ParameterRow("asc_1", unit: "pA", default: 0, "First after-spike current (levels 3 to 5)."),
            ParameterRow("asc_2", unit: "pA", default: 0, "Second after-spike current (levels 3 to 5)."),
        ] + AlphaCurrents.state,
        receptors: AlphaCurrents.receptors)

    private static let membrane = [
        ParameterRow(
            "c_m", unit: "pF", default: 58.72, allowed: .above(0), nest: "C_m", "Capacitance of the membrane."),
        ParameterRow("g", unit: "nS", default: 9.43, allowed: .above(0), nest: "g", "Leak conductance."),
        ParameterRow("e_l", unit: "mV", default: -78.85, nest: "E_L", "Resting potential."),
        ParameterRow(
            "v_threshold", unit: "mV", default: -51.68, nest: "V_th", "Threshold without what spikes and potential add."
        ),
        ParameterRow(
            "v_reset", unit: "mV", default: -78.85, nest: "V_reset", "Potential after a spike (levels 1 and 3)."),
        ParameterRow(
            "t_ref", unit: "ms", default: 3.75, allowed: .atLeast(0), nest: "t_ref",
            "How long all but the synapses stands still after a spike; rounded to whole steps."),
        ParameterRow("i_e", unit: "pA", default: 0, "Constant current."),
    ]

    private static let threshold = [
        ParameterRow("th_spike_add", unit: "mV", default: 0.37, nest: "th_spike_add", "What a spike adds to θ_s."),
        ParameterRow(
            "th_spike_decay", unit: "1/ms", default: 0.009, allowed: .above(0), nest: "th_spike_decay", "Decay of θ_s."),
        ParameterRow(
            "voltage_reset_fraction", unit: "1", default: 0.2, allowed: .between(0, 1), nest: "voltage_reset_fraction",
            "How much of the potential is left after a spike."),
        ParameterRow(
            "voltage_reset_add", unit: "mV", default: 18.51, nest: "voltage_reset_add",
            "What is added to the potential after a spike."),
        ParameterRow(
            "th_voltage_index", unit: "1/ms", default: 0.005, nest: "th_voltage_index",
            "How much the potential drives θ_v."),
        ParameterRow(
            "th_voltage_decay", unit: "1/ms", default: 0.09, allowed: .above(0), nest: "th_voltage_decay",
            "Decay of θ_v."),
    ]

    private static let afterSpike = [(1, 0.003, -9.18), (2, 0.1, -198.94)].flatMap { index, decay, amplitude in
        [
            ParameterRow(
                "asc_decay_\(index)", unit: "1/ms", default: decay, allowed: .above(0), nest: "asc_decay",
                "Decay of after-spike current \(index)."),
            ParameterRow(
                "asc_amp_\(index)", unit: "pA", default: amplitude, nest: "asc_amps",
                "What a spike sets after-spike current \(index) to, besides what is left of it."),
            ParameterRow(
                "asc_r_\(index)", unit: "1", default: 1, allowed: .between(0, 1), nest: "asc_r",
                "How much of after-spike current \(index) a spike leaves."),
        ]
    }

    /// A reset that would spike again at once.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { LIF.fault(values, neuron) }

    /// A kernel of exact propagators.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? {
        fitsSingle(setup) ? LoopKernel(Loop<Float>(setup)) : LoopKernel(Loop<Double>(setup))
    }
}
