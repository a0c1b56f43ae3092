extension AdEx {
    /// A kernel for synapses of either time course, conductances or currents.
    ///
    /// Neurons away from a spike take classical Runge-Kutta steps of fourth order, all in one vector loop; synapses are
    /// exact. A neuron whose exponential current or conductances are too stiff for that, or that reaches v_peak, goes
    /// through ``AdExUpstroke`` instead. The choice depends on the neuron alone.
    final class Kernel: NeuronKernel {
        /// The greatest product of a rate and a step with which the Runge-Kutta steps are taken: the error of a step
        /// is then below 10⁻⁶ of the change.
        private static let stiffness: Float = 0.15

        private let count, substeps: Int
        private let part: Float
        private let setup: KernelSetup
        private let synapses: Conductances
        private let constants: KernelConstants
        /// For adaptive steps, one for all neurons that share their parameters.
        private let hardNeurons: [AdExUpstroke]
        private let isConductance: Bool
        /// v − e_l and w, and what rounding took from each.
        private let v, w, lostV, lostW: UnsafeMutablePointer<Float>
        private let remaining: UnsafeMutablePointer<Int32>
        private let flags, hard: UnsafeMutablePointer<UInt8>
        private let noCurrent: UnsafeMutablePointer<Float>
        private(set) var failure: KernelFailure?

        init(_ setup: KernelSetup, isAlpha: Bool, isConductance: Bool) {
            self.setup = setup
            self.isConductance = isConductance
            count = setup.count
            v = setup.column("v") { setup.value("v", $0) - setup.value("e_l", $0) }
            w = setup.column("w") { setup.value("w", $0) }
            lostV = setup.column("rounding of v") { _ in 0 }
            lostW = setup.column("rounding of w") { _ in 0 }
            remaining = setup.integers("refractory") { _ in 0 }
            flags = setup.flags()
            hard = setup.flags()
            noCurrent = setup.column("no current") { _ in 0 }
            let names = isConductance ? ("g_ex", "g_in") : ("i_ex", "i_in")
            synapses = Conductances(setup, isAlpha: isAlpha, ex: names.0, inh: names.1)
            // A part must not be long for the membrane and the adaptation either.
            let substeps = Conductances.substeps(setup, limit: AdEx.longestPart(setup.values), isAlpha: isAlpha)
            self.substeps = substeps
            part = Float(setup.step / Double(substeps))
            let reversals = isConductance ? ["e_ex", "e_in"] : []
            let symbols = AdEx.parameters.map(\.symbol) + Conductances.symbols + reversals
            hardNeurons = (0..<(setup.isUniform(symbols) ? min(1, setup.count) : setup.count)).map {
                Self.hardNeuron(setup, $0, isConductance: isConductance)
            }
            constants = setup.constants(from: symbols) { neuron in
                func value(_ symbol: String) -> Double { setup.value(symbol, neuron) }
                let (rest, width) = (value("e_l"), value("delta_t"))
                let peak = width > 0 ? value("v_peak") : value("v_threshold")
                return [
                    value("g_l"), 1 / value("c_m"), width > 0 ? 1 / width : 0, value("g_l") * width,
                    value("v_threshold") - rest, peak - rest, value("v_reset") - rest, value("a"), 1 / value("tau_w"),
                    value("i_e"), isConductance ? value("e_ex") - rest : 0, isConductance ? value("e_in") - rest : 0,
                    Double(setup.steps(value("t_ref"))),
                ] + Conductances.constants(setup, neuron, substeps: substeps, isAlpha: isAlpha)
            }
        }

        /// A neuron for adaptive steps, without its state.
        private static func hardNeuron(_ setup: KernelSetup, _ neuron: Int, isConductance: Bool) -> AdExUpstroke {
            func value(_ symbol: String) -> Double { setup.value(symbol, neuron) }
            let (rest, width) = (value("e_l"), value("delta_t"))
            func synapse(_ name: String) -> AdExUpstroke.Synapse {
                AdExUpstroke.Synapse(
                    rate: 1 / value("tau_syn_" + name), reversal: isConductance ? value("e_" + name) - rest : 0)
            }
            return AdExUpstroke(
                leak: value("g_l"), perCapacitance: 1 / value("c_m"), width: width,
                threshold: value("v_threshold") - rest,
                peak: (width > 0 ? value("v_peak") : value("v_threshold")) - rest, reset: value("v_reset") - rest,
                a: value("a"), jump: value("b"), perTau: 1 / value("tau_w"), current: value("i_e"),
                ex: synapse("ex"), inh: synapse("in"), isConductance: isConductance,
                refractorySteps: setup.steps(value("t_ref")))
        }

        func advance(_ frame: StepFrame) {
            if synapses.isAlpha { advance(frame, AlphaCourse.self) } else { advance(frame, ExponentialCourse.self) }
        }

        @inline(__always) private func advance<Course: SynapticCourse>(_ frame: StepFrame, _ course: Course.Type) {
            if constants.areShared {
                advance(frame, SharedConstant.self, course)
            } else {
                advance(frame, EachConstant.self, course)
            }
        }

        @inline(__always) private func advance<C: ConstantReader, Course: SynapticCourse>(
            _ frame: StepFrame, _ reader: C.Type, _ course: Course.Type
        ) {
            flags.update(repeating: 0, count: count)
            for part in 1...substeps {
                move(frame, reader, course)
                moveHard(frame, endsStep: part == substeps)
                decay(reader, course)
            }
            finish(frame, reader, course)
        }

        /// Potentials and adaptation over a part of the step; flags the neurons that need more care.
        @inline(__always) private func move<C: ConstantReader, Course: SynapticCourse>(
            _ frame: StepFrame, _: C.Type, _: Course.Type
        ) {
            let (leak, perCapacitance, perWidth) = (C(constants, 0), C(constants, 1), C(constants, 2))
            let (scale, threshold, peak) = (C(constants, 3), C(constants, 4), C(constants, 5))
            let (a, perTau, drive) = (C(constants, 7), C(constants, 8), C(constants, 9))
            let (reversalEx, reversalIn) = (C(constants, 10), C(constants, 11))
            let course = Conductances.Readers<C, Course>(constants, first: 13)
            let (v, w, lostV, lostW, r, hard) = (v, w, lostV, lostW, remaining, hard)
            let (state, h, conducts) = (synapses, part, Float(isConductance ? 1 : 0))
            let current = frame.current ?? UnsafePointer(noCurrent)
            let limit = Self.stiffness
            for n in 0..<count {
                let g = course.parts(state, n)
                let (toEx, toIn, i) = (reversalEx[n], reversalIn[n], drive[n] + current[n])
                // What the synapses push with at v = 0, and what they add to the leak: for currents, they are the push.
                let (pushEx, pushIn) = (conducts * toEx + (1 - conducts), conducts * toIn + (1 - conducts))
                let push0 = g.ex.start.times(pushEx, plus: g.inh.start.times(pushIn, plus: i))
                let push1 = g.ex.middle.times(pushEx, plus: g.inh.middle.times(pushIn, plus: i))
                let push2 = g.ex.end.times(pushEx, plus: g.inh.end.times(pushIn, plus: i))
                let total0 = conducts.times(g.ex.start + g.inh.start, plus: leak[n])
                let total1 = conducts.times(g.ex.middle + g.inh.middle, plus: leak[n])
                let total2 = conducts.times(g.ex.end + g.inh.end, plus: leak[n])
                let isFree = Choice(r[n] <= 0)
                let (v0, w0, free) = (v[n], w[n], isFree(perCapacitance[n], 0))
                let (width, foot) = (perWidth[n], -threshold[n] * perWidth[n])
                /// The exponential current.
                @inline(__always) func upstroke(_ v: Float) -> Float {
                    let x = v.times(width, plus: foot)
                    return scale[n] * Exponential.value(inRange: max(-80, min(x, 80)))
                }
                /// The slopes of v and w.
                @inline(__always) func slope(_ v: Float, _ w: Float, _ up: Float, _ total: Float, _ push: Float) -> (
                    v: Float, w: Float
                ) {
                    ((v.times(-total, plus: push - w) + up) * free, v.times(a[n], plus: -w) * perTau[n])
                }
                let up0 = upstroke(v0)
                let k1 = slope(v0, w0, up0, total0, push0)
                let (v1, w1) = (k1.v.times(0.5 * h, plus: v0), k1.w.times(0.5 * h, plus: w0))
                let k2 = slope(v1, w1, upstroke(v1), total1, push1)
                let (v2, w2) = (k2.v.times(0.5 * h, plus: v0), k2.w.times(0.5 * h, plus: w0))
                let k3 = slope(v2, w2, upstroke(v2), total1, push1)
                let (v3, w3) = (k3.v.times(h, plus: v0), k3.w.times(h, plus: w0))
                let up3 = upstroke(v3)
                let k4 = slope(v3, w3, up3, total2, push2)
                let newV = CompensatedSum.add(
                    h / 6 * (k2.v + k3.v).times(2, plus: k1.v + k4.v), to: v0, excess: lostV[n])
                let newW = CompensatedSum.add(
                    h / 6 * (k2.w + k3.w).times(2, plus: k1.w + k4.w), to: w0, excess: lostW[n])
                // up/width is the rate of the upstroke; 0 for width 0, where up is 0.
                let rate = max(up0, up3).times(width, plus: max(max(total0, total1), total2)) * free * h
                // Written so that a number that is none counts as hard.
                let isEasy = Choice(newV.total < peak[n]).and(rate < limit)
                v[n] = isEasy(newV.total, v0)
                lostV[n] = isEasy(newV.excess, lostV[n])
                w[n] = isEasy(newW.total, w0)
                lostW[n] = isEasy(newW.excess, lostW[n])
                hard[n] = 1 - isEasy.flag
            }
        }

        /// The neurons that were flagged, over the same part of the step.
        private func moveHard(_ frame: StepFrame, endsStep: Bool) {
            let duration = setup.step / Double(substeps)
            // Eight flags at a time: few neurons are hard.
            let words = UnsafeRawPointer(hard)
            for first in stride(from: 0, to: count, by: 8)
            where words.loadUnaligned(fromByteOffset: first, as: UInt64.self) != 0 {
                for n in first..<min(first + 8, count) where hard[n] != 0 {
                    moveHard(
                        n, duration, injected: frame.current.map { Double($0[n]) } ?? 0, endsStep: endsStep)
                }
            }
        }

        /// One neuron over a part of the step by adaptive steps.
        private func moveHard(_ n: Int, _ duration: Double, injected: Double, endsStep: Bool) {
            // Of neurons that fail the first is reported; no other takes time.
            if let failure, n >= failure.neuron { return }
            var neuron = hardNeurons[hardNeurons.count == 1 ? 0 : n]
            let (levels, rises) = (synapses.level, synapses.rise)
            neuron.current += injected
            (neuron.ex.level, neuron.inh.level) = (Double(levels.ex[n]), Double(levels.inh[n]))
            if synapses.isAlpha { (neuron.ex.rise, neuron.inh.rise) = (Double(rises.ex[n]), Double(rises.inh[n])) }
            (neuron.v, neuron.w) = (Double(v[n]) - Double(lostV[n]), Double(w[n]) - Double(lostW[n]))
            (neuron.isClamped, neuron.hasSpiked) = (remaining[n] > 0, flags[n] != 0)
            let steps = neuron.refractorySteps
            let hadSpiked = neuron.hasSpiked
            guard neuron.advance(duration, holds: steps > 0, endsStep: endsStep) else {
                failure = KernelFailure(
                    neuron: n,
                    reason: "its integrator needs more than \(AdExUpstroke.mostSteps) steps for \(duration) ms: its "
                        + "conductances are too large (g_ex \(levels.ex[n]), g_in \(levels.inh[n]) nS)")
                return
            }
            v[n] = Float(neuron.v)
            lostV[n] = Float(Double(v[n]) - neuron.v)
            w[n] = Float(neuron.w)
            lostW[n] = Float(Double(w[n]) - neuron.w)
            flags[n] = neuron.hasSpiked ? 1 : 0
            // One more than the refractory steps, for the rest of this one.
            if neuron.hasSpiked, !hadSpiked, steps > 0 {
                remaining[n] = steps + 1
            } else if neuron.isClamped, remaining[n] <= 0 {
                remaining[n] = 1
            }
        }

        /// Synapses over a part of the step.
        @inline(__always) private func decay<C: ConstantReader, Course: SynapticCourse>(_: C.Type, _: Course.Type) {
            let course = Conductances.Readers<C, Course>(constants, first: 13)
            let (state, count) = (synapses, count)
            for n in 0..<count { course.store(course.parts(state, n), state, n) }
        }

        /// Input and refractoriness at the end of the step.
        @inline(__always) private func finish<C: ConstantReader, Course: SynapticCourse>(
            _ frame: StepFrame, _: C.Type, _: Course.Type
        ) {
            let course = Conductances.Readers<C, Course>(constants, first: 13)
            let (state, r, count) = (synapses, remaining, count)
            let (inputEx, inputIn) = (frame.inputs[0], frame.inputs[1])
            for n in 0..<count {
                course.receive(state, n, inputEx[n], inputIn[n])
                r[n] = r[n] > 0 ? r[n] - 1 : 0
            }
            frame.spikes.append(flags: flags, count: count)
        }

        func value(of symbol: String, neuron: Int) -> Double {
            switch symbol {
            case "v": Double(v[neuron]) - Double(lostV[neuron]) + setup.value("e_l", neuron)
            case "w": Double(w[neuron]) - Double(lostW[neuron])
            default: synapses.value(of: symbol, neuron) ?? 0
            }
        }
    }
}
