import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits

/// One sample of some neurons of a strip that is due in the present epoch.
struct EventSample {
    /// When [ticks].
    let time: Int64
    let symbol: String
    let neurons: UnsafePointer<Int32>
    let count: Int
    let values: UnsafePointer<UnsafeMutablePointer<Float>>

    func request(from start: Int64) -> SampleRequest {
        SampleRequest(offset: time - start, symbol: symbol, neurons: neurons, count: count, values: values)
    }
}

/// Samples one variable of some neurons of a population while workers advance.
///
/// Unchecked `Sendable`: workers write different columns of the rows that the owner has made room for.
final class EventSampler: @unchecked Sendable {
    let channel: Int
    let population: Int
    private let symbol: String
    private let interval: Double
    private let start: Double
    /// In ticks.
    private let stop: Int64
    private let width: Int
    /// For each worker, its recorded neurons by place in its strip, and the columns.
    private let places: [(neurons: WorkBuffer<Int32>, columns: [Int])]
    private var pointers: [WorkBuffer<UnsafeMutablePointer<Float>>] = []
    private var rows: UnsafeMutablePointer<Float>
    private var capacity = 1
    private var next = 0
    /// The times of the epoch's samples [ticks].
    private(set) var times: [Int64] = []

    init(
        channel: Int, population: Int, symbol: String, neurons: [Int], interval: Double, start: Double, stop: Double,
        strips: [Range<Int>]
    ) {
        self.channel = channel
        self.population = population
        self.symbol = symbol
        (self.interval, self.start) = (interval, start)
        self.stop = Ticks.count(stop)
        width = neurons.count
        places = strips.map { strip in
            let own = neurons.enumerated().filter { strip.contains($0.element) }
            return (
                WorkBuffer(holding: own.map { Int32(truncatingIfNeeded: $0.element - strip.lowerBound) }),
                own.map(\.offset)
            )
        }
        rows = .allocate(capacity: 1)
    }

    deinit { rows.deallocate() }

    /// The time of a sample [ticks]; of a product, so that rounding does not add up.
    private func time(_ sample: Int) -> Int64 { Ticks.count(start + Double(sample) * interval) }

    /// Makes room for the samples of an epoch, and says what each worker has to take.
    func prepare(to end: Int64) -> [[EventSample]] {
        let bound = min(end, stop)
        times.removeAll(keepingCapacity: true)
        while time(next) < bound {
            times.append(time(next))
            next += 1
        }
        let rowCount = times.count
        if rowCount * width > capacity {
            rows.deallocate()
            capacity = rowCount * width
            rows = .allocate(capacity: capacity)
        }
        rows.update(repeating: 0, count: rowCount * width)
        pointers.removeAll()
        return places.map { own in
            guard !own.columns.isEmpty else { return [] }
            return times.enumerated().map { row, time -> EventSample in
                let targets = own.columns.map { rows + row * width + $0 }
                let held = WorkBuffer(holding: targets)
                pointers.append(held)
                return EventSample(
                    time: time, symbol: symbol, neurons: UnsafePointer(own.neurons.base),
                    count: own.columns.count, values: UnsafePointer(held.base))
            }
        }
    }

    /// A sample of the epoch.
    func row(_ number: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: rows + number * width, count: width)
    }
}
