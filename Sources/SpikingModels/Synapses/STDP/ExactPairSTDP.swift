import SynfireUnits

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
        var last: Int64?
        var trace = 0.0
    }

    private struct Entry {
        var time: Int64
        /// The trace just after the spike.
        var trace: Double
    }

    private let pairing: SpikePairing
    private let rule: ExactWeightRule
    private let tauPlus, tauMinus, fraction: Double
    private let longestDelay: Int64
    private var sources: [Source]
    private var targets: [[Entry]]
    /// The sources' spikes, where pairing needs more of them than a trace.
    private var sourceSpikes: [[Int64]]
    private(set) var storedSpikes = 0

    /// Of the terms of a source's trace, the newest of which is 1, those that are so much older are together less than a
    /// rounding: 45 time constants [ticks].
    private let reach: Int64

    /// - Parameter longestDelay: No synapse's delay is longer [ticks].
    init(_ values: ModelValues, sources count: Int, targets targetCount: Int, longestDelay: Int64) {
        pairing = .pairing(named: values.options["pairing"] ?? "")
        rule = WeightRules.rule(named: values.options["weight_dependence"] ?? "").exact(values)
        (tauPlus, tauMinus) = (values[0, "tau_plus"], values[0, "tau_minus"])
        fraction = values[0, "dendritic_delay_fraction"]
        sources = Array(repeating: Source(), count: count)
        targets = Array(repeating: [], count: targetCount)
        sourceSpikes = pairing.sources == .sinceTargetSpike ? Array(repeating: [], count: count) : []
        self.longestDelay = longestDelay
        reach = min(Ticks.count(45 * tauPlus), Ticks.reach)
    }

    func nextSpike(of source: Int, time: Int64) -> ExactSourceSpike {
        ExactSourceSpike(source: source, time: time, previous: sources[source].last, trace: sources[source].trace)
    }

    func sourceSpiked(_ source: Int, time: Int64) -> ExactSourceSpike {
        let spike = nextSpike(of: source, time: time)
        switch pairing.sources {
        case .all:
            let before = spike.previous.map { spike.trace * exp(Ticks.interval($0 - time) / tauPlus) }
            sources[source].trace = 1 + (before ?? 0)
        case .nearest, .sinceTargetSpike: sources[source].trace = 1
        }
        sources[source].last = time
        if !sourceSpikes.isEmpty {
            sourceSpikes[source].append(time)
            storedSpikes += 1
        }
        return spike
    }

    func targetSpiked(_ target: Int, time: Int64) {
        var trace = 1.0
        if pairing.pairsWithAllTargetSpikes, let last = targets[target].last {
            trace += last.trace * exp(Ticks.interval(last.time - time) / tauMinus)
        }
        targets[target].append(Entry(time: time, trace: trace))
        storedSpikes += 1
    }

    /// How a target's spike p stands to a source's spike s: it comes after it by p − s − shift at the synapse.
    private struct View {
        /// In ticks: the dendritic delay is rounded once, and the axonal one is the rest.
        let shift: Int64
        /// Without a dendritic delay, a spike at the time of arrival is caused by it: it comes after.
        let isCausal: Bool

        init(delay: Int64, fraction: Double) {
            let dendritic = Int64((fraction * Double(delay)).rounded())
            shift = delay - 2 * dendritic
            isCausal = dendritic == 0
        }

        @inline(__always) func isAfter(_ target: Int64, _ source: Int64) -> Bool {
            isCausal ? target >= source + shift : target > source + shift
        }
    }

    func settle(_ synapse: inout ExactSynapse, target: Int, until spike: ExactSourceSpike, delay: Int64) {
        // What a target does before the source's first spike pairs with none of its spikes.
        guard let previous = spike.previous else { return }
        let view = View(delay: delay, fraction: fraction)
        let entries = targets[target]
        var end = entries.count
        while end > 0, view.isAfter(entries[end - 1].time, spike.time) { end -= 1 }
        var first = end
        while first > 0, view.isAfter(entries[first - 1].time, synapse.upTo) { first -= 1 }
        let after = previous + view.shift
        for index in first..<end where !pairing.facilitatesOnce || !synapse.isPaired {
            let trace =
                pairing.sources == .sinceTargetSpike
                ? traceSince(index > 0 ? entries[index - 1].time : nil, spike.source, previous, view) : spike.trace
            let decay = exp(Ticks.interval(after - entries[index].time) / tauPlus)
            synapse.weight = rule.facilitated(synapse.weight, trace * decay)
            synapse.isPaired = true
        }
        synapse.upTo = spike.time
    }

    func transmitted(_ synapse: ExactSynapse, target: Int, by spike: ExactSourceSpike, delay: Int64) -> Double {
        guard !pairing.depressesOnce || spike.previous == nil || synapse.isPaired else { return synapse.weight }
        let now = spike.time + View(delay: delay, fraction: fraction).shift
        let entries = targets[target]
        var last = entries.count - 1
        while last >= 0, entries[last].time >= now { last -= 1 }
        guard last >= 0 else { return synapse.weight }
        let decay = exp(Ticks.interval(entries[last].time - now) / tauMinus)
        return rule.depressed(synapse.weight, entries[last].trace * decay)
    }

    /// The trace just after a source's spike `previous`, of its spikes that reached the synapse no sooner than a spike of
    /// the target.
    private func traceSince(_ targetSpike: Int64?, _ source: Int, _ previous: Int64, _ view: View) -> Double {
        var trace = 0.0
        for time in sourceSpikes[source].reversed() where time <= previous {
            if let targetSpike, view.isAfter(targetSpike, time) { break }
            if time < previous - reach { break }
            trace += exp(Ticks.interval(time - previous) / tauPlus)
        }
        return trace
    }

    func forget(before settled: Int64, previous: [Int64]) {
        let horizon = settled - longestDelay - 1
        for target in targets.indices {
            // The last of those spikes depresses still, and parts the source's spikes before it from those after it.
            let needed = targets[target].firstIndex { $0.time > horizon } ?? targets[target].count
            guard needed > 1 else { continue }
            targets[target].removeFirst(needed - 1)
            storedSpikes -= needed - 1
        }
        for source in sourceSpikes.indices {
            let oldest = previous[source] - reach
            let count = sourceSpikes[source].firstIndex { $0 >= oldest } ?? sourceSpikes[source].count
            sourceSpikes[source].removeFirst(count)
            storedSpikes -= count
        }
    }
}
