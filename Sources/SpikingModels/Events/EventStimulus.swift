import SynfireUnits

/// A stimulus in continuous time.
public enum EventStimulus {
    /// Currents that are constant between given times, a course for each neuron; 0 before the first time.
    case currents([[CurrentLevel]])
    /// Spikes at a receptor.
    case spikes(any EventDrive)
}

/// A current from some time on.
public struct CurrentLevel: Sendable, Equatable {
    /// In ms.
    public var time: Double
    /// In pA.
    public var level: Double

    /// Describes a level.
    public init(time: Double, level: Double) {
        self.time = time
        self.level = level
    }
}

/// Spikes that a stimulus sends to the neurons of one worker, slice by slice.
public protocol EventDrive: AnyObject {
    /// The spikes of a slice; slices come in order, none left out.
    ///
    /// - Returns: Spikes whose memory lasts until the next call.
    func spikes(in slice: Int) -> DriveSpikes
}

/// Spikes of a stimulus in one slice.
public struct DriveSpikes {
    /// The neuron of each, counted in the kernel.
    public var targets: UnsafePointer<Int32>
    /// The time of each, from the start of the slice [ticks].
    public var times: UnsafePointer<Int64>
    /// The weight of each, or `nil` where ``weight`` is that of all.
    public var weights: UnsafePointer<Float>?
    /// The weight of all, or a factor on ``weights``.
    public var weight: Double
    /// How many there are.
    public var count: Int
}

/// Lists of spikes that grow.
struct DriveBuffer: ~Copyable {
    private(set) var targets: UnsafeMutablePointer<Int32>
    private(set) var times: UnsafeMutablePointer<Int64>
    private(set) var weights: UnsafeMutablePointer<Float>
    private(set) var capacity = 1024
    var count = 0

    init() {
        targets = .allocate(capacity: capacity)
        times = .allocate(capacity: capacity)
        weights = .allocate(capacity: capacity)
    }

    deinit {
        targets.deallocate()
        times.deallocate()
        weights.deallocate()
    }

    /// Makes room for more spikes.
    @inline(__always) mutating func reserve(_ more: Int) { if count + more > capacity { grow(more) } }

    private mutating func grow(_ more: Int) {
        let larger = max(2 * capacity, count + more)
        func moved<T>(_ old: UnsafeMutablePointer<T>) -> UnsafeMutablePointer<T> {
            let new = UnsafeMutablePointer<T>.allocate(capacity: larger)
            new.update(from: old, count: count)
            old.deallocate()
            return new
        }
        (targets, times, weights) = (moved(targets), moved(times), moved(weights))
        capacity = larger
    }
}

/// Spike trains, one a neuron, each known from one spike to the next.
struct SpikeTrains {
    /// The time of the next spike of each neuron [ticks]; `Ticks.never` after the last.
    private var next: [Int64]
    /// The time of the spike after the last one.
    private let following: (_ neuron: Int, _ time: Int64) -> Int64
    private var calendar: WakeCalendar
    private let length: Int64

    /// - Parameters:
    ///   - length: The length of a slice [ticks].
    ///   - first: The first spike of each neuron.
    ///   - following: The spike after one of a neuron.
    init(
        count: Int, length: Int64, ticks first: (_ neuron: Int) -> Int64,
        following: @escaping (_ neuron: Int, _ time: Int64) -> Int64
    ) {
        next = (0..<count).map(first)
        self.following = following
        self.length = length
        calendar = WakeCalendar(neurons: count)
        calendar.wakeAll(count)
    }

    /// Trains of times in milliseconds, each of which is rounded once; infinite after the last.
    init(
        count: Int, length: Int64, first: (_ neuron: Int) -> Double,
        following: @escaping (_ neuron: Int, _ time: Double) -> Double
    ) {
        var times = (0..<count).map(first)
        self.init(count: count, length: length, ticks: { Ticks.count(times[$0]) }) { neuron, _ in
            times[neuron] = following(neuron, times[neuron])
            return Ticks.count(times[neuron])
        }
    }

    /// Calls with each spike of a slice: its neuron and its time from the start of the slice.
    mutating func spikes(in slice: Int, _ body: (_ neuron: Int32, _ offset: Int64) -> Void) {
        let start = Int64(slice) * length
        let end = start + length
        var due: [Int32] = []
        calendar.takeDue(in: slice) { due.append($0) }
        for neuron in due {
            let place = Int(neuron)
            while next[place] < end {
                body(neuron, next[place] - start)
                next[place] = following(place, next[place])
            }
            guard next[place] < Ticks.never else { continue }
            calendar.wake(place, in: Int(next[place] / length))
        }
    }
}

/// Sources in continuous time.
final class TrainKernel: EventKernel {
    private var trains: SpikeTrains
    let failure: EventFailure? = nil

    init(_ trains: SpikeTrains) { self.trains = trains }

    /// Takes the spikes of each neuron, the next from the last.
    convenience init(
        _ setup: KernelSetup, first: (_ neuron: Int) -> Double,
        following: @escaping (_ neuron: Int, _ time: Double) -> Double
    ) {
        self.init(SpikeTrains(count: setup.count, length: setup.sliceTicks, first: first, following: following))
    }

    func advance(_ frame: EventFrame, spikes: inout [SliceSpike]) {
        trains.spikes(in: frame.slice) { spikes.append(SliceSpike(offset: $1, neuron: $0)) }
    }
}
