import SynfireSpikingModels
import SynfireSpikingNetworks

/// Samples one variable of some neurons of a population while workers advance.
///
/// A sample at time t is the state after all steps up to t, and before the next.
///
/// Unchecked `Sendable`: workers write different columns of the rows that the owner has made room for.
final class ChannelSampler: @unchecked Sendable {
    /// The index of the channel.
    let channel: Int
    private let population: Int
    private let symbol: String
    private let interval: Int
    private let start: Int
    private let stop: Int
    private let width: Int
    /// For each worker, the places of its recorded neurons in its strip, and their columns.
    private let places: [[(place: Int, column: Int)]]

    private var rows: UnsafeMutablePointer<Float>
    private var capacity = 0
    private var firstRow = 0
    private var rowCount = 0

    init(
        channel: Int, population: Int, symbol: String, neurons: [Int], interval: Int, start: Int, stop: Int,
        strips: [Range<Int>]
    ) {
        self.channel = channel
        self.population = population
        self.symbol = symbol
        self.interval = interval
        self.start = start
        self.stop = stop
        width = neurons.count
        places = strips.map { strip in
            neurons.enumerated().compactMap { column, neuron in
                strip.contains(neuron) ? (neuron - strip.lowerBound, column) : nil
            }
        }
        rows = .allocate(capacity: 1)
    }

    deinit { rows.deallocate() }

    /// Makes room for the samples of an epoch.
    func prepare(steps: Range<Int>) {
        // A step follows on the state of the time before it.
        func rowsBefore(_ time: Int) -> Int { max(0, (min(time, stop) - start + interval - 1) / interval) }
        firstRow = rowsBefore(steps.lowerBound - 1)
        rowCount = rowsBefore(steps.upperBound - 1) - firstRow
        guard rowCount * width > capacity else { return }
        rows.deallocate()
        capacity = rowCount * width
        rows = .allocate(capacity: capacity)
    }

    /// Takes a worker's part of a sample that is due before a step.
    @inline(__always) func take(before step: Int, worker: Int, from populations: [StripPopulation]) {
        let time = step - 1
        guard time >= start, time < stop, (time - start) % interval == 0 else { return }
        let row = rows + ((time - start) / interval - firstRow) * width
        let kernel = populations[population].kernel
        for (place, column) in places[worker] { row[column] = Float(kernel.value(of: symbol, neuron: place)) }
    }

    /// The samples of the epoch, row-major.
    var samples: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: rows, count: rowCount * width) }
}
