#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Synaptic and other currents into a leaky membrane that have a closed form.
package protocol MembraneCurrents: BitwiseCopyable {
    /// What follows from the parameters of a neuron.
    associatedtype Constants: BitwiseCopyable

    /// Whether input moves the potential itself, and there are no currents.
    static var areJumps: Bool { get }

    static func constants(_ setup: KernelSetup, neuron: Int) -> Constants

    init(_ setup: KernelSetup, neuron: Int)

    mutating func decay(by interval: Double, _ constants: Constants)
    mutating func receive(_ weight: Double, receptor: Int, _ constants: Constants)
    /// What a spike of the neuron itself does.
    mutating func spike(_ constants: Constants)

    /// What the currents have added to the potential after some time, to its slope, and the rate of their sum then.
    ///
    /// - Parameter decay: What is left of the membrane's potential by then, e^(−time/τ).
    func act(
        after time: Double, decay: Double, on membrane: MembraneConstants, _ constants: Constants
    ) -> MembraneAction

    /// Up to three time constants [ms], infinite where there are fewer.
    static func timeConstants(_ constants: Constants) -> SIMD4<Double>

    /// Their sum now [pA].
    func sum(_ constants: Constants) -> Double

    /// The sum is at most this at all times to come [pA].
    func supremum(_ constants: Constants) -> Double

    /// The times within an interval at which the sum of the currents has an extremum.
    func turningPoints(within interval: Double, _ constants: Constants) -> TurningPoints

    func value(of symbol: String) -> Double
}

/// What currents do to a membrane.
package struct MembraneAction {
    /// In mV.
    package var potential: Double
    /// In mV/ms, without what is left of the slope at the start.
    package var slope: Double
    /// In pA/ms.
    package var rate: Double
}

/// The constants of a leaky membrane; potentials are relative to rest.
package struct MembraneConstants: BitwiseCopyable {
    /// In ms.
    package let tau: Double
    /// In pF.
    package let capacitance: Double
    /// tau/c, in mV/pA.
    package let resistance: Double
    /// In mV.
    package let rest, threshold, reset: Double
    /// In ms.
    package let refractory: Double
    /// i_e, in pA.
    package let bias: Double

    package init(_ setup: KernelSetup, neuron: Int) {
        tau = setup.value("tau_m", neuron)
        capacitance = setup.value("c_m", neuron)
        resistance = tau / capacitance
        rest = setup.value("e_l", neuron)
        threshold = setup.value("v_threshold", neuron) - rest
        reset = setup.value("v_reset", neuron) - rest
        refractory = setup.value("t_ref", neuron)
        bias = setup.value("i_e", neuron)
    }
}

/// A leaky integrate-and-fire neuron in continuous time, with one of the families of currents.
///
/// Between events v(t) = v₀·e^(−t/τ) + a·(1 − e^(−t/τ)) + what the currents add, where a is the potential to which the
/// constant current alone would lead.
///
/// **No crossing is missed.** v′·e^(t/τ) rises where the sum of currents rises and falls where it falls. So between two extrema of the
/// sum, whose times have a closed form or are the zeros of a simpler function, v′ changes its sign at most once, and v
/// has at most one maximum: where v′ goes from above to below zero. The ends of the parts and these maxima are all the places
/// at which v could be highest.
///
/// - Source: M. Hanuschkin, S. Kunkel, M. Helias, A. Morrison, M. Diesmann 2010, Front. Neuroinform. 4:113,
///   doi:10.3389/fninf.2010.00113; J. Krishnan, P. Porta Mana, M. Helias, M. Diesmann, E. Di Napoli 2018, Front.
///   Neuroinform. 11:75, doi:10.3389/fninf.2017.00075 (excursions between events).
package struct LeakyMembrane<Currents: MembraneCurrents>: ClosedForm {
    package struct Constants: BitwiseCopyable {
        package let membrane: MembraneConstants
        package let currents: Currents.Constants
        /// Whether spikes that come in the refractory time are kept, with the membrane's decay.
        package let keepsInput: Bool
    }

    /// v − e_l, in mV.
    package var potential: Double
    package var currents: Currents
    package var current = 0.0
    /// What came while refractory, as it will be at the end of the refractory time [mV].
    package var kept = 0.0

    package static func constants(_ setup: KernelSetup, neuron: Int) -> Constants {
        Constants(
            membrane: MembraneConstants(setup, neuron: neuron),
            currents: Currents.constants(setup, neuron: neuron),
            keepsInput: setup.option("refractory_input") == "kept")
    }

    package init(_ setup: KernelSetup, neuron: Int, _ constants: Constants) {
        potential = setup.value("v", neuron) - constants.membrane.rest
        currents = Currents(setup, neuron: neuron)
    }

    package static func refractoryTime(_ constants: Constants) -> Double { constants.membrane.refractory }

    /// The potential that the constant current alone leads to.
    private func asymptote(_ c: MembraneConstants) -> Double { c.resistance * (c.bias + current) }

    /// The slope of the potential now [mV/ms].
    private func slope(_ c: Constants) -> Double {
        (asymptote(c.membrane) + c.membrane.resistance * currents.sum(c.currents) - potential) / c.membrane.tau
    }

    /// The potential, its slope, and the slope's own.
    ///
    /// The slope follows its own equation, τ·v″ = −v′ + R·Σi′. Its sign is right however small it has become, when the
    /// difference between the potential and what it tends to is nothing but rounding.
    ///
    /// - Parameter slope: The slope at time 0.
    @inline(__always) private func course(
        at time: Double, from slope: Double, _ c: Constants
    ) -> (value: Double, slope: Double, bend: Double) {
        let m = c.membrane
        let decay = exp(-time / m.tau)
        let action = currents.act(after: time, decay: decay, on: m, c.currents)
        let value = potential + (potential - asymptote(m)) * expm1(-time / m.tau) + action.potential
        let now = slope * decay + action.slope
        return (value, now, (m.resistance * action.rate - now) / m.tau)
    }

    package mutating func advance(by interval: Double, _ c: Constants) {
        guard interval > 0 else { return }
        let m = c.membrane
        let action =
            Currents.areJumps
            ? 0 : currents.act(after: interval, decay: exp(-interval / m.tau), on: m, c.currents).potential
        potential += (potential - asymptote(m)) * expm1(-interval / m.tau) + action
        currents.decay(by: interval, c.currents)
    }

    package mutating func advanceRefractory(by interval: Double, _ c: Constants) {
        if interval > 0 { currents.decay(by: interval, c.currents) }
    }

    package mutating func receive(_ weight: Double, receptor: Int, _ c: Constants) {
        if Currents.areJumps {
            potential += weight
        } else {
            currents.receive(weight, receptor: receptor, c.currents)
        }
    }

    package mutating func receiveRefractory(_ weight: Double, receptor: Int, remaining: Double, _ c: Constants) {
        if Currents.areJumps {
            // Taken at the end, when the potential is still at reset.
            if c.keepsInput { kept += weight * exp(-remaining / c.membrane.tau) }
        } else {
            currents.receive(weight, receptor: receptor, c.currents)
        }
    }

    package mutating func endRefractory(_ c: Constants) {
        potential += kept
        kept = 0
    }

    package var waitsForRefractoryEnd: Bool { kept != 0 }

    package func earliestCrossing(_ c: Constants) -> Double {
        let m = c.membrane
        let highest = asymptote(m) + (Currents.areJumps ? 0 : m.resistance * currents.supremum(c.currents))
        guard highest > m.threshold else { return .infinity }
        // v′ ≤ (highest − v)/τ: v stays below the solution of the equation.
        return potential < m.threshold
            ? m.tau * log1p((m.threshold - potential) / (highest - m.threshold)) : 0
    }

    package var isFinite: Bool { potential.isFinite }

    package mutating func spike(_ c: Constants) {
        potential = c.membrane.reset
        currents.spike(c.currents)
    }

    package func crossing(within interval: Double, _ c: Constants) -> Double? {
        let m = c.membrane
        let level = m.threshold
        if potential >= level { return 0 }
        guard interval > 0 else { return nil }
        let a = asymptote(m)
        if Currents.areJumps {
            guard a > level else { return nil }
            // The time in which a − v falls from a − v₀ to a − θ.
            let time = m.tau * log1p((level - potential) / (a - level))
            return time <= interval ? time : nil
        }
        let highest = a + m.resistance * currents.supremum(c.currents)
        if highest <= level { return nil }
        // v′ ≤ (highest − v)/τ: v stays below the solution of the equation.
        if potential + (potential - highest) * expm1(-interval / m.tau) < level { return nil }
        var points = currents.turningPoints(within: interval, c.currents)
        // A slope of which nothing is left has no sign.
        let times = Currents.timeConstants(c.currents)
        if interval > TurningPoints.beforeUnderflow * min(m.tau, times.min()) {
            points.insert(TurningPoints.beforeUnderflow * m.tau)
            for index in 0..<3 { points.insert(TurningPoints.beforeUnderflow * times[index]) }
        }
        let initial = slope(c)
        var (start, value, slope) = (0.0, potential, initial)
        for index in 0...points.count {
            let end = index < points.count ? points[index] : interval
            let after = course(at: end, from: initial, c)
            var high: Double?
            if after.value >= level {
                high = end
            } else if slope > 0, after.slope < 0, value + slope * (end - start) >= level {
                // On the way to the maximum the slope is at most what it was.
                let guess = start + (end - start) * (slope / (slope - after.slope))
                let peak = ThresholdRoot.find(from: start, to: end, isRising: false, start: guess) { time in
                    let course = course(at: time, from: initial, c)
                    return (course.slope, course.bend)
                }
                if course(at: peak, from: initial, c).value >= level { high = peak }
            }
            if let high {
                let guess = slope > 0 ? start + (level - value) / slope : start
                return ThresholdRoot.find(from: start, to: high, isRising: true, start: guess) { time in
                    let course = course(at: time, from: initial, c)
                    return (course.value - level, course.slope)
                }
            }
            (start, value, slope) = (end, after.value, after.slope)
        }
        return nil
    }

    package func value(of symbol: String, _ c: Constants) -> Double {
        symbol == "v" ? potential + c.membrane.rest : currents.value(of: symbol)
    }
}
