#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The leaky integrate-and-fire neuron with alpha-shaped synaptic currents.
///
///     c_m·dv/dt = −(c_m/tau_m)·(v − e_l) + i_ex + i_in + i_e + i_stim
///     d(di)/dt = −di/tau_syn,  d(i)/dt = di − i/tau_syn
///     di ← di + w·e/tau_syn at a spike of weight w: the current peaks at w after tau_syn
///
/// Advanced by exact propagators, without error of the step.
///
/// - Source: S. Rotter, M. Diesmann 1999, Biol. Cybern. 81:381, doi:10.1007/s004220050570 (propagators).
public enum LIFCurrentAlpha: NeuronModel, EventDrivenModel {
    /// The closed form between events.
    package typealias Neuron = LeakyMembrane<AlphaForms>

    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "lif_curr_alpha", aliases: ["iaf_psc_alpha", "IF_curr_alpha"],
        summary: "Leaky integrate-and-fire, alpha-shaped currents",
        equations: [
            "c_m·dv/dt = −(c_m/tau_m)·(v − e_l) + i_ex + i_in + i_e",
            "d(di)/dt = −di/tau_syn, d(i)/dt = di − i/tau_syn, di ← di + w·e/tau_syn at a spike",
            "v ≥ v_threshold: spike, v = v_reset for t_ref",
        ],
        source: "Rotter & Diesmann 1999, doi:10.1007/s004220050570",
        parameters: LIF.parameters + [
            ParameterRow(
                "tau_syn_ex", unit: "ms", default: 2, allowed: .above(0), pyNN: "tau_syn_E", nest: "tau_syn_ex",
                "Time to the peak of excitatory currents."),
            ParameterRow(
                "tau_syn_in", unit: "ms", default: 2, allowed: .above(0), pyNN: "tau_syn_I", nest: "tau_syn_in",
                "Time to the peak of inhibitory currents."),
        ],
        state: [LIF.potential] + AlphaCurrents.state, receptors: AlphaCurrents.receptors)

    /// Whether parameters fit together.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { LIF.fault(values, neuron) }

    /// A kernel of exact propagators.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? {
        LIF.fitsSingle(setup, times: ["tau_syn_ex", "tau_syn_in"])
            ? LoopKernel(Loop<Float>(setup)) : LoopKernel(Loop<Double>(setup))
    }

    /// Neurons that follow the closed form.
    public static func makeEventKernel(_ setup: KernelSetup) -> (any EventKernel)? {
        CurrentSumKernel(setup, AlphaShape.self) ?? ClosedFormKernel(setup, Neuron.self)
    }

    private struct Loop<Real: KernelReal>: KernelLoop {
        private let membrane: LIF.Membrane<Real>
        let constants: RealConstants<Real>
        private let currents: AlphaCurrents.Columns<Real>

        init(_ setup: KernelSetup) {
            membrane = LIF.Membrane(setup)
            currents = AlphaCurrents.Columns(setup)
            constants = setup.reals(from: LIF.symbols + ["tau_syn_ex", "tau_syn_in"]) { neuron in
                let (h, tau, c) = (setup.step, setup.value("tau_m", neuron), setup.value("c_m", neuron))
                return LIF.constants(setup, neuron) + [expm1(-h / tau)]
                    + AlphaCurrents.constants(setup, neuron, tau: tau, capacitance: c)
            }
        }

        @inline(__always) func advance<C: RealReader>(_ frame: StepFrame, _: C.Type) where C.Real == Real {
            let (drive, unit, threshold) = (C(constants, 1), C(constants, 2), C(constants, 3))
            let (reset, refractory, loss) = (C(constants, 4), C(constants, 5), C(constants, 6))
            let synapses = AlphaCurrents.Readers<C>(constants, first: 7)
            let (v, r, flags, count) = (membrane.potential, membrane.remaining, membrane.flags, membrane.count)
            let (inputEx, inputIn, currents) = (frame.inputs[0], frame.inputs[1], currents)
            let current = frame.current ?? UnsafePointer(membrane.noCurrent)
            for n in 0..<count {
                let moved =
                    v[n] + (loss[n] * v[n] + synapses.potential(currents, n) + drive[n] + unit[n] * Real(current[n]))
                let isFree = Choice(r[n] <= 0)
                // A refractory neuron is at reset already.
                let value = isFree(moved, reset[n])
                synapses.advance(currents, n, inputEx[n], inputIn[n])
                let isSpike = Choice(value >= threshold[n])
                v[n] = isSpike(reset[n], value)
                r[n] = isSpike(refractory[n].whole, max(r[n] &- 1, 0))
                flags[n] = isSpike.flag
            }
            frame.spikes.append(flags: flags, count: count)
        }

        func value(of symbol: String, neuron: Int) -> Double {
            currents.value(of: symbol, neuron) ?? membrane.value(neuron)
        }
    }
}
