#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Leaky neurons with the same parameters and exponential currents: one addition of a short vector an event.
///
/// Between events the potential is
///
///     v(t) = a + x₀·e^(−t/τ) + x₁·e^(−t/τ_ex) + x₂·e^(−t/τ_in),   t from the anchor,
///
/// with x₁ and x₂ proportional to the currents. Time does not change x, and a spike of weight w at t adds
/// w·k·(−e^(t/τ), e^(t/τ_ex)) to two of them, the same for all of its targets.
///
/// **Who may have crossed.** Let D bound how much v′ falls in a slice, by its own decay and that of the excitatory current and by
/// each inhibitory spike. Then v lies nowhere in the slice above the chord between its ends by more than D·h/4. D follows from the
/// currents at the end alone, as excitatory ones are never below, inhibitory ones never above zero. Whoever is below the threshold by that bound is
/// done with. The others' events are taken one by one: between two of them the same holds without spikes, and only
/// where that leaves a doubt the exact search of ``LeakyMembrane`` is asked.
final class ExponentialSumKernel: EventKernel {
    typealias Form = LeakyMembrane<ExponentialCurrents>
    private typealias Neuron = EventNeuron<Form>

    private(set) var failure: EventFailure?

    private let constants: Form.Constants
    private let count: Int
    private let length: Double
    /// Where a refractory neuron's x₀ is, far below anything.
    private static let away = -1e300
    /// x₀, x₁, x₂ and the potential at the end of the last slice, from the asymptote.
    private let cells: UnsafeMutablePointer<SIMD4<Double>>
    private let found: UnsafeMutablePointer<UInt8>
    private let memory: KernelMemory
    private var candidates: CandidateEvents
    private var releases: ReleaseTimes
    /// The slice that sums count from.
    private var anchor = 0
    private let asymptote: Double
    private let template: Form
    /// −1/τ, −1/τ_ex, −1/τ_in.
    private let rates: SIMD4<Double>
    /// What a current of 1 pA is in x₁ and x₂ [mV/pA].
    private let perCurrent: (ex: Double, inh: Double)
    private let screen: Screen

    /// The bound of ``ExponentialSumKernel``, as numbers for a loop.
    private struct Screen {
        /// Below it (a hair less than the threshold), from the asymptote.
        let level: Double
        /// Factors on the two currents' x at the end of the slice, and on |v| at its start.
        let ex, inh, potential: Double
    }

    /// A time constant that is nearer to the membrane's than this part of it makes x₀ and x₁ large and opposite.
    private static let leastDifference = 0.05

    /// - Returns: `nil` where neurons differ, currents change, weights have other signs than their receptors, or time
    ///   constants are near each other.
    init?(_ setup: KernelSetup) {
        guard setup.count > 0, let input = setup.input, !input.hasCurrents,
            input.signs == [.notNegative, .notPositive],
            setup.isUniform(LIF.symbols + ["tau_syn_ex", "tau_syn_in"])
        else { return nil }
        constants = Form.constants(setup, neuron: 0)
        (count, length) = (setup.count, setup.step)
        let (m, currents) = (constants.membrane, constants.currents)
        let shortest = min(m.tau, currents.excitatory, currents.inhibitory)
        let least = Self.leastDifference * m.tau
        guard setup.step < 4 * shortest, abs(currents.excitatory - m.tau) > least,
            abs(currents.inhibitory - m.tau) > least,
            (0..<setup.count).allSatisfy({ setup.value("i_ex", $0) >= 0 && setup.value("i_in", $0) <= 0 })
        else { return nil }
        asymptote = m.resistance * m.bias
        rates = SIMD4(-1 / m.tau, -1 / currents.excitatory, -1 / currents.inhibitory, 0)
        func perCurrent(_ tau: Double) -> Double { m.resistance * tau / (tau - m.tau) }
        self.perCurrent = (perCurrent(currents.excitatory), perCurrent(currents.inhibitory))
        template = Form(setup, neuron: 0, constants)
        cells = setup.columns.quadruples(count: count)
        for neuron in 0..<count {
            let v = setup.value("v", neuron) - m.rest - asymptote
            let ex = self.perCurrent.ex * setup.value("i_ex", neuron)
            let inh = self.perCurrent.inh * setup.value("i_in", neuron)
            cells[neuron] = SIMD4(v - ex - inh, ex, inh, v)
        }
        screen = Self.screen(constants, asymptote, self.perCurrent, length)
        found = setup.flags()
        candidates = CandidateEvents(count: count, flags: setup.flags())
        releases = ReleaseTimes(neurons: count, length: length)
        memory = setup.columns
    }

    private static func screen(
        _ c: Form.Constants, _ a: Double, _ perCurrent: (ex: Double, inh: Double), _ h: Double
    ) -> Screen {
        let m = c.membrane
        let (tauEx, tauIn) = (c.currents.excitatory, c.currents.inhibitory)
        // A current at its largest in the slice, in mV of the asymptote, for x of 1 at the end.
        let ex = m.resistance / perCurrent.ex * exp(h / tauEx)
        let inh = -m.resistance / perCurrent.inh * exp(h / tauIn)
        let part = h / m.tau
        // With E and I the greatest currents, v′ ≤ (E + |v₀| + I·h/τ)/τ, and it falls by at most
        // D = h/τ·((E + |v₀| + I·h/τ)/τ + E/τ_ex) + I/τ. A quarter of h times it counts.
        let quarter = 0.25 * h
        return Screen(
            level: m.threshold - a - 1e-9,
            ex: quarter * part * (1 / m.tau + 1 / tauEx) * ex,
            inh: quarter * (part * part / m.tau + 1 / m.tau) * inh,
            potential: quarter * part / m.tau)
    }

    func advance(_ frame: EventFrame, spikes: inout [SliceSpike]) {
        failure = nil
        let shortest = -1 / rates.min()
        if Double(frame.slice - anchor) * length > 6 * shortest { rebase(to: frame.slice) }
        let start = Double(frame.slice - anchor) * length
        candidates.removeAll()
        releases.takeDue(in: frame.slice) { candidates.append($0) }
        let scale = powers(-start)
        for run in frame.arrivals { add(run, scale) }
        screenAll(powers(start + length))
        candidates.append(from: found)
        candidates.append(samples: frame.samples)
        candidates.collect(frame.arrivals)
        for neuron in candidates.neurons { replay(neuron, frame, scale, &spikes) }
    }

    /// e^(−t/τ) for the three time constants.
    private func powers(_ time: Double) -> SIMD4<Double> {
        SIMD4(exp(rates.x * time), exp(rates.y * time), exp(rates.z * time), 1)
    }

    /// Counts from a later slice on.
    private func rebase(to slice: Int) {
        let factors = powers(Double(slice - anchor) * length)
        let cells = cells
        var isFinite = true
        for neuron in 0..<count {
            let old = cells[neuron]
            var new = old * factors
            // Who is away stays there; a current below what one can tell from none is none.
            new.x = old.x < 0.5 * Self.away ? Self.away : new.x
            cells[neuron] = new
            isFinite = isFinite && abs(new.x) < .infinity && abs(new.y + new.z) < .infinity
        }
        anchor = slice
        if !isFinite, let wrong = (0..<count).first(where: { !(cells[$0].x + cells[$0].y + cells[$0].z).isFinite }) {
            failure = EventFailure(neuron: wrong, offset: 0, kind: .notFinite)
        }
    }

    /// Adds spikes to sums.
    private func add(_ run: ArrivalRun, _ scale: SIMD4<Double>) {
        let (cells, targets) = (cells, run.targets)
        let isExcitatory = run.receptor == 0
        let k = (isExcitatory ? perCurrent.ex : perCurrent.inh) * run.weight
        let (rate, own) = (-rates.x, isExcitatory ? -rates.y : -rates.z)
        let (base, scaleOwn) = (-k * scale.x, k * (isExcitatory ? scale.y : scale.z))
        if run.delays == nil, run.times == nil {
            let amount = Self.amount(base * exp(run.offset * rate), scaleOwn * exp(run.offset * own), isExcitatory)
            if let weights = run.weights {
                for index in 0..<run.count { cells[Int(targets[index])] += amount * Double(weights[index]) }
            } else {
                for index in 0..<run.count { cells[Int(targets[index])] += amount }
            }
            return
        }
        let block = 256
        withUnsafeTemporaryAllocation(of: Double.self, capacity: block) { memory in
            guard let second = memory.baseAddress else { return }
            JumpSumKernel.eachBlock(run) { first, size, times in
                for index in 0..<size {
                    second[index] = scaleOwn * ExactExponential.value(times[index] * own)
                    times[index] = base * ExactExponential.value(times[index] * rate)
                }
                if let weights = run.weights {
                    for index in 0..<size {
                        let weight = Double(weights[first + index])
                        cells[Int(targets[first + index])] +=
                            Self.amount(times[index] * weight, second[index] * weight, isExcitatory)
                    }
                } else if isExcitatory {
                    for index in 0..<size {
                        cells[Int(targets[first + index])] += SIMD4(times[index], second[index], 0, 0)
                    }
                } else {
                    for index in 0..<size {
                        cells[Int(targets[first + index])] += SIMD4(times[index], 0, second[index], 0)
                    }
                }
            }
        }
    }

    @inline(__always) private static func amount(
        _ leak: Double, _ own: Double, _ isExcitatory: Bool
    ) -> SIMD4<Double> {
        isExcitatory ? SIMD4(leak, own, 0, 0) : SIMD4(leak, 0, own, 0)
    }

    /// Finds who may have crossed, and keeps the potentials at the end of the slice.
    private func screenAll(_ end: SIMD4<Double>) {
        let (cells, found, screen) = (cells, found, screen)
        let (ex, inh) = (screen.ex * end.y, screen.inh * end.z)
        let level = screen.level
        for neuron in 0..<count {
            let cell = cells[neuron]
            let (b, c) = (cell.y, cell.z)
            let after = cell.x * end.x + (b * end.y + c * end.z)
            let before = cell.w
            let higher = after > before ? after : before
            let bound = higher + (ex * b + inh * c) + screen.potential * abs(before)
            found[neuron] = bound >= level ? 1 : 0
            cells[neuron].w = after
        }
    }

    /// Takes the events of a candidate one by one.
    private func replay(
        _ number: Int32, _ frame: EventFrame, _ scale: SIMD4<Double>, _ spikes: inout [SliceSpike]
    ) {
        let place = Int(number)
        let events = candidates.sortedEvents(of: number)
        let isAway = cells[place].x < 0.5 * Self.away
        // What stood at the start of the slice.
        var before = cells[place]
        for event in events where event.what >= 0 {
            let isExcitatory = event.what == 0
            let k = (isExcitatory ? perCurrent.ex : perCurrent.inh) * event.weight
            let grown = powers(-event.time) * scale
            before -= Self.amount(-k * grown.x, k * (isExcitatory ? grown.y : grown.z), isExcitatory)
        }
        var neuron = Neuron(form: template, slice: frame.slice, offset: 0)
        neuron.refractory = releases.remaining(place, in: frame.slice)
        let parts = before / scale
        neuron.form.currents.excitatory.current = max(parts.y / perCurrent.ex, 0)
        neuron.form.currents.inhibitory.current = min(parts.z / perCurrent.inh, 0)
        neuron.form.potential =
            isAway ? constants.membrane.reset : asymptote + parts.x + parts.y + parts.z
        let first = spikes.count
        let fault = neuron.replay(events, frame, constants) { spikes.append(SliceSpike(offset: $0, neuron: number)) }
        if let fault { failure = failure ?? EventFailure(neuron: place, offset: 0, kind: fault) }
        if neuron.refractory > 0 {
            // One that was refractory all the time is where it was.
            guard spikes.count > first || !isAway else { return }
            store(neuron, place, frame)
            cells[place].x = Self.away
            cells[place].w = Self.away
            releases.set(place, remaining: neuron.refractory, after: frame.slice)
        } else if spikes.count > first || isAway {
            store(neuron, place, frame)
        }
    }

    /// Puts a state at the end of the slice into the sums.
    private func store(_ neuron: EventNeuron<Form>, _ place: Int, _ frame: EventFrame) {
        let end = powers(-Double(frame.slice + 1 - anchor) * length)
        let ex = perCurrent.ex * neuron.form.currents.excitatory.current
        let inh = perCurrent.inh * neuron.form.currents.inhibitory.current
        let v = neuron.form.potential - asymptote
        cells[place] = SIMD4((v - ex - inh) * end.x, ex * end.y, inh * end.z, v)
    }
}
