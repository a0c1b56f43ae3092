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

    let pairing: SpikePairing
    private let loop: Loop
    let decayPlus, decayMinus: DecayTable
    let ratePlus, rateMinus: Double
    let fraction: Double
    private let maximumDelay: Int?
    private var sources: [Source]
    let targetSpikes: SpikeHistory
    /// What synapses of one delay ask of their targets' spikes; `nil` where delays are several, or the pairing another.
    let recent: RecentSpikes?
    /// The sources' spikes, where pairing needs more of them than a trace.
    let sourceSpikes: SpikeHistory?
    /// Work of the loops.
    let block = SynapseBlock()
    private var horizon = Int.min
    private var horizonStep = Int.min
    /// A source's spike that is this much older than another one adds less than a rounding to its trace.
    let reach: Int
    /// In steps: the time between two of a source's spikes beyond which factors would leave single precision.
    let longestGap: Int
    /// Exponentials are taken from the last multiple of so many steps, which leaves them within single precision.
    let stride: Int

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
        stride = max(1, Int(min(256, 20 / max(ratePlus, rateMinus))))
        longestGap = Int(min(60 / ratePlus, 1e15))
        let isOfOneDelay = setup.maximumDelay.map { $0 == setup.minimumDelay } ?? false
        // Growth by one step must show in single precision, since spikes are told apart by it.
        recent =
            isOfOneDelay && !pairing.facilitatesOnce && ratePlus > 1e-5
            ? RecentSpikes(
                targets: setup.targets, stride: stride, delay: setup.maximumDelay ?? 1, fraction: fraction,
                plus: decayPlus, minus: decayMinus) : nil
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
        recent?.append(target, step: step, trace: trace)
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
}
