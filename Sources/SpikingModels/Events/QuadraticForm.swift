#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A quadratic integrate-and-fire neuron in continuous time.
///
/// With u = v − (e_l + v_c)/2 the equation is du/dt = ρ·(u² + q), whose solution is a tangent for q > 0 and a hyperbolic
/// one for q < 0. The time to the peak is the inverse of it.
package struct QuadraticForm: ClosedForm {
    package struct Constants: BitwiseCopyable {
        package let middle: Double
        /// Relative to the middle [mV].
        package let peak, reset: Double
        /// ρ, in 1/(mV·ms).
        package let rate: Double
        /// What a current of 1 pA adds to q [mV²/pA], and q without current [mV²].
        package let perCurrent, offset: Double
        /// In pA.
        package let bias: Double
        /// In ms.
        package let refractory: Double
    }

    /// u, in mV.
    package var potential: Double
    package var current = 0.0

    package static func constants(_ setup: KernelSetup, neuron: Int) -> Constants {
        let (rest, critical) = (setup.value("e_l", neuron), setup.value("v_c", neuron))
        let (middle, half) = ((rest + critical) / 2, (critical - rest) / 2)
        let k = setup.value("g_l", neuron) / (critical - rest)
        return Constants(
            middle: middle, peak: setup.value("v_peak", neuron) - middle,
            reset: setup.value("v_reset", neuron) - middle, rate: k / setup.value("c_m", neuron), perCurrent: 1 / k,
            offset: -half * half, bias: setup.value("i_e", neuron), refractory: setup.value("t_ref", neuron))
    }

    package init(_ setup: KernelSetup, neuron: Int, _ constants: Constants) {
        potential = setup.value("v", neuron) - constants.middle
    }

    package static func refractoryTime(_ constants: Constants) -> Double { constants.refractory }

    private func offset(_ c: Constants) -> Double { c.offset + (c.bias + current) * c.perCurrent }

    package mutating func advance(by interval: Double, _ c: Constants) {
        guard interval > 0 else { return }
        let q = offset(c)
        let s = abs(q).squareRoot()
        let phase = s * c.rate * interval
        if phase < 1e-9 {
            let time = c.rate * interval
            potential = (potential + q * time) / (1 - potential * time)
        } else if q > 0 {
            let (sine, cosine) = (sin(phase) / s, cos(phase))
            potential = (potential * cosine + q * sine) / (cosine - potential * sine)
        } else {
            let slope = tanh(phase) / s
            potential = (potential + q * slope) / (1 - potential * slope)
        }
    }

    package mutating func advanceRefractory(by interval: Double, _ c: Constants) {}

    package mutating func receive(_ weight: Double, receptor: Int, _ c: Constants) { potential += weight }

    package mutating func receiveRefractory(_ weight: Double, receptor: Int, remaining: Double, _ c: Constants) {}

    package func crossing(within interval: Double, _ c: Constants) -> Double? {
        let time = earliestCrossing(c)
        return time <= interval ? time : nil
    }

    package func earliestCrossing(_ c: Constants) -> Double {
        let (u, p) = (potential, c.peak)
        if u >= p { return 0 }
        let q = offset(c)
        let s = abs(q).squareRoot()
        if q > 0 { return atan2((p - u) * s, q + p * u) / (s * c.rate) }
        // Below the unstable point s the potential falls back.
        guard u > s else { return .infinity }
        let slope = (p - u) / (p * u + q)
        return (s * slope < 1e-9 ? slope : atanh(s * slope) / s) / c.rate
    }

    package var isFinite: Bool { potential.isFinite }

    package mutating func spike(_ c: Constants) { potential = c.reset }

    package func value(of symbol: String, _ c: Constants) -> Double { potential + c.middle }
}
