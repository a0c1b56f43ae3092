/// Candidates of a slice: the few neurons that may have crossed their threshold in it, and their events.
///
/// Most neurons of a network do not come near their threshold in a slice. Where sums of exponentials stand for their state,
/// their events need only be added up, in any order; the candidates' events are then found among all and taken one by one.
struct CandidateEvents {
    private(set) var lists: EventLists
    private let flags: UnsafeMutablePointer<UInt8>
    private let count: Int

    /// - Parameter flags: One byte for each neuron, zero, up to a multiple of 64.
    init(count: Int, flags: UnsafeMutablePointer<UInt8>) {
        lists = EventLists(neurons: count)
        self.flags = flags
        self.count = count
    }

    /// The candidates.
    var neurons: [Int32] { lists.touched }

    /// Forgets all candidates.
    mutating func removeAll() {
        for neuron in lists.touched { flags[Int(neuron)] = 0 }
        lists.removeAll()
    }

    /// Adds a candidate.
    mutating func append(_ neuron: Int32) {
        flags[Int(neuron)] = 1
        lists.touch(neuron)
    }

    /// Makes those candidates whose byte is 1 in another list of bytes.
    mutating func append(from found: UnsafePointer<UInt8>) {
        let words = UnsafeRawPointer(found)
        var first = 0
        while first < count {
            var word = UInt64(littleEndian: words.loadUnaligned(fromByteOffset: first, as: UInt64.self))
            while word != 0 {
                append(Int32(truncatingIfNeeded: first + word.trailingZeroBitCount >> 3))
                word &= word &- 1
            }
            first += 8
        }
    }

    /// Finds the candidates' events.
    mutating func collect(_ runs: UnsafeBufferPointer<ArrivalRun>) {
        guard !lists.touched.isEmpty else { return }
        let flags = flags
        for run in runs {
            let targets = run.targets
            for index in 0..<run.count where flags[Int(targets[index])] != 0 {
                lists.append(
                    targets[index], time: run.time(index), weight: run.weight(index),
                    what: Int32(truncatingIfNeeded: run.receptor))
            }
        }
    }

    /// Makes the neurons that are sampled candidates, before their events are found.
    mutating func touch(samples: UnsafeBufferPointer<SampleRequest>) {
        for request in samples {
            for index in 0..<request.count { append(request.neurons[index]) }
        }
    }

    /// Adds the samples of a frame, after what arrives at the same time.
    mutating func append(samples: UnsafeBufferPointer<SampleRequest>) {
        for (number, request) in samples.enumerated() {
            let what = EventLists.sample - Int32(truncatingIfNeeded: number)
            for index in 0..<request.count {
                lists.append(request.neurons[index], time: request.offset, weight: Double(index), what: what)
            }
        }
    }

    /// A neuron's events in order of time.
    mutating func sortedEvents(of neuron: Int32) -> ArraySlice<EventLists.Event> { lists.sortedEvents(of: neuron) }
}

/// When refractory neurons are free again.
struct ReleaseTimes {
    /// For each neuron when it is free, or has been [ticks].
    private var times: [Int64]
    private var calendar: WakeCalendar
    private let length: Int64

    /// - Parameter length: Of a slice [ticks].
    init(neurons: Int, length: Int64) {
        times = Array(repeating: 0, count: neurons)
        calendar = WakeCalendar(neurons: neurons)
        self.length = length
    }

    private func slice(_ neuron: Int) -> Int { Int(times[neuron] / length) }

    /// Calls with the neurons that become free in a slice.
    mutating func takeDue(in now: Int, _ body: (Int32) -> Void) {
        var early: [Int32] = []
        let (times, length) = (times, length)
        calendar.takeDue(in: now) { neuron in
            if Int(times[Int(neuron)] / length) == now { body(neuron) } else { early.append(neuron) }
        }
        // Longer than the calendar.
        for neuron in early where slice(Int(neuron)) > now { calendar.wake(Int(neuron), in: slice(Int(neuron))) }
    }

    /// When a neuron is free, or has been [ticks].
    func freeAt(_ neuron: Int) -> Int64 { times[neuron] }

    /// A neuron is refractory until a time beyond the present slice [ticks].
    mutating func set(_ neuron: Int, freeAt time: Int64) {
        times[neuron] = time
        calendar.wake(neuron, in: slice(neuron))
    }
}
