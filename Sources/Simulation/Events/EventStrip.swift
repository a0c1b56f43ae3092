import SynfireSpikingModels
import SynfireUnits

/// Neurons of one population that one worker advances in continuous time, and what reaches them.
final class EventStripPopulation {
    let index: Int
    /// The neurons, by index in the population.
    let neurons: Range<Int>
    let kernel: any EventKernel
    let tables: [EventTable]
    var drives: [StripDrive] = []
    var currents = CurrentCourse()
    /// What is sampled in the present epoch.
    var samples: [EventSample] = []
    /// The spikes of the present epoch, in order.
    private(set) var spikes: [EventSpike] = []
    private(set) var driveEvents = 0
    private(set) var failure: (time: Int64, failure: EventFailure)?

    /// Whether each slice is checked for what has to hold, for tests.
    var checksInvariants = false

    private var runs: [ArrivalRun] = []
    private var sliceSpikes: [SliceSpike] = []
    private let memory: KernelMemory
    private let watchers: [EventPlasticity]

    init(index: Int, neurons: Range<Int>, kernel: any EventKernel, memory: KernelMemory, tables: [EventTable]) {
        self.index = index
        self.neurons = neurons
        self.kernel = kernel
        self.memory = memory
        self.tables = tables
        watchers = tables.compactMap(\.plastic)
    }

    /// Advances all neurons by an epoch.
    ///
    /// - Parameters:
    ///   - first: The number of the epoch's first slice.
    ///   - length: Of a slice [ticks].
    func advance(first: Int, slices: Int, length: Int64) {
        spikes.removeAll(keepingCapacity: true)
        guard !neurons.isEmpty else { return }
        for slice in first..<first + slices {
            let start = Int64(slice) * length
            let end = start + length
            runs.removeAll(keepingCapacity: true)
            for table in tables { table.appendArrivals(from: start, to: end, &runs) }
            appendDrives(slice: slice)
            if checksInvariants { check(from: start, to: end) }
            let changes = currents.changes(from: start, to: end)
            let requests = samples.filter { $0.time >= start && $0.time < end }.map { $0.request(from: start) }
            sliceSpikes.removeAll(keepingCapacity: true)
            runs.withUnsafeBufferPointer { runs in
                changes.withUnsafeBufferPointer { changes in
                    requests.withUnsafeBufferPointer { requests in
                        var frame = EventFrame(
                            slice: slice, length: length, arrivals: runs, currents: changes,
                            samples: requests)
                        frame.watchers = watchers
                        kernel.advance(frame, spikes: &sliceSpikes)
                    }
                }
            }
            if failure == nil, let found = kernel.failure {
                failure = (start + found.offset, found)
            }
            append(start)
        }
    }

    /// Traps where something arrives out of its slice, or was left behind.
    private func check(from start: Int64, to end: Int64) {
        for run in runs {
            for index in 0..<run.count {
                let time = run.delays.map { run.offset + $0[index] } ?? run.times?[index] ?? run.offset
                if time < 0 || time >= end - start { fatalError("an arrival at tick \(time) of a slice") }
            }
        }
        for table in tables {
            if let fault = table.fault(before: end) { fatalError("projection \(table.part.projection): \(fault)") }
        }
    }

    /// Takes the spikes of a slice, in order.
    private func append(_ start: Int64) {
        guard !sliceSpikes.isEmpty else { return }
        let begin = spikes.count
        let shift = Int32(truncatingIfNeeded: neurons.lowerBound)
        for spike in sliceSpikes {
            spikes.append(EventSpike(time: start + spike.offset, neuron: spike.neuron &+ shift))
        }
        if sliceSpikes.count > 1 { spikes[begin...].sort { $0.precedes($1) } }
    }

    private func appendDrives(slice: Int) {
        for drive in drives {
            guard let run = drive.arrivals(in: slice) else { continue }
            driveEvents += run.count
            runs.append(run)
        }
    }
}

/// Spikes of a stimulus to neurons of a strip.
final class StripDrive {
    private let drive: any EventDrive
    private let receptor: Int
    /// The place in the strip of each of the drive's neurons; `nil` where it is the same number.
    private let places: [Int32]?
    private var targets = WorkBuffer<Int32>(repeating: 0, count: 0)

    init(_ drive: any EventDrive, receptor: Int, places: [Int32]) {
        self.drive = drive
        self.receptor = receptor
        let isWhole = places.enumerated().allSatisfy { Int($0.element) == $0.offset }
        self.places = isWhole ? nil : places
    }

    /// What arrives in a slice; its memory lasts until the next call.
    func arrivals(in slice: Int) -> ArrivalRun? {
        let brought = drive.spikes(in: slice)
        guard brought.count > 0 else { return nil }
        var own = brought.targets
        if let places {
            if targets.count < brought.count { targets = WorkBuffer(repeating: 0, count: 2 * brought.count) }
            for index in 0..<brought.count { targets.base[index] = places[Int(brought.targets[index])] }
            own = UnsafePointer(targets.base)
        }
        return ArrivalRun(
            offset: 0, targets: own, times: brought.times, weights: brought.weights, weight: brought.weight,
            count: brought.count, receptor: receptor)
    }
}

/// The currents that stimuli inject into the neurons of a strip: when they change, and to what.
struct CurrentCourse {
    private struct Change {
        var time: Int64
        var neuron: Int32
        var stimulus: Int
        var level: Double
    }
    private var changes: [Change] = []
    private var isSorted = true
    private var next = 0
    /// What each stimulus injects into a neuron at present.
    private var levels: [Int64: Double] = [:]
    private var stimuli = 0

    /// Adds a stimulus.
    ///
    /// - Parameters:
    ///   - courses: The levels for each of its neurons.
    ///   - place: The place in the strip of each.
    mutating func add(_ courses: [[CurrentLevel]], place: (Int) -> Int32) {
        for (index, course) in courses.enumerated() {
            for level in course {
                changes.append(
                    Change(time: Ticks.count(level.time), neuron: place(index), stimulus: stimuli, level: level.level))
            }
        }
        stimuli += 1
        isSorted = false
    }

    /// What changes in a slice [ticks].
    mutating func changes(from start: Int64, to end: Int64) -> [CurrentChange] {
        if !isSorted {
            changes.sort { ($0.time, $0.neuron, $0.stimulus) < ($1.time, $1.neuron, $1.stimulus) }
            isSorted = true
        }
        guard next < changes.count else { return [] }
        var found: [CurrentChange] = []
        while next < changes.count, changes[next].time < end {
            let change = changes[next]
            let key = Int64(change.stimulus) << 32 | Int64(change.neuron)
            levels[key] = change.level
            // Summed anew, so that currents that end leave nothing behind.
            let sum = (0..<stimuli).reduce(0.0) { $0 + (levels[Int64($1) << 32 | Int64(change.neuron)] ?? 0) }
            found.append(CurrentChange(offset: change.time - start, neuron: change.neuron, level: sum))
            next += 1
        }
        return found
    }
}

/// All that one worker advances.
///
/// Unchecked `Sendable`: a strip belongs to one worker while an epoch runs.
final class EventStrip: @unchecked Sendable {
    let populations: [EventStripPopulation]

    init(_ populations: [EventStripPopulation]) { self.populations = populations }
}
