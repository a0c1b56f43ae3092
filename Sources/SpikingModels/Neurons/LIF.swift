#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What the leaky integrate-and-fire models share: the rows of the membrane, its columns and its propagators.
///
/// Potentials are held relative to the resting potential, where single precision has more digits.
enum LIF {
    /// The rows of the membrane.
    static let parameters = [
        ParameterRow(
            "tau_m", unit: "ms", default: 10, allowed: .above(0), pyNN: "tau_m", nest: "tau_m",
            "Time constant of the membrane."),
        ParameterRow(
            "c_m", unit: "pF", default: 250, allowed: .above(0), pyNN: "cm", nest: "C_m", "Capacitance of the membrane."
        ),
        ParameterRow("e_l", unit: "mV", default: -70, pyNN: "v_rest", nest: "E_L", "Resting potential."),
        ParameterRow(
            "v_threshold", unit: "mV", default: -55, pyNN: "v_thresh", nest: "V_th",
            "Potential at which a spike is emitted."),
        ParameterRow("v_reset", unit: "mV", default: -70, pyNN: "v_reset", nest: "V_reset", "Potential after a spike."),
        ParameterRow(
            "t_ref", unit: "ms", default: 2, allowed: .atLeast(0), pyNN: "tau_refrac", nest: "t_ref",
            "How long the potential stays at v_reset after a spike; rounded to whole steps."),
        ParameterRow("i_e", unit: "pA", default: 0, pyNN: "i_offset", nest: "I_e", "Constant current."),
    ]

    /// The parameters that ``constants(_:_:)`` follow from.
    static let symbols = parameters.map(\.symbol)

    /// The row of the potential.
    static let potential = ParameterRow(
        "v", unit: "mV", default: -70, follows: "e_l", pyNN: "v", nest: "V_m", "Membrane potential.")

    /// A reset that would spike again at once.
    static func fault(_ values: ModelValues, _ neuron: Int) -> String? {
        let (threshold, reset) = (values[neuron, "v_threshold"], values[neuron, "v_reset"])
        return reset < threshold ? nil : "v_reset (\(reset) mV) is not below v_threshold (\(threshold) mV)"
    }

    /// Six constants: the leak e^(−h/τ), the step by i_e, the step by 1 pA, threshold and reset relative to e_l, and
    /// the steps of the refractory time.
    static func constants(_ setup: KernelSetup, _ neuron: Int) -> [Double] {
        let (tau, c) = (setup.value("tau_m", neuron), setup.value("c_m", neuron))
        let rest = setup.value("e_l", neuron)
        let unit = -tau / c * expm1(-setup.step / tau)
        return [
            exp(-setup.step / tau), unit * setup.value("i_e", neuron), unit, setup.value("v_threshold", neuron) - rest,
            setup.value("v_reset", neuron) - rest, Double(setup.steps(setup.value("t_ref", neuron))),
        ]
    }

    /// How much a synaptic current of 1 pA at the start of a step moves the potential by its end [mV/pA].
    ///
    /// In the form of expm1 nothing cancels where the two time constants are near each other; where they are equal
    /// the limit is taken (as in NEST's `iaf_propagator.cpp`).
    static func currentPropagator(_ h: Double, tau: Double, synaptic: Double, capacitance c: Double) -> Double {
        let limit = h / c * exp(-h / tau)
        guard tau != synaptic else { return limit }
        let beta = synaptic * tau / (tau - synaptic)
        let value = beta / c * exp(-h / synaptic) * expm1(h / beta)
        return value.isNormal && value > 0 ? value : limit
    }

    /// Whether single precision does for the membrane and for what decays with these time constants.
    static func fitsSingle(_ setup: KernelSetup, times: [String]) -> Bool {
        setup.fitsSingle(["tau_m", "v_threshold", "e_l"] + times, step: setup.step) { bound, value in
            bound.fits(tau: value("tau_m"), threshold: value("v_threshold"), rest: value("e_l"))
                && times.allSatisfy { bound.fits(tau: value($0)) }
        }
    }

    /// Potentials, refractory times and flags of some neurons.
    struct Membrane<Real: KernelReal> {
        let count: Int
        /// v − e_l [mV].
        let potential: UnsafeMutablePointer<Real>
        /// Steps that a neuron stays refractory.
        let remaining: UnsafeMutablePointer<Int32>
        let flags: UnsafeMutablePointer<UInt8>
        /// Zeros, for steps without injected current.
        let noCurrent: UnsafeMutablePointer<Float>
        private let rest: RealConstants<Real>

        init(_ setup: KernelSetup) {
            count = setup.count
            potential = setup.reals("v") { setup.value("v", $0) - setup.value("e_l", $0) }
            remaining = setup.integers("refractory") { _ in 0 }
            flags = setup.flags()
            noCurrent = setup.column("no current") { _ in 0 }
            rest = setup.reals(from: ["e_l"]) { [setup.value("e_l", $0)] }
        }

        /// The potential of one neuron [mV].
        func value(_ neuron: Int) -> Double { Double(potential[neuron]) + Double(rest.value(0, neuron)) }
    }
}
