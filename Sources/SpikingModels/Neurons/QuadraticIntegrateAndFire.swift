#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The quadratic integrate-and-fire neuron, the normal form of neurons that begin to fire at an arbitrarily low rate.
///
///     c_m·dv/dt = g_l·(v − e_l)·(v − v_c)/(v_c − e_l) + i_e + i_stim,  v ← v + w at a spike of weight w
///
/// With a current that is constant over the step the equation is a Riccati equation, whose closed form is used: no
/// error of the step, and a potential that would run to infinity within the step is seen exactly. Input in the t_ref after a
/// spike is lost, that at its very end is not.
///
/// - Source: G. B. Ermentrout, N. Kopell 1986, SIAM J. Appl. Math. 46:233, doi:10.1137/0146017; P. E. Latham et al.
///   2000, J. Neurophysiol. 83:808, doi:10.1152/jn.2000.83.2.808.
public enum QuadraticIntegrateAndFire: NeuronModel, EventDrivenModel {
    /// The closed form between events.
    package typealias Neuron = QuadraticForm

    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "qif_delta",
        summary: "Quadratic integrate-and-fire, delta synapses",
        equations: [
            "c_m·dv/dt = g_l·(v − e_l)·(v − v_c)/(v_c − e_l) + i_e",
            "v ← v + w at a spike",
            "v ≥ v_peak: spike, v = v_reset for t_ref",
        ],
        source: "Ermentrout & Kopell 1986, doi:10.1137/0146017; Latham et al. 2000, doi:10.1152/jn.2000.83.2.808",
        parameters: [
            ParameterRow("c_m", unit: "pF", default: 250, allowed: .above(0), pyNN: "cm", nest: "C_m", "Capacitance."),
            ParameterRow(
                "g_l", unit: "nS", default: 20, allowed: .above(0), nest: "g_L", "Conductance at rest without current."),
            ParameterRow(
                "e_l", unit: "mV", default: -70, pyNN: "v_rest", nest: "E_L", "Resting potential without current."),
            ParameterRow(
                "v_c", unit: "mV", default: -50, "Potential above which v runs away without current; above e_l."),
            ParameterRow("v_peak", unit: "mV", default: 0, nest: "V_peak", "Potential at which a spike is emitted."),
            ParameterRow(
                "v_reset", unit: "mV", default: -75, pyNN: "v_reset", nest: "V_reset", "Potential after a spike."),
            ParameterRow(
                "t_ref", unit: "ms", default: 0, allowed: .atLeast(0), pyNN: "tau_refrac", nest: "t_ref",
                "How long the potential stays at v_reset; rounded to whole steps."),
            ParameterRow("i_e", unit: "pA", default: 0, pyNN: "i_offset", nest: "I_e", "Constant current."),
        ],
        state: [
            ParameterRow("v", unit: "mV", default: -70, follows: "e_l", pyNN: "v", nest: "V_m", "Membrane potential.")
        ],
        receptors: [
            ReceptorRow(
                "input", unit: "mV",
                "Adds the weight to the potential; lost in the t_ref after a spike, its end not included.")
        ])

    /// Whether parameters fit together.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? {
        let (peak, reset) = (values[neuron, "v_peak"], values[neuron, "v_reset"])
        if reset >= peak { return "v_reset (\(reset) mV) is not below v_peak (\(peak) mV)" }
        let (rest, critical) = (values[neuron, "e_l"], values[neuron, "v_c"])
        if critical <= rest { return "v_c (\(critical) mV) is not above e_l (\(rest) mV)" }
        return peak > critical ? nil : "v_peak (\(peak) mV) is not above v_c (\(critical) mV)"
    }

    /// A kernel of the closed form.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? { Kernel(setup) }

    /// Neurons that follow the closed form.
    public static func makeEventKernel(_ setup: KernelSetup) -> (any EventKernel)? {
        ClosedFormKernel(setup, Neuron.self)
    }

    private final class Kernel: NeuronKernel {
        private let setup: KernelSetup
        private let potential: UnsafeMutablePointer<Float>
        private let remaining: UnsafeMutablePointer<Int32>
        private let flags, isFar: UnsafeMutablePointer<UInt8>
        private let noCurrent: UnsafeMutablePointer<Float>
        private let constants: KernelConstants
        private let step: Double

        init(_ setup: KernelSetup) {
            self.setup = setup
            step = setup.step
            // Relative to the middle of the parabola.
            potential = setup.column("v") { setup.value("v", $0) - Self.middle(setup, $0) }
            remaining = setup.integers("refractory") { _ in 0 }
            (flags, isFar) = (setup.flags(), setup.flags())
            noCurrent = setup.column("no current") { _ in 0 }
            constants = setup.constants(from: QuadraticIntegrateAndFire.schema.parameters.map(\.symbol)) { neuron in
                let middle = Self.middle(setup, neuron)
                let k = setup.value("g_l", neuron) / (setup.value("v_c", neuron) - setup.value("e_l", neuron))
                return [
                    k / setup.value("c_m", neuron), setup.value("i_e", neuron), k, setup.value("v_c", neuron) - middle,
                    setup.value("v_peak", neuron) - middle, setup.value("v_reset", neuron) - middle,
                    Double(setup.steps(setup.value("t_ref", neuron))),
                ]
            }
        }

        private static func middle(_ setup: KernelSetup, _ neuron: Int) -> Double {
            (setup.value("e_l", neuron) + setup.value("v_c", neuron)) / 2
        }

        func advance(_ frame: StepFrame) {
            if constants.areShared {
                advance(frame, SharedConstant.self)
            } else {
                advance(frame, EachConstant.self)
            }
        }

        @inline(__always) private func advance<C: ConstantReader>(_ frame: StepFrame, _: C.Type) {
            let (rate, drive, k, half) = (C(constants, 0), C(constants, 1), C(constants, 2), C(constants, 3))
            let (peak, reset, refractory) = (C(constants, 4), C(constants, 5), C(constants, 6))
            let (v, r, flags, isFar, input) = (potential, remaining, flags, isFar, frame.inputs[0])
            let (step, count, current) = (step, setup.count, frame.current ?? UnsafePointer(noCurrent))
            for n in 0..<count {
                let offset = Self.offset(Double(drive[n]) + Double(current[n]), Double(k[n]), Double(half[n]))
                let (u, time) = (Double(v[n]), Double(rate[n]) * step)
                let slope = time * Self.nearTangent(offset * time * time)
                let rest = 1 - u * slope
                let moved = (rest > 0 ? (u + offset * slope) / rest : .infinity) + Double(input[n])
                let isNear = Choice(abs(offset * time * time) < Self.nearest)
                let isFree = isNear.and(r[n] <= 0)
                // Refractoriness ends with the step: what arrives there counts.
                let isEnding = isNear.and(r[n] == 1)
                let value = isFree(Float(moved), isEnding(Float(u + Double(input[n])), v[n]))
                let isReached = isFree.and(moved >= Double(peak[n]))
                let isSpike = isReached.or(isEnding.and(value >= peak[n]))
                v[n] = isSpike(reset[n], value)
                r[n] = isSpike(Int32(refractory[n]), isNear(max(r[n] &- 1, 0), r[n]))
                flags[n] = isSpike.flag
                isFar[n] = 1 - isNear.flag
            }
            // The others, seldom any, by the closed form itself.
            let words = UnsafeRawPointer(isFar)
            for first in stride(from: 0, to: count, by: 8)
            where words.loadUnaligned(fromByteOffset: first, as: UInt64.self) != 0 {
                for n in first..<min(first + 8, count) where isFar[n] != 0 {
                    if r[n] > 1 {
                        r[n] -= 1
                        continue
                    }
                    let offset = Self.offset(Double(drive[n]) + Double(current[n]), Double(k[n]), Double(half[n]))
                    let u = Double(v[n])
                    let moved = (r[n] > 0 ? u : Self.flow(u, offset, Double(rate[n]) * step)) + Double(input[n])
                    let isSpike = moved >= Double(peak[n])
                    v[n] = isSpike ? reset[n] : Float(moved)
                    r[n] = isSpike ? Int32(refractory[n]) : 0
                    flags[n] = isSpike ? 1 : 0
                }
            }
            frame.spikes.append(flags: flags, count: count)
        }

        /// What the equation adds to u², the square of the distance from the middle of the parabola.
        @inline(__always) private static func offset(_ current: Double, _ k: Double, _ half: Double) -> Double {
            current / k - half * half
        }

        /// The greatest argument of ``nearTangent(_:)``.
        private static let nearest = 0.03

        /// tan(√q)/√q, or for negative q tanh(√−q)/√−q, by the series: eight terms are exact for double precision.
        @inline(__always) private static func nearTangent(_ q: Double) -> Double {
            var sum = 929_569.0 / 638_512_875
            sum = sum * q + 21_844.0 / 6_081_075
            sum = sum * q + 1_382.0 / 155_925
            sum = sum * q + 62.0 / 2_835
            sum = sum * q + 17.0 / 315
            sum = sum * q + 2.0 / 15
            sum = sum * q + 1.0 / 3
            return sum * q + 1
        }

        /// The value at time 1 of du/dt = rate·(u² + offset) from `u`; infinite where it has run away by then.
        private static func flow(_ u: Double, _ offset: Double, _ rate: Double) -> Double {
            let s = abs(offset).squareRoot()
            // tan(x)/s and tanh(x)/s, whose limit at s = 0 is the same.
            let slope = s * rate < 1e-9 ? rate : (offset > 0 ? tan(s * rate) : tanh(s * rate)) / s
            if offset > 0, s * rate >= Double.pi / 2 { return .infinity }
            let rest = 1 - u * slope
            return rest > 0 ? (u + offset * slope) / rest : .infinity
        }

        func value(of symbol: String, neuron: Int) -> Double {
            Double(potential[neuron]) + Self.middle(setup, neuron)
        }
    }
}
