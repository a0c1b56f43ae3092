import SynfireUnits

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How the state of a leaky neuron with synaptic currents is a sum of functions of time, to which input is added.
///
/// A cell holds the factor x₀ of e^(−t/τ), the factors of the currents' functions, and last the potential at the end of the slice
/// before; t counts from the anchor, potentials from the asymptote of the constant current.
protocol SumShape: BitwiseCopyable {
    /// The currents of the closed form.
    associatedtype Currents: MembraneCurrents
    /// Numbers in vectors, so that a spike is one addition.
    associatedtype Cell: SIMD, BitwiseCopyable where Cell.Scalar == Double

    /// - Returns: `nil` where a time constant is so near to the membrane's that factors become large and opposite.
    init?(_ constants: LeakyMembrane<Currents>.Constants)

    /// 1/τ of the two receptors.
    var rates: (ex: Double, inh: Double) { get }

    /// Whether a state at the start has currents of the receptors' signs.
    func hasSigns(_ currents: Currents) -> Bool

    /// The cell of a state at a time.
    func cell(_ potential: Double, _ currents: Currents, at time: Double) -> Cell

    /// The state of a cell at a time: the potential, and currents put into `currents`.
    func state(of cell: Cell, at time: Double, _ currents: inout Currents) -> Double

    /// What a spike of weight 1 adds to a cell.
    ///
    /// - Parameters:
    ///   - leak: e^(t/τ) at its time.
    ///   - own: The same with the receptor's time constant.
    func impulse(isExcitatory: Bool, leak: Double, own: Double, time: Double) -> Cell

    /// The cell when the anchor moves.
    func moved(_ cell: Cell, by time: Double) -> Cell

    /// Factors on a cell that give the potential at a time.
    func potential(at time: Double) -> Cell

    /// Factors on a cell, and one on |v| at the start, that bound how much v′ falls in a slice that ends at a time.
    func fall(at time: Double, slice: Double) -> (cell: Cell, potential: Double)
}

/// Leaky neurons with the same parameters and synaptic currents: one addition of a short vector an event.
///
/// Between events the potential is a sum of a few functions of time whose factors time does not change, see ``SumShape``, and
/// what a spike at t adds to them is the same for all of its targets but for the weight.
///
/// **Who may have crossed.** Let D bound how much v′ falls in a slice of length h: by its own decay and that of the excitatory
/// current, and by inhibitory spikes. Then v lies nowhere in the slice above the chord between its ends by more than D·h/4. D follows
/// from the currents at the end alone, as excitatory ones are never below, inhibitory ones never above zero. Whoever is below
/// the threshold by that bound is done with. The others' events are taken one by one, see ``LeakyMembrane``.
final class CurrentSumKernel: EventKernel {
    private let loop: (EventFrame, inout [SliceSpike]) -> EventFailure?
    private(set) var failure: EventFailure?
    var sumsInput: Bool { true }

    /// Inlined, so that the loop is compiled for the concrete shape.
    ///
    /// - Returns: `nil` where neurons differ, currents change, weights have other signs than their receptors, or the shape
    ///   does not fit.
    @inline(__always) init?<Shape: SumShape>(_ setup: KernelSetup, _: Shape.Type) {
        guard let neurons = SummedNeurons<Shape>(setup) else { return nil }
        loop = { frame, spikes in neurons.advance(frame, spikes: &spikes) }
    }

    func advance(_ frame: EventFrame, spikes: inout [SliceSpike]) { failure = loop(frame, &spikes) }
}

private final class SummedNeurons<Shape: SumShape> {
    private typealias Form = LeakyMembrane<Shape.Currents>

    private let shape: Shape
    private let constants: Form.Constants
    private let count: Int
    private let length: Double
    /// Where a refractory neuron's x₀ and potential are, far below anything.
    private let away = -1e300
    private let cells: UnsafeMutablePointer<Shape.Cell>
    private let found: UnsafeMutablePointer<UInt8>
    private let memory: KernelMemory
    private var candidates: CandidateEvents
    private var releases: ReleaseTimes
    private let template: Form
    /// The slice that times count from.
    private var anchor = 0
    private let asymptote: Double
    private let shortest: Double
    private let last = Shape.Cell.scalarCount - 1

    init?(_ setup: KernelSetup) {
        guard setup.count > 0, let input = setup.input, input.allowsSums,
            input.weights.count == 2, input.weights[0].lowerBound >= 0, input.weights[1].upperBound <= 0,
            setup.isUniform(LIF.symbols + ["tau_syn_ex", "tau_syn_in"])
        else { return nil }
        let constants = Form.constants(setup, neuron: 0)
        guard let shape = Shape(constants) else { return nil }
        let membrane = constants.membrane
        (self.shape, self.constants) = (shape, constants)
        (count, length) = (setup.count, setup.step)
        asymptote = membrane.resistance * (membrane.bias + input.bias)
        shortest = min(membrane.tau, 1 / shape.rates.ex, 1 / shape.rates.inh)
        let states = (0..<setup.count).map { Form(setup, neuron: $0, constants) }
        guard setup.step < 6 * shortest, states.allSatisfy({ shape.hasSigns($0.currents) }) else { return nil }
        var template = Form(setup, neuron: 0, constants)
        template.current = input.bias
        self.template = template
        cells = setup.columns.vectors(of: Shape.Cell.self, count: count)
        for neuron in 0..<count {
            let v = states[neuron].potential - asymptote
            cells[neuron] = shape.cell(v, states[neuron].currents, at: 0)
            cells[neuron][last] = v
        }
        found = setup.flags()
        candidates = CandidateEvents(count: count, flags: setup.flags())
        releases = ReleaseTimes(neurons: count, length: setup.sliceTicks)
        memory = setup.columns
    }

    private func time(_ slice: Int) -> Double { Double(slice - anchor) * length }

    func advance(_ frame: EventFrame, spikes: inout [SliceSpike]) -> EventFailure? {
        var failure: EventFailure?
        if time(frame.slice) > 6 * shortest { failure = move(to: frame.slice) }
        let start = time(frame.slice)
        candidates.removeAll()
        releases.takeDue(in: frame.slice) { candidates.append($0) }
        for run in frame.arrivals { add(run, start) }
        screen(until: start + length)
        candidates.append(from: found)
        candidates.touch(samples: frame.samples)
        candidates.collect(frame.arrivals)
        candidates.append(samples: frame.samples)
        for neuron in candidates.neurons {
            if let fault = replay(neuron, frame, start, &spikes) { failure = failure ?? fault }
        }
        return failure
    }

    /// Counts from a later slice on.
    private func move(to slice: Int) -> EventFailure? {
        let elapsed = time(slice)
        let cells = cells
        var wrong: Int?
        for neuron in 0..<count {
            let old = cells[neuron]
            var new = shape.moved(old, by: elapsed)
            if old[0] < 0.5 * away { new[0] = away }
            new[last] = old[last]
            cells[neuron] = new
            if !new.sum().isFinite { wrong = wrong ?? neuron }
        }
        anchor = slice
        return wrong.map { EventFailure(neuron: $0, offset: 0, kind: .notFinite) }
    }

    /// Adds spikes to cells.
    private func add(_ run: ArrivalRun, _ start: Double) {
        let (cells, targets, shape) = (cells, run.targets, shape)
        let isExcitatory = run.receptor == 0
        let (leak, own) = (1 / constants.membrane.tau, isExcitatory ? shape.rates.ex : shape.rates.inh)
        if run.delays == nil, run.times == nil {
            let time = start + Ticks.interval(run.offset)
            let amount =
                run.weight
                * shape.impulse(isExcitatory: isExcitatory, leak: exp(time * leak), own: exp(time * own), time: time)
            if let weights = run.weights {
                for index in 0..<run.count { cells[Int(targets[index])] += amount * Double(weights[index]) }
            } else {
                for index in 0..<run.count { cells[Int(targets[index])] += amount }
            }
            return
        }
        let block = 256
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * block) { memory in
            guard let leaks = memory.baseAddress else { return }
            let owns = leaks + block
            JumpSumKernel.eachBlock(run) { first, size, times in
                for index in 0..<size {
                    times[index] += start
                    leaks[index] = ExactExponential.value(times[index] * leak)
                    owns[index] = ExactExponential.value(times[index] * own)
                }
                for index in 0..<size {
                    let weight = run.weights.map { run.weight * Double($0[first + index]) } ?? run.weight
                    cells[Int(targets[first + index])] +=
                        weight
                        * shape.impulse(
                            isExcitatory: isExcitatory, leak: leaks[index], own: owns[index], time: times[index])
                }
            }
        }
    }

    /// Finds who may have crossed, and keeps the potentials at the end of the slice.
    private func screen(until end: Double) {
        let (cells, found) = (cells, found)
        let potential = shape.potential(at: end)
        let fall = shape.fall(at: end, slice: length)
        // A hair less than the threshold: who is no candidate must not cross, whatever rounding does.
        let level = constants.membrane.threshold - asymptote - 1e-9
        let quarter = 0.25 * length
        let (falls, onPotential) = (quarter * fall.cell, quarter * fall.potential)
        for neuron in 0..<count {
            let cell = cells[neuron]
            let after = (cell * potential).sum()
            let before = cell[last]
            let higher = after > before ? after : before
            found[neuron] = higher + (cell * falls).sum() + onPotential * abs(before) >= level ? 1 : 0
            cells[neuron][last] = after
        }
    }

    /// Takes the events of a candidate one by one.
    private func replay(
        _ number: Int32, _ frame: EventFrame, _ start: Double, _ spikes: inout [SliceSpike]
    ) -> EventFailure? {
        let place = Int(number)
        let events = candidates.sortedEvents(of: number)
        let isAway = cells[place][0] < 0.5 * away
        // What stood at the start of the slice.
        var before = cells[place]
        for event in events where event.what >= 0 {
            let time = start + Ticks.interval(event.time)
            let own = event.what == 0 ? shape.rates.ex : shape.rates.inh
            before -=
                event.weight
                * shape.impulse(
                    isExcitatory: event.what == 0, leak: exp(time / constants.membrane.tau), own: exp(time * own),
                    time: time)
        }
        var neuron = EventNeuron(form: template, time: frame.start, freeAt: releases.freeAt(place))
        let potential = shape.state(of: before, at: start, &neuron.form.currents)
        neuron.form.potential = isAway ? constants.membrane.reset : asymptote + potential
        let first = spikes.count
        let fault = neuron.replay(events, frame, constants) {
            spikes.append(SliceSpike(offset: $0 - frame.start, neuron: number))
        }
        // Who was refractory all the time, or did not spike, is where sums have put it.
        let isRefractory = neuron.freeAt > frame.end
        if spikes.count > first || (isAway && !isRefractory) {
            let v = neuron.form.potential - asymptote
            cells[place] = shape.cell(v, neuron.form.currents, at: start + length)
            cells[place][last] = v
            if isRefractory {
                (cells[place][0], cells[place][last]) = (away, away)
                releases.set(place, freeAt: neuron.freeAt)
            }
        }
        return fault.map { EventFailure(neuron: place, offset: 0, kind: $0) }
    }
}
