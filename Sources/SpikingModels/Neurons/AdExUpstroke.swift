#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// One adaptive exponential neuron over a time in which fixed steps would not do: near and in a spike.
///
/// Integrated by the pair of orders 5 and 4 of Dormand and Prince (1980, doi:10.1016/0771-050X(80)90013-3) in double
/// precision, with steps that keep the estimated error below ``tolerance``. As in NEST, the potential in the equations
/// is bounded by v_peak, and a step of the integrator that ends at or above v_peak ends in the reset; such a step is
/// halved until it is short enough to tell the time of the spike, unless delta_t is 0.
struct AdExUpstroke {
    /// The greatest estimated error of a step of the integrator [mV].
    static let tolerance = 1e-7

    /// The longest step of the integrator that may end in the reset, as a part of the whole time.
    static let resolution = 0x1p-12

    let (leak, perCapacitance, width, threshold): (Double, Double, Double, Double)
    let (peak, reset, a, jump, perTau): (Double, Double, Double, Double, Double)
    /// i_e and what is injected [pA].
    let current: Double
    /// What the synapses are at the start: level, rise, 1/time constant, and reversal potential.
    let ex, inh: (level: Double, rise: Double, rate: Double, reversal: Double)
    /// Whether the levels are conductances.
    let isConductance: Bool

    /// Potential relative to e_l [mV].
    var v: Double
    /// Adaptation [pA].
    var w: Double
    /// Whether the potential is held at the reset.
    var isClamped: Bool
    /// Whether there was a spike.
    var hasSpiked = false

    private func slope(_ v: Double, _ w: Double, _ ex: Double, _ inh: Double) -> (v: Double, w: Double) {
        let bounded = isClamped ? reset : min(v, peak)
        let drive =
            isConductance ? ex * (self.ex.reversal - bounded) + inh * (self.inh.reversal - bounded) : ex + inh
        let upstroke = width > 0 ? leak * width * exp((bounded - threshold) / width) : 0
        let dv = (upstroke - leak * bounded + drive - w + current) * perCapacitance
        return (isClamped ? 0 : dv, (a * bounded - w) * perTau)
    }

    private func synapses(_ t: Double) -> (Double, Double) {
        (
            (ex.level + ex.rise * t) * exp(-t * ex.rate),
            (inh.level + inh.rise * t) * exp(-t * inh.rate)
        )
    }

    /// Goes on for a time [ms].
    ///
    /// A spike adds to `w`, and holds the potential at the reset where `holds` says so; a second one holds it always.
    mutating func advance(_ duration: Double, holds: Bool) {
        var (t, h) = (0.0, duration)
        while t < duration {
            h = min(h, duration - t)
            let isLast = t + h >= duration
            let (nextV, nextW, error) = step(t, h)
            // A step that cannot be halved any more is taken as it is; so is one without a number, which shows later.
            let isAccepted = error <= Self.tolerance || h < duration * 1e-12 || !error.isFinite && h < duration * 1e-6
            let isNumber = error.isFinite && nextV.isFinite
            let factor = isNumber ? 0.9 * pow(Self.tolerance / max(error, 1e-30), 0.2) : 0.1
            if isAccepted, width > 0, !isClamped, nextV >= peak, h > duration * Self.resolution {
                h *= 0.5
                continue
            }
            if isAccepted {
                t = isLast ? duration : t + h
                (v, w) = (nextV, nextW)
                if !isClamped, v >= peak {
                    v = reset
                    if hasSpiked {
                        // A neuron spikes at most once a step.
                        isClamped = true
                    } else {
                        w += jump
                        hasSpiked = true
                        isClamped = holds
                    }
                    h = duration
                    continue
                }
                if isClamped { v = reset }
            }
            h *= min(max(factor, 0.1), 5)
        }
    }

    /// The state after a step of the integrator from t, and the estimated error of the potential.
    private func step(_ t: Double, _ h: Double) -> (Double, Double, Double) {
        let (g1, g2, g3) = (synapses(t), synapses(t + h * 0.2), synapses(t + h * 0.3))
        let (g4, g5, g6) = (synapses(t + h * 0.8), synapses(t + h * 8 / 9), synapses(t + h))
        let k1 = slope(v, w, g1.0, g1.1)
        let k2 = slope(v + h * (0.2 * k1.v), w + h * (0.2 * k1.w), g2.0, g2.1)
        let k3 = slope(
            v + h * (3.0 / 40 * k1.v + 9.0 / 40 * k2.v), w + h * (3.0 / 40 * k1.w + 9.0 / 40 * k2.w), g3.0, g3.1)
        let k4 = slope(
            v + h * (44.0 / 45 * k1.v - 56.0 / 15 * k2.v + 32.0 / 9 * k3.v),
            w + h * (44.0 / 45 * k1.w - 56.0 / 15 * k2.w + 32.0 / 9 * k3.w), g4.0, g4.1)
        let (a1, a2, a3, a4) = (19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729)
        let k5 = slope(
            v + h * (a1 * k1.v + a2 * k2.v + a3 * k3.v + a4 * k4.v),
            w + h * (a1 * k1.w + a2 * k2.w + a3 * k3.w + a4 * k4.w), g5.0, g5.1)
        let (b1, b2, b3, b4, b5) = (9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656)
        let sumV6 = b1 * k1.v + b2 * k2.v + b3 * k3.v + b4 * k4.v + b5 * k5.v
        let sumW6 = b1 * k1.w + b2 * k2.w + b3 * k3.w + b4 * k4.w + b5 * k5.w
        let k6 = slope(v + h * sumV6, w + h * sumW6, g6.0, g6.1)
        let (c1, c3, c4, c5, c6) = (35.0 / 384, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84)
        let nextV = v + h * (c1 * k1.v + c3 * k3.v + c4 * k4.v + c5 * k5.v + c6 * k6.v)
        let nextW = w + h * (c1 * k1.w + c3 * k3.w + c4 * k4.w + c5 * k5.w + c6 * k6.w)
        let k7 = slope(nextV, nextW, g6.0, g6.1)
        let (e1, e3, e4) = (71.0 / 57600, -71.0 / 16695, 71.0 / 1920)
        let (e5, e6, e7) = (-17253.0 / 339200, 22.0 / 525, -1.0 / 40)
        let errorV = e1 * k1.v + e3 * k3.v + e4 * k4.v + e5 * k5.v + e6 * k6.v + e7 * k7.v
        let errorW = e1 * k1.w + e3 * k3.w + e4 * k4.w + e5 * k5.w + e6 * k6.w + e7 * k7.w
        return (nextV, nextW, h * max(abs(errorV), abs(errorW) / leak))
    }
}
