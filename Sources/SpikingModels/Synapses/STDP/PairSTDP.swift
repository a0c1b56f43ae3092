/// Spike-timing dependent plasticity of pairs of spikes.
///
/// A spike that the source emits at s reaches the synapse at s + (1 − f)·d, one that the target emits at p at p + f·d:
/// d is the delay and f `dendritic_delay_fraction`, 1 in NEST. With Δ, the target's arrival minus the source's:
///
///     Δ > 0: the weight rises with K₊ = Σ e^(−Δ/tau_plus), when the target's spike arrives
///     Δ < 0: the weight falls with K₋ = Σ e^(Δ/tau_minus), when the source's spike arrives
///
/// Which pairs the sums hold is the choice of `pairing`, how far the weight moves that of `weight_dependence`. Spikes
/// that arrive in the same instant form no pair; the target's is taken first, as in NEST. Without a dendritic delay
/// (f·d = 0) a target's spike in the step, or at the instant, in which the source's arrives counts as caused by it: it
/// comes just after, with Δ = 0. The weight that a spike transmits is that after its own depression.
///
/// Weights are brought up to date when a spike of the source is delivered, not before: what is read at other times
/// holds the changes up to the source's last delivered spike.
///
/// - Source: A. Morrison, M. Diesmann, W. Gerstner 2008, Biol. Cybern. 98:459, doi:10.1007/s00422-008-0233-1.
public enum PairSTDP: LongTermModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "stdp_pair", aliases: ["stdp_synapse", "STDPMechanism"],
        summary: "Spike-timing dependent plasticity of pairs of spikes",
        equations: [
            "at a target's spike: w ← w + a_plus·g₊(w)·K₊", "at a source's spike: w ← w − a_minus·g₋(w)·K₋",
            "additive: g = R; multiplicative: g₊ = R·(1 − z), g₋ = R·z",
            "guetig: g₊ = R·(1 − z)^mu_plus, g₋ = R·z^mu_minus",
            "power_law: g₊ = w^mu_plus, g₋ = w; R = w_max − w_min, z = (w − w_min)/R",
        ],
        source: "Morrison, Diesmann & Gerstner 2008, doi:10.1007/s00422-008-0233-1; Gütig et al. 2003, "
            + "doi:10.1523/JNEUROSCI.23-09-03697.2003; Morrison, Aertsen & Diesmann 2007, "
            + "doi:10.1162/neco.2007.19.6.1437",
        parameters: [
            ParameterRow(
                "tau_plus", unit: "ms", default: 20, allowed: .above(0), pyNN: "tau_plus", nest: "tau_plus",
                "Time constant of facilitation."),
            ParameterRow(
                "tau_minus", unit: "ms", default: 20, allowed: .above(0), pyNN: "tau_minus", nest: "tau_minus",
                "Time constant of depression."),
            ParameterRow(
                "a_plus", unit: "1", default: 0.01, pyNN: "A_plus", nest: "lambda", "Size of facilitation."),
            ParameterRow(
                "a_minus", unit: "1", default: 0.01, pyNN: "A_minus", "Size of depression; in NEST alpha·lambda."),
            ParameterRow(
                "w_min", unit: "1", default: 0, pyNN: "w_min", isWeight: true,
                "Weight without any facilitation, in the receptor's unit."),
            ParameterRow(
                "w_max", unit: "1", default: 100, pyNN: "w_max", nest: "Wmax", isWeight: true,
                "Weight at full facilitation, in the receptor's unit; below w_min to inhibit; not used by power_law."),
            ParameterRow(
                "mu_plus", unit: "1", default: 1, allowed: .atLeast(0), pyNN: "mu_plus", nest: "mu_plus",
                "Exponent of facilitation, of guetig and power_law."),
            ParameterRow(
                "mu_minus", unit: "1", default: 1, allowed: .atLeast(0), pyNN: "mu_minus", nest: "mu_minus",
                "Exponent of depression, of guetig."),
            ParameterRow(
                "dendritic_delay_fraction", unit: "1", default: 1, allowed: .between(0, 1),
                pyNN: "dendritic_delay_fraction", "Part of the delay that lies between synapse and target."),
        ],
        options: [
            OptionRow(
                symbol: "weight_dependence", choices: WeightRules.all.map(\.name),
                summary: "How changes depend on the weight."),
            OptionRow(
                symbol: "pairing", choices: SpikePairing.all.map(\.name), summary: "Which spikes form pairs."),
        ], state: [], emitsSpikes: false)

    /// Whether parameters fit the rule.
    public static func fault(_ values: ModelValues) -> String? {
        WeightRules.rule(named: values.options["weight_dependence"] ?? "").fault(values)
    }

    /// Between w_min and w_max; the power law knows no upper bound.
    public static func weightBounds(_ values: ModelValues) -> ClosedRange<Double> {
        let (low, high) = (values["w_min"].storedValues.first ?? 0, values["w_max"].storedValues.first ?? 0)
        if values.options["weight_dependence"] == "power_law" { return low...Double.infinity }
        return min(low, high)...max(low, high)
    }

    /// The plasticity in continuous time.
    public static func makeExactKernel(_ setup: PlasticitySetup) -> (any ExactPlasticityKernel)? {
        ExactPairSTDP(
            setup.values, sources: setup.sources, targets: setup.targets,
            longestDelay: setup.longestExactDelay)
    }

    /// The plasticity of the synapses of a projection onto the neurons of one worker.
    public static func makeKernel(_ setup: PlasticitySetup) -> any PlasticityKernel { PairSTDPKernel(setup) }
}
