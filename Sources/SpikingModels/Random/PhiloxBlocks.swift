import SynfireParallel

/// The draws of some neurons for four steps at a time, from ``Philox4x32``.
///
/// Draw `step` of entity `neuron`, as `Philox4x32.word(seed:stream:entity:draw:)` gives it. One block
/// of four words serves four steps.
final class PhiloxBlocks {
    let count: Int
    private let first: Int
    private let seed: UInt64
    private let stream: UInt32
    private let words: UnsafeMutablePointer<UInt32>
    private var block = -1

    /// Takes memory for the neurons of a kernel.
    init(_ setup: KernelSetup) {
        count = setup.count
        first = setup.neurons.lowerBound
        (seed, stream) = (setup.seed, setup.stream)
        words = .allocate(capacity: max(1, 4 * setup.count))
        words.initialize(repeating: 0, count: max(1, 4 * setup.count))
    }

    deinit { words.deallocate() }

    /// The draw of each neuron for a step.
    func draws(step: Int) -> UnsafePointer<UInt32> {
        if step / 4 != block {
            block = step / 4
            fill(UInt64(block))
        }
        return UnsafePointer(words + (step % 4) * count)
    }

    /// The word that refines a neuron's draw of a step.
    func refinement(neuron: Int, step: Int) -> UInt32 {
        Philox4x32.word(
            seed: seed, stream: stream, entity: UInt32(truncatingIfNeeded: first + neuron),
            draw: UInt64(step) | 1 << 63)
    }

    private func fill(_ block: UInt64) {
        PhiloxRows.fill(
            words, count: count, first: UInt32(truncatingIfNeeded: first), low: UInt32(truncatingIfNeeded: block),
            high: UInt32(truncatingIfNeeded: block >> 32), seed: seed, stream: stream)
    }
}

/// Blocks of random words for entities next to each other.
enum PhiloxRows {
    /// Four words of each entity, as four rows of `count`.
    ///
    /// Written out as a plain loop, which the compiler vectorises.
    static func fill(
        _ words: UnsafeMutablePointer<UInt32>, count: Int, first: UInt32, low: UInt32, high: UInt32, seed: UInt64,
        stream: UInt32
    ) {
        let (key0, key1) = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        let (a, b, c, d) = (words, words + count, words + 2 * count, words + 3 * count)
        for n in 0..<count {
            var (x0, x1, x2, x3) = (low, high, first &+ UInt32(truncatingIfNeeded: n), stream)
            var (k0, k1) = (key0, key1)
            for _ in 0..<10 {
                let p = UInt64(x0) &* 0xD251_1F53
                let q = UInt64(x2) &* 0xCD9E_8D57
                let y0 = UInt32(truncatingIfNeeded: q >> 32) ^ x1 ^ k0
                let y2 = UInt32(truncatingIfNeeded: p >> 32) ^ x3 ^ k1
                x1 = UInt32(truncatingIfNeeded: q)
                x3 = UInt32(truncatingIfNeeded: p)
                x0 = y0
                x2 = y2
                k0 = k0 &+ 0x9E37_79B9
                k1 = k1 &+ 0xBB67_AE85
            }
            a[n] = x0
            b[n] = x1
            c[n] = x2
            d[n] = x3
        }
    }
}
