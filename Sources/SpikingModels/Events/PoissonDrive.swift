import SynfireParallel
import SynfireUnits

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Independent Poisson spikes of one rate and weight to many neurons, in continuous time.
///
/// Neurons are taken in blocks so large that a block has a few spikes in a slice: their number is Poisson distributed, and each
/// has a uniform time in the slice and goes to a uniformly drawn neuron of the block. That is the law of independent processes, at a cost
/// that goes with the spikes. What a block draws is named by (seed, stimulus, block, slice), so that it does not depend on
/// workers.
final class PoissonBlockDrive: EventDrive {
    private let neurons: Range<Int>
    private let seed: UInt64
    private let stream: UInt32
    private let weight: Double
    /// In ticks, as the length of a slice.
    private let window: Range<Int64>
    private let length: Int64
    /// The logarithm of the number of neurons in a block.
    private let bits: Int
    private let blocks: Range<Int>
    private let table: PoissonTable?
    private let law: PoissonLaw
    private var buffer = DriveBuffer()
    private let words: UnsafeMutablePointer<UInt32>
    private let counts: UnsafeMutablePointer<Int32>

    /// A block has at least so many spikes in a slice on average, if it may.
    private static let spikesPerBlock = 1.25
    /// The most neurons of a block, as a power of two.
    private static let mostBits = 12

    /// - Parameter mean: The mean number of spikes of a neuron in a slice.
    init(_ setup: KernelSetup, mean: Double, weight: Double, window: Range<Double>) {
        neurons = setup.neurons
        (seed, stream, length) = (setup.seed, setup.stream, setup.sliceTicks)
        self.weight = weight
        self.window = Ticks.count(window.lowerBound)..<Ticks.count(window.upperBound)
        var bits = 0
        while bits < Self.mostBits, mean * Double(1 << bits) < Self.spikesPerBlock { bits += 1 }
        self.bits = bits
        blocks = neurons.lowerBound >> bits..<(neurons.upperBound + (1 << bits) - 1) >> bits
        law = PoissonLaw(mean: mean * Double(1 << bits))
        table = law.hasThresholds ? PoissonTable(law) : nil
        words = .allocate(capacity: max(1, 4 * blocks.count))
        words.initialize(repeating: 0, count: max(1, 4 * blocks.count))
        counts = .allocate(capacity: max(1, blocks.count))
        counts.initialize(repeating: 0, count: max(1, blocks.count))
    }

    deinit {
        words.deallocate()
        counts.deallocate()
    }

    func spikes(in slice: Int) -> DriveSpikes {
        buffer.count = 0
        let start = Int64(slice) * length
        if start < window.upperBound, start + length > window.lowerBound { fill(slice) }
        let isWhole = start >= window.lowerBound && start + length <= window.upperBound
        if !isWhole { cut(start) }
        return DriveSpikes(
            targets: UnsafePointer(buffer.targets), times: UnsafePointer(buffer.times), weights: nil, weight: weight,
            count: buffer.count)
    }

    /// Leaves out what is not in the window.
    private func cut(_ start: Int64) {
        var kept = 0
        for index in 0..<buffer.count where window.contains(start + buffer.times[index]) {
            buffer.targets[kept] = buffer.targets[index]
            buffer.times[kept] = buffer.times[index]
            kept += 1
        }
        buffer.count = kept
    }

    private func fill(_ slice: Int) {
        let number = blocks.count
        let first = UInt32(truncatingIfNeeded: blocks.lowerBound)
        let (low, high) = (UInt32(truncatingIfNeeded: slice), UInt32(truncatingIfNeeded: slice >> 32) << 20)
        PhiloxRows.fill(words, count: number, first: first, low: low, high: high, seed: seed, stream: stream)
        if let table {
            table.count(UnsafePointer(words), number, into: counts)
        } else {
            for block in 0..<number {
                counts[block] = count(words[block], UInt32(truncatingIfNeeded: block) &+ first, low, high)
            }
        }
        var total = 0
        for block in 0..<number { total += Int(counts[block]) }
        buffer.reserve(total + 4)
        if bits <= 2 { fillShort(number, first, low, high) } else { fillLong(number, first, low, high) }
    }

    /// The count of a draw, where the law has no thresholds: where spikes are rare or very many.
    private func count(_ draw: UInt32, _ block: UInt32, _ low: UInt32, _ high: UInt32) -> Int32 {
        guard law.isSparse else { return law.count(PoissonLaw.uniform(draw)) }
        guard draw >= law.firstCandidate else { return 0 }
        return law.count(PoissonLaw.uniform(draw, refinedBy: philox(block, low, high | 0xF_FFFF)[0]))
    }

    private func philox(_ block: UInt32, _ low: UInt32, _ high: UInt32) -> SIMD4<UInt32> {
        Philox4x32.block(
            counter: SIMD4(low, high, block, stream),
            key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
    }

    /// One word a spike: a few bits for the neuron, 30 or more for the time.
    private func fillShort(_ number: Int, _ first: UInt32, _ low: UInt32, _ high: UInt32) {
        let shift = UInt32(32 - bits)
        // The middle of what the bits for the time stand for, as a fraction of 2^64.
        let (up, middle) = (UInt64(32 + bits), UInt64(1) << UInt64(31 + bits))
        let length = UInt64(length)
        let (targets, times) = (buffer.targets, buffer.times)
        var count = 0
        for block in 0..<number {
            var left = Int(counts[block])
            let base = ((block + blocks.lowerBound) << bits) - neurons.lowerBound
            @inline(__always) func add(_ word: UInt32, at place: Int) {
                targets[place] = Int32(truncatingIfNeeded: base + (bits == 0 ? 0 : Int(word >> shift)))
                let fraction = UInt64(word) &<< up | middle
                times[place] = Int64(truncatingIfNeeded: fraction.multipliedFullWidth(by: length).high)
            }
            // The first block of words has the count and three spikes. All three are written, and those beyond the count
            // are written over: a branch that is mistaken costs more.
            for index in 0..<3 { add(words[(index + 1) * number + block], at: count + index) }
            count += min(left, 3)
            left -= 3
            var more: UInt32 = 1
            while left > 0 {
                let next = philox(UInt32(truncatingIfNeeded: block) &+ first, low, high | (more & 0x7_FFFF))
                for index in 0..<4 { add(next[index], at: count + index) }
                count += min(left, 4)
                left -= 4
                more += 1
            }
        }
        buffer.count = count
        if bits > 0 { keepOwn() }
    }

    /// Leaves out spikes of neurons that are another worker's.
    private func keepOwn() {
        var kept = 0
        for index in 0..<buffer.count where buffer.targets[index] >= 0 && buffer.targets[index] < neurons.count {
            buffer.targets[kept] = buffer.targets[index]
            buffer.times[kept] = buffer.times[index]
            kept += 1
        }
        buffer.count = kept
    }

    /// Two words a spike, for the neuron and the time.
    private func fillLong(_ number: Int, _ first: UInt32, _ low: UInt32, _ high: UInt32) {
        let length = UInt64(length)
        let (targets, times) = (buffer.targets, buffer.times)
        let mask = UInt64(1) << UInt64(bits) - 1
        var count = 0
        for block in 0..<number {
            var left = Int(counts[block])
            guard left > 0 else { continue }
            let base = ((block + blocks.lowerBound) << bits) - neurons.lowerBound
            @inline(__always) func add(_ a: UInt32, _ b: UInt32, at place: Int) {
                let both = UInt64(a) | UInt64(b) << 32
                targets[place] = Int32(truncatingIfNeeded: base + Int(both & mask))
                let fraction = both & ~0xFFF | 0x800
                times[place] = Int64(truncatingIfNeeded: fraction.multipliedFullWidth(by: length).high)
            }
            // The first block of words has the count and one spike.
            add(words[number + block], words[2 * number + block], at: count)
            count += 1
            left -= 1
            var more: UInt32 = 1
            while left > 0 {
                let next = philox(UInt32(truncatingIfNeeded: block) &+ first, low, high | (more & 0x7_FFFF))
                add(next[0], next[1], at: count)
                add(next[2], next[3], at: count + 1)
                count += min(left, 2)
                left -= 2
                more += 1
            }
        }
        buffer.count = count
        keepOwn()
    }
}
/// Spikes of trains that differ from neuron to neuron.
final class TrainDrive: EventDrive {
    private var trains: SpikeTrains
    private let weights: [Float]
    private var buffer = DriveBuffer()

    init(
        _ setup: KernelSetup, weights: [Float], first: (_ neuron: Int) -> Double,
        following: @escaping (_ neuron: Int, _ time: Double) -> Double
    ) {
        trains = SpikeTrains(count: setup.count, length: setup.sliceTicks, first: first, following: following)
        self.weights = weights
    }

    func spikes(in slice: Int) -> DriveSpikes {
        buffer.count = 0
        trains.spikes(in: slice) { neuron, offset in
            buffer.reserve(1)
            buffer.targets[buffer.count] = neuron
            buffer.times[buffer.count] = offset
            buffer.weights[buffer.count] = weights[Int(neuron)]
            buffer.count += 1
        }
        return DriveSpikes(
            targets: UnsafePointer(buffer.targets), times: UnsafePointer(buffer.times),
            weights: UnsafePointer(buffer.weights), weight: 1, count: buffer.count)
    }
}
