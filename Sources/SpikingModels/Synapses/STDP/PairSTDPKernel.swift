#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The state of pair plasticity: traces of sources, spikes of targets.
///
/// Spikes of targets are kept until every source has gone past them: where `PlasticitySetup.maximumDelay` is known,
/// those before the last but one delivered spike of every source that has ever spiked are forgotten. A source that
/// spikes and then is silent keeps 16 bytes for each later spike of each target of the worker.
package final class PairSTDPKernel: PlasticityKernel {
    /// Goes through the synapses of a run by one weight rule.
    typealias Loop = (PairSTDPKernel, PlasticRun, SourceSpike, Float, UnsafeMutablePointer<Float>) -> Void

    private struct Source {
        /// The step of the newest spike; `Int.min` where there was none.
        var step: Int
        /// The trace just after it.
        var trace: Double
        /// A spike that no delivery still to come looks behind, and the one that will take its place.
        var settled: Int
        var next: Int
    }

    private let pairing: SpikePairing
    private let loop: Loop
    private let decayPlus, decayMinus: DecayTable
    private let ratePlus, rateMinus: Double
    private let fraction: Double
    private let maximumDelay: Int?
    private var sources: [Source]
    private let targetSpikes: SpikeHistory
    /// The sources' spikes, where pairing needs more of them than a trace.
    private let sourceSpikes: SpikeHistory?
    private var horizon = Int.min
    private var horizonStep = Int.min
    /// A source's spike that is this much older than another one adds less than a rounding to its trace.
    private let reach: Int

    init(_ setup: PlasticitySetup) {
        let values = setup.values
        pairing = .pairing(named: values.options["pairing"] ?? "")
        loop = WeightRules.rule(named: values.options["weight_dependence"] ?? "").makeLoop(values)
        let (plus, minus) = (values[0, "tau_plus"], values[0, "tau_minus"])
        decayPlus = DecayTable(tau: plus, step: setup.step)
        decayMinus = DecayTable(tau: minus, step: setup.step)
        (ratePlus, rateMinus) = (setup.step / plus, setup.step / minus)
        fraction = values[0, "dendritic_delay_fraction"]
        maximumDelay = setup.maximumDelay
        reach = Int(min(25 * plus / setup.step, 1e15)) + 1
        sources = Array(
            repeating: Source(step: .min, trace: 0, settled: .max, next: .max), count: setup.sources)
        targetSpikes = SpikeHistory(count: setup.targets)
        sourceSpikes = pairing.sources == .sinceTargetSpike ? SpikeHistory(count: setup.sources) : nil
    }

    /// How many spikes of targets are kept.
    package var storedTargetSpikes: Int { targetSpikes.stored }

    package func sourceSpiked(_ source: Int, step: Int) -> SourceSpike {
        let before = sources[source]
        let spike = SourceSpike(source: source, step: step, previousStep: before.step, trace: Float(before.trace))
        let isFirst = before.step == .min
        switch pairing.sources {
        case .all:
            sources[source].trace = isFirst ? 1 : 1 + before.trace * exp(-Double(step - before.step) * ratePlus)
        case .nearest, .sinceTargetSpike: sources[source].trace = 1
        }
        sources[source].step = step
        if isFirst {
            (sources[source].settled, sources[source].next) = (step, step)
        } else if let delay = maximumDelay, before.next + delay < step {
            // The spike `next` has reached all its synapses: later deliveries look back to it at most.
            (sources[source].settled, sources[source].next) = (before.next, step)
        }
        sourceSpikes?.append(source, step: step, trace: 1) {
            maximumDelay == nil ? .min : sources[source].settled - reach
        }
        return spike
    }

    package func targetSpiked(_ target: Int, step: Int) {
        var trace: Float = 1
        let before = targetSpikes.trains[target]
        if pairing.pairsWithAllTargetSpikes, before.step != .min {
            trace += before.trace * Float(exp(-Double(step - before.step) * rateMinus))
        }
        targetSpikes.append(target, step: step, trace: trace) { oldestNeeded(step) }
    }

    /// The step up to which spikes of targets are not needed any more.
    private func oldestNeeded(_ step: Int) -> Int {
        guard let delay = maximumDelay else { return .min }
        // Looking at all sources is worth it now and then only.
        if horizonStep == .min || step - horizonStep >= max(1000, 4 * delay) {
            horizonStep = step
            // A first spike under way needs what stood a delay before it.
            let first = step - 2 * delay - 2
            horizon = sources.reduce(first) { $1.step == .min ? $0 : min($0, $1.settled - delay - 1) }
        }
        return horizon
    }

    package func deliver(
        _ run: PlasticRun, of spike: SourceSpike, factor: Float, into input: UnsafeMutablePointer<Float>
    ) {
        loop(self, run, spike, factor, input)
    }

    /// The loop over the synapses of a run; compiled for each rule.
    @inline(__always) func deliver<Rule: WeightRule>(
        _ run: PlasticRun, of spike: SourceSpike, factor: Float, into input: UnsafeMutablePointer<Float>, _ rule: Rule
    ) {
        let view = SynapseView(spike, delay: run.delay, fraction: fraction, ratePlus, rateMinus)
        let (targets, weights, trains) = (run.targets, run.weights, targetSpikes.trains)
        let (decay, decayPlus) = (decayMinus, self.decayPlus)
        let countsSince = pairing.sources == .sinceTargetSpike
        // Before its first spike a source pairs with nothing: then only the newest spike of a target counts.
        let quiet = view.hasPrevious ? min(view.after, view.before) : view.before
        let depressesAlways = !pairing.depressesOnce || !view.hasPrevious
        for synapse in 0..<run.count {
            let target = Int(targets[synapse])
            var weight = weights[synapse]
            let newest = trains[target].step
            if newest > quiet {
                if newest <= view.before, trains[target].older <= view.after, view.hasPrevious {
                    // One spike of the target since the source's before: the most common case.
                    let source =
                        countsSince ? traceSince(trains[target].older, spike, view) : spike.trace
                    let rise = decayPlus(newest - view.previous) * view.lagPlus
                    let fall = decay(view.now - newest) * view.lagMinus
                    weight = rule.facilitated(weight, trace: source * rise)
                    weight = rule.depressed(weight, trace: trains[target].trace * fall)
                } else {
                    weight = updated(weight, target, spike, view, rule)
                }
            } else if depressesAlways, newest != .min {
                weight = rule.depressed(weight, trace: trains[target].trace * decay(view.now - newest) * view.lagMinus)
            }
            weights[synapse] = weight
            input[target] += weight * factor
        }
    }

    /// The weight of a synapse whose target has spiked since the source's spike before.
    @inline(never) private func updated<Rule: WeightRule>(
        _ weight: Float, _ target: Int, _ spike: SourceSpike, _ view: SynapseView, _ rule: Rule
    ) -> Float {
        let train = targetSpikes.trains[target]
        guard let entries = train.entries else { return weight }
        let count = Int(train.count)
        var weight = weight
        var first = count
        if view.hasPrevious {
            while first > 0, entries[first - 1].step > view.after { first -= 1 }
        }
        var end = first
        while end < count, entries[end].step <= view.upTo { end += 1 }
        if view.hasPrevious {
            for index in first..<(pairing.facilitatesOnce ? min(end, first + 1) : end) {
                let trace: Float
                if pairing.sources == .sinceTargetSpike {
                    trace = traceSince(first > 0 ? entries[first - 1].step : .min, spike, view)
                } else {
                    trace = spike.trace
                }
                let decay = decayPlus(entries[index].step - view.previous) * view.lagPlus
                weight = rule.facilitated(weight, trace: trace * decay)
            }
        }
        var last = end
        while last < count, entries[last].step <= view.before { last += 1 }
        while last > 0, entries[last - 1].step > view.before { last -= 1 }
        let depresses = !pairing.depressesOnce || !view.hasPrevious || end > first
        guard depresses, last > 0 else { return weight }
        let decay = decayMinus(view.now - entries[last - 1].step) * view.lagMinus
        return rule.depressed(weight, trace: entries[last - 1].trace * decay)
    }

    /// The trace just after a source's spike before, of its spikes that reached the synapse no sooner than a spike of
    /// the target.
    private func traceSince(_ targetSpike: Int, _ spike: SourceSpike, _ view: SynapseView) -> Float {
        guard let spikes = sourceSpikes, let entries = spikes.trains[spike.source].entries else { return 1 }
        var index = Int(spikes.trains[spike.source].count)
        var trace: Float = 0
        while index > 0 {
            index -= 1
            let step = entries[index].step
            if step > spike.previousStep { continue }
            if targetSpike != .min, view.isSooner(step, than: targetSpike) { break }
            if spike.previousStep - step > reach { break }
            trace += decayPlus(spike.previousStep - step)
        }
        return trace
    }
}
