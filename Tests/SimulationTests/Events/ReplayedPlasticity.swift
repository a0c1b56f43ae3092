import Foundation
import SynfireUnits

/// Pair plasticity replayed from its definition, spike by spike as spikes reach the synapse, on the spikes of a run.
struct ReplayedPlasticity {
    var rule = "additive"
    var pairing = "all_to_all"
    var (tauPlus, tauMinus) = (17.0, 31.0)
    var (aPlus, aMinus) = (0.004, 0.003)
    var (low, high) = (0.0, 100.0)
    var (muPlus, muMinus) = (0.6, 0.8)
    var fraction = 1.0

    private func raised(_ w: Double, _ trace: Double) -> Double {
        let range = high - low
        switch rule {
        case "additive": return bounded(w + aPlus * range * trace)
        case "multiplicative": return bounded(w + aPlus * (high - w) * trace)
        case "guetig": return bounded(w + aPlus * range * pow(max(0, (high - w) / range), muPlus) * trace)
        default: return w + aPlus * pow(w, muPlus) * trace
        }
    }

    private func lowered(_ w: Double, _ trace: Double) -> Double {
        let range = high - low
        switch rule {
        case "additive": return bounded(w - aMinus * range * trace)
        case "multiplicative": return bounded(w - aMinus * (w - low) * trace)
        case "guetig": return bounded(w - aMinus * range * pow(max(0, (w - low) / range), muMinus) * trace)
        default: return max(low, w - aMinus * w * trace)
        }
    }

    private func bounded(_ w: Double) -> Double { min(max(w, low), high) }

    /// A spike at a synapse: when it gets there, and whether it is the source's.
    private struct Arrival {
        /// In ticks.
        let time: Int64
        let isSource: Bool
    }

    /// All that reaches a synapse, in order, up to the last spike of the source that reaches the target by `end`.
    private func arrivals(_ source: [Double], _ target: [Double], delay: Double, end: Double) -> [Arrival] {
        let (delay, end) = (Ticks.count(delay), Ticks.count(end))
        let dendritic = dendritic(delay)
        let pre = source.map(Ticks.count).filter { $0 + delay <= end }.map {
            Arrival(time: $0 + (delay - dendritic), isSource: true)
        }
        let post = target.map { Arrival(time: Ticks.count($0) + dendritic, isSource: false) }
        // Without a dendritic delay, the target's spike is caused by the source's of the same instant.
        func precedes(_ a: Arrival, _ b: Arrival) -> Bool { a.time < b.time || a.time == b.time && dendritic == 0 }
        var (i, j, all) = (0, 0, [Arrival]())
        while i < pre.count {
            if j < post.count, !precedes(pre[i], post[j]) {
                all.append(post[j])
                j += 1
            } else {
                all.append(pre[i])
                i += 1
            }
        }
        return all
    }

    private func dendritic(_ delay: Int64) -> Int64 { Int64((fraction * Double(delay)).rounded()) }

    /// The weight after all spikes of the source that have reached the target by `end`.
    func weight(_ initial: Double, source: [Double], target: [Double], delay: Double, end: Double) -> Double {
        var w = initial
        var (pre, post) = ([Int64](), [Int64]())
        // How many of the source's spikes were there at the target's last spike, and the other way round.
        var (preSeen, postSeen) = (0, 0)
        for arrival in arrivals(source, target, delay: delay, end: end) {
            let now = arrival.time
            if arrival.isSource {
                // Spikes of one instant form no pair, but for those that are caused.
                let earlier = post.filter { $0 < now }
                var partners = pairing == "all_to_all" ? earlier[...] : earlier.suffix(1)
                if pairing == "nearest_reduced_symmetric", !pre.isEmpty, post.count == postSeen { partners = [] }
                w = lowered(w, partners.reduce(0) { $0 + exp(Double($1 - now) * 1e-12 / tauMinus) })
                pre.append(now)
                postSeen = post.count
            } else {
                let since = pre[preSeen...]
                let partners: ArraySlice<Int64>
                switch pairing {
                case "all_to_all": partners = pre[...]
                case "nearest_symmetric": partners = pre.suffix(1)
                case "nearest_presynaptic_centred": partners = since
                default: partners = since.suffix(1)
                }
                w = raised(w, partners.reduce(0) { $0 + exp(Double($1 - now) * 1e-12 / tauPlus) })
                post.append(now)
                preSeen = pre.count
            }
        }
        return w
    }

    /// The same for additive changes of all pairs that meet no bound: one sum.
    func sum(_ initial: Double, source: [Double], target: [Double], delay: Double, end: Double) -> Double {
        let (delay, end) = (Ticks.count(delay), Ticks.count(end))
        let delivered = source.map(Ticks.count).filter { $0 + delay <= end }
        guard let last = delivered.last else { return initial }
        let dendritic = dendritic(delay)
        let shift = delay - 2 * dendritic
        let isCausal = dendritic == 0
        var change = 0.0
        for p in target.map(Ticks.count) {
            for s in delivered {
                let lag = p - s - shift
                let isKnown = isCausal ? p < last + shift : p <= last + shift
                if isCausal ? lag >= 0 : lag > 0, isKnown { change += aPlus * exp(-Double(lag) * 1e-12 / tauPlus) }
                if lag < 0 { change -= aMinus * exp(Double(lag) * 1e-12 / tauMinus) }
            }
        }
        return initial + change * (high - low)
    }
}
