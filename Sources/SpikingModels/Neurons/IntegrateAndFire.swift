/// The integrate-and-fire neuron without leak, which converted rectified-linear networks consist of.
///
///     dv/dt = r·(i + Σ w δ(t − t_spike))
///     v ≥ v_threshold and t ≥ onset: spike, then v ← v − v_threshold (subtract) or v ← v_reset (to_value)
///
/// With reset by subtraction, a constant input z and v(0) = θ/2, the number of spikes by time T is
/// round(z·T/θ), so that the rate is the rectified input without bias.
///
/// - Source: B. Rueckauer, I.-A. Lungu, Y. Hu, M. Pfeiffer, S.-C. Liu 2017, Front. Neurosci. 11:682,
///   doi:10.3389/fnins.2017.00682 (reset by subtraction).
public enum IntegrateAndFire: NeuronModel, EventDrivenModel {
    /// The closed form between events.
    package typealias Neuron = IntegratingForm

    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "if",
        summary: "Integrate-and-fire without leak, reset by subtraction or to a value",
        equations: [
            "dv/dt = r·(i + Σ w·δ(t − t_spike))",
            "v ≥ v_threshold and t ≥ onset: spike; subtract: v ← v − v_threshold, to_value: v ← v_reset",
        ],
        source: "Rueckauer, Lungu, Hu, Pfeiffer, Liu 2017, doi:10.3389/fnins.2017.00682",
        parameters: [
            ParameterRow(
                "v_threshold", unit: "mV", default: 1, allowed: .above(0), pyNN: "v_thresh", nest: "V_th",
                "Potential at which a spike is emitted."),
            ParameterRow(
                "v_reset", unit: "mV", default: 0, pyNN: "v_reset", nest: "V_reset",
                "Potential after a spike, where reset is to_value."),
            ParameterRow("r", unit: "1", default: 1, allowed: .above(0), "Factor on the current and on every weight."),
            ParameterRow(
                "i", unit: "mV/ms", default: 0, pyNN: "i_offset", nest: "I_e", "Constant current into the neuron."),
            ParameterRow(
                "onset", unit: "ms", default: 0, allowed: .atLeast(0),
                "Time before which no spike is emitted; the potential is kept until then."),
        ],
        options: [OptionRow(symbol: "reset", choices: ["subtract", "to_value"], summary: "What a spike does to v.")],
        state: [ParameterRow("v", unit: "mV", default: 0, pyNN: "v", nest: "V_m", "Membrane potential.")],
        receptors: [ReceptorRow("input", unit: "mV", sign: .any, "Adds r times the weight to v.")])

    /// Integrating dynamics with a threshold.
    public static func dynamics(_ values: ModelValues) -> Dynamics {
        .integrating(
            IntegratingDynamics(
                threshold: values["v_threshold"],
                reset: values.options["reset"] == "to_value" ? .toValue : .subtraction,
                resetPotential: values["v_reset"], resistance: values["r"], current: values["i"],
                initialPotential: values["v"],
                onset: values["onset"]))
    }

    /// A kernel that adds up input over each step.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? {
        IntegratingKernel.make(setup, hasThreshold: true)
    }

    /// Neurons that follow the closed form.
    public static func makeEventKernel(_ setup: KernelSetup) -> (any EventKernel)? {
        ClosedFormKernel(setup, Neuron.self)
    }
}
