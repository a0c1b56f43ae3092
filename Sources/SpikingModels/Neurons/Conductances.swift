#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The time course of a synapse after a spike: a jump with exponential decay, or an alpha function.
///
/// A loop that is generic over it is compiled once for each.
protocol SynapticCourse {
    /// Whether it rises from 0; otherwise it jumps.
    static var isAlpha: Bool { get }
}

/// A jump by the weight, and exponential decay.
enum ExponentialCourse: SynapticCourse {
    static var isAlpha: Bool { false }
}

/// t/τ·e^(1 − t/τ), which peaks at the weight after τ.
enum AlphaCourse: SynapticCourse {
    static var isAlpha: Bool { true }
}

/// What the models with synaptic conductances share: rows, columns, and the time course within a step.
///
/// A kernel is no generic class, whose methods would not be compiled for each course: it asks once a step which course it
/// has, and goes on in loops that are generic over it.
struct Conductances {
    /// The rows of the parameters: reversal potentials and time constants.
    static func parameters(
        excitatory: Double, inhibitory: Double, tau: (ex: Double, inh: Double), isAlpha: Bool
    ) -> [ParameterRow] {
        [
            ParameterRow(
                "e_ex", unit: "mV", default: excitatory, pyNN: "e_rev_E", nest: "E_ex",
                "Reversal potential of excitatory synapses."),
            ParameterRow(
                "e_in", unit: "mV", default: inhibitory, pyNN: "e_rev_I", nest: "E_in",
                "Reversal potential of inhibitory synapses."),
        ] + timeConstants(tau, isAlpha: isAlpha)
    }

    /// The rows of the time constants.
    static func timeConstants(_ tau: (ex: Double, inh: Double), isAlpha: Bool) -> [ParameterRow] {
        let meaning = isAlpha ? "Time to the peak" : "Time constant"
        return [
            ParameterRow(
                "tau_syn_ex", unit: "ms", default: tau.ex, allowed: .above(0), pyNN: "tau_syn_E", nest: "tau_syn_ex",
                "\(meaning) of excitatory synapses."),
            ParameterRow(
                "tau_syn_in", unit: "ms", default: tau.inh, allowed: .above(0), pyNN: "tau_syn_I", nest: "tau_syn_in",
                "\(meaning) of inhibitory synapses."),
        ]
    }

    /// The rows of the state.
    static func state(isAlpha: Bool) -> [ParameterRow] {
        let level = [
            ParameterRow(
                "g_ex", unit: "nS", default: 0, allowed: .atLeast(0), pyNN: "gsyn_exc", nest: "g_ex",
                "Excitatory conductance."),
            ParameterRow(
                "g_in", unit: "nS", default: 0, allowed: .atLeast(0), pyNN: "gsyn_inh", nest: "g_in",
                "Inhibitory conductance."),
        ]
        guard isAlpha else { return level }
        return level + [
            ParameterRow(
                "dg_ex", unit: "nS/ms", default: 0, allowed: .atLeast(0), nest: "dg_ex",
                "Rise of the excitatory conductance."),
            ParameterRow(
                "dg_in", unit: "nS/ms", default: 0, allowed: .atLeast(0), nest: "dg_in",
                "Rise of the inhibitory conductance."),
        ]
    }

    /// The rows of the receptors.
    static func receptors(isAlpha: Bool) -> [ReceptorRow] {
        let effect =
            isAlpha
            ? "Starts an alpha-shaped conductance that peaks at the weight." : "Adds the weight to the conductance."
        return [
            ReceptorRow("excitatory", unit: "nS", sign: .notNegative, effect),
            ReceptorRow("inhibitory", unit: "nS", sign: .notNegative, effect),
        ]
    }

    /// The parameters that ``constants(_:_:substeps:isAlpha:)`` follow from.
    static let symbols = ["tau_syn_ex", "tau_syn_in"]

    /// The levels [nS, or pA for currents] and their rises [1/ms more]; without rise, the level again.
    let level, rise: (ex: UnsafeMutablePointer<Float>, inh: UnsafeMutablePointer<Float>)
    /// Whether they are alpha functions.
    let isAlpha: Bool
    private let columns: Columns<Float>

    /// Takes columns for state variables of these names, and of these names after a `d` for the rises.
    init(_ setup: KernelSetup, isAlpha: Bool, ex: String = "g_ex", inh: String = "g_in") {
        columns = Columns(setup, isAlpha: isAlpha, ex: ex, inh: inh)
        (level, rise, self.isAlpha) = (columns.level, columns.rise, isAlpha)
    }

    /// A state variable of one neuron; `nil` where it is not one of these.
    func value(of symbol: String, _ neuron: Int) -> Double? { columns.value(of: symbol, neuron) }

    /// The synapses of some neurons in a precision.
    struct Columns<Real: KernelReal> {
        /// The levels and their rises, as those of ``Conductances``.
        let level, rise: (ex: UnsafeMutablePointer<Real>, inh: UnsafeMutablePointer<Real>)
        private let names: (ex: String, inh: String)

        init(_ setup: KernelSetup, isAlpha: Bool, ex: String = "g_ex", inh: String = "g_in") {
            func column(_ symbol: String) -> UnsafeMutablePointer<Real> {
                setup.reals(symbol) { setup.value(symbol, $0) }
            }
            names = (ex, inh)
            level = (column(ex), column(inh))
            rise = isAlpha ? (column("d" + ex), column("d" + inh)) : level
        }

        /// A state variable of one neuron; `nil` where it is not one of these.
        func value(of symbol: String, _ neuron: Int) -> Double? {
            switch symbol {
            case names.ex: Double(level.ex[neuron])
            case names.inh: Double(level.inh[neuron])
            case "d" + names.ex: Double(rise.ex[neuron])
            case "d" + names.inh: Double(rise.inh[neuron])
            default: nil
            }
        }
    }

    /// How many equal parts a step is cut into, so that none is longer than `limit` or half a synaptic time constant, a quarter
    /// of one for alpha functions.
    ///
    /// It follows from the parameters of the whole population, so it does not depend on which neurons share a kernel.
    static func substeps(_ setup: KernelSetup, limit: Double, isAlpha: Bool) -> Int {
        Int(min(max(parts(setup.values, step: setup.step, limit: limit, isAlpha: isAlpha), 1), mostParts))
    }

    /// A step that needs more parts is refused.
    private static let mostParts = 10_000.0

    private static func parts(_ values: ModelValues, step: Double, limit: Double, isAlpha: Bool) -> Double {
        let shortest = symbols.flatMap { values[$0].storedValues }.min() ?? .infinity
        return (step / min(limit, shortest / (isAlpha ? 4 : 2)) - 1e-9).rounded(.up)
    }

    /// Why a step is too long for the time constants, in words.
    static func stepFault(_ values: ModelValues, step: Double, limit: Double, isAlpha: Bool) -> String? {
        guard parts(values, step: step, limit: limit, isAlpha: isAlpha) > mostParts else { return nil }
        return
            "its shortest time constant would cut a step of \(step) ms into more than \(Int(mostParts)) parts: take a "
            + "shorter step or longer time constants"
    }

    /// Seven constants a receptor for a part of a step: see ``Readers``.
    static func constants(_ setup: KernelSetup, _ neuron: Int, substeps: Int, isAlpha: Bool) -> [Double] {
        let h = setup.step / Double(substeps)
        return symbols.flatMap { symbol in
            let tau = setup.value(symbol, neuron)
            let x = h / (2 * tau)
            let half = exp(-x)
            // ∫ e^(−s/τ) ds and ∫ s·e^(−s/τ) ds over half of the part.
            let area = -tau * expm1(-x)
            let riseArea = h * h / 4 * Propagators.second(x, x)
            return [half, h / 2 * half, exp(-2 * x), h * exp(-2 * x), area, riseArea, isAlpha ? M_E / tau : 1]
        }
    }

    /// The time course of one neuron's synapses over a part of a step.
    struct Part {
        /// At its start, middle and end.
        let start, middle, end: Float
        /// The integrals over its first and second half.
        let firstArea, secondArea: Float
        /// The rise at its end.
        let rise: Float
    }

    /// The constants in an inner loop.
    struct Readers<C: ConstantReader, Course: SynapticCourse> {
        /// The constants of one receptor.
        struct Receptor {
            let half, halfRamp, full, fullRamp, area, riseArea, jump: C

            init(_ constants: KernelConstants, _ at: Int) {
                half = C(constants, at)
                halfRamp = C(constants, at + 1)
                full = C(constants, at + 2)
                fullRamp = C(constants, at + 3)
                area = C(constants, at + 4)
                riseArea = C(constants, at + 5)
                jump = C(constants, at + 6)
            }

            @inline(__always) func part(
                _ level: UnsafeMutablePointer<Float>, _ rise: UnsafeMutablePointer<Float>, _ n: Int
            ) -> Part {
                let g = level[n]
                guard Course.isAlpha else {
                    let middle = half[n] * g
                    return Part(
                        start: g, middle: middle, end: full[n] * g, firstArea: area[n] * g,
                        secondArea: area[n] * middle, rise: 0)
                }
                let d = rise[n]
                let middle = half[n] * g + halfRamp[n] * d
                return Part(
                    start: g, middle: middle, end: full[n] * g + fullRamp[n] * d,
                    firstArea: area[n] * g + riseArea[n] * d,
                    secondArea: area[n] * middle + riseArea[n] * (half[n] * d), rise: full[n] * d)
            }

            @inline(__always) func store(
                _ part: Part, _ level: UnsafeMutablePointer<Float>, _ rise: UnsafeMutablePointer<Float>, _ n: Int
            ) {
                level[n] = part.end
                if Course.isAlpha { rise[n] = part.rise }
            }

            @inline(__always) func receive(
                _ input: Float, _ level: UnsafeMutablePointer<Float>, _ rise: UnsafeMutablePointer<Float>, _ n: Int
            ) {
                if Course.isAlpha { rise[n] += jump[n] * input } else { level[n] += input }
            }
        }

        let ex, inh: Receptor

        init(_ constants: KernelConstants, first: Int) {
            ex = Receptor(constants, first)
            inh = Receptor(constants, first + 7)
        }

        /// The excitatory and inhibitory time courses over a part of a step.
        @inline(__always) func parts(_ state: Conductances, _ n: Int) -> (ex: Part, inh: Part) {
            (ex.part(state.level.ex, state.rise.ex, n), inh.part(state.level.inh, state.rise.inh, n))
        }

        /// Goes on to the end of a part.
        @inline(__always) func store(_ parts: (ex: Part, inh: Part), _ state: Conductances, _ n: Int) {
            ex.store(parts.ex, state.level.ex, state.rise.ex, n)
            inh.store(parts.inh, state.level.inh, state.rise.inh, n)
        }

        /// Adds what arrives at the end of a step.
        @inline(__always) func receive(_ state: Conductances, _ n: Int, _ inputEx: Float, _ inputIn: Float) {
            ex.receive(inputEx, state.level.ex, state.rise.ex, n)
            inh.receive(inputIn, state.level.inh, state.rise.inh, n)
        }
    }
}
