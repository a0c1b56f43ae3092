import SynfireUnits

/// Neurons that each follow a closed form from event to event, whatever their parameters.
///
/// A neuron's state stands at the time of its last event. It is carried on only when an event reaches it, or when it may
/// have crossed its threshold; so the cost goes with the events.
final class ClosedFormKernel: EventKernel {
    private let loop: (EventFrame, inout [SliceSpike]) -> EventFailure?
    private(set) var failure: EventFailure?

    /// Inlined, so that the loop is compiled for the concrete form.
    @inline(__always) init<Neuron: ClosedForm>(_ setup: KernelSetup, _: Neuron.Type) {
        let neurons = ClosedFormNeurons<Neuron>(setup)
        loop = { frame, spikes in neurons.advance(frame, spikes: &spikes) }
    }

    func advance(_ frame: EventFrame, spikes: inout [SliceSpike]) { failure = loop(frame, &spikes) }
}

/// The events of a slice, as a list for each neuron.
struct EventLists {
    struct Event {
        /// From the start of the slice [ticks].
        var time: Int64
        /// The weight, or the level of a current.
        var weight: Double
        /// A receptor, or what else it is.
        var what: Int32
        /// The event before of the same neuron, or −1.
        var previous: Int32
    }

    /// From here on: synapse `weight` of a run, whose weight is known at its time.
    static let plastic: Int32 = 1 << 16

    static let current: Int32 = -1
    /// This and below: the sample of a request.
    static let sample: Int32 = -2

    private var events: [Event] = []
    private var last: [Int32]
    /// The neurons that have events or are awake, each once.
    private(set) var touched: [Int32] = []
    private var sorted: [Event] = []

    private static let untouched: Int32 = -2
    private static let none: Int32 = -1

    init(neurons: Int) { last = Array(repeating: Self.untouched, count: neurons) }

    /// Forgets all events.
    mutating func removeAll() {
        for neuron in touched { last[Int(neuron)] = Self.untouched }
        touched.removeAll(keepingCapacity: true)
        events.removeAll(keepingCapacity: true)
    }

    /// Makes sure that a neuron is among the touched.
    @inline(__always) mutating func touch(_ neuron: Int32) {
        guard last[Int(neuron)] == Self.untouched else { return }
        last[Int(neuron)] = Self.none
        touched.append(neuron)
    }

    @inline(__always) mutating func append(_ neuron: Int32, time: Int64, weight: Double, what: Int32) {
        touch(neuron)
        events.append(Event(time: time, weight: weight, what: what, previous: last[Int(neuron)]))
        last[Int(neuron)] = Int32(truncatingIfNeeded: events.count - 1)
    }

    /// Takes arrivals, in order.
    mutating func append(_ runs: UnsafeBufferPointer<ArrivalRun>) {
        for (number, run) in runs.enumerated() {
            if run.plasticity != nil {
                let what = Self.plastic + Int32(truncatingIfNeeded: number)
                for index in 0..<run.count {
                    append(run.targets[index], time: run.time(index), weight: Double(index), what: what)
                }
                continue
            }
            for index in 0..<run.count {
                append(
                    run.targets[index], time: run.time(index), weight: run.weight(index),
                    what: Int32(truncatingIfNeeded: run.receptor))
            }
        }
    }

    /// A neuron's events in order of time; those of one time in the order in which they were appended.
    mutating func sortedEvents(of neuron: Int32) -> ArraySlice<Event> {
        sorted.removeAll(keepingCapacity: true)
        var place = last[Int(neuron)]
        while place >= 0 {
            sorted.append(events[Int(place)])
            place = events[Int(place)].previous
        }
        sorted.reverse()
        if sorted.count > 32 {
            // Stable, since the position breaks ties.
            let order = sorted.indices.sorted { (sorted[$0].time, $0) < (sorted[$1].time, $1) }
            sorted = order.map { sorted[$0] }
        } else {
            for index in sorted.indices.dropFirst() {
                let moving = sorted[index]
                var hole = index
                while hole > 0, moving.time < sorted[hole - 1].time {
                    sorted[hole] = sorted[hole - 1]
                    hole -= 1
                }
                sorted[hole] = moving
            }
        }
        return sorted[...]
    }
}

/// One neuron between its events.
struct EventNeuron<Form: ClosedForm>: BitwiseCopyable {
    var form: Form
    /// The time that the state stands for [ticks].
    var time: Int64
    /// When the neuron is free, or has been [ticks]: what arrives at this instant is received.
    var freeAt: Int64

    /// More spikes than these between two events, or in a slice, are told as a failure.
    static var mostSpikesAtOnce: Int { 1_000_000 }

    /// Takes a spike at the time that the state stands for.
    @inline(__always) mutating func receive(_ weight: Double, receptor: Int, _ c: Form.Constants) {
        if freeAt > time {
            form.receiveRefractory(weight, receptor: receptor, remaining: Ticks.interval(freeAt - time), c)
        } else {
            form.receive(weight, receptor: receptor, c)
        }
    }

    /// Carries the state to the time `end` and tells its spikes, each at the tick nearest to its crossing.
    ///
    /// - Parameters:
    ///   - begin: No spike comes before it: the start of the slice, or what has been carried to.
    ///   - staysBehind: Whether the state stays at the last spike where nothing happens up to `end`.
    /// - Returns: What went wrong.
    @inline(__always)
    mutating func carry(
        from begin: Int64, to end: Int64, staysBehind: Bool, _ c: Form.Constants, spiked: (Int64) -> Void
    ) -> EventFailure.Kind? {
        var count = 0
        while true {
            if freeAt > time {
                if freeAt > end {
                    if staysBehind { return nil }
                    form.advanceRefractory(by: Ticks.interval(end - time), c)
                    time = end
                    return nil
                }
                form.advanceRefractory(by: Ticks.interval(freeAt - time), c)
                form.endRefractory(c)
                time = freeAt
            }
            let interval = Ticks.interval(end - time)
            guard let wait = form.crossing(within: interval, c) else {
                if staysBehind { return nil }
                form.advance(by: interval, c)
                time = end
                return form.isFinite ? nil : .notFinite
            }
            let ticks = min(max(Ticks.count(wait), begin - time), end - time)
            form.advance(by: Ticks.interval(ticks), c)
            time += ticks
            form.spike(c)
            freeAt = Ticks.later(time, by: Ticks.count(Form.refractoryTime(c)))
            spiked(time)
            count += 1
            if count > Self.mostSpikesAtOnce { return .unboundedSpikes }
        }
    }
}

private final class ClosedFormNeurons<Form: ClosedForm> {
    private var neurons: [EventNeuron<Form>]
    private let constants: [Form.Constants]
    private var lists: EventLists
    private var calendar: WakeCalendar

    init(_ setup: KernelSetup) {
        let symbols = setup.values.columns.keys.filter { symbol in setup.isUniform([symbol]) }
        let isShared = symbols.count == setup.values.columns.count
        constants = (0..<(isShared ? min(1, setup.count) : setup.count)).map { Form.constants(setup, neuron: $0) }
        let constants = constants
        let bias = setup.input?.bias ?? 0
        neurons = (0..<setup.count).map {
            var form = Form(setup, neuron: $0, constants[isShared ? 0 : $0])
            form.current = bias
            return EventNeuron(form: form, time: 0, freeAt: 0)
        }
        lists = EventLists(neurons: setup.count)
        calendar = WakeCalendar(neurons: setup.count)
        // Some may be at threshold, or driven there.
        calendar.wakeAll(setup.count)
    }

    func advance(_ frame: EventFrame, spikes: inout [SliceSpike]) -> EventFailure? {
        lists.removeAll()
        lists.append(frame.arrivals)
        for change in frame.currents {
            lists.append(change.neuron, time: change.offset, weight: change.level, what: EventLists.current)
        }
        calendar.takeDue(in: frame.slice) { lists.touch($0) }
        // Whoever is touched from here on has nothing to do but to be recorded.
        let awake = lists.touched.count
        for (number, request) in frame.samples.enumerated() {
            let what = EventLists.sample - Int32(truncatingIfNeeded: number)
            for index in 0..<request.count {
                lists.append(request.neurons[index], time: request.offset, weight: Double(index), what: what)
            }
        }
        var failure: EventFailure?
        for index in lists.touched.indices {
            let neuron = lists.touched[index]
            if let fault = advance(Int(neuron), isAwake: index < awake, frame, &spikes) {
                failure = failure ?? fault
            }
        }
        return failure
    }

    private func advance(
        _ number: Int, isAwake: Bool, _ frame: EventFrame, _ spikes: inout [SliceSpike]
    ) -> EventFailure? {
        let c = constants[constants.count == 1 ? 0 : number]
        var neuron = neurons[number]
        let start = frame.start
        var fault: EventFailure.Kind?
        func spiked(_ time: Int64) {
            spikes.append(SliceSpike(offset: time - start, neuron: Int32(truncatingIfNeeded: number)))
            frame.tellWatchers(number, time - start)
        }
        for event in lists.sortedEvents(of: Int32(truncatingIfNeeded: number)) {
            if event.what <= EventLists.sample {
                // Recording leaves the state as it is, to the last bit: a copy is carried there. Even a crossing before is left
                // to be found again, since where it is looked for decides the last bit of its time.
                var copy = neuron
                _ = copy.carry(from: start, to: start + event.time, staysBehind: false, c) { _ in }
                let request = frame.samples[Int(EventLists.sample - event.what)]
                request.values[Int(event.weight)].pointee = Float(copy.form.value(of: request.symbol, c))
                continue
            }
            // What arrives at one instant is added up before the threshold is looked at.
            if start + event.time > neuron.time {
                fault =
                    fault
                    ?? neuron.carry(
                        from: start, to: start + event.time, staysBehind: false, c, spiked: spiked)
            }
            if event.what == EventLists.current {
                neuron.form.current = event.weight
            } else if event.what >= EventLists.plastic {
                let run = frame.arrivals[Int(event.what - EventLists.plastic)]
                neuron.receive(run.plasticWeight(Int(event.weight)), receptor: run.receptor, c)
            } else {
                neuron.receive(event.weight, receptor: Int(event.what), c)
            }
        }
        guard isAwake else { return nil }
        fault = fault ?? neuron.carry(from: start, to: frame.end, staysBehind: true, c, spiked: spiked)
        neurons[number] = neuron
        let wait = neuron.form.waitsForRefractoryEnd ? 0 : neuron.form.earliestCrossing(c)
        if wait.isFinite {
            // A tick sooner: rounding must not put the crossing into the slice before.
            let due = Ticks.later(max(neuron.time, neuron.freeAt), by: Ticks.count(wait) - 1)
            calendar.wake(number, in: max(Int(due / frame.length), frame.slice + 1))
        }
        return fault.map { EventFailure(neuron: number, offset: neuron.time - start, kind: $0) }
    }
}
