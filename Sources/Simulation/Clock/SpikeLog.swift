/// The spikes of one worker in the steps of one epoch, by step and population.
///
/// Unchecked `Sendable`: written by its worker in one epoch, read by all in the next.
final class SpikeLog: @unchecked Sendable {
    private var neurons: UnsafeMutablePointer<Int32>
    private var capacity = 1024
    private var count = 0
    /// Where the spikes of each step and population end.
    private var ends: [Int] = []
    private let populations: Int

    init(populations: Int) {
        self.populations = populations
        neurons = .allocate(capacity: capacity)
    }

    deinit { neurons.deallocate() }

    /// How many spikes there are.
    var spikeCount: Int { count }

    func removeAll() {
        count = 0
        ends.removeAll(keepingCapacity: true)
    }

    /// Adds a population's spikes in the current step; populations come in their order, then the next step.
    ///
    /// - Parameters:
    ///   - spikes: Neurons from 0 on.
    ///   - first: What is added to each.
    func append(_ spikes: UnsafePointer<Int32>, count added: Int, first: Int) {
        if count + added > capacity { grow(added) }
        let base = Int32(truncatingIfNeeded: first)
        for index in 0..<added { neurons[count + index] = spikes[index] &+ base }
        count += added
        ends.append(count)
    }

    private func grow(_ more: Int) {
        capacity = max(2 * capacity, count + more)
        let larger = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
        larger.update(from: neurons, count: count)
        neurons.deallocate()
        neurons = larger
    }

    /// The neurons of a population that spiked in a step of the epoch, ascending.
    func spikes(step: Int, population: Int) -> UnsafeBufferPointer<Int32> {
        let index = step * populations + population
        let start = index == 0 ? 0 : ends[index - 1]
        return UnsafeBufferPointer(start: neurons + start, count: ends[index] - start)
    }
}
