/// Poisson counts of some neurons, step by step.
///
/// Neurons next to each other with the same law form a segment. Long segments compare blocks of draws with each
/// threshold of the cumulative distribution in turn, or search among many; short ones are inverted neuron by neuron. A
/// count depends only on the seed, the stream, the neuron, the step and the law, not on segments.
final class PoissonSampler {
    /// Neurons with one law.
    struct Segment {
        /// The neurons, counted in the kernel.
        var neurons: Range<Int>
        /// How many spikes there are in a step.
        var law: PoissonLaw
        /// The steps in which there are any.
        var window: Range<Int>
    }

    /// The neurons, in ascending order; those that never spike may be left out.
    var segments: [Segment] = []

    private let blocks: PhiloxBlocks
    private let counts: UnsafeMutablePointer<Int32>
    /// Draws and counts of one block fit in the first-level cache.
    private static let blockLength = 1024
    /// Shorter segments are not worth a table of thresholds.
    static let shortest = 16

    /// Takes memory; there are no segments yet.
    init(_ setup: KernelSetup) {
        blocks = PhiloxBlocks(setup)
        counts = .allocate(capacity: Self.blockLength)
        counts.initialize(repeating: 0, count: Self.blockLength)
    }

    deinit { counts.deallocate() }

    /// The sampler of neurons with the parameters `rate` [Hz], `start` and `stop` [ms].
    convenience init(rates setup: KernelSetup) {
        self.init(setup)
        let symbols = ["rate", "start", "stop"]
        var first = 0
        while first < setup.count {
            let key = symbols.map { setup.value($0, first) }
            var end = setup.isUniform(symbols) ? setup.count : first + 1
            while end < setup.count, symbols.indices.allSatisfy({ setup.value(symbols[$0], end) == key[$0] }) {
                end += 1
            }
            let window = setup.stepWindow(start: key[1], stop: key[2])
            append(first..<end, mean: key[0] * setup.step * 1e-3, window: window)
            first = end
        }
    }

    /// Adds a segment behind the others.
    func append(_ neurons: Range<Int>, mean: Double, window: Range<Int>) {
        guard mean > 0, !window.isEmpty, !neurons.isEmpty else { return }
        let law = PoissonLaw(mean: mean, makesThresholds: neurons.count >= Self.shortest)
        segments.append(Segment(neurons: neurons, law: law, window: window))
    }

    /// Adds the count of each neuron, times its weight, to its input.
    func add<Weight: ConstantReader>(step: Int, weight: Weight, to input: UnsafeMutablePointer<Float>) {
        for segment in segments where segment.window.contains(step) {
            let draws = blocks.draws(step: step)
            if segment.law.hasThresholds {
                var first = segment.neurons.lowerBound
                while first < segment.neurons.upperBound {
                    let length = min(Self.blockLength, segment.neurons.upperBound - first)
                    count(draws + first, length, segment.law)
                    let (counts, block) = (self.counts, input + first)
                    for n in 0..<length { block[n] += weight[first + n] * Float(counts[n]) }
                    first += length
                }
            } else {
                visit(segment, draws, step) { neuron, count in input[neuron] += weight[neuron] * Float(count) }
            }
        }
    }

    /// Adds an entry to the list for each spike of a step.
    func emit(step: Int, to spikes: SpikeList) {
        for segment in segments where segment.window.contains(step) {
            let draws = blocks.draws(step: step)
            if segment.law.hasThresholds {
                var first = segment.neurons.lowerBound
                while first < segment.neurons.upperBound {
                    let length = min(Self.blockLength, segment.neurons.upperBound - first)
                    count(draws + first, length, segment.law)
                    for n in 0..<length where counts[n] > 0 {
                        for _ in 0..<counts[n] { spikes.append(first + n) }
                    }
                    first += length
                }
            } else {
                visit(segment, draws, step) { neuron, count in
                    for _ in 0..<count { spikes.append(neuron) }
                }
            }
        }
    }

    /// The count of each of a block of draws: how many thresholds it reaches.
    private func count(_ draws: UnsafePointer<UInt32>, _ length: Int, _ law: PoissonLaw) {
        let (counts, base) = (self.counts, law.leastCount)
        law.thresholds.withUnsafeBufferPointer { thresholds in
            guard thresholds.count > PoissonLaw.mostCompared else {
                for n in 0..<length { counts[n] = base }
                for threshold in thresholds {
                    for n in 0..<length { counts[n] &+= draws[n] >= threshold ? 1 : 0 }
                }
                return
            }
            // A search by halves without branches: the number reached stays within `reached` and `reached + span`.
            for n in 0..<length {
                let draw = draws[n]
                var (reached, span) = (0, thresholds.count)
                while span > 0 {
                    let half = (span + 1) / 2
                    reached += draw >= thresholds[reached + half - 1] ? half : 0
                    span -= half
                }
                counts[n] = base &+ Int32(truncatingIfNeeded: reached)
            }
        }
    }

    /// Calls `body` for each neuron of a segment with a count above 0, in ascending order.
    @inline(__always) private func visit(
        _ segment: Segment, _ draws: UnsafePointer<UInt32>, _ step: Int, _ body: (Int, Int32) -> Void
    ) {
        let law = segment.law
        guard law.isSparse else {
            for neuron in segment.neurons {
                let count = law.count(PoissonLaw.uniform(draws[neuron]))
                if count > 0 { body(neuron, count) }
            }
            return
        }
        var first = segment.neurons.lowerBound
        while first < segment.neurons.upperBound {
            let end = min(first + 64, segment.neurons.upperBound)
            var largest: UInt32 = 0
            for neuron in first..<end { largest = max(largest, draws[neuron]) }
            if largest >= law.firstCandidate {
                for neuron in first..<end where draws[neuron] >= law.firstCandidate {
                    let low = blocks.refinement(neuron: neuron, step: step)
                    let count = law.count(PoissonLaw.uniform(draws[neuron], refinedBy: low))
                    if count > 0 { body(neuron, count) }
                }
            }
            first = end
        }
    }
}
