import SynfireParallel
import SynfireUnits

/// Spikes that reach synapses of one source onto neurons of one kernel within a slice of time.
///
/// All at one time, or each at a time of its own.
public struct ArrivalRun {
    /// When the spike arrives, from the start of the slice [ticks]; with ``delays``, when it was emitted.
    public var offset: Int64
    /// The targets, counted in the kernel.
    public var targets: UnsafePointer<Int32>
    /// A delay for each synapse [ticks], or `nil`.
    public var delays: UnsafePointer<Int64>?
    /// An arrival for each, from the start of the slice [ticks], in place of ``offset``; or `nil`.
    public var times: UnsafePointer<Int64>?
    /// A weight for each synapse, which is multiplied by ``weight``; or `nil`.
    public var weights: UnsafePointer<Float>?
    /// The weight of all, or a factor on ``weights``.
    public var weight: Double
    /// How many synapses there are.
    public var count: Int
    /// The receptor of the schema.
    public var receptor: Int
    /// Where weights come from in place of ``weights``, each when its time has come; ``weight`` is a factor on them.
    public var plasticity: Unmanaged<EventPlasticity>?
    /// With ``plasticity``, the number of the spike, and the place of the first synapse in the tables.
    public var spike = 0
    /// See ``spike``.
    public var firstSynapse = 0

    /// Describes arrivals.
    public init(
        offset: Int64, targets: UnsafePointer<Int32>, delays: UnsafePointer<Int64>? = nil,
        times: UnsafePointer<Int64>? = nil, weights: UnsafePointer<Float>? = nil, weight: Double, count: Int,
        receptor: Int
    ) {
        self.offset = offset
        self.targets = targets
        self.delays = delays
        self.times = times
        self.weights = weights
        self.weight = weight
        self.count = count
        self.receptor = receptor
    }

    /// When synapse `index` gets its spike, from the start of the slice [ticks].
    @inline(__always) func time(_ index: Int) -> Int64 {
        if let delays { return offset &+ delays[index] }
        if let times { return times[index] }
        return offset
    }

    /// What a plastic synapse gets at its time.
    func plasticWeight(_ index: Int) -> Double {
        guard let plasticity else { return weight(index) }
        return weight
            * plasticity._withUnsafeGuaranteedRef {
                $0.weight(of: firstSynapse + index, spike: spike, target: Int(targets[index]))
            }
    }

    /// What it gets.
    @inline(__always) func weight(_ index: Int) -> Double {
        if let weights { return weight * Double(weights[index]) }
        return weight
    }
}

/// A current that stimuli set at some time in a slice.
public struct CurrentChange {
    /// From the start of the slice [ticks].
    public var offset: Int64
    /// The neuron, counted in the kernel.
    public var neuron: Int32
    /// What is injected from then on [pA].
    public var level: Double

    /// Describes a change.
    public init(offset: Int64, neuron: Int32, level: Double) {
        self.offset = offset
        self.neuron = neuron
        self.level = level
    }
}

/// A request for a state variable of some neurons at a time in a slice.
public struct SampleRequest {
    /// From the start of the slice [ticks].
    public var offset: Int64
    /// The variable, by symbol.
    public var symbol: String
    /// The neurons, counted in the kernel.
    public var neurons: UnsafePointer<Int32>
    /// How many they are.
    public var count: Int
    /// Where each one's value goes.
    public var values: UnsafePointer<UnsafeMutablePointer<Float>>

    /// Describes a request.
    public init(
        offset: Int64, symbol: String, neurons: UnsafePointer<Int32>, count: Int,
        values: UnsafePointer<UnsafeMutablePointer<Float>>
    ) {
        self.offset = offset
        self.symbol = symbol
        self.neurons = neurons
        self.count = count
        self.values = values
    }
}

/// A spike in a slice.
public struct SliceSpike: BitwiseCopyable {
    /// From the start of the slice [ticks], at least 0 and at most the slice's length.
    public var offset: Int64
    /// The neuron, counted in the kernel.
    public var neuron: Int32

    /// Describes a spike.
    public init(offset: Int64, neuron: Int32) {
        self.offset = offset
        self.neuron = neuron
    }
}

/// What a kernel gets for one slice of time.
///
/// Slices follow each other, all of one length.
public struct EventFrame {
    /// The number of the slice: from `slice`·`length` to (`slice` + 1)·`length`.
    public var slice: Int
    /// In ticks.
    public var length: Int64
    /// What arrives at or after the start and before the end, in an order that does not depend on workers.
    public var arrivals: UnsafeBufferPointer<ArrivalRun>
    /// Currents that change, in order of time for each neuron.
    public var currents: UnsafeBufferPointer<CurrentChange>
    /// State that is to be recorded.
    public var samples: UnsafeBufferPointer<SampleRequest>
    /// Who is to be told of spikes of the neurons, before anything that arrives after them.
    public var watchers: [EventPlasticity] = []

    /// When it begins, and when it ends [ticks].
    public var start: Int64 { Int64(slice) * length }
    /// See ``start``.
    public var end: Int64 { start + length }

    /// Tells of a spike.
    @inline(__always) func tellWatchers(_ neuron: Int, _ offset: Int64) {
        if watchers.isEmpty { return }
        for watcher in watchers { watcher.targetSpiked(neuron, time: start + offset) }
    }

    /// Describes a slice.
    public init(
        slice: Int, length: Int64, arrivals: UnsafeBufferPointer<ArrivalRun>,
        currents: UnsafeBufferPointer<CurrentChange> = .init(start: nil, count: 0),
        samples: UnsafeBufferPointer<SampleRequest> = .init(start: nil, count: 0)
    ) {
        self.slice = slice
        self.length = length
        self.arrivals = arrivals
        self.currents = currents
        self.samples = samples
    }
}

/// What went wrong with one neuron.
public struct EventFailure: Sendable {
    /// What it is.
    public enum Kind: Sendable {
        /// More spikes at one instant than a run can go on with.
        case unboundedSpikes
        /// The potential is no finite number.
        case notFinite
    }
    /// The neuron, counted in the kernel.
    public let neuron: Int
    /// From the start of the slice [ticks].
    public let offset: Int64
    /// What it is.
    public let kind: Kind
}

/// Neurons of one population that one worker advances in continuous time, slice by slice.
///
/// As with ``NeuronKernel``, what a neuron does depends only on its own parameters, state and input. Where slices begin and
/// end has no influence on what is computed but through rounding.
public protocol EventKernel: AnyObject {
    /// Advances all neurons by one slice, and appends their spikes, in any order but that of time for each neuron.
    func advance(_ frame: EventFrame, spikes: inout [SliceSpike])

    /// The first failure of the last slice.
    var failure: EventFailure? { get }

    /// Whether it adds up input and looks closely at few neurons only; by default `false`.
    var sumsInput: Bool { get }
}

extension EventKernel {
    /// No.
    public var sumsInput: Bool { false }
}

/// What is known of the input of an event kernel before it runs.
public struct EventInput: Sendable {
    /// Between which bounds the weights of each receptor of the schema are, 0 where it gets none.
    public var weights: [ClosedRange<Double>]
    /// Whether stimuli inject currents that change or differ.
    public var hasCurrents: Bool
    /// What stimuli inject into each neuron all the time, besides [pA].
    public var bias: Double
    /// Whether all weights are known before their time.
    public var isStatic: Bool

    /// Describes input.
    public init(weights: [ClosedRange<Double>], hasCurrents: Bool, bias: Double = 0, isStatic: Bool = true) {
        self.weights = weights
        self.hasCurrents = hasCurrents
        self.bias = bias
        self.isStatic = isStatic
    }

    /// Whether input can be added up in any order.
    var allowsSums: Bool { isStatic && !hasCurrents }
}
