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
    /// The time of each, from the start of the slice [ms].
    public var times: UnsafePointer<Double>
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
    private(set) var times: UnsafeMutablePointer<Double>
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
    /// The time of the next spike of each neuron [ms]; infinite after the last.
    private var next: [Double]
    /// The time of the spike after the last one, drawn or computed.
    private let following: (_ neuron: Int, _ time: Double) -> Double
    private var calendar: WakeCalendar
    private let length: Double

    /// - Parameters:
    ///   - length: The length of a slice [ms].
    ///   - first: The first spike of each neuron.
    ///   - following: The spike after one of a neuron.
    init(
        count: Int, length: Double, first: (_ neuron: Int) -> Double,
        following: @escaping (_ neuron: Int, _ time: Double) -> Double
    ) {
        next = (0..<count).map(first)
        self.following = following
        self.length = length
        calendar = WakeCalendar(neurons: count)
        calendar.wakeAll(count)
    }

    /// Calls with each spike of a slice: its neuron and its time from the start of the slice.
    mutating func spikes(in slice: Int, _ body: (_ neuron: Int32, _ offset: Double) -> Void) {
        let start = Double(slice) * length
        let end = Double(slice + 1) * length
        var due: [Int32] = []
        calendar.takeDue(in: slice) { due.append($0) }
        for neuron in due {
            let place = Int(neuron)
            while next[place] < end {
                body(neuron, max(next[place] - start, 0))
                next[place] = following(place, next[place])
            }
            guard next[place].isFinite else { continue }
            calendar.wake(place, in: Int(min((next[place] / length).rounded(.down), 1e15)))
        }
    }
}

/// Sources in continuous time.
final class TrainKernel: EventKernel {
    private var trains: SpikeTrains
    let failure: EventFailure? = nil

    /// Takes the spikes of each neuron, the next from the last.
    init(
        _ setup: KernelSetup, first: (_ neuron: Int) -> Double,
        following: @escaping (_ neuron: Int, _ time: Double) -> Double
    ) {
        trains = SpikeTrains(count: setup.count, length: setup.step, first: first, following: following)
    }

    func advance(_ frame: EventFrame, spikes: inout [SliceSpike]) {
        trains.spikes(in: frame.slice) { spikes.append(SliceSpike(offset: $1, neuron: $0)) }
    }
}
