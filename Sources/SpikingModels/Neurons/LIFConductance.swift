/// What the leaky integrate-and-fire models with conductances share: rows, and a kernel for each time course.
///
/// The equation of the potential is linear with coefficients that change in time, c·dv/dt = b(t) − a(t)·v. Over a step
/// of length h, the total A = ∫a/c is known in closed form. With the mean target v̄ = ∫b/∫a, the solution is
///
///     v(h) = v̄ + (v(0) − v̄)·e^(−A) + ∫ e^(−∫_s^h a/c)·r(s)/c ds,  r(s) = b(s) − a(s)·v̄
///
/// where ∫r is 0, and r is 0 for constant conductances. Of r in Legendre polynomials over the step the first one
/// counts, r₁·(2s/h − 1), whose coefficient is known in closed form too. With constant a in the exponent its integral is
/// r₁·h/c·((1 + e^(−A))/A − 2·(1 − e^(−A))/A²). In y = 1 − e^(−A), A times that bracket is y²·(2 + y)/12·(1 + O(A²)), so
///
///     v(h) = v(0) + y·(v̄ − v(0) + r₁·h/∫a·y·(2 + y)/12)
///
/// The method is of fourth order, exact for constant conductances, and bounded for any conductance and any step; it
/// needs one exponential and one division.
///
/// Steps longer than half a synaptic time constant, a quarter of one for alpha functions, are cut into equal parts.
enum LIFConductance {
    /// The rows of the parameters.
    static func parameters(isAlpha: Bool) -> [ParameterRow] {
        [
            ParameterRow(
                "c_m", unit: "pF", default: 250, allowed: .above(0), pyNN: "cm", nest: "C_m",
                "Capacitance of the membrane."),
            ParameterRow(
                "g_l", unit: "nS", default: 16.6667, allowed: .above(0), nest: "g_L",
                "Leak conductance; c_m/g_l is the time constant of the membrane."),
            ParameterRow("e_l", unit: "mV", default: -70, pyNN: "v_rest", nest: "E_L", "Resting potential."),
            ParameterRow(
                "v_threshold", unit: "mV", default: -55, pyNN: "v_thresh", nest: "V_th",
                "Potential at which a spike is emitted."),
            ParameterRow(
                "v_reset", unit: "mV", default: -60, pyNN: "v_reset", nest: "V_reset", "Potential after a spike."),
            ParameterRow(
                "t_ref", unit: "ms", default: 2, allowed: .atLeast(0), pyNN: "tau_refrac", nest: "t_ref",
                "How long the potential stays at v_reset after a spike; rounded to whole steps."),
            ParameterRow("i_e", unit: "pA", default: 0, pyNN: "i_offset", nest: "I_e", "Constant current."),
        ] + Conductances.parameters(excitatory: 0, inhibitory: -85, tau: (0.2, 2), isAlpha: isAlpha)
    }

    /// The equation of the potential.
    static let equation = "c_m·dv/dt = −g_l·(v − e_l) − g_ex·(v − e_ex) − g_in·(v − e_in) + i_e"

    /// A kernel for synapses of either time course, in the precision that the step needs.
    static func makeKernel(_ setup: KernelSetup, isAlpha: Bool) -> any NeuronKernel {
        // The leak is integrated exactly, so only the synapses limit a part.
        let substeps = Conductances.substeps(setup, limit: .infinity, isAlpha: isAlpha)
        let symbols = ["c_m", "g_l", "v_threshold", "e_l"] + Conductances.symbols
        let fits = setup.fitsSingle(symbols, step: setup.step / Double(substeps)) { bound, value in
            bound.fits(tau: value("c_m") / value("g_l"), threshold: value("v_threshold"), rest: value("e_l"))
                && Conductances.symbols.allSatisfy { bound.fits(tau: value($0)) }
        }
        if isAlpha {
            return fits
                ? LoopKernel(Loop<Float, AlphaCourse>(setup, substeps))
                : LoopKernel(Loop<Double, AlphaCourse>(setup, substeps))
        }
        return fits
            ? LoopKernel(Loop<Float, ExponentialCourse>(setup, substeps))
            : LoopKernel(Loop<Double, ExponentialCourse>(setup, substeps))
    }

    /// The columns of some neurons, and the loop over them.
    private struct Loop<Real: KernelReal, Course: SynapticCourse>: KernelLoop {
        private let membrane: LIF.Membrane<Real>
        private let synapses: Conductances.Columns<Real>
        let constants: RealConstants<Real>
        private let substeps: Int

        init(_ setup: KernelSetup, _ substeps: Int) {
            let isAlpha = Course.isAlpha
            membrane = LIF.Membrane(setup)
            synapses = Conductances.Columns(setup, isAlpha: isAlpha)
            self.substeps = substeps
            let part = setup.step / Double(substeps)
            constants = setup.reals(from: LIFConductance.parameters(isAlpha: isAlpha).map(\.symbol)) { neuron in
                let (c, rest) = (setup.value("c_m", neuron), setup.value("e_l", neuron))
                return [
                    setup.value("g_l", neuron) * part / c, part / c, setup.value("e_ex", neuron) - rest,
                    setup.value("e_in", neuron) - rest, setup.value("i_e", neuron) * part / c,
                    setup.value("v_threshold", neuron) - rest, setup.value("v_reset", neuron) - rest,
                    Double(setup.steps(setup.value("t_ref", neuron))),
                ] + Conductances.areaConstants(setup, neuron, substeps: substeps, isAlpha: isAlpha, scale: 1 / c)
            }
        }

        @inline(__always) func advance<C: RealReader>(_ frame: StepFrame, _ reader: C.Type) where C.Real == Real {
            for _ in 1..<substeps { move(frame, reader, isLast: false) }
            move(frame, reader, isLast: true)
            frame.spikes.append(flags: membrane.flags, count: membrane.count)
        }

        /// Potentials and conductances over a part of the step; after the last part input, threshold and refractoriness.
        ///
        /// - Parameter isLast: A literal, so that there are two loops and none asks.
        @inline(__always) private func move<C: RealReader>(
            _ frame: StepFrame, _: C.Type, isLast: Bool
        ) where C.Real == Real {
            let (leak, unit, drive) = (C(constants, 0), C(constants, 1), C(constants, 4))
            let (reversalEx, reversalIn) = (C(constants, 2), C(constants, 3))
            let (threshold, reset, refractory) = (C(constants, 5), C(constants, 6), C(constants, 7))
            let course = Conductances.Areas<C, Course>(constants, first: 8)
            let (v, r, flags, count) = (membrane.potential, membrane.remaining, membrane.flags, membrane.count)
            let (state, inputEx, inputIn) = (synapses, frame.inputs[0], frame.inputs[1])
            let current = frame.current ?? UnsafePointer(membrane.noCurrent)
            for n in 0..<count {
                let (ex, inh) = (
                    course.ex.area(state.level.ex, state.rise.ex, n),
                    course.inh.area(state.level.inh, state.rise.inh, n)
                )
                let (toEx, toIn) = (reversalEx[n], reversalIn[n])
                // A, and ∫b/c.
                let total = leak[n] + (ex.total + inh.total)
                let push = ex.total.times(
                    toEx, plus: inh.total.times(toIn, plus: unit[n].times(Real(current[n]), plus: drive[n])))
                let perTotal = 1 / total
                let target = push * perTotal
                let loss = Real.loss(total)
                // r₁·h/∫a/6
                let tilt = ex.tilt.times(toEx - target, plus: inh.tilt * (toIn - target)) * perTotal
                let pull = (loss * tilt).times(loss.times(0.5, plus: 1), plus: target - v[n])
                let isFree = Choice(r[n] <= 0)
                let value = isFree(loss.times(pull, plus: v[n]), v[n])
                guard isLast else {
                    course.ex.store(ex, 0, state.level.ex, state.rise.ex, n)
                    course.inh.store(inh, 0, state.level.inh, state.rise.inh, n)
                    v[n] = value
                    continue
                }
                course.ex.store(ex, inputEx[n], state.level.ex, state.rise.ex, n)
                course.inh.store(inh, inputIn[n], state.level.inh, state.rise.inh, n)
                let isSpike = Choice(value >= threshold[n])
                v[n] = isSpike(reset[n], value)
                r[n] = isSpike(refractory[n].whole, max(r[n] &- 1, 0))
                flags[n] = isSpike.flag
            }
        }

        func value(of symbol: String, neuron: Int) -> Double {
            synapses.value(of: symbol, neuron) ?? membrane.value(neuron)
        }
    }
}
