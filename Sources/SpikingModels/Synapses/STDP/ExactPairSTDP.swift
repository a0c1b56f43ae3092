#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Pair plasticity in continuous time: the rules of ``PairSTDP`` on exact times, in double precision.
final class ExactPairSTDP: ExactPlasticityKernel {
    private struct Source {
        var last = -Double.infinity
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
    private let longestDelay: Double
    private var sources: [Source]
    private var targets: [[Entry]]
    /// The sources' spikes, where pairing needs more of them than a trace.
    private var sourceSpikes: [[Double]]
    private(set) var storedSpikes = 0

    /// Spikes that are less apart than this are of one instant [ms]: a neuron that a spike drives over its threshold
    /// spikes when it arrives, but for the rounding of times.
    private static let instant = 1e-9
    /// Of the terms of a source's trace, the newest of which is 1, those that are so many time constants older are
    /// together less than a rounding.
    private static let reach = 45.0

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

    func nextSpike(of source: Int, time: Double) -> ExactSourceSpike {
        ExactSourceSpike(source: source, time: time, previous: sources[source].last, trace: sources[source].trace)
    }

    func sourceSpiked(_ source: Int, time: Double) -> ExactSourceSpike {
        let spike = nextSpike(of: source, time: time)
        switch pairing.sources {
        case .all: sources[source].trace = 1 + spike.trace * exp((spike.previous - time) / tauPlus)
        case .nearest, .sinceTargetSpike: sources[source].trace = 1
        }
        sources[source].last = time
        if !sourceSpikes.isEmpty {
            sourceSpikes[source].append(time)
            storedSpikes += 1
        }
        return spike
    }

    func targetSpiked(_ target: Int, time: Double) {
        var trace = 1.0
        if pairing.pairsWithAllTargetSpikes, let last = targets[target].last {
            trace += last.trace * exp((last.time - time) / tauMinus)
        }
        targets[target].append(Entry(time: time, trace: trace))
        storedSpikes += 1
    }

    /// How a target's spike p stands to a source's spike s: it comes after it by p − s − shift at the synapse.
    private struct View {
        let shift: Double
        /// With no dendritic delay, a spike at the time of arrival is caused by it: it comes after.
        let isCausal: Bool

        init(delay: Double, fraction: Double) {
            shift = (1 - 2 * fraction) * delay
            isCausal = fraction * delay == 0
        }

        @inline(__always) func isAfter(_ target: Double, _ source: Double) -> Bool {
            isCausal
                ? target >= source + shift - ExactPairSTDP.instant : target > source + shift + ExactPairSTDP.instant
        }

        @inline(__always) func isBefore(_ target: Double, _ source: Double) -> Bool {
            target < source + shift - ExactPairSTDP.instant
        }
    }

    func settle(_ synapse: inout ExactSynapse, target: Int, until spike: ExactSourceSpike, delay: Double) {
        // What a target does before the source's first spike pairs with none of its spikes.
        guard spike.previous > -.infinity else { return }
        let view = View(delay: delay, fraction: fraction)
        let entries = targets[target]
        var end = entries.count
        while end > 0, view.isAfter(entries[end - 1].time, spike.time) { end -= 1 }
        var first = end
        while first > 0, view.isAfter(entries[first - 1].time, synapse.upTo) { first -= 1 }
        let after = spike.previous + view.shift
        for index in first..<end where !pairing.facilitatesOnce || !synapse.isPaired {
            let trace =
                pairing.sources == .sinceTargetSpike
                ? traceSince(index > 0 ? entries[index - 1].time : -.infinity, spike, view) : spike.trace
            synapse.weight = rule.facilitated(synapse.weight, trace * exp((after - entries[index].time) / tauPlus))
            synapse.isPaired = true
        }
        synapse.upTo = spike.time
    }

    func transmitted(_ synapse: ExactSynapse, target: Int, by spike: ExactSourceSpike, delay: Double) -> Double {
        guard !pairing.depressesOnce || spike.previous == -.infinity || synapse.isPaired else { return synapse.weight }
        let view = View(delay: delay, fraction: fraction)
        let entries = targets[target]
        var last = entries.count - 1
        while last >= 0, !view.isBefore(entries[last].time, spike.time) { last -= 1 }
        guard last >= 0 else { return synapse.weight }
        let lag = entries[last].time - (spike.time + view.shift)
        return rule.depressed(synapse.weight, entries[last].trace * exp(lag / tauMinus))
    }

    /// The trace just after a source's spike before, of its spikes that reached the synapse no sooner than a spike of
    /// the target.
    private func traceSince(_ targetSpike: Double, _ spike: ExactSourceSpike, _ view: View) -> Double {
        var trace = 0.0
        for time in sourceSpikes[spike.source].reversed() where time <= spike.previous {
            if view.isAfter(targetSpike, time) || time < spike.previous - Self.reach * tauPlus { break }
            trace += exp((time - spike.previous) / tauPlus)
        }
        return trace
    }

    func forget(before settled: Double, previous: [Double]) {
        let horizon = settled - longestDelay - 1
        for target in targets.indices {
            // The last of those spikes depresses still, and parts the source's spikes before it from those after it.
            let needed = targets[target].firstIndex { $0.time > horizon } ?? targets[target].count
            guard needed > 1 else { continue }
            targets[target].removeFirst(needed - 1)
            storedSpikes -= needed - 1
        }
        for source in sourceSpikes.indices {
            let oldest = previous[source] - Self.reach * tauPlus
            let count = sourceSpikes[source].firstIndex { $0 >= oldest } ?? sourceSpikes[source].count
            sourceSpikes[source].removeFirst(count)
            storedSpikes -= count
        }
    }
}
