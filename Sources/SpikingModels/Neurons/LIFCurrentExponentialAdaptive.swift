#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The leaky integrate-and-fire neuron with exponential synaptic currents and spike-triggered adaptation.
///
///     c_m·dv/dt = −(c_m/tau_m)·(v − e_l) + i_ex + i_in − w + i_e + i_stim
///     tau_w·dw/dt = −w,  w ← w + b at a spike of the neuron
///
/// The adaptation current has no part below threshold, so that all is linear between spikes and has a closed form.
///
/// - Source: Y.-H. Liu, X.-J. Wang 2001, J. Comput. Neurosci. 10:25, doi:10.1023/A:1008916026143 (adaptation); S. Rotter,
///   M. Diesmann 1999, Biol. Cybern. 81:381, doi:10.1007/s004220050570 (propagators).
public enum LIFCurrentExponentialAdaptive: NeuronModel, EventDrivenModel {
    /// The closed form between events.
    package typealias Neuron = LeakyMembrane<AdaptingCurrents>

    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "lif_curr_exp_adapt",
        summary: "Leaky integrate-and-fire, exponential currents, spike-triggered adaptation",
        equations: [
            "c_m·dv/dt = −(c_m/tau_m)·(v − e_l) + i_ex + i_in − w + i_e",
            "tau_syn·di/dt = −i, i ← i + weight at a spike", "tau_w·dw/dt = −w",
            "v ≥ v_threshold: spike, w ← w + b, v = v_reset for t_ref",
        ],
        source: "Liu & Wang 2001, doi:10.1023/A:1008916026143; Rotter & Diesmann 1999, doi:10.1007/s004220050570",
        parameters: LIFCurrentExponential.schema.parameters + [
            ParameterRow(
                "tau_w", unit: "ms", default: 100, allowed: .above(0), pyNN: "tau_w", nest: "tau_w",
                "Time constant of adaptation."),
            ParameterRow("b", unit: "pA", default: 10, pyNN: "b", nest: "b", "What a spike adds to w."),
        ],
        state: LIFCurrentExponential.schema.state + [
            ParameterRow("w", unit: "pA", default: 0, pyNN: "w", nest: "w", "Adaptation current.")
        ],
        receptors: LIFCurrentExponential.schema.receptors)

    /// Whether parameters fit together.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { LIF.fault(values, neuron) }

    /// A kernel of exact propagators.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? {
        LIF.fitsSingle(setup, times: ["tau_syn_ex", "tau_syn_in", "tau_w"])
            ? LoopKernel(Loop<Float>(setup)) : LoopKernel(Loop<Double>(setup))
    }

    /// Neurons that follow the closed form.
    public static func makeEventKernel(_ setup: KernelSetup) -> (any EventKernel)? {
        ClosedFormKernel(setup, Neuron.self)
    }

    private struct Loop<Real: KernelReal>: KernelLoop {
        private let membrane: LIF.Membrane<Real>
        let constants: RealConstants<Real>
        private let excitatory, inhibitory, adaptation: UnsafeMutablePointer<Real>

        init(_ setup: KernelSetup) {
            membrane = LIF.Membrane(setup)
            excitatory = setup.reals("i_ex") { setup.value("i_ex", $0) }
            inhibitory = setup.reals("i_in") { setup.value("i_in", $0) }
            adaptation = setup.reals("w") { setup.value("w", $0) }
            let times = ["tau_syn_ex", "tau_syn_in", "tau_w"]
            constants = setup.reals(from: LIF.symbols + times + ["b"]) { neuron in
                let (h, tau, c) = (setup.step, setup.value("tau_m", neuron), setup.value("c_m", neuron))
                return LIF.constants(setup, neuron) + times.map { exp(-h / setup.value($0, neuron)) }
                    + times.map {
                        LIF.currentPropagator(h, tau: tau, synaptic: setup.value($0, neuron), capacitance: c)
                    } + [setup.value("b", neuron)]
            }
        }

        @inline(__always) func advance<C: RealReader>(_ frame: StepFrame, _: C.Type) where C.Real == Real {
            let (leak, drive, unit) = (C(constants, 0), C(constants, 1), C(constants, 2))
            let (threshold, reset, refractory) = (C(constants, 3), C(constants, 4), C(constants, 5))
            let (decayEx, decayIn, decayW) = (C(constants, 6), C(constants, 7), C(constants, 8))
            let (fromEx, fromIn, fromW) = (C(constants, 9), C(constants, 10), C(constants, 11))
            let increment = C(constants, 12)
            let (v, r, flags, count) = (membrane.potential, membrane.remaining, membrane.flags, membrane.count)
            let (ex, inh, w) = (excitatory, inhibitory, adaptation)
            let (inputEx, inputIn) = (frame.inputs[0], frame.inputs[1])
            let current = frame.current ?? UnsafePointer(membrane.noCurrent)
            for n in 0..<count {
                let pulled = fromEx[n] * ex[n] + fromIn[n] * inh[n] - fromW[n] * w[n]
                let moved = leak[n] * v[n] + pulled + drive[n] + unit[n] * Real(current[n])
                let isFree = Choice(r[n] <= 0)
                // A refractory neuron is at reset already.
                let value = isFree(moved, reset[n])
                ex[n] = decayEx[n] * ex[n] + Real(inputEx[n])
                inh[n] = decayIn[n] * inh[n] + Real(inputIn[n])
                let isSpike = Choice(value >= threshold[n])
                w[n] = decayW[n] * w[n] + isSpike(increment[n], 0)
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
            case "w": Double(adaptation[neuron])
            default: membrane.value(neuron)
            }
        }
    }
}
