/// One population of the event engine: potentials with a constant slope between inputs.
///
/// Instead of the potential x the *offset* u = x − b·t is stored, where b is the slope. Time then changes nothing, an
/// input of weight w is one addition u ← u + w whatever the time, and the next crossing of the threshold is at
/// t* = (θ − u)/b if b > 0. A spike with subtraction is u ← u − θ.
///
/// Time is cut into slices, only to find crossings cheaply: a neuron can cross inside (t0, t1] only if u is at least
/// its *screen*, the lowest value of θ − b·t over the slice. Additions compare with the screen as they go; who reaches
/// it becomes a *candidate*, and only candidates are looked at one by one. Where the slices lie has no influence on
/// any result.
final class EventPopulation {
    let plan: PlanPopulation
    /// The spikes of the current slice, in order.
    private(set) var spikes: [Spike] = []

    let offset: WorkBuffer<Double>
    private let slope: WorkBuffer<Double>
    private let threshold: WorkBuffer<Double>
    private let resetTo: WorkBuffer<Double>?
    private let onset: WorkBuffer<Double>
    /// The earliest onset: no neuron spikes before.
    let wakes: Double
    /// What arrived before the onset, waiting for it.
    private let waiting: WaitingInput
    /// One more run than the period, so that a run that starts inside a period can be compared without wrapping.
    private let screen: WorkBuffer<Double>
    private let neverSpikes: Bool
    private let period: Int
    private let count: Int

    /// The length of this population's own slices where spikes arrive [ms].
    private let sliceLength: Double
    /// Places that may cross by their slope alone in the current slice, each once.
    private var candidates: [Int32] = []
    private let isCandidate: WorkBuffer<UInt8>
    /// No candidate crosses before this time.
    private var nextCrossing = Double.infinity
    /// Places whose addition reached the screen at the current instant.
    private var flagged: [Int32] = []
    private var scratch: [Spike] = []
    private var counts: [Int32] = []

    /// A neuron may not spike more often than this at one instant, nor a population in one slice.
    static let spikesAtOnce = 1_000_000
    static let spikesInSlice = 1 << 24

    /// - Parameters:
    ///   - incoming: The routes that spikes arrive by, by their numbers.
    ///   - slice: The length of slices where spikes arrive [ms]; `nil` for a good one.
    init(_ plan: PlanPopulation, incoming: [Int: Route], slice: Double?) {
        let longestRun = incoming.values.map(\.longestRun).max() ?? 0
        self.plan = plan
        sliceLength = slice ?? EventPopulation.sliceLength(plan)
        isCandidate = WorkBuffer(repeating: 0, count: plan.count)
        period = plan.period
        count = plan.count
        offset = WorkBuffer(repeating: 0, count: plan.count)
        slope = WorkBuffer(plan.current)
        neverSpikes = plan.threshold == nil
        threshold = WorkBuffer(plan.threshold ?? Array(repeating: .infinity, count: plan.period))
        resetTo = plan.resetTo.map { WorkBuffer($0) }
        onset = WorkBuffer(plan.onset)
        wakes = plan.threshold == nil ? 0 : plan.onset.min() ?? 0
        waiting = WaitingInput(wakes > 0 ? incoming : [:], targets: plan.count)
        screen = WorkBuffer(repeating: 0, count: plan.period + (plan.period == plan.count ? 0 : longestRun))
    }

    /// Goes back to the start of a trial.
    ///
    /// `drive` holds the currents from analog sources, one a place, if there are any.
    func reset(drive: WorkBuffer<Double>?) {
        for place in 0..<count { offset.base[place] = plan.initial[place % plan.initial.count] }
        if wakes > 0 { screen.fill(.infinity) }
        waiting.removeAll()
        for index in 0..<period { slope.base[index] = plan.current[index] + (drive?.base[index] ?? 0) }
        spikes.removeAll(keepingCapacity: true)
    }

    /// A length in which about one neuron in 250 can cross by its slope alone.
    ///
    /// Longer slices make more candidates; shorter ones are gone through more often.
    private static func sliceLength(_ plan: PlanPopulation) -> Double {
        guard let threshold = plan.threshold else { return 1 }
        let rates = zip(plan.current, threshold).map { max(0, $0 / $1) }
        func share(_ length: Double) -> Double {
            rates.reduce(0) { $0 + min(1, $1 * length) } / Double(rates.count)
        }
        var length = 4.0
        while length > 1.0 / 64, share(length) > 0.004 { length /= 2 }
        return length
    }

    /// The potential at a time that has been reached.
    func potential(_ place: Int, at time: Double) -> Double {
        let column = place % period
        let moved = waiting.isEmpty ? offset.base[place] : waiting.preview(on: offset).base[place]
        return plan.resistance[column] * (moved + slope.base[column] * time)
    }

    /// Runs through a slice without arrivals, where nothing but the slope moves the potentials.
    ///
    /// - Parameter isOrdered: Whether the spikes have to be put in order.
    func advance(from start: Double, to end: Double, isOrdered: Bool) throws(SimulationError) {
        spikes.removeAll(keepingCapacity: true)
        guard !neverSpikes, end >= wakes else { return }
        setScreen(from: start, to: end)
        try forEachAboveScreen { (place) throws(SimulationError) in
            let column = place % period
            while let time = crossing(place, column, after: start), time <= end { try fire(place, column, at: time) }
        }
        if isOrdered { spikes.sortByTime(from: start, to: end, scratch: &scratch, counts: &counts) }
    }

    /// Runs from one time to another with arrivals, which are in order.
    ///
    /// A crossing by the slope alone comes before arrivals of the same instant; arrivals of one instant are all added
    /// before the threshold is looked at.
    func advance(
        from start: Double, to end: Double, arrivals: [Spike], routes: UnsafePointer<Route>
    ) throws(SimulationError) {
        spikes.removeAll(keepingCapacity: true)
        guard !neverSpikes else {
            for spike in arrivals { add(spike, routes + Int(spike.route)) }
            return
        }
        var next = 0
        var low = start
        if start < wakes {
            // Nobody looks at a potential before the onset: what arrives until then is added up at once.
            while next < arrivals.count, arrivals[next].time < wakes {
                if !waiting.take(arrivals[next]) { add(arrivals[next], routes + Int(arrivals[next].route)) }
                next += 1
            }
            guard end >= wakes else { return }
            waiting.settle(on: offset)
            low = wakes
        }
        let start = low
        let slices = max(1, Int(((end - start) / sliceLength).rounded(.up)))
        for slice in 1...slices {
            let high = slice == slices ? end : start + (end - start) * (Double(slice) / Double(slices))
            try advanceSlice(from: low, to: high, arrivals: arrivals, next: &next, routes: routes)
            low = high
        }
        spikes.sortInstants()
    }

    private func advanceSlice(
        from start: Double, to end: Double, arrivals: [Spike], next: inout Int, routes: UnsafePointer<Route>
    ) throws(SimulationError) {
        setScreen(from: start, to: end)
        nextCrossing = .infinity
        forEachAboveScreen { place in consider(place, after: start) }
        var reached = start
        while next < arrivals.count, arrivals[next].time <= end {
            let now = arrivals[next].time
            if nextCrossing <= now { try fireCandidates(from: reached, until: now) }
            reached = now
            repeat {
                add(arrivals[next], routes + Int(arrivals[next].route))
                next += 1
            } while next < arrivals.count && arrivals[next].time == now
            if !flagged.isEmpty { try fireFlagged(at: now) }
        }
        if nextCrossing <= end { try fireCandidates(from: reached, until: end) }
        for place in candidates { isCandidate.base[Int(place)] = 0 }
        candidates.removeAll(keepingCapacity: true)
    }
}

extension EventPopulation {
    /// For each column, the lowest θ − b·t over the slice, less what rounding could take off.
    private func setScreen(from start: Double, to end: Double) {
        for column in 0..<period {
            let (level, b, first) = (threshold.base[column], slope.base[column], onset.base[column])
            let lowest = level - b * (b > 0 ? end : max(start, first)) - 1e-12 * (level + abs(b) * end)
            screen.base[column] = first > end ? .infinity : lowest
        }
        for column in period..<max(period, screen.count) { screen.base[column] = screen.base[column - period] }
    }

    /// Calls `body` for each place that can cross in the slice without input, by ascending place.
    @inline(__always) private func forEachAboveScreen<Failure: Error>(
        _ body: (Int) throws(Failure) -> Void
    ) throws(Failure) {
        let block = min(period, 256)
        var first = 0
        while first < count {
            let column = first % period
            let length = min(block, period - column)
            let (values, levels) = (offset.base + first, screen.base + column)
            var signs = UInt64.max
            for index in 0..<length { signs &= (values[index] - levels[index]).bitPattern }
            if signs >> 63 == 0 {
                for index in 0..<length where values[index] >= levels[index] { try body(first + index) }
            }
            first += length
        }
    }

    /// When a neuron crosses by its slope alone, not before `now`; `nil` for never.
    @inline(__always) private func crossing(_ place: Int, _ column: Int, after reached: Double) -> Double? {
        let missing = threshold.base[column] - offset.base[place]
        let b = slope.base[column]
        let now = max(reached, onset.base[column])
        if b > 0 { return max(now, missing / b) }
        return missing <= b * now ? now : nil
    }

    /// Makes a neuron a candidate if its slope will ever bring it to the threshold.
    @inline(__always) private func consider(_ place: Int, after now: Double) {
        guard let time = crossing(place, place % period, after: now) else { return }
        nextCrossing = min(nextCrossing, time)
        guard isCandidate.base[place] == 0 else { return }
        isCandidate.base[place] = 1
        candidates.append(Int32(truncatingIfNeeded: place))
    }

    private func fire(_ place: Int, _ column: Int, at time: Double) throws(SimulationError) {
        spikes.append(Spike(time: time, place: Int32(truncatingIfNeeded: place)))
        if let resetTo {
            offset.base[place] = resetTo.base[column] - slope.base[column] * time
        } else {
            offset.base[place] -= threshold.base[column]
        }
        guard spikes.count < Self.spikesInSlice else { throw unbounded(place, time) }
    }

    private func unbounded(_ place: Int, _ time: Double) -> SimulationError {
        .unboundedSpikes(population: plan.name, neuron: plan.layout.rowMajor(ofPlace: place), time: time)
    }

    /// Fires the candidates that cross up to `now`, in order of time and then of place.
    private func fireCandidates(from reached: Double, until now: Double) throws(SimulationError) {
        let first = spikes.count
        var after = Double.infinity
        for candidate in candidates {
            let place = Int(candidate)
            let column = place % period
            // Nothing has arrived since this neuron was last looked at, so its crossings follow from its slope.
            while let time = crossing(place, column, after: reached) {
                guard time <= now else {
                    after = min(after, time)
                    break
                }
                try fire(place, column, at: time)
            }
        }
        nextCrossing = after
        if spikes.count - first > 1 { spikes[first...].sort { $0.precedes($1) } }
    }

    /// Fires the flagged neurons that are at their threshold, and makes the others candidates.
    private func fireFlagged(at now: Double) throws(SimulationError) {
        for flag in flagged {
            let place = Int(flag)
            let column = place % period
            var fired = 0
            let isAwake = now >= onset.base[column]
            while isAwake, offset.base[place] + slope.base[column] * now >= threshold.base[column] {
                try fire(place, column, at: now)
                fired += 1
                guard fired < Self.spikesAtOnce else { throw unbounded(place, now) }
                if resetTo != nil { break }
            }
            if slope.base[column] > 0 || !isAwake { consider(place, after: now) }
        }
        flagged.removeAll(keepingCapacity: true)
    }
}

extension EventPopulation {
    /// Adds what one spike brings to all its targets, flagging those that reach the screen.
    @inline(__always) private func add(_ spike: Spike, _ route: UnsafePointer<Route>) {
        let place = Int(spike.place)
        guard let sites = route.pointee.sites else { return addSite(place, 1, route) }
        for entry in sites.entries(of: place) {
            addSite(Int(sites.targets[entry]), Double(sites.factors[entry]), route)
        }
    }

    private func addSite(_ site: Int, _ amount: Double, _ route: UnsafePointer<Route>) {
        switch route.pointee.scatter {
        case .entries(let table):
            for entry in table.entries(of: site) {
                let target = Int(table.targets[entry])
                offset.base[target] += Double(table.factors[entry]) * amount
                if !neverSpikes, offset.base[target] >= screen.base[target % period] {
                    flagged.append(Int32(truncatingIfNeeded: target))
                }
            }
        case .runs(let runs):
            let isPeriodic = period != count
            runs.pointee.forEachRun(ofSite: site) { target, weights, length, shift in
                addRun(target, weights, screen.base + (isPeriodic ? shift : target), length, amount)
            }
        }
    }

    /// Adds consecutive weights onto consecutive targets.
    ///
    /// The loops compare as they add: the sign bit that is left of all differences to the screen is 0 if one of them
    /// was not negative. Written so, the compiler needs no masks. Blocks keep the search for the one short.
    @inline(__always) private func addRun(
        _ target: Int, _ weights: UnsafePointer<Float>, _ levels: UnsafePointer<Double>, _ length: Int,
        _ amount: Double
    ) {
        let values = offset.base + target
        if neverSpikes {
            for index in 0..<length { values[index] += amount * Double(weights[index]) }
            return
        }
        var first = 0
        while first < length {
            let block = min(64, length - first)
            let (v, w, l) = (values + first, weights + first, levels + first)
            var signs = UInt64.max
            if amount == 1 {
                for index in 0..<block {
                    let value = v[index] + Double(w[index])
                    v[index] = value
                    signs &= (value - l[index]).bitPattern
                }
            } else {
                for index in 0..<block {
                    let value = v[index] + amount * Double(w[index])
                    v[index] = value
                    signs &= (value - l[index]).bitPattern
                }
            }
            if signs >> 63 == 0 {
                for index in 0..<block where v[index] >= l[index] {
                    flagged.append(Int32(truncatingIfNeeded: target + first + index))
                }
            }
            first += block
        }
    }
}
