/// What the leaky integrate-and-fire models with conductances share: rows, and a kernel for each time course.
///
/// The equation of the potential is linear with coefficients that change in time, c·dv/dt = b(t) − a(t)·v. Over a step
/// the total ∫a is known in closed form. With the mean target v̄ = ∫b/∫a, the solution is
///
///     v(h) = v̄ + (v(0) − v̄)·e^(−∫a) + ∫ e^(−∫_s^h a)·(b(s) − a(s)·v̄) ds
///
/// and the last integral, which is 0 for constant conductances, is taken by Simpson's rule. The method is of fourth
/// order, exact for constant conductances, and bounded for any conductance and any step.
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

    /// A kernel for synapses of either time course.
    final class Kernel: NeuronKernel {
        private let membrane: LIF.Membrane
        private let synapses: Conductances
        private let constants: KernelConstants
        private let substeps: Int
        /// The length of a part of a step [ms].
        private let part: Float

        init(_ setup: KernelSetup, isAlpha: Bool) {
            membrane = LIF.Membrane(setup)
            synapses = Conductances(setup, isAlpha: isAlpha)
            // The leak is integrated exactly, so only the synapses limit a part.
            let substeps = Conductances.substeps(setup, limit: .infinity, isAlpha: isAlpha)
            self.substeps = substeps
            part = Float(setup.step / Double(substeps))
            constants = setup.constants(from: LIFConductance.parameters(isAlpha: isAlpha).map(\.symbol)) { neuron in
                let (c, rest) = (setup.value("c_m", neuron), setup.value("e_l", neuron))
                return [
                    setup.value("g_l", neuron), 1 / c, setup.value("e_ex", neuron) - rest,
                    setup.value("e_in", neuron) - rest, setup.value("i_e", neuron),
                    setup.value("v_threshold", neuron) - rest, setup.value("v_reset", neuron) - rest,
                    Double(setup.steps(setup.value("t_ref", neuron))),
                ] + Conductances.constants(setup, neuron, substeps: substeps, isAlpha: isAlpha)
            }
        }

        func advance(_ frame: StepFrame) {
            if synapses.isAlpha { advance(frame, AlphaCourse.self) } else { advance(frame, ExponentialCourse.self) }
        }

        @inline(__always) private func advance<Course: SynapticCourse>(_ frame: StepFrame, _ course: Course.Type) {
            if constants.areShared {
                for _ in 0..<substeps { move(frame, SharedConstant.self, course) }
                finish(frame, SharedConstant.self, course)
            } else {
                for _ in 0..<substeps { move(frame, EachConstant.self, course) }
                finish(frame, EachConstant.self, course)
            }
        }

        /// Potentials and conductances over a part of the step.
        @inline(__always) private func move<C: ConstantReader, Course: SynapticCourse>(
            _ frame: StepFrame, _: C.Type, _: Course.Type
        ) {
            let (leak, perCapacitance) = (C(constants, 0), C(constants, 1))
            let (reversalEx, reversalIn, drive) = (C(constants, 2), C(constants, 3), C(constants, 4))
            let course = Conductances.Readers<C, Course>(constants, first: 8)
            let (v, r, count, state, part) = (membrane.potential, membrane.remaining, membrane.count, synapses, part)
            let current = frame.current ?? UnsafePointer(membrane.noCurrent)
            for n in 0..<count {
                let g = course.parts(state, n)
                let (toEx, toIn, i) = (reversalEx[n], reversalIn[n], drive[n] + current[n])
                let halfLeak = leak[n] * (0.5 * part)
                let secondTotal = halfLeak + (g.ex.secondArea + g.inh.secondArea)
                let total = (halfLeak + (g.ex.firstArea + g.inh.firstArea)) + secondTotal
                let push =
                    (g.ex.firstArea + g.ex.secondArea) * toEx + (g.inh.firstArea + g.inh.secondArea) * toIn + i * part
                let target = push / total
                let (pullEx, pullIn, rest) = (toEx - target, toIn - target, i - leak[n] * target)
                let atStart = g.ex.start * pullEx + g.inh.start * pullIn + rest
                let atMiddle = g.ex.middle * pullEx + g.inh.middle * pullIn + rest
                let atEnd = g.ex.end * pullEx + g.inh.end * pullIn + rest
                let loss = Exponential.minusOne(-(total * perCapacitance[n]))
                let secondLoss = Exponential.minusOne(-(secondTotal * perCapacitance[n]))
                let uneven = (atStart + loss * atStart) + 4 * (atMiddle + secondLoss * atMiddle) + atEnd
                let change = (v[n] - target) * loss + uneven * (part / 6 * perCapacitance[n])
                v[n] += r[n] <= 0 ? change : 0
                course.store(g, state, n)
            }
        }

        /// Input, threshold and refractoriness at the end of the step.
        @inline(__always) private func finish<C: ConstantReader, Course: SynapticCourse>(
            _ frame: StepFrame, _: C.Type, _: Course.Type
        ) {
            let (threshold, reset, refractory) = (C(constants, 5), C(constants, 6), C(constants, 7))
            let course = Conductances.Readers<C, Course>(constants, first: 8)
            let (v, r, flags, count) = (membrane.potential, membrane.remaining, membrane.flags, membrane.count)
            let (inputEx, inputIn, state) = (frame.inputs[0], frame.inputs[1], synapses)
            for n in 0..<count {
                course.receive(state, n, inputEx[n], inputIn[n])
                let isSpike = v[n] >= threshold[n]
                v[n] = isSpike ? reset[n] : v[n]
                r[n] = isSpike ? Int32(refractory[n]) : (r[n] <= 0 ? 0 : r[n] - 1)
                flags[n] = isSpike ? 1 : 0
            }
            frame.spikes.append(flags: flags, count: count)
        }

        func value(of symbol: String, neuron: Int) -> Double {
            synapses.value(of: symbol, neuron) ?? membrane.value(neuron)
        }
    }
}
