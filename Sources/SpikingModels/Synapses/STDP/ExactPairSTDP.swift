#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Pair plasticity in continuous time: the rules of ``PairSTDP`` on exact times, in double precision.
///
/// Spikes of targets are kept until every source has gone past them, as in ``PairSTDPKernel``.
final class ExactPairSTDP: ExactPlasticityKernel {
    private struct Source {
        var last = -Double.infinity
        var before = -Double.infinity
        var trace = 0.0
    }

    private struct Entry {
        var time: Double
        /// The trace just after the spike.
        var trace: Double
    }

    private let pairing: SpikePairing
    private let rule: ExactWeightRule
    private let tauPlus, tauMinus, fraction: Double
    private var sources: [Source]
    private var targets: [[Entry]]
    /// The sources' spikes, where pairing needs more of them than a trace.
    private var sourceSpikes: [[Double]]
    private let longestDelay: Double
    private var horizon = -Double.infinity
    private var horizonTime = -Double.infinity
    private var now = 0.0

    /// Spikes that are less apart than this are of one instant [ms]: a neuron that a spike drives over its threshold
    /// spikes when it arrives, but for the rounding of times.
    private static let instant = 1e-9

    /// - Parameter longestDelay: No synapse's delay is longer [ms].
    init(_ values: ModelValues, sources count: Int, targets targetCount: Int, longestDelay: Double) {
        pairing = .pairing(named: values.options["pairing"] ?? "")
        rule = WeightRules.rule(named: values.options["weight_dependence"] ?? "").exact(values)
        (tauPlus, tauMinus) = (values[0, "tau_plus"], values[0, "tau_minus"])
        fraction = values[0, "dendritic_delay_fraction"]
        sources = Array(repeating: Source(), count: count)
        targets = Array(repeating: [], count: targetCount)
        sourceSpikes = pairing.sources == .sinceTargetSpike ? Array(repeating: [], count: count) : []
        self.longestDelay = longestDelay
    }

    func sourceSpiked(_ source: Int, time: Double) -> ExactSourceSpike {
        now = max(now, time)
        let known = sources[source]
        let spike = ExactSourceSpike(source: source, time: time, previous: known.last, trace: known.trace)
        switch pairing.sources {
        case .all: sources[source].trace = 1 + known.trace * exp((known.last - time) / tauPlus)
        case .nearest, .sinceTargetSpike: sources[source].trace = 1
        }
        (sources[source].before, sources[source].last) = (known.last, time)
        if !sourceSpikes.isEmpty {
            // What is so much older than the spike before adds less than a rounding.
            let oldest = known.last - 40 * tauPlus
            if sourceSpikes[source].count > 64, sourceSpikes[source][32] < oldest {
                sourceSpikes[source].removeFirst(32)
            }
            sourceSpikes[source].append(time)
        }
        return spike
    }

    func targetSpiked(_ target: Int, time: Double) {
        now = max(now, time)
        var trace = 1.0
        if pairing.pairsWithAllTargetSpikes, let last = targets[target].last {
            trace += last.trace * exp((last.time - time) / tauMinus)
        }
        if targets[target].count == targets[target].capacity { forget(target) }
        targets[target].append(Entry(time: time, trace: trace))
    }

    /// Forgets the spikes of a target that nothing will ask for, but the last of them.
    private func forget(_ target: Int) {
        // Looking at all sources is worth it now and then only.
        if now - horizonTime >= max(100, 4 * longestDelay) {
            horizonTime = now
            let travelling = now - 2 * longestDelay - 1
            horizon = sources.reduce(travelling) {
                let asked = $1.last < travelling ? $1.last : $1.before
                return asked == -.infinity ? $0 : min($0, asked - longestDelay - 1)
            }
        }
        let first = targets[target].firstIndex { $0.time > horizon } ?? targets[target].count
        if first > 1 { targets[target].removeFirst(first - 1) }
    }

    func updated(_ weight: Double, target: Int, by spike: ExactSourceSpike, delay: Double) -> Double {
        let entries = targets[target]
        guard !entries.isEmpty else { return weight }
        // A target's spike p comes after the source's spike s by p − s − δ.
        let shift = (1 - 2 * fraction) * delay
        let (after, upTo) = (spike.previous + shift, spike.time + shift)
        // With no dendritic delay, a spike at the time of arrival is caused by it: it comes after.
        let isCausal = fraction == 0
        let small = Self.instant
        let hasPrevious = spike.previous > -.infinity
        var end = entries.count
        while end > 0, isCausal ? entries[end - 1].time >= upTo - small : entries[end - 1].time > upTo + small {
            end -= 1
        }
        var first = end
        while hasPrevious, first > 0,
            isCausal ? entries[first - 1].time >= after - small : entries[first - 1].time > after + small
        { first -= 1 }
        var weight = weight
        for index in first..<(pairing.facilitatesOnce ? min(end, first + 1) : end) {
            let trace =
                pairing.sources == .sinceTargetSpike
                ? traceSince(index > 0 ? entries[index - 1].time : -.infinity, spike, shift, isCausal) : spike.trace
            weight = rule.facilitated(weight, trace * exp((after - entries[index].time) / tauPlus))
        }
        var last = end
        while last > 0, entries[last - 1].time >= upTo - small { last -= 1 }
        let depresses = !pairing.depressesOnce || !hasPrevious || end > first
        guard depresses, last > 0 else { return weight }
        return rule.depressed(weight, entries[last - 1].trace * exp((entries[last - 1].time - upTo) / tauMinus))
    }

    /// The trace just after a source's spike before, of its spikes that reached the synapse no sooner than a spike of
    /// the target.
    private func traceSince(
        _ targetSpike: Double, _ spike: ExactSourceSpike, _ shift: Double, _ isCausal: Bool
    ) -> Double {
        var trace = 0.0
        for time in sourceSpikes[spike.source].reversed() where time <= spike.previous {
            let arrival = time + shift
            if isCausal ? arrival <= targetSpike + Self.instant : arrival < targetSpike - Self.instant { break }
            trace += exp((time - spike.previous) / tauPlus)
        }
        return trace
    }
}
