#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// No currents: spikes move the potential at once.
package struct PotentialJumps: MembraneCurrents {
    package struct Constants: BitwiseCopyable {}

    package static var areJumps: Bool { true }

    package static func constants(_ setup: KernelSetup, neuron: Int) -> Constants { Constants() }

    package init(_ setup: KernelSetup, neuron: Int) {}

    package mutating func decay(by interval: Double, _ constants: Constants) {}
    package mutating func receive(_ weight: Double, receptor: Int, _ constants: Constants) {}
    package mutating func spike(_ constants: Constants) {}

    package func act(
        after time: Double, decay: Double, on membrane: MembraneConstants, _ constants: Constants
    ) -> MembraneAction {
        MembraneAction(potential: 0, slope: 0, rate: 0)
    }

    package static func timeConstants(_ constants: Constants) -> SIMD4<Double> { SIMD4(repeating: .infinity) }

    package func sum(_ constants: Constants) -> Double { 0 }

    package func supremum(_ constants: Constants) -> Double { 0 }

    package func turningPoints(within interval: Double, _ constants: Constants) -> TurningPoints {
        TurningPoints(within: interval)
    }

    package func value(of symbol: String) -> Double { 0 }
}

/// A current that decays exponentially, acting on a leaky membrane.
package struct ExponentialCurrent: BitwiseCopyable {
    /// In pA.
    package var current: Double

    /// What it does to a membrane in some time.
    ///
    /// In the form of expm1 nothing cancels where the two time constants are near each other.
    @inline(__always)
    package func act(
        after time: Double, decay: Double, tau: Double, on membrane: MembraneConstants
    ) -> MembraneAction {
        let x = time * (1 / tau - 1 / membrane.tau)
        let potential = current * time / membrane.capacitance * Propagators.first(time / tau, x, end: decay)
        // The current's rate of change is itself an exponential current.
        return MembraneAction(
            potential: potential, slope: -potential / tau, rate: -current * exp(-time / tau) / tau)
    }
}

extension MembraneAction {
    @inline(__always) package static func + (a: Self, b: Self) -> Self {
        Self(potential: a.potential + b.potential, slope: a.slope + b.slope, rate: a.rate + b.rate)
    }

    @inline(__always) package static func - (a: Self, b: Self) -> Self {
        Self(potential: a.potential - b.potential, slope: a.slope - b.slope, rate: a.rate - b.rate)
    }
}

/// Excitatory and inhibitory currents that decay exponentially.
package struct ExponentialCurrents: MembraneCurrents {
    package struct Constants: BitwiseCopyable {
        /// In ms.
        package let excitatory, inhibitory: Double
    }

    package static var areJumps: Bool { false }

    package var excitatory, inhibitory: ExponentialCurrent

    package static func constants(_ setup: KernelSetup, neuron: Int) -> Constants {
        Constants(excitatory: setup.value("tau_syn_ex", neuron), inhibitory: setup.value("tau_syn_in", neuron))
    }

    package init(_ setup: KernelSetup, neuron: Int) {
        excitatory = ExponentialCurrent(current: setup.value("i_ex", neuron))
        inhibitory = ExponentialCurrent(current: setup.value("i_in", neuron))
    }

    package mutating func decay(by interval: Double, _ c: Constants) {
        excitatory.current *= exp(-interval / c.excitatory)
        inhibitory.current *= exp(-interval / c.inhibitory)
    }

    package mutating func receive(_ weight: Double, receptor: Int, _ constants: Constants) {
        if receptor == 0 { excitatory.current += weight } else { inhibitory.current += weight }
    }

    package mutating func spike(_ constants: Constants) {}

    package func act(
        after time: Double, decay: Double, on membrane: MembraneConstants, _ c: Constants
    ) -> MembraneAction {
        excitatory.act(after: time, decay: decay, tau: c.excitatory, on: membrane)
            + inhibitory.act(after: time, decay: decay, tau: c.inhibitory, on: membrane)
    }

    package static func timeConstants(_ c: Constants) -> SIMD4<Double> {
        SIMD4(c.excitatory, c.inhibitory, .infinity, .infinity)
    }

    package func sum(_ constants: Constants) -> Double { excitatory.current + inhibitory.current }

    package func supremum(_ constants: Constants) -> Double {
        max(excitatory.current, 0) + max(inhibitory.current, 0)
    }

    package func turningPoints(within interval: Double, _ c: Constants) -> TurningPoints {
        var points = TurningPoints(within: interval)
        // The two rates cancel; where the time constants are the same, never.
        points.insert(
            ThresholdRoot.ofTwo(
                excitatory.current / c.excitatory, inhibitory.current / c.inhibitory,
                rate: 1 / c.inhibitory - 1 / c.excitatory))
        return points
    }

    package func value(of symbol: String) -> Double { symbol == "i_ex" ? excitatory.current : inhibitory.current }
}

/// Exponential currents and one that spikes of the neuron itself raise, which counts against them.
package struct AdaptingCurrents: MembraneCurrents {
    package struct Constants: BitwiseCopyable {
        package let synaptic: ExponentialCurrents.Constants
        /// In ms.
        package let adaptation: Double
        /// What a spike adds [pA].
        package let step: Double
    }

    package static var areJumps: Bool { false }

    package var synaptic: ExponentialCurrents
    package var adaptation: ExponentialCurrent

    package static func constants(_ setup: KernelSetup, neuron: Int) -> Constants {
        Constants(
            synaptic: ExponentialCurrents.constants(setup, neuron: neuron), adaptation: setup.value("tau_w", neuron),
            step: setup.value("b", neuron))
    }

    package init(_ setup: KernelSetup, neuron: Int) {
        synaptic = ExponentialCurrents(setup, neuron: neuron)
        adaptation = ExponentialCurrent(current: setup.value("w", neuron))
    }

    package mutating func decay(by interval: Double, _ c: Constants) {
        synaptic.decay(by: interval, c.synaptic)
        adaptation.current *= exp(-interval / c.adaptation)
    }

    package mutating func receive(_ weight: Double, receptor: Int, _ c: Constants) {
        synaptic.receive(weight, receptor: receptor, c.synaptic)
    }

    package mutating func spike(_ c: Constants) { adaptation.current += c.step }

    package func act(
        after time: Double, decay: Double, on membrane: MembraneConstants, _ c: Constants
    ) -> MembraneAction {
        synaptic.act(after: time, decay: decay, on: membrane, c.synaptic)
            - adaptation.act(after: time, decay: decay, tau: c.adaptation, on: membrane)
    }

    package static func timeConstants(_ c: Constants) -> SIMD4<Double> {
        SIMD4(c.synaptic.excitatory, c.synaptic.inhibitory, c.adaptation, .infinity)
    }

    package func sum(_ c: Constants) -> Double { synaptic.sum(c.synaptic) - adaptation.current }

    package func supremum(_ c: Constants) -> Double { synaptic.supremum(c.synaptic) + max(-adaptation.current, 0) }

    package func turningPoints(within interval: Double, _ c: Constants) -> TurningPoints {
        // The rate of the sum is Σ fₖ·e^(−rₖ·t). Times e^(r₀·t), with r₀ the least rate, its derivative has two terms.
        var terms = [
            (factor: -synaptic.excitatory.current / c.synaptic.excitatory, rate: 1 / c.synaptic.excitatory),
            (factor: -synaptic.inhibitory.current / c.synaptic.inhibitory, rate: 1 / c.synaptic.inhibitory),
            (factor: adaptation.current / c.adaptation, rate: 1 / c.adaptation),
        ]
        terms.sort { $0.rate < $1.rate }
        let (f0, f1, f2) = (terms[0].factor, terms[1].factor, terms[2].factor)
        let (r1, r2) = (terms[1].rate - terms[0].rate, terms[2].rate - terms[0].rate)
        var extrema = TurningPoints(within: interval)
        extrema.insert(ThresholdRoot.ofTwo(-r1 * f1, -r2 * f2, rate: r2 - r1))
        // Where there is no slowest term, all that there is may underflow before the end.
        extrema.insert(TurningPoints.beforeUnderflow / r1)
        return extrema.zeros { time in
            let (a, b) = (f1 * exp(-r1 * time), f2 * exp(-r2 * time))
            return (f0 + a + b, -r1 * a - r2 * b)
        }
    }

    package func value(of symbol: String) -> Double {
        symbol == "w" ? adaptation.current : synaptic.value(of: symbol)
    }
}

/// Excitatory and inhibitory currents of the shape t·e^(−t/τ).
package struct AlphaForms: MembraneCurrents {
    package typealias Constants = ExponentialCurrents.Constants

    /// A current i and its rise d: i(t) = (i + d·t)·e^(−t/τ).
    package struct Form: BitwiseCopyable {
        /// In pA.
        var current: Double
        /// In pA/ms.
        var rise: Double

        mutating func decay(by interval: Double, tau: Double) {
            let kept = exp(-interval / tau)
            current = (current + rise * interval) * kept
            rise *= kept
        }

        @inline(__always)
        package func act(
            after time: Double, decay: Double, tau: Double, on membrane: MembraneConstants
        ) -> MembraneAction {
            let (a, x) = (time / tau, time * (1 / tau - 1 / membrane.tau))
            let scale = time / membrane.capacitance
            let first = scale * Propagators.first(a, x, end: decay)
            let second = scale * time * Propagators.second(a, x, end: decay)
            // The current's rate of change is itself of this shape.
            let (constant, linear) = rate(tau: tau)
            return MembraneAction(
                potential: current * first + rise * second, slope: constant * first + linear * second,
                rate: (constant + linear * time) * exp(-a))
        }

        func supremum(tau: Double) -> Double { max(current, 0) + max(rise, 0) * tau / M_E }

        /// The rate of change is (constant + linear·t)·e^(−t/τ).
        func rate(tau: Double) -> (constant: Double, linear: Double) { (rise - current / tau, -rise / tau) }
    }

    package static var areJumps: Bool { false }

    package var excitatory, inhibitory: Form

    package static func constants(_ setup: KernelSetup, neuron: Int) -> Constants {
        ExponentialCurrents.constants(setup, neuron: neuron)
    }

    package init(_ setup: KernelSetup, neuron: Int) {
        excitatory = Form(current: setup.value("i_ex", neuron), rise: setup.value("di_ex", neuron))
        inhibitory = Form(current: setup.value("i_in", neuron), rise: setup.value("di_in", neuron))
    }

    package mutating func decay(by interval: Double, _ c: Constants) {
        excitatory.decay(by: interval, tau: c.excitatory)
        inhibitory.decay(by: interval, tau: c.inhibitory)
    }

    package mutating func receive(_ weight: Double, receptor: Int, _ c: Constants) {
        if receptor == 0 {
            excitatory.rise += weight * (M_E / c.excitatory)
        } else {
            inhibitory.rise += weight * (M_E / c.inhibitory)
        }
    }

    package mutating func spike(_ constants: Constants) {}

    package func act(
        after time: Double, decay: Double, on membrane: MembraneConstants, _ c: Constants
    ) -> MembraneAction {
        excitatory.act(after: time, decay: decay, tau: c.excitatory, on: membrane)
            + inhibitory.act(after: time, decay: decay, tau: c.inhibitory, on: membrane)
    }

    package static func timeConstants(_ c: Constants) -> SIMD4<Double> {
        SIMD4(c.excitatory, c.inhibitory, .infinity, .infinity)
    }

    package func sum(_ constants: Constants) -> Double { excitatory.current + inhibitory.current }

    package func supremum(_ c: Constants) -> Double {
        excitatory.supremum(tau: c.excitatory) + inhibitory.supremum(tau: c.inhibitory)
    }

    package func turningPoints(within interval: Double, _ c: Constants) -> TurningPoints {
        // Times e^(t/τ), with τ the longer time constant, the rate is g = p + q·t + (r + s·t)·e^(−μ·t), whose second
        // derivative has one zero.
        let isLonger = c.excitatory >= c.inhibitory
        let (long, short) = isLonger ? (excitatory, inhibitory) : (inhibitory, excitatory)
        let (slow, fast) = isLonger ? (c.excitatory, c.inhibitory) : (c.inhibitory, c.excitatory)
        let (p, q) = long.rate(tau: slow)
        let (r, s) = short.rate(tau: fast)
        let mu = 1 / fast - 1 / slow
        var bends = TurningPoints(within: interval)
        bends.insert((2 * s - mu * r) / (mu * s))
        // Where the longer one has no current, or no rise, all that there is may underflow before the end.
        bends.insert(TurningPoints.beforeUnderflow / mu)
        var extrema = bends.zeros { time in
            let kept = exp(-mu * time)
            let linear = r + s * time
            return (q + (s - mu * linear) * kept, (mu * mu * linear - 2 * mu * s) * kept)
        }
        extrema.insert(TurningPoints.beforeUnderflow / mu)
        return extrema.zeros { time in
            let kept = exp(-mu * time)
            let linear = r + s * time
            return (p + q * time + linear * kept, q + (s - mu * linear) * kept)
        }
    }

    package func value(of symbol: String) -> Double {
        switch symbol {
        case "i_ex": excitatory.current
        case "i_in": inhibitory.current
        case "di_ex": excitatory.rise
        default: inhibitory.rise
        }
    }
}
