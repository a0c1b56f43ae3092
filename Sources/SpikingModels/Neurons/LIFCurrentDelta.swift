#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The leaky integrate-and-fire neuron whose input spikes move the potential at once.
///
///     dv/dt = −(v − e_l)/tau_m + (i_e + i_stim)/c_m
///     v ← v + w at a spike of weight w
///
/// Advanced by its exact solution. What arrives in the t_ref after a spike, its end not included, is lost, or kept with the
/// decay of the membrane until it is free again.
///
/// - Source: M. Diesmann, M.-O. Gewaltig, S. Rotter, A. Aertsen 2001, Neurocomputing 38–40:565,
///   doi:10.1016/S0925-2312(01)00409-X.
public enum LIFCurrentDelta: NeuronModel, EventDrivenModel {
    /// The closed form between events.
    package typealias Neuron = LeakyMembrane<PotentialJumps>

    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "lif_curr_delta", aliases: ["iaf_psc_delta", "IF_curr_delta"],
        summary: "Leaky integrate-and-fire, jumps of the potential",
        equations: [
            "dv/dt = −(v − e_l)/tau_m + i_e/c_m",
            "v ← v + w at a spike",
            "v ≥ v_threshold: spike, v = v_reset for t_ref",
        ],
        source: "Diesmann, Gewaltig, Rotter & Aertsen 2001, doi:10.1016/S0925-2312(01)00409-X",
        parameters: LIF.parameters,
        options: [
            OptionRow(
                symbol: "refractory_input", choices: ["lost", "kept"],
                summary: "Whether input during t_ref is lost, or kept with the membrane's decay until its end.")
        ],
        state: [LIF.potential],
        receptors: [ReceptorRow("input", unit: "mV", sign: .any, "Adds the weight to v.")])

    /// Whether parameters fit together.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { LIF.fault(values, neuron) }

    /// A kernel of exact propagators.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? {
        LIF.fitsSingle(setup, times: [])
            ? LoopKernel(Loop<Float>(setup)) : LoopKernel(Loop<Double>(setup))
    }

    /// Neurons that follow the closed form.
    public static func makeEventKernel(_ setup: KernelSetup) -> (any EventKernel)? {
        JumpSumKernel(setup) ?? ClosedFormKernel(setup, Neuron.self)
    }

    private struct Loop<Real: KernelReal>: KernelLoop {
        private let membrane: LIF.Membrane<Real>
        let constants: RealConstants<Real>
        private let kept: UnsafeMutablePointer<Real>
        private let keeps: Real

        init(_ setup: KernelSetup) {
            membrane = LIF.Membrane(setup)
            kept = setup.reals("kept input") { _ in 0 }
            keeps = setup.option("refractory_input") == "kept" ? 1 : 0
            constants = setup.reals(from: LIF.symbols) { neuron in
                LIF.constants(setup, neuron) + [expm1(-setup.step / setup.value("tau_m", neuron))]
            }
        }

        @inline(__always) func advance<C: RealReader>(_ frame: StepFrame, _: C.Type) where C.Real == Real {
            let (leak, drive, unit) = (C(constants, 0), C(constants, 1), C(constants, 2))
            let (threshold, reset, refractory) = (C(constants, 3), C(constants, 4), C(constants, 5))
            let loss = C(constants, 6)
            let (v, r, flags, count) = (membrane.potential, membrane.remaining, membrane.flags, membrane.count)
            let (kept, keeps, input) = (kept, keeps, frame.inputs[0])
            let current = frame.current ?? UnsafePointer(membrane.noCurrent)
            for n in 0..<count {
                let isFree = Choice(r[n] <= 0)
                // Refractoriness ends with the step: what arrives there counts.
                let isEnding = Choice(r[n] == 1)
                let arrived = Real(input[n]) + leak[n] * kept[n]
                // v + v·(e^(−h/τ) − 1) rounds less than v·e^(−h/τ).
                let moved = v[n] + (loss[n] * v[n] + drive[n] + unit[n] * Real(current[n]) + arrived)
                // A refractory neuron is at reset already.
                let atReset = reset[n] + isEnding(arrived, 0)
                let value = isFree(moved, atReset)
                kept[n] = isFree.or(isEnding)(0, keeps * arrived)
                let isSpike = Choice(value >= threshold[n])
                v[n] = isSpike(reset[n], value)
                r[n] = isSpike(refractory[n].whole, max(r[n] &- 1, 0))
                flags[n] = isSpike.flag
            }
            frame.spikes.append(flags: flags, count: count)
        }

        func value(of symbol: String, neuron: Int) -> Double { membrane.value(neuron) }
    }
}
