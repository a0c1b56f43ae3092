/// The loops over synapses.
extension PairSTDPKernel {
    /// The loop over the synapses of a run; compiled for each rule.
    ///
    /// A target's spike at p facilitates with the source's trace times e^(−(p − s)/τ₊), s being the source's spike before.
    /// The exponential is a product of a factor of the source and one of the target, both counted from a time of
    /// reference, so that the loop needs neither tables nor branches: it takes the factors of some hundred synapses, looks
    /// up those whose target has spiked more than once since s, and goes over all as vectors. Depression likewise.
    @inline(__always) func deliver<Rule: WeightRule>(
        _ run: PlasticRun, of spike: SourceSpike, factor: Float, into input: UnsafeMutablePointer<Float>, _ rule: Rule
    ) {
        let view = SynapseView(spike, delay: run.delay, fraction: fraction, ratePlus, rateMinus)
        guard !pairing.facilitatesOnce, ratePlus > 1e-5, !view.hasPrevious || view.now - view.after < longestGap else {
            return deliverOneByOne(run, of: spike, factor: factor, into: input, view, rule)
        }
        let reference = Int((Double(view.now) / Double(stride)).rounded(.down)) * stride
        let source =
            view.hasPrevious ? spike.trace * (decayPlus.signed(reference - view.previous) * view.lagPlus) : 0
        // A spike that is not after the source's before has a factor that is not below this.
        let bound = view.hasPrevious ? decayPlus.signed(view.after - reference) : -1
        let fall = decayMinus(view.now - reference) * view.lagMinus
        recent?.advance(to: view, reference: reference)
        let span = SourceSpan(spike: spike, view: view, bound: bound, factor: source, fall: fall)
        for first in Swift.stride(from: 0, to: run.count, by: SynapseBlock.length) {
            let count = min(SynapseBlock.length, run.count - first)
            let (targets, weights) = (run.targets + first, run.weights + first)
            if let recent {
                // What every synapse needs is put side by side, so that the loops over it are of vectors.
                let table = TableFactors(base: recent.factors, width: recent.targets, targets: targets)
                let near = BlockFactors(base: block.factors)
                let (newest, second, depression) = (near.row(0), near.row(1), near.row(RecentSpikes.depression))
                for n in 0..<count {
                    newest[n] = table.factor(0, n)
                    second[n] = table.factor(1, n)
                    depression[n] = table.factor(RecentSpikes.depression, n)
                }
                change(weights, targets, count, span, table, rule)
            } else {
                for n in 0..<count { putFactors(n, ofTarget: Int(targets[n]), view, reference) }
                change(weights, targets, count, span, BlockFactors(base: block.factors), rule)
            }
            for n in 0..<count { input[Int(targets[n])] += weights[n] * factor }
        }
    }

    /// What all synapses of a run share: the time between two spikes of the source.
    private struct SourceSpan {
        let spike: SourceSpike
        let view: SynapseView
        /// What the factor of a spike is below that is after the source's spike before.
        let bound: Float
        /// The source's trace at the time of reference.
        let factor: Float
        /// The decay of depression since the time of reference.
        let fall: Float
    }

    /// Changes the weights of a block of synapses, whose newest and second factors and those of depression are in the
    /// block.
    @inline(__always) private func change<Rule: WeightRule, Factors: FactorSource>(
        _ weights: UnsafeMutablePointer<Float>, _ targets: UnsafePointer<Int32>, _ count: Int, _ span: SourceSpan,
        _ factors: Factors, _ rule: Rule
    ) {
        let (bound, source, fall) = (span.bound, span.factor, span.fall)
        let near = BlockFactors(base: block.factors)
        let (newest, second, lowering) = (near.row(0), near.row(1), near.row(RecentSpikes.depression))
        if span.view.hasPrevious {
            // Bits of positive numbers are in the order of the numbers, and a difference has no branch to mistake.
            let (limit, list) = (bound.bitPattern, block.list(1))
            var found = 0
            for n in 0..<count {
                list[found] = Int32(truncatingIfNeeded: n)
                found &+= Int((second[n].bitPattern &- limit) >> 31)
            }
            if found > 0 { facilitateOlder(found, targets, weights, span, factors, rule) }
        }
        for n in 0..<count {
            let (rise, depression) = (newest[n], lowering[n])
            let weight = weights[n]
            let raised = rule.facilitated(weight, trace: source * rise)
            let between = rise < bound ? raised : weight
            let lowered = rule.depressed(between, trace: depression * fall)
            weights[n] = depression > 0 ? lowered : between
        }
    }

    /// Of synapses whose target has spiked more than once since the source's spike before: all of these but the last.
    @inline(__always) private func facilitateOlder<Rule: WeightRule, Factors: FactorSource>(
        _ found: Int, _ targets: UnsafePointer<Int32>, _ weights: UnsafeMutablePointer<Float>, _ span: SourceSpan,
        _ factors: Factors, _ rule: Rule
    ) {
        let (values, traces, limit) = (block.values, block.traces, span.bound.bitPattern)
        let depth = RecentSpikes.depth
        withUnsafeTemporaryAllocation(of: Int.self, capacity: depth) { counts in
            counts.initialize(repeating: 0)
            counts[1] = found
            var deepest = 1
            while deepest + 1 < depth, counts[deepest] > 0 {
                let (list, next) = (block.list(deepest), block.list(deepest + 1))
                deepest += 1
                var kept = 0
                for k in 0..<counts[deepest - 1] {
                    next[kept] = list[k]
                    kept &+= Int((factors.factor(deepest, Int(list[k])).bitPattern &- limit) >> 31)
                }
                counts[deepest] = kept
            }
            if deepest == depth - 1 {
                for k in 0..<counts[deepest] {
                    let n = Int(block.list(deepest)[k])
                    weights[n] = facilitatedByOldest(
                        weights[n], Int(targets[n]), span.spike, span.view, rule)
                }
            }
            // The oldest first.
            while deepest >= 1 {
                let (list, count) = (block.list(deepest), counts[deepest])
                for k in 0..<count {
                    let n = Int(list[k])
                    values[k] = weights[n]
                    traces[k] = span.factor * factors.factor(deepest, n)
                }
                for k in 0..<count { values[k] = rule.facilitated(values[k], trace: traces[k]) }
                for k in 0..<count { weights[Int(list[k])] = values[k] }
                deepest -= 1
            }
        }
    }

    /// The weight after all of a target's spikes since the source's before, but those that have factors.
    @inline(never) private func facilitatedByOldest<Rule: WeightRule>(
        _ weight: Float, _ target: Int, _ spike: SourceSpike, _ view: SynapseView, _ rule: Rule
    ) -> Float {
        let train = targetSpikes.trains[target]
        guard let entries = train.entries else { return weight }
        var end = Int(train.count)
        while end > 0, entries[end - 1].step > view.upTo { end -= 1 }
        var first = end
        while first > 0, entries[first - 1].step > view.after { first -= 1 }
        var weight = weight
        for index in first..<max(first, end - RecentSpikes.depth) {
            let rise = decayPlus(entries[index].step - view.previous) * view.lagPlus
            weight = rule.facilitated(weight, trace: spike.trace * rise)
        }
        return weight
    }

    /// Puts the factors of a target, as ``RecentSpikes`` keeps them, into place `n` of the block, for delays of any kind.
    @inline(__always) private func putFactors(
        _ n: Int, ofTarget target: Int, _ view: SynapseView, _ reference: Int
    ) {
        let (factors, length) = (block.factors, SynapseBlock.length)
        for place in 0..<RecentSpikes.depth { factors[place * length + n] = .infinity }
        factors[RecentSpikes.depression * length + n] = 0
        let train = targetSpikes.trains[target]
        guard let entries = train.entries, train.count > 0 else { return }
        var end = Int(train.count)
        while end > 0, entries[end - 1].step > view.upTo { end -= 1 }
        if view.hasPrevious {
            for place in 0..<min(RecentSpikes.depth, end) {
                let step = entries[end - 1 - place].step
                guard step > view.after else { break }
                factors[place * length + n] = decayPlus.signed(step - reference)
            }
        }
        while end > 0, entries[end - 1].step > view.before { end -= 1 }
        guard end > 0 else { return }
        factors[RecentSpikes.depression * length + n] =
            entries[end - 1].trace * decayMinus.signed(reference - entries[end - 1].step)
    }

    /// Goes through a run synapse by synapse: for pairings that look at single spikes, and after long pauses.
    @inline(__always) private func deliverOneByOne<Rule: WeightRule>(
        _ run: PlasticRun, of spike: SourceSpike, factor: Float, into input: UnsafeMutablePointer<Float>,
        _ view: SynapseView, _ rule: Rule
    ) {
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
