import Foundation

/// Pair plasticity of one synapse from its definition: all spikes with the times of their arrival, and sums over pairs.
struct NaivePairSTDP {
    var rule = "additive"
    var pairing = "all_to_all"
    var (tauPlus, tauMinus) = (20.0, 20.0)
    var (aPlus, aMinus) = (0.01, 0.01)
    var (low, high) = (0.0, 100.0)
    var (muPlus, muMinus) = (1.0, 1.0)
    var fraction = 1.0

    private func moved(_ w: Double, up trace: Double) -> Double {
        let z = (w - low) / (high - low)
        switch rule {
        case "additive": return bounded(w + aPlus * (high - low) * trace)
        case "multiplicative": return bounded(w + aPlus * (high - w) * trace)
        case "guetig": return bounded(w + aPlus * (high - low) * pow(max(0, 1 - z), muPlus) * trace)
        default: return w + aPlus * pow(w, muPlus) * trace
        }
    }

    private func moved(_ w: Double, down trace: Double) -> Double {
        let z = (w - low) / (high - low)
        switch rule {
        case "additive": return bounded(w - aMinus * (high - low) * trace)
        case "multiplicative": return bounded(w - aMinus * (w - low) * trace)
        case "guetig": return bounded(w - aMinus * (high - low) * pow(max(0, z), muMinus) * trace)
        default: return max(low, w - aMinus * w * trace)
        }
    }

    private func bounded(_ w: Double) -> Double { min(max(w, min(low, high)), max(low, high)) }

    /// The weight that each spike of the source transmits.
    ///
    /// - Parameters:
    ///   - source: The steps of the source's spikes, ascending.
    ///   - target: The steps of the target's.
    ///   - delay: In steps.
    ///   - step: The length of a step [ms].
    func weights(_ initial: Double, source: [Int], target: [Int], delay: Int, step: Double) -> [Double] {
        let d = Double(delay)
        let pre = source.map { (Double($0) + (1 - fraction) * d) * step }
        let post = target.map { (Double($0) + fraction * d) * step }
        let isCausal = fraction == 0
        let epsilon = 1e-7
        func isBefore(_ a: Double, _ b: Double) -> Bool { a < b - epsilon }
        /// Whether a source's spike pairs with a later one of the target, or the other way round.
        func precedes(pre a: Double, post b: Double) -> Bool { isCausal ? !isBefore(b, a) : isBefore(a, b) }
        func precedes(post a: Double, pre b: Double) -> Bool { isBefore(a, b) }
        var events = pre.indices.map { (pre[$0], isCausal ? 0 : 1, $0, true) }
        events += post.indices.map { (post[$0], isCausal ? 1 : 0, $0, false) }
        events.sort { abs($0.0 - $1.0) > epsilon ? $0.0 < $1.0 : ($0.1, $0.2) < ($1.1, $1.2) }
        var (w, sent) = (initial, [Double]())
        for (time, _, index, isSource) in events {
            if isSource {
                let earlier = post.filter { precedes(post: $0, pre: time) }
                var partners = pairing == "all_to_all" ? earlier : Array(earlier.suffix(1))
                if pairing == "nearest_reduced_symmetric", index > 0 {
                    // Some spike of the target must have come since the source's spike before.
                    let isFresh = post.contains {
                        precedes(pre: pre[index - 1], post: $0) && !precedes(pre: time, post: $0)
                    }
                    if !isFresh { partners = [] }
                }
                w = moved(w, down: partners.reduce(0) { $0 + exp(($1 - time) / tauMinus) })
                sent.append(w)
            } else {
                let earlier = pre.filter { precedes(pre: $0, post: time) }
                let since = earlier.filter { index == 0 || !precedes(pre: $0, post: post[index - 1]) }
                let partners: [Double]
                switch pairing {
                case "all_to_all": partners = earlier
                case "nearest_symmetric": partners = Array(earlier.suffix(1))
                case "nearest_presynaptic_centred": partners = since
                default: partners = Array(since.suffix(1))
                }
                w = moved(w, up: partners.reduce(0) { $0 + exp(($1 - time) / tauPlus) })
            }
        }
        return sent
    }
}
