/// What synapses of one delay ask of their targets' spikes, kept ready as factors for each target.
///
/// A spike of a target reaches synapses of one delay at one time, so all of them see the same newest spikes. For the
/// newest seven, at steps p, there is e^(−(p − r)·h/τ₊), and for the newest that depresses its trace times
/// e^((p − r)·h/τ₋); r is a time of reference that moves on now and then. Spikes wait in a list until they arrive.
final class RecentSpikes {
    /// How many spikes of a target have factors.
    static let depth = 7
    /// The place of the factor of depression.
    static let depression = 7

    /// A row of a factor for each target: of its newest spike, of the one before and so on, and of depression.
    ///
    /// A spike that there was not has an infinite factor, since later spikes have smaller ones; depression then has 0.
    let factors: UnsafeMutablePointer<Float>

    private struct Steps {
        /// Of the newest spikes, the newest first; `Int.min` where there are fewer.
        var newest = SIMD8<Int>(repeating: .min)
        /// Of the newest that depresses.
        var depressing = Int.min
        var trace: Float = 0
    }

    private struct Waiting {
        var target: Int32
        var trace: Float
        var step: Int
    }

    /// How many targets there are: the length of a row.
    let targets: Int
    private let plus, minus: DecayTable
    private let stride: Int
    /// What is safe to take in, relative to the step of a target's spike.
    private let safe: Int
    private let steps: UnsafeMutablePointer<Steps>
    private var reference = 0
    private var waiting: [Waiting] = []
    /// The first spike that does not facilitate yet, and the first that does not depress yet.
    private var (nextRise, nextFall) = (0, 0)

    init(targets: Int, stride: Int, delay: Int, fraction: Double, plus: DecayTable, minus: DecayTable) {
        self.targets = targets
        self.stride = stride
        (self.plus, self.minus) = (plus, minus)
        // Whatever is delivered later was emitted no sooner than a delay ago.
        let view = SynapseView(
            SourceSpike(source: 0, step: 0, previousStep: 0, trace: 0), delay: delay, fraction: fraction, 1, 1)
        safe = min(view.upTo, view.before) - delay
        factors = .allocate(capacity: max(1, targets * (Self.depth + 1)))
        factors.initialize(repeating: .infinity, count: max(1, targets * Self.depth))
        (factors + targets * Self.depression).initialize(repeating: 0, count: targets)
        steps = .allocate(capacity: max(1, targets))
        steps.initialize(repeating: Steps(), count: max(1, targets))
    }

    deinit {
        factors.deallocate()
        steps.deallocate()
    }

    /// Notes a spike of a target, in order of time.
    func append(_ target: Int, step: Int, trace: Float) {
        // A source that is silent must not make the list grow.
        if waiting.count >= 8192 { take(rising: step + safe, falling: step + safe) }
        waiting.append(Waiting(target: Int32(truncatingIfNeeded: target), trace: trace, step: step))
    }

    /// Takes in what has arrived when a source's spike does; views come in order of time.
    @inline(__always) func advance(to view: SynapseView, reference now: Int) {
        if now != reference { move(to: now) }
        if nextRise < waiting.count || nextFall < waiting.count { take(rising: view.upTo, falling: view.before) }
    }

    private func take(rising upTo: Int, falling before: Int) {
        while nextRise < waiting.count, waiting[nextRise].step <= upTo {
            let spike = waiting[nextRise]
            let target = Int(spike.target)
            for place in (1..<Self.depth).reversed() {
                steps[target].newest[place] = steps[target].newest[place - 1]
                factors[place * targets + target] = factors[(place - 1) * targets + target]
            }
            steps[target].newest[0] = spike.step
            factors[target] = rise(spike.step)
            nextRise += 1
        }
        while nextFall < waiting.count, waiting[nextFall].step <= before {
            let spike = waiting[nextFall]
            let target = Int(spike.target)
            (steps[target].depressing, steps[target].trace) = (spike.step, spike.trace)
            factors[Self.depression * targets + target] = fall(spike.step, spike.trace)
            nextFall += 1
        }
        let done = min(nextRise, nextFall)
        if done >= 1024 || done == waiting.count {
            waiting.removeFirst(done)
            nextRise -= done
            nextFall -= done
        }
    }

    private func move(to now: Int) {
        reference = now
        for target in 0..<targets {
            let own = steps[target]
            for place in 0..<Self.depth { factors[place * targets + target] = rise(own.newest[place]) }
            factors[Self.depression * targets + target] = fall(own.depressing, own.trace)
        }
    }

    private func rise(_ step: Int) -> Float {
        step == .min ? .infinity : plus.signed(step - reference)
    }

    private func fall(_ step: Int, _ trace: Float) -> Float {
        step == .min ? 0 : trace * minus.signed(reference - step)
    }
}

/// Room for some hundred synapses of a run, which the loops over them share.
final class SynapseBlock {
    /// How many synapses are done together: their numbers fit in the first-level cache.
    static let length = 256

    /// The factors of each synapse's target, a row for each spike and one of depression, where no table has them.
    let factors: UnsafeMutablePointer<Float>
    /// For each number of spikes beyond one, the synapses whose target has spiked so often.
    private let many: UnsafeMutablePointer<Int32>
    /// Weights and traces of some of them.
    let values, traces: UnsafeMutablePointer<Float>

    init() {
        func take<Element: BitwiseCopyable & ExpressibleByIntegerLiteral>(
            _: Element.Type, _ count: Int
        ) -> UnsafeMutablePointer<Element> {
            let memory = UnsafeMutablePointer<Element>.allocate(capacity: count)
            memory.initialize(repeating: 0, count: count)
            return memory
        }
        factors = take(Float.self, Self.length * (RecentSpikes.depth + 1))
        many = take(Int32.self, (Self.length + 1) * RecentSpikes.depth)
        values = take(Float.self, Self.length)
        traces = take(Float.self, Self.length)
    }

    /// Where the list of those with more than `spikes` spikes is.
    @inline(__always) func list(_ spikes: Int) -> UnsafeMutablePointer<Int32> { many + spikes * (Self.length + 1) }

    deinit {
        factors.deallocate()
        many.deallocate()
        values.deallocate()
        traces.deallocate()
    }
}

/// Where the loops over a block of synapses find the factors of its targets.
protocol FactorSource {
    /// A factor of the target of synapse `n` of the block: of its newest spike but `place`, or of depression.
    func factor(_ place: Int, _ n: Int) -> Float
}

/// Factors in a table of all targets.
struct TableFactors: FactorSource {
    let base: UnsafeMutablePointer<Float>
    let width: Int
    let targets: UnsafePointer<Int32>
    @inline(__always) func factor(_ place: Int, _ n: Int) -> Float { base[place * width + Int(targets[n])] }
}

/// Factors that were put ready for the block.
struct BlockFactors: FactorSource {
    let base: UnsafeMutablePointer<Float>
    @inline(__always) func factor(_ place: Int, _ n: Int) -> Float { row(place)[n] }

    /// The factors of one kind.
    @inline(__always) func row(_ place: Int) -> UnsafeMutablePointer<Float> { base + place * SynapseBlock.length }
}
