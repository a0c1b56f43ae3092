/// Poisson counts of some neurons, step by step.
///
/// Neurons next to each other with the same law form a segment. Long segments compare draws with thresholds of the
/// cumulative distribution, all in one vectorised loop where they are few, by a guide where they are many; short
/// ones are inverted neuron by neuron. A count depends only on the seed, the stream, the neuron, the step and the law,
/// not on segments.
final class PoissonSampler {
    /// Neurons with one law.
    struct Segment {
        /// The neurons, counted in the kernel.
        var neurons: Range<Int>
        /// How many spikes there are in a step.
        var law: PoissonLaw
        /// The steps in which there are any.
        var window: Range<Int>
        /// How counts follow from draws, where the law has thresholds.
        fileprivate let table: PoissonTable?

        /// Neurons with a law, in some steps.
        init(neurons: Range<Int>, law: PoissonLaw, window: Range<Int>) {
            self.neurons = neurons
            self.law = law
            self.window = window
            table = law.hasThresholds ? PoissonTable(law) : nil
        }
    }

    /// The neurons, in ascending order; those that never spike may be left out.
    var segments: [Segment] = []

    private let blocks: PhiloxBlocks
    private let counts: UnsafeMutablePointer<Int32>
    /// So few draws that the greatest of them seldom reaches the rare counts.
    private static let blockLength = 128
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
            if let table = segment.table {
                var first = segment.neurons.lowerBound
                while first < segment.neurons.upperBound {
                    let length = min(Self.blockLength, segment.neurons.upperBound - first)
                    table.count(draws + first, length, into: counts)
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
            if let table = segment.table {
                var first = segment.neurons.lowerBound
                while first < segment.neurons.upperBound {
                    let length = min(Self.blockLength, segment.neurons.upperBound - first)
                    table.count(draws + first, length, into: counts)
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
