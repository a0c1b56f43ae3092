#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What the two shapes have in common: time constants, and how large factors become.
private struct SumConstants: BitwiseCopyable {
    let tau, resistance: Double
    /// 1/τ of the membrane and the two currents.
    let leak, ex, inh: Double
    /// γ = R·τ_s/(τ_s − τ): what a current of 1 pA is in the factor of its exponential [mV/pA].
    let perEx, perIn: Double

    /// A time constant that is nearer to the membrane's than this part of it makes factors large and opposite.
    private static let leastDifference = 0.05

    init?(_ membrane: MembraneConstants, excitatory: Double, inhibitory: Double) {
        (tau, resistance) = (membrane.tau, membrane.resistance)
        (leak, ex, inh) = (1 / tau, 1 / excitatory, 1 / inhibitory)
        let least = Self.leastDifference * tau
        guard abs(excitatory - tau) > least, abs(inhibitory - tau) > least else { return nil }
        perEx = resistance * excitatory / (excitatory - tau)
        perIn = resistance * inhibitory / (inhibitory - tau)
    }
}

/// Exponential currents: v = x₀·e^(−t/τ) + x₁·e^(−t/τ_ex) + x₂·e^(−t/τ_in).
struct ExponentialShape: SumShape {
    typealias Currents = ExponentialCurrents
    typealias Cell = SIMD4<Double>

    private let c: SumConstants

    init?(_ constants: LeakyMembrane<ExponentialCurrents>.Constants) {
        guard
            let c = SumConstants(
                constants.membrane, excitatory: constants.currents.excitatory,
                inhibitory: constants.currents.inhibitory)
        else { return nil }
        self.c = c
    }

    var rates: (ex: Double, inh: Double) { (c.ex, c.inh) }

    func hasSigns(_ currents: ExponentialCurrents) -> Bool {
        currents.excitatory.current >= 0 && currents.inhibitory.current <= 0
    }

    func cell(_ potential: Double, _ currents: ExponentialCurrents, at time: Double) -> Cell {
        let (ex, inh) = (c.perEx * currents.excitatory.current, c.perIn * currents.inhibitory.current)
        return SIMD4(
            (potential - ex - inh) * exp(time * c.leak), ex * exp(time * c.ex), inh * exp(time * c.inh), 0)
    }

    func state(of cell: Cell, at time: Double, _ currents: inout ExponentialCurrents) -> Double {
        let (ex, inh) = (cell.y * exp(-time * c.ex), cell.z * exp(-time * c.inh))
        currents.excitatory.current = max(ex / c.perEx, 0)
        currents.inhibitory.current = min(inh / c.perIn, 0)
        return cell.x * exp(-time * c.leak) + ex + inh
    }

    @inline(__always) func impulse(isExcitatory: Bool, leak: Double, own: Double, time: Double) -> Cell {
        isExcitatory
            ? SIMD4(-c.perEx * leak, c.perEx * own, 0, 0) : SIMD4(-c.perIn * leak, 0, c.perIn * own, 0)
    }

    @inline(__always) func moved(_ cell: Cell, by time: Double) -> Cell { cell * potential(at: time) }

    func potential(at time: Double) -> Cell {
        SIMD4(exp(-time * c.leak), exp(-time * c.ex), exp(-time * c.inh), 0)
    }

    func fall(at time: Double, slice h: Double) -> (cell: Cell, potential: Double) {
        // With E and I the greatest currents in the slice, in mV: v′ ≤ (E + |v₀| + I·h/τ)/τ, and it falls by at most
        // h/τ·((E + |v₀| + I·h/τ)/τ + E/τ_ex) + I/τ.
        let ex = c.resistance / c.perEx * exp((h - time) * c.ex)
        let inh = -c.resistance / c.perIn * exp((h - time) * c.inh)
        let part = h * c.leak
        return (
            SIMD4(0, part * (c.leak + c.ex) * ex, c.leak * (part * part + 1) * inh, 0), part * c.leak
        )
    }
}

/// Alpha-shaped currents: v = x₀·e^(−t/τ) + (x₁ + x₂·t)·e^(−t/τ_ex) + (x₃ + x₄·t)·e^(−t/τ_in).
///
/// A current (p + q·t)·e^(−t/τ_s) has x₂ = γ·q and x₁ = γ·(p − κ·q), with κ = τ·τ_s/(τ_s − τ).
struct AlphaShape: SumShape {
    typealias Currents = AlphaForms
    typealias Cell = SIMD8<Double>

    private let c: SumConstants
    private let kappaEx, kappaIn: Double
    /// What a spike of weight 1 adds to the rise of a current [1/ms].
    private let jumpEx, jumpIn: Double

    init?(_ constants: LeakyMembrane<AlphaForms>.Constants) {
        let (ex, inh) = (constants.currents.excitatory, constants.currents.inhibitory)
        guard let c = SumConstants(constants.membrane, excitatory: ex, inhibitory: inh) else { return nil }
        self.c = c
        (kappaEx, kappaIn) = (c.tau * ex / (ex - c.tau), c.tau * inh / (inh - c.tau))
        (jumpEx, jumpIn) = (M_E / ex, M_E / inh)
    }

    var rates: (ex: Double, inh: Double) { (c.ex, c.inh) }

    func hasSigns(_ currents: AlphaForms) -> Bool {
        currents.excitatory.current >= 0 && currents.excitatory.rise >= 0 && currents.inhibitory.current <= 0
            && currents.inhibitory.rise <= 0
    }

    func cell(_ potential: Double, _ currents: AlphaForms, at time: Double) -> Cell {
        let (ex, inh) = (currents.excitatory, currents.inhibitory)
        let (q, s) = (c.perEx * ex.rise, c.perIn * inh.rise)
        let (p, r) = (c.perEx * ex.current - kappaEx * q, c.perIn * inh.current - kappaIn * s)
        let (growEx, growIn) = (exp(time * c.ex), exp(time * c.inh))
        return SIMD8(
            (potential - p - r) * exp(time * c.leak), (p - q * time) * growEx, q * growEx, (r - s * time) * growIn,
            s * growIn, 0, 0, 0)
    }

    func state(of cell: Cell, at time: Double, _ currents: inout AlphaForms) -> Double {
        let (decayEx, decayIn) = (exp(-time * c.ex), exp(-time * c.inh))
        let (p, q) = ((cell[1] + cell[2] * time) * decayEx, cell[2] * decayEx)
        let (r, s) = ((cell[3] + cell[4] * time) * decayIn, cell[4] * decayIn)
        currents.excitatory.rise = max(q / c.perEx, 0)
        currents.excitatory.current = max((p + kappaEx * q) / c.perEx, 0)
        currents.inhibitory.rise = min(s / c.perIn, 0)
        currents.inhibitory.current = min((r + kappaIn * s) / c.perIn, 0)
        return cell[0] * exp(-time * c.leak) + p + r
    }

    @inline(__always) func impulse(isExcitatory: Bool, leak: Double, own: Double, time: Double) -> Cell {
        if isExcitatory {
            let q = c.perEx * jumpEx
            return SIMD8(kappaEx * q * leak, -(kappaEx + time) * q * own, q * own, 0, 0, 0, 0, 0)
        }
        let s = c.perIn * jumpIn
        return SIMD8(kappaIn * s * leak, 0, 0, -(kappaIn + time) * s * own, s * own, 0, 0, 0)
    }

    @inline(__always) func moved(_ cell: Cell, by time: Double) -> Cell {
        let (decayEx, decayIn) = (exp(-time * c.ex), exp(-time * c.inh))
        return SIMD8(
            cell[0] * exp(-time * c.leak), (cell[1] + cell[2] * time) * decayEx, cell[2] * decayEx,
            (cell[3] + cell[4] * time) * decayIn, cell[4] * decayIn, 0, 0, 0)
    }

    func potential(at time: Double) -> Cell {
        let (decayEx, decayIn) = (exp(-time * c.ex), exp(-time * c.inh))
        return SIMD8(exp(-time * c.leak), decayEx, time * decayEx, decayIn, time * decayIn, 0, 0, 0)
    }

    func fall(at time: Double, slice h: Double) -> (cell: Cell, potential: Double) {
        // With E and I the greatest currents and S the greatest rise of the inhibitory one in the slice, in mV and mV/ms:
        // v′ ≤ (E + |v₀| + I·h/τ)/τ, and it falls by at most h/τ·((E + |v₀| + I·h/τ)/τ + E/τ_ex + S).
        let ex = c.resistance / c.perEx * exp((h - time) * c.ex)
        let inh = -c.resistance / c.perIn * exp((h - time) * c.inh)
        let part = h * c.leak
        let (onEx, onIn) = (part * (c.leak + c.ex) * ex, part * part * c.leak * inh)
        return (
            SIMD8(
                0, onEx, onEx * (kappaEx + time), onIn, onIn * (kappaIn + time) + part * inh, 0, 0, 0),
            part * c.leak
        )
    }
}
