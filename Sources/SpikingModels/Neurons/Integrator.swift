/// A potential that adds up its input and never spikes: the readout of a converted classifier.
///
///     dv/dt = r·(i + Σ w δ(t − t_spike))
///
/// After a time T, v/T estimates the output of the artificial layer in front of it, negative values included.
public enum Integrator: NeuronModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "integrator",
        summary: "Adds up its input and never spikes",
        equations: ["dv/dt = r·(i + Σ w·δ(t − t_spike))"],
        source: "node type I of the Neuromorphic Intermediate Representation, Pedersen et al. 2024, "
            + "doi:10.1038/s41467-024-52259-9",
        parameters: [
            ParameterRow("r", unit: "1", default: 1, allowed: .above(0), "Factor on the current and on every weight."),
            ParameterRow(
                "i", unit: "mV/ms", default: 0, pyNN: "i_offset", nest: "I_e", "Constant current into the neuron."),
        ],
        options: [],
        state: [ParameterRow("v", unit: "mV", default: 0, pyNN: "v", nest: "V_m", "Potential.")],
        receptors: [ReceptorRow("input", unit: "mV", sign: .any, "Adds r times the weight to v.")], emitsSpikes: false)

    /// Integrating dynamics without a threshold.
    public static func dynamics(_ values: ModelValues) -> Dynamics {
        .integrating(
            IntegratingDynamics(
                threshold: nil, reset: .subtraction, resetPotential: .uniform(0), resistance: values["r"],
                current: values["i"], initialPotential: values["v"], onset: .uniform(0)))
    }

    /// A kernel that adds up input over each step.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? {
        IntegratingKernel.make(setup, hasThreshold: false)
    }
}
