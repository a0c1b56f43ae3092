#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// When spikes count for a synapse, for one spike of its source.
///
/// In steps: the target's spike p comes after the source's spike s by p − s − δ, where δ = (1 − 2f)·d is a whole number
/// of steps and a rest.
struct SynapseView {
    /// Whether the source has spiked before.
    let hasPrevious: Bool
    /// Targets' spikes after this step and up to the other one arrive between the source's two spikes.
    let after: Int
    let upTo: Int
    /// The last step at which a target's spike arrives before the source's.
    let before: Int
    /// The source's spikes, moved by the whole steps of δ.
    let previous: Int
    let now: Int
    /// What the rest of δ makes of a decay by whole steps.
    let lagPlus: Float
    let lagMinus: Float

    private let shift: Int
    private let comesFirst: Bool

    init(_ spike: SourceSpike, delay: Int, fraction: Double, _ ratePlus: Double, _ rateMinus: Double) {
        let shift = (1 - 2 * fraction) * Double(delay)
        // Rounding must not turn a whole number of steps into one less.
        let whole = Int((shift + 1e-6).rounded(.down))
        let rest = max(0, shift - Double(whole))
        let isOnGrid = rest < 1e-6
        // With no dendritic delay, a spike in the step of arrival is not known yet: it comes after.
        comesFirst = whole >= delay
        self.shift = whole
        let bound = min(whole, delay - 1)
        hasPrevious = spike.previousStep != .min
        after = hasPrevious ? spike.previousStep + bound : .min
        upTo = spike.step + bound
        before = spike.step + (isOnGrid ? whole - 1 : whole)
        previous = hasPrevious ? spike.previousStep + whole : 0
        now = spike.step + whole
        lagPlus = isOnGrid ? 1 : Float(exp(rest * ratePlus))
        lagMinus = isOnGrid ? 1 : Float(exp(-rest * rateMinus))
    }

    /// Whether a source's spike reaches the synapse before a spike of the target is taken.
    func isSooner(_ source: Int, than target: Int) -> Bool {
        // A rest of δ does not change which whole number is less.
        comesFirst ? source + shift <= target : source + shift < target
    }
}
