import SynfireUnits

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Leaky neurons with the same parameters whose input moves the potential at once: one addition an event.
///
/// Instead of the potential x = s·e^((t − anchor)/τ) is kept, where s is the distance from the potential that the constant current leads
/// to. Time does not change x, and a spike of weight w at t adds w·e^((t − anchor)/τ), the same for all of its targets. A neuron can
/// cross its threshold in a slice only if x reaches a level that all share, with all that raises it and nothing that
/// lowers it: who does not is done with. The others' events are taken one by one, see ``LeakyMembrane``.
final class JumpSumKernel: EventKernel {
    private typealias Form = LeakyMembrane<PotentialJumps>
    private typealias Neuron = EventNeuron<Form>

    private(set) var failure: EventFailure?
    var sumsInput: Bool { true }

    private let constants: Form.Constants
    private let count: Int
    private let length: Double
    /// Where a refractory neuron is, far below anything.
    private static let away = -1e300
    private let sums: UnsafeMutablePointer<Double>
    private let found: UnsafeMutablePointer<UInt8>
    private let memory: KernelMemory
    private var candidates: CandidateEvents
    private var releases: ReleaseTimes
    /// The slice that sums count from.
    private var anchor = 0
    private let asymptote: Double
    private let template: Form

    /// - Returns: `nil` where neurons differ, currents change or input waits for the end of the refractory time.
    init?(_ setup: KernelSetup) {
        guard setup.count > 0, let input = setup.input, input.allowsSums,
            setup.isUniform(LIF.symbols), setup.option("refractory_input") != "kept"
        else { return nil }
        constants = Form.constants(setup, neuron: 0)
        (count, length) = (setup.count, setup.step)
        let membrane = constants.membrane
        asymptote = membrane.resistance * (membrane.bias + input.bias)
        guard setup.step < 6 * membrane.tau else { return nil }
        var template = Form(setup, neuron: 0, constants)
        template.current = input.bias
        self.template = template
        sums = setup.columns.doubles(count: count)
        for neuron in 0..<count { sums[neuron] = setup.value("v", neuron) - membrane.rest - asymptote }
        found = setup.flags()
        candidates = CandidateEvents(count: count, flags: setup.flags())
        releases = ReleaseTimes(neurons: count, length: setup.sliceTicks)
        memory = setup.columns
    }

    func advance(_ frame: EventFrame, spikes: inout [SliceSpike]) {
        failure = nil
        let tau = constants.membrane.tau
        if Double(frame.slice - anchor) * length > 8 * tau { rebase(to: frame.slice) }
        let start = Double(frame.slice - anchor) * length
        candidates.removeAll()
        releases.takeDue(in: frame.slice) { candidates.append($0) }
        let scale = exp(start / tau)
        for run in frame.arrivals { add(run, scale, isRaising: true) }
        let distance = constants.membrane.threshold - asymptote
        // A hair of tolerance: what is not a candidate must not cross, whatever rounding does.
        let level = (distance - 1e-9) * (distance > 0 ? scale : exp((start + length) / tau))
        let (sums, found) = (sums, found)
        for neuron in 0..<count { found[neuron] = sums[neuron] >= level ? 1 : 0 }
        candidates.append(from: found)
        for run in frame.arrivals { add(run, scale, isRaising: false) }
        candidates.touch(samples: frame.samples)
        candidates.collect(frame.arrivals)
        candidates.append(samples: frame.samples)
        for neuron in candidates.neurons { replay(neuron, frame, scale, &spikes) }
    }

    /// Counts from a later slice on.
    private func rebase(to slice: Int) {
        let factor = exp(-Double(slice - anchor) * length / constants.membrane.tau)
        for neuron in 0..<count where sums[neuron] > 0.5 * Self.away { sums[neuron] *= factor }
        anchor = slice
        if let wrong = (0..<count).first(where: { !sums[$0].isFinite }) {
            failure = EventFailure(neuron: wrong, offset: 0, kind: .notFinite)
        }
    }

    /// Adds what raises potentials, or what lowers them.
    private func add(_ run: ArrivalRun, _ scale: Double, isRaising: Bool) {
        let (sums, targets, rate) = (sums, run.targets, 1 / constants.membrane.tau)
        let weight = run.weight
        if run.weights == nil, (weight > 0) != isRaising { return }
        if run.delays == nil, run.times == nil {
            let amount = scale * exp(Ticks.interval(run.offset) * rate) * weight
            if let weights = run.weights {
                for index in 0..<run.count {
                    let value = amount * Double(weights[index])
                    if (value > 0) == isRaising { sums[Int(targets[index])] += value }
                }
            } else {
                for index in 0..<run.count { sums[Int(targets[index])] += amount }
            }
            return
        }
        Self.eachBlock(run) { first, size, factors in
            for index in 0..<size { factors[index] = ExactExponential.value(factors[index] * rate) }
            if let weights = run.weights {
                for index in 0..<size {
                    let value = scale * weight * factors[index] * Double(weights[first + index])
                    if (value > 0) == isRaising { sums[Int(targets[first + index])] += value }
                }
            } else {
                let amount = scale * weight
                for index in 0..<size { sums[Int(targets[first + index])] += amount * factors[index] }
            }
        }
    }

    /// A time within a slice in milliseconds; unlike a conversion, the compiler can put it into vector loops.
    @inline(__always) private static func milliseconds(_ ticks: Int64) -> Double {
        // Below 2^52, an integer is the significand of 2^52 and itself.
        (Double(bitPattern: UInt64(bitPattern: ticks) | 0x4330_0000_0000_0000) - 0x1p52) * 1e-12
    }

    /// Calls with the times of a run [ms], block by block.
    @inline(__always) static func eachBlock(
        _ run: ArrivalRun, _ body: (_ first: Int, _ size: Int, _ times: UnsafeMutablePointer<Double>) -> Void
    ) {
        let length = 256
        withUnsafeTemporaryAllocation(of: Double.self, capacity: length) { memory in
            guard let times = memory.baseAddress else { return }
            var first = 0
            while first < run.count {
                let size = min(length, run.count - first)
                if let delays = run.delays {
                    for index in 0..<size { times[index] = milliseconds(run.offset &+ delays[first + index]) }
                } else if let own = run.times {
                    for index in 0..<size { times[index] = milliseconds(own[first + index]) }
                } else {
                    for index in 0..<size { times[index] = milliseconds(run.offset) }
                }
                body(first, size, times)
                first += size
            }
        }
    }

    /// Takes the events of a candidate one by one.
    private func replay(_ number: Int32, _ frame: EventFrame, _ scale: Double, _ spikes: inout [SliceSpike]) {
        let place = Int(number)
        let tau = constants.membrane.tau
        let events = candidates.sortedEvents(of: number)
        let isAway = sums[place] < 0.5 * Self.away
        var neuron = Neuron(form: template, time: frame.start, freeAt: releases.freeAt(place))
        if isAway {
            neuron.form.potential = constants.membrane.reset
        } else {
            var before = sums[place] / scale
            for event in events where event.what >= 0 { before -= event.weight * exp(Ticks.interval(event.time) / tau) }
            neuron.form.potential = before + asymptote
        }
        let first = spikes.count
        let fault = neuron.replay(events, frame, constants) {
            spikes.append(SliceSpike(offset: $0 - frame.start, neuron: number))
        }
        if let fault { failure = failure ?? EventFailure(neuron: place, offset: 0, kind: fault) }
        if neuron.freeAt > frame.end {
            // One that was refractory all the time is where it was.
            guard spikes.count > first || !isAway else { return }
            sums[place] = Self.away
            releases.set(place, freeAt: neuron.freeAt)
        } else if spikes.count > first || isAway {
            let end = Double(frame.slice + 1 - anchor) * length
            sums[place] = (neuron.form.potential - asymptote) * exp(end / tau)
        }
    }
}

extension EventNeuron {
    /// Takes events and carries the state to the end of the slice.
    @inline(__always)
    mutating func replay(
        _ events: ArraySlice<EventLists.Event>, _ frame: EventFrame, _ c: Form.Constants, spiked: (Int64) -> Void
    ) -> EventFailure.Kind? {
        let start = frame.start
        var fault: EventFailure.Kind?
        for event in events {
            if event.what <= EventLists.sample {
                var copy = self
                _ = copy.carry(from: start, to: start + event.time, staysBehind: false, c) { _ in }
                let request = frame.samples[Int(EventLists.sample - event.what)]
                request.values[Int(event.weight)].pointee = Float(copy.form.value(of: request.symbol, c))
                continue
            }
            // What arrives at one instant is added up before the threshold is looked at.
            if start + event.time > time {
                fault =
                    fault ?? carry(from: start, to: start + event.time, staysBehind: false, c, spiked: spiked)
            }
            receive(event.weight, receptor: Int(event.what), c)
        }
        return fault ?? carry(from: start, to: frame.end, staysBehind: false, c, spiked: spiked)
    }
}
