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
/// precision, with steps that keep the estimated error below ``tolerance``. Above v_threshold the integrator has
/// y = e^(−(v − v_threshold)/delta_t) in place of v: where v runs away, y falls in nearly a straight line to nearly 0,
///
///     dy/dt = −(g_l + y·(−g_l·v + drive − w)/delta_t)/c_m,
///
/// so that the steps need not shrink, and the time at which it reaches v_peak is found by a few secants. As in NEST, the
/// potential in the equations is bounded by v_peak. Without upstroke, for delta_t 0, the potential is compared with the
/// threshold at the end of the step, and reset there: as in NEST, whose solver takes a smooth step whole.
struct AdExUpstroke {
    /// The greatest estimated error of a step of the integrator [mV].
    static let tolerance = 1e-7
    /// The same in y, times delta_t.
    static let upstrokeTolerance = 1e-8

    /// The longest step of the integrator that may jump from below v_threshold to the reset, as a part of the whole time.
    static let resolution = 0x1p-12

    /// The most steps of the integrator: conductances that need more, some 10⁸ nS, are no neuron's.
    static let mostSteps = 10_000

    /// How near y must come to its value at v_peak to be there; its slope makes a millionth of a step of it at most.
    private static let nearness = 1e-9

    /// What a synapse is at the start: level and rise, 1/time constant, and reversal potential.
    struct Synapse {
        var level = 0.0
        var rise = 0.0
        let rate, reversal: Double
    }

    let leak, perCapacitance, width, threshold: Double
    let peak, reset, a, jump, perTau: Double
    /// i_e and what is injected [pA].
    var current: Double
    var ex, inh: Synapse
    /// Whether the levels are conductances.
    let isConductance: Bool
    /// For how many steps a spike holds the potential.
    let refractorySteps: Int32

    /// Potential relative to e_l [mV].
    var v = 0.0
    /// Adaptation [pA].
    var w = 0.0
    /// Whether the potential is held at the reset.
    var isClamped = false
    /// Whether there was a spike.
    var hasSpiked = false

    /// The potential that y stands for.
    private func potential(_ y: Double, _ lowest: Double) -> Double {
        y > lowest ? threshold - width * log(y) : peak
    }

    private func slope(_ x: Double, _ w: Double, _ g: (ex: Double, inh: Double), _ lowest: Double) -> (
        x: Double, w: Double
    ) {
        let isUpstroke = lowest > 0
        let bounded = isClamped ? reset : isUpstroke ? potential(x, lowest) : min(x, peak)
        let drive =
            isConductance ? g.ex * (ex.reversal - bounded) + g.inh * (inh.reversal - bounded) : g.ex + g.inh
        let rest = drive - leak * bounded - w + current
        let dw = (a * bounded - w) * perTau
        if isClamped { return (0, dw) }
        if isUpstroke { return (-(leak + x * rest / width) * perCapacitance, dw) }
        let upstroke = width > 0 ? leak * width * exp((bounded - threshold) / width) : 0
        return ((upstroke + rest) * perCapacitance, dw)
    }

    private func synapses(_ t: Double) -> (ex: Double, inh: Double) {
        ((ex.level + ex.rise * t) * exp(-t * ex.rate), (inh.level + inh.rise * t) * exp(-t * inh.rate))
    }

    /// Goes on for a time [ms].
    ///
    /// A spike adds to `w`, and holds the potential at the reset where `holds` says so; a second one holds it always.
    ///
    /// - Parameter endsStep: Whether a step of the simulation ends with it.
    /// - Returns: Whether the integrator needs no more than ``mostSteps``.
    mutating func advance(_ duration: Double, holds: Bool, endsStep: Bool) -> Bool {
        guard v.isFinite, w.isFinite else { return true }
        var (t, h, taken) = (0.0, duration, 0)
        let lowestY = width > 0 ? exp(-(peak - threshold) / width) : 0
        while t < duration {
            taken += 1
            guard taken <= Self.mostSteps else { return false }
            // In y, where `lowest` is above 0.
            let lowest = !isClamped && width > 0 && v > threshold ? lowestY : 0
            let x = lowest > 0 ? exp(-(v - threshold) / width) : v
            // An initial value may be above v_peak.
            h = lowest > 0 && x <= lowest + Self.nearness ? 0 : min(h, duration - t)
            let isLast = t + h >= duration
            let (nextX, nextW, error) = step(x, t, h, lowest)
            // A step that cannot be halved any more is taken as it is; so is one without a number, which shows later.
            let tolerance = lowest > 0 ? Self.upstrokeTolerance : Self.tolerance
            let isAccepted = error <= tolerance || h < duration * 1e-12 || !error.isFinite && h < duration * 1e-6
            let isNumber = error.isFinite && nextX.isFinite
            let factor = isNumber ? 0.9 * pow(tolerance / max(error, 1e-30), 0.2) : 0.1
            let isHigh = nextX >= peak && (width > 0 || isLast && endsStep)
            let isThere = lowest > 0 ? nextX <= lowest + Self.nearness : isHigh
            if isAccepted, isThere, !isClamped, width > 0 {
                let isPast = lowest > 0 ? nextX < lowest - Self.nearness : h > duration * Self.resolution
                if isPast, h > duration * 1e-12 {
                    h *= lowest > 0 ? max(0.01, (x - lowest) / (x - nextX)) : 0.5
                    continue
                }
            }
            if isAccepted {
                t = isLast ? duration : t + h
                (v, w) = (lowest > 0 ? potential(nextX, lowest) : nextX, nextW)
                if !isClamped, isThere {
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
        return true
    }

    /// The state after a step of the integrator from `x`, which is v or y, at t, and the estimated error [mV].
    private func step(_ x: Double, _ t: Double, _ h: Double, _ lowest: Double) -> (Double, Double, Double) {
        let (g1, g2, g3) = (synapses(t), synapses(t + h * 0.2), synapses(t + h * 0.3))
        let (g4, g5, g6) = (synapses(t + h * 0.8), synapses(t + h * 8 / 9), synapses(t + h))
        let k1 = slope(x, w, g1, lowest)
        let k2 = slope(x + h * (0.2 * k1.x), w + h * (0.2 * k1.w), g2, lowest)
        let k3 = slope(
            x + h * (3.0 / 40 * k1.x + 9.0 / 40 * k2.x), w + h * (3.0 / 40 * k1.w + 9.0 / 40 * k2.w), g3, lowest)
        let k4 = slope(
            x + h * (44.0 / 45 * k1.x - 56.0 / 15 * k2.x + 32.0 / 9 * k3.x),
            w + h * (44.0 / 45 * k1.w - 56.0 / 15 * k2.w + 32.0 / 9 * k3.w), g4, lowest)
        let (a1, a2, a3, a4) = (19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729)
        let k5 = slope(
            x + h * (a1 * k1.x + a2 * k2.x + a3 * k3.x + a4 * k4.x),
            w + h * (a1 * k1.w + a2 * k2.w + a3 * k3.w + a4 * k4.w), g5, lowest)
        let (b1, b2, b3, b4, b5) = (9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656)
        let sumX6 = b1 * k1.x + b2 * k2.x + b3 * k3.x + b4 * k4.x + b5 * k5.x
        let sumW6 = b1 * k1.w + b2 * k2.w + b3 * k3.w + b4 * k4.w + b5 * k5.w
        let k6 = slope(x + h * sumX6, w + h * sumW6, g6, lowest)
        let (c1, c3, c4, c5, c6) = (35.0 / 384, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84)
        let nextX = x + h * (c1 * k1.x + c3 * k3.x + c4 * k4.x + c5 * k5.x + c6 * k6.x)
        let nextW = w + h * (c1 * k1.w + c3 * k3.w + c4 * k4.w + c5 * k5.w + c6 * k6.w)
        let k7 = slope(nextX, nextW, g6, lowest)
        let (e1, e3, e4) = (71.0 / 57600, -71.0 / 16695, 71.0 / 1920)
        let (e5, e6, e7) = (-17253.0 / 339200, 22.0 / 525, -1.0 / 40)
        let errorX = e1 * k1.x + e3 * k3.x + e4 * k4.x + e5 * k5.x + e6 * k6.x + e7 * k7.x
        let errorW = e1 * k1.w + e3 * k3.w + e4 * k4.w + e5 * k5.w + e6 * k6.w + e7 * k7.w
        return (nextX, nextW, h * max(abs(errorX) * (lowest > 0 ? width : 1), abs(errorW) / leak))
    }
}
