/// Which spikes of source and target form pairs: one of the choices of ``PairSTDP``.
///
/// All of the schemes go through the same loop, and differ in what is said here.
///
/// - Source: A. Morrison, M. Diesmann, W. Gerstner 2008, Biol. Cybern. 98:459,
///   doi:10.1007/s00422-008-0233-1 (figure 7).
struct SpikePairing: Sendable {
    /// Which of a source's spikes a target's spike pairs with.
    enum SourceSpikes {
        /// All before it.
        case all
        /// The one just before it.
        case nearest
        /// All since the target's spike before.
        case sinceTargetSpike
    }

    /// The name in descriptions.
    let name: String
    /// Which of a source's spikes a target's spike pairs with.
    let sources: SourceSpikes
    /// Whether a source's spike pairs with all of the target's spikes before it, or with the one just before it.
    let pairsWithAllTargetSpikes: Bool
    /// Whether only the first of several target's spikes between two of the source facilitates.
    let facilitatesOnce: Bool
    /// Whether a source's spike depresses only where the target has spiked since the source's spike before.
    let depressesOnce: Bool

    /// The schemes, in the order of the documentation; the first is the default.
    static let all: [SpikePairing] = [
        // NEST: stdp_synapse.
        SpikePairing(
            name: "all_to_all", sources: .all, pairsWithAllTargetSpikes: true, facilitatesOnce: false,
            depressesOnce: false),
        // NEST: stdp_nn_symm_synapse (figure 7A).
        SpikePairing(
            name: "nearest_symmetric", sources: .nearest, pairsWithAllTargetSpikes: false, facilitatesOnce: false,
            depressesOnce: false),
        // NEST: stdp_nn_pre_centered_synapse (figure 7B).
        SpikePairing(
            name: "nearest_presynaptic_centred", sources: .sinceTargetSpike, pairsWithAllTargetSpikes: false,
            facilitatesOnce: true, depressesOnce: false),
        // NEST: stdp_nn_restr_synapse (figure 7C).
        SpikePairing(
            name: "nearest_reduced_symmetric", sources: .nearest, pairsWithAllTargetSpikes: false,
            facilitatesOnce: true, depressesOnce: true),
    ]

    /// The scheme of a checked name.
    static func pairing(named name: String) -> SpikePairing { all.first { $0.name == name } ?? all[0] }
}
