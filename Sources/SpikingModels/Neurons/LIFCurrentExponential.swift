#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The leaky integrate-and-fire neuron with exponential synaptic currents.
///
///     c_m·dv/dt = −(c_m/tau_m)·(v − e_l) + i_ex + i_in + i_e + i_stim
///     tau_syn·di/dt = −i,  i ← i + w at a spike of weight w
///
/// Advanced by exact propagators, without error of the step: (v, i_ex, i_in) at the end of a step is a linear function
/// of that at its start.
///
/// - Source: S. Rotter, M. Diesmann 1999, Biol. Cybern. 81:381, doi:10.1007/s004220050570 (propagators).
public enum LIFCurrentExponential: NeuronModel, EventDrivenModel {
    /// The closed form between events.
    package typealias Neuron = LeakyMembrane<ExponentialCurrents>

    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "lif_curr_exp", aliases: ["iaf_psc_exp", "IF_curr_exp"],
        summary: "Leaky integrate-and-fire, exponential currents",
        equations: [
            "c_m·dv/dt = −(c_m/tau_m)·(v − e_l) + i_ex + i_in + i_e",
            "tau_syn·di/dt = −i, i ← i + w at a spike",
            "v ≥ v_threshold: spike, v = v_reset for t_ref",
        ],
        source: "Rotter & Diesmann 1999, doi:10.1007/s004220050570",
        parameters: LIF.parameters + [
            ParameterRow(
                "tau_syn_ex", unit: "ms", default: 2, allowed: .above(0), pyNN: "tau_syn_E", nest: "tau_syn_ex",
                "Time constant of excitatory currents."),
            ParameterRow(
                "tau_syn_in", unit: "ms", default: 2, allowed: .above(0), pyNN: "tau_syn_I", nest: "tau_syn_in",
                "Time constant of inhibitory currents."),
        ],
        state: [
            LIF.potential,
            ParameterRow("i_ex", unit: "pA", default: 0, nest: "I_syn_ex", "Excitatory synaptic current."),
            ParameterRow("i_in", unit: "pA", default: 0, nest: "I_syn_in", "Inhibitory synaptic current."),
        ],
        receptors: [
            ReceptorRow("excitatory", unit: "pA", sign: .any, "Adds the weight to i_ex."),
            ReceptorRow("inhibitory", unit: "pA", sign: .any, "Adds the weight, negative to inhibit, to i_in."),
        ])

    /// Whether parameters fit together.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { LIF.fault(values, neuron) }

    /// A kernel of exact propagators.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? {
        LIF.fitsSingle(setup, times: ["tau_syn_ex", "tau_syn_in"])
            ? LoopKernel(Loop<Float>(setup)) : LoopKernel(Loop<Double>(setup))
    }

    /// Neurons that follow the closed form.
    public static func makeEventKernel(_ setup: KernelSetup) -> (any EventKernel)? {
        CurrentSumKernel(setup, ExponentialShape.self) ?? ClosedFormKernel(setup, Neuron.self)
    }

    private struct Loop<Real: KernelReal>: KernelLoop {
        private let membrane: LIF.Membrane<Real>
        let constants: RealConstants<Real>
        private let excitatory, inhibitory: UnsafeMutablePointer<Real>

        init(_ setup: KernelSetup) {
            membrane = LIF.Membrane(setup)
            excitatory = setup.reals("i_ex") { setup.value("i_ex", $0) }
            inhibitory = setup.reals("i_in") { setup.value("i_in", $0) }
            constants = setup.reals(from: LIF.symbols + ["tau_syn_ex", "tau_syn_in"]) { neuron in
                let (h, tau, c) = (setup.step, setup.value("tau_m", neuron), setup.value("c_m", neuron))
                let (ex, inh) = (setup.value("tau_syn_ex", neuron), setup.value("tau_syn_in", neuron))
                return LIF.constants(setup, neuron) + [
                    exp(-h / ex), exp(-h / inh),
                    LIF.currentPropagator(h, tau: tau, synaptic: ex, capacitance: c),
                    LIF.currentPropagator(h, tau: tau, synaptic: inh, capacitance: c),
                ]
            }
        }

        @inline(__always) func advance<C: RealReader>(_ frame: StepFrame, _: C.Type) where C.Real == Real {
            let (leak, drive, unit) = (C(constants, 0), C(constants, 1), C(constants, 2))
            let (threshold, reset, refractory) = (C(constants, 3), C(constants, 4), C(constants, 5))
            let (decayEx, decayIn) = (C(constants, 6), C(constants, 7))
            let (fromEx, fromIn) = (C(constants, 8), C(constants, 9))
            let (v, r, flags, count) = (membrane.potential, membrane.remaining, membrane.flags, membrane.count)
            let (ex, inh, inputEx, inputIn) = (excitatory, inhibitory, frame.inputs[0], frame.inputs[1])
            let current = frame.current ?? UnsafePointer(membrane.noCurrent)
            for n in 0..<count {
                let moved =
                    leak[n] * v[n] + fromEx[n] * ex[n] + fromIn[n] * inh[n] + drive[n] + unit[n] * Real(current[n])
                let isFree = Choice(r[n] <= 0)
                // A refractory neuron is at reset already.
                let value = isFree(moved, reset[n])
                ex[n] = decayEx[n] * ex[n] + Real(inputEx[n])
                inh[n] = decayIn[n] * inh[n] + Real(inputIn[n])
                let isSpike = Choice(value >= threshold[n])
                v[n] = isSpike(reset[n], value)
                r[n] = isSpike(refractory[n].whole, max(r[n] &- 1, 0))
                flags[n] = isSpike.flag
            }
            frame.spikes.append(flags: flags, count: count)
        }

        func value(of symbol: String, neuron: Int) -> Double {
            switch symbol {
            case "i_ex": Double(excitatory[neuron])
            case "i_in": Double(inhibitory[neuron])
            default: membrane.value(neuron)
            }
        }
    }
}
