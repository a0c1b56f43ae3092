/// Spikes of the targets, or of the sources, of a projection, each list in order of time.
///
/// The two newest spikes of each neuron lie beside the others', because a delivery reads them for every synapse; all
/// are in lists of 16 bytes a spike, which are shortened, where the owner tells from when on they are needed.
final class SpikeHistory {
    /// A spike and the trace just after it.
    struct Entry {
        var step: Int
        var trace: Float
    }

    /// The spikes of one neuron.
    struct Train {
        /// The newest spike; `Int.min` where there was none.
        var step: Int
        /// The one before it.
        var older: Int
        var entries: UnsafeMutablePointer<Entry>?
        var count: Int32
        var capacity: Int32
        /// The trace just after the newest spike.
        var trace: Float
    }

    /// The spikes of each neuron.
    let trains: UnsafeMutablePointer<Train>
    private let count: Int

    /// Takes memory for neurons without spikes.
    init(count: Int) {
        self.count = count
        trains = .allocate(capacity: max(1, count))
        trains.initialize(
            repeating: Train(step: .min, older: .min, entries: nil, count: 0, capacity: 0, trace: 0),
            count: max(1, count))
    }

    deinit {
        for neuron in 0..<count { trains[neuron].entries?.deallocate() }
        trains.deallocate()
    }

    /// How many spikes are kept.
    var stored: Int { (0..<count).reduce(0) { $0 + Int(trains[$1].count) } }

    /// Adds a spike.
    ///
    /// - Parameter horizon: Asked when a list is full: spikes at or before this step are not needed, except the last of
    ///   them.
    func append(_ neuron: Int, step: Int, trace: Float, horizon: () -> Int) {
        if trains[neuron].count == trains[neuron].capacity { makeRoom(neuron, horizon()) }
        trains[neuron].entries?[Int(trains[neuron].count)] = Entry(step: step, trace: trace)
        trains[neuron].count += 1
        trains[neuron].older = trains[neuron].step
        trains[neuron].step = step
        trains[neuron].trace = trace
    }

    private func makeRoom(_ neuron: Int, _ horizon: Int) {
        let train = trains[neuron]
        let count = Int(train.count)
        guard let old = train.entries else {
            trains[neuron].entries = .allocate(capacity: 4)
            trains[neuron].capacity = 4
            return
        }
        var first = 0
        while first + 1 < count, old[first + 1].step <= horizon { first += 1 }
        let kept = count - first
        // Room for as many again, so that a list is gone through once for each spike on average.
        let capacity = max(4, 2 * kept)
        let new = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
        new.update(from: old + first, count: kept)
        old.deallocate()
        trains[neuron].entries = new
        trains[neuron].count = Int32(kept)
        trains[neuron].capacity = Int32(capacity)
    }
}
