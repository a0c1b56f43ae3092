/// Neurons of one population that one worker advances in steps.
///
/// A kernel is made once and owns its columns (through ``KernelSetup/column(_:)``). Neurons are counted within the kernel,
/// from 0. Whatever it computes for a neuron must depend only on that neuron's parameters, state, input and index in
/// the population, never on which other neurons share the kernel: then results do not depend on workers.
public protocol NeuronKernel: AnyObject {
    /// Advances all neurons by one step, in the order that makes single neurons comparable with NEST's:
    ///
    /// 1. potentials move by the synaptic state that stood at the start of the step (clamped while refractory),
    /// 2. synaptic state decays over the step,
    /// 3. this step's input is added to it (delta synapses: to the potential),
    /// 4. potentials at or above threshold: a spike, stamped with the end of the step, reset, and
    ///    ``KernelSetup/steps(_:)`` of the refractory time.
    func advance(_ frame: StepFrame)

    /// A state variable of the schema for one neuron, in the schema's unit.
    func value(of symbol: String, neuron: Int) -> Double

    /// The first neuron that cannot be advanced any further, and why; `nil` by default.
    var failure: KernelFailure? { get }
}

extension NeuronKernel {
    /// None.
    public var failure: KernelFailure? { nil }
}

/// Why a neuron cannot be advanced any further.
public struct KernelFailure: Sendable, Equatable {
    /// The neuron, within the kernel.
    public var neuron: Int
    /// The reason, as the end of a sentence.
    public var reason: String

    /// Describes a failure.
    public init(neuron: Int, reason: String) {
        self.neuron = neuron
        self.reason = reason
    }
}

/// What a kernel gets for one step.
public struct StepFrame {
    /// The number of the step: step k goes from (k − 1)·h to k·h, and k begins at 1.
    public let number: Int
    /// For each receptor of the schema, the sum of the weights that arrive at each neuron at the end of the step.
    public let inputs: UnsafePointer<UnsafeMutablePointer<Float>>
    /// The current that stimuli inject into each neuron during the step [pA]; `nil` where there is none.
    public let current: UnsafePointer<Float>?
    /// Where spikes go: neurons in ascending order, one entry a spike.
    public let spikes: SpikeList

    /// Makes the frame of a step.
    public init(
        number: Int, inputs: UnsafePointer<UnsafeMutablePointer<Float>>, current: UnsafePointer<Float>?,
        spikes: SpikeList
    ) {
        self.number = number
        self.inputs = inputs
        self.current = current
        self.spikes = spikes
    }
}

/// The neurons that spiked in a step, in memory that grows seldom.
public final class SpikeList {
    /// The first entry.
    public private(set) var base: UnsafeMutablePointer<Int32>
    /// How many entries there are.
    public private(set) var count = 0
    private var capacity: Int

    /// Takes memory for `capacity` spikes.
    public init(capacity: Int) {
        self.capacity = max(64, capacity)
        base = .allocate(capacity: self.capacity)
    }

    deinit { base.deallocate() }

    /// Forgets all entries.
    public func removeAll() { count = 0 }

    /// Adds a spike.
    @inlinable public func append(_ neuron: Int) {
        reserve(1)
        write(neuron)
    }

    /// Adds spikes.
    public func append(_ neurons: UnsafeBufferPointer<Int32>) {
        guard let first = neurons.baseAddress, !neurons.isEmpty else { return }
        reserve(neurons.count)
        (base + count).update(from: first, count: neurons.count)
        count += neurons.count
    }

    /// Makes room for more entries.
    @inlinable public func reserve(_ more: Int) { if room < more { grow(more) } }

    @usableFromInline var room: Int { capacity - count }

    @usableFromInline func write(_ neuron: Int) {
        base[count] = Int32(truncatingIfNeeded: neuron)
        count += 1
    }

    @usableFromInline func grow(_ more: Int) {
        capacity = max(2 * capacity, count + more)
        let larger = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
        larger.update(from: base, count: count)
        base.deallocate()
        base = larger
    }

    /// Adds the neurons whose flag is 1.
    ///
    /// A product puts eight flags side by side into a byte, and eight bytes into a word, so that neurons without a spike
    /// cost an eighth of an instruction each.
    ///
    /// - Parameters:
    ///   - flags: One byte for each neuron, 0 or 1, and zeros up to a multiple of 64.
    ///   - count: How many neurons there are.
    public func append(flags: UnsafePointer<UInt8>, count neurons: Int) {
        reserve(neurons)
        let words = UnsafeRawPointer(flags)
        var first = 0
        while first < neurons {
            var bits: UInt64 = 0
            for byte in 0..<8 {
                let word = UInt64(littleEndian: words.loadUnaligned(fromByteOffset: first + byte * 8, as: UInt64.self))
                bits |= ((word &* 0x0102_0408_1020_4080) >> 56) &<< UInt64(byte * 8)
            }
            while bits != 0 {
                base[count] = Int32(truncatingIfNeeded: first + bits.trailingZeroBitCount)
                count += 1
                bits &= bits &- 1
            }
            first += 64
        }
    }
}
