extension HodgkinHuxleyTraub {
    /// Classical Runge-Kutta steps in a vector loop; potentials are held relative to v_t, and what rounding takes from
    /// the slow variables is kept.
    final class Kernel: NeuronKernel {
        /// The longest step of the integrator [ms]: the rates of m reach 20/ms in a spike.
        static let longestStep = 0.0125
        /// How far above v_t a potential must be to be a spike [mV].
        private static let spikeHeight: Float = 30

        private let count, substeps: Int
        private let part: Float
        private let setup: KernelSetup
        private let synapses: Conductances
        private let constants: KernelConstants
        private let v, lostV, m, h, lostH, k, lostK, before: UnsafeMutablePointer<Float>
        private let remaining: UnsafeMutablePointer<Int32>
        private let flags: UnsafeMutablePointer<UInt8>
        private let noCurrent: UnsafeMutablePointer<Float>

        init(_ setup: KernelSetup) {
            self.setup = setup
            count = setup.count
            v = setup.column("v") { setup.value("v", $0) - setup.value("v_t", $0) }
            m = setup.column("m") { setup.value("m", $0) }
            h = setup.column("h") { setup.value("h", $0) }
            k = setup.column("n") { setup.value("n", $0) }
            lostV = setup.column("rounding of v") { _ in 0 }
            lostH = setup.column("rounding of h") { _ in 0 }
            lostK = setup.column("rounding of n") { _ in 0 }
            before = setup.column("v before the step") { setup.value("v", $0) - setup.value("v_t", $0) }
            remaining = setup.integers("refractory") { _ in 0 }
            flags = setup.flags()
            noCurrent = setup.column("no current") { _ in 0 }
            synapses = Conductances(setup, isAlpha: false)
            let substeps = Conductances.substeps(setup, limit: Self.longestStep, isAlpha: false)
            self.substeps = substeps
            part = Float(setup.step / Double(substeps))
            let symbols = HodgkinHuxleyTraub.schema.parameters.map(\.symbol)
            constants = setup.constants(from: symbols) { neuron in
                func value(_ symbol: String) -> Double { setup.value(symbol, neuron) }
                let origin = value("v_t")
                return [
                    1 / value("c_m"), value("g_na"), value("g_k"), value("g_l"), value("e_na") - origin,
                    value("e_k") - origin, value("g_l") * (value("e_l") - origin) + value("i_e"),
                    value("e_ex") - origin, value("e_in") - origin, Double(setup.steps(value("t_ref"))),
                ] + Conductances.constants(setup, neuron, substeps: substeps, isAlpha: false)
            }
        }

        func advance(_ frame: StepFrame) {
            before.update(from: v, count: count)
            if constants.areShared {
                for _ in 0..<substeps { move(frame, SharedConstant.self) }
                finish(frame, SharedConstant.self)
            } else {
                for _ in 0..<substeps { move(frame, EachConstant.self) }
                finish(frame, EachConstant.self)
            }
        }

        /// Potential and gating variables, or their slopes.
        private struct Point {
            var v, m, h, k: Float

            /// The point a time further along a slope.
            @inline(__always) func moved(_ time: Float, _ slope: Point) -> Point {
                Point(v: v + time * slope.v, m: m + time * slope.m, h: h + time * slope.h, k: k + time * slope.k)
            }

            /// The mean of four slopes by which the classical step goes.
            @inline(__always) static func mean(_ a: Point, _ b: Point, _ c: Point, _ d: Point) -> Point {
                Point(
                    v: (a.v + 2 * (b.v + c.v) + d.v) / 6, m: (a.m + 2 * (b.m + c.m) + d.m) / 6,
                    h: (a.h + 2 * (b.h + c.h) + d.h) / 6, k: (a.k + 2 * (b.k + c.k) + d.k) / 6)
            }
        }

        /// What does not change over a part of the step for one neuron.
        private struct Membrane {
            let perCapacitance, sodium, potassium, sodiumReversal, potassiumReversal: Float

            /// The slopes at a point, where the other currents are push − total·v.
            @inline(__always) func slope(_ y: Point, total: Float, push: Float) -> Point {
                let fifth = (15 - y.v) * 0.2
                // e^((40 − V)/5) is e^5·e^((15 − V)/5).
                let rise = 1 + Exponential.minusOne(fifth)
                let alphaN = 0.16 * Exponential.ratio(fifth)
                let betaN = 0.5 * Exponential.value((10 - y.v) * 0.025)
                let alphaM = 1.28 * Exponential.ratio((13 - y.v) * 0.25)
                let betaM = 1.4 * Exponential.ratio((y.v - 40) * 0.2)
                let alphaH = 0.128 * Exponential.value((17 - y.v) * 0.055_555_556)
                let betaH = 4 / (1 + 148.413_159 * rise)
                let open = sodium * (y.m * y.m * y.m * y.h) * (sodiumReversal - y.v)
                let squared = y.k * y.k
                let rectified = potassium * (squared * squared) * (potassiumReversal - y.v)
                return Point(
                    v: (open + rectified + push - total * y.v) * perCapacitance,
                    m: alphaM * (1 - y.m) - betaM * y.m, h: alphaH * (1 - y.h) - betaH * y.h,
                    k: alphaN * (1 - y.k) - betaN * y.k)
            }
        }

        /// One step of the integrator for all neurons.
        @inline(__always) private func move<C: ConstantReader>(_ frame: StepFrame, _: C.Type) {
            let (perCapacitance, sodium, potassium) = (C(constants, 0), C(constants, 1), C(constants, 2))
            let (leak, sodiumReversal, potassiumReversal) = (C(constants, 3), C(constants, 4), C(constants, 5))
            let (drive, reversalEx, reversalIn) = (C(constants, 6), C(constants, 7), C(constants, 8))
            let course = Conductances.Readers<C, ExponentialCourse>(constants, first: 10)
            let (v, m, h, k, lostV, lostH, lostK) = (v, m, h, k, lostV, lostH, lostK)
            let (state, time, count) = (synapses, part, count)
            let current = frame.current ?? UnsafePointer(noCurrent)
            for n in 0..<count {
                let g = course.parts(state, n)
                let (toEx, toIn, i) = (reversalEx[n], reversalIn[n], drive[n] + current[n])
                let membrane = Membrane(
                    perCapacitance: perCapacitance[n], sodium: sodium[n], potassium: potassium[n],
                    sodiumReversal: sodiumReversal[n], potassiumReversal: potassiumReversal[n])
                let total = (
                    leak[n] + g.ex.start + g.inh.start, leak[n] + g.ex.middle + g.inh.middle,
                    leak[n] + g.ex.end + g.inh.end
                )
                let push = (
                    g.ex.start * toEx + g.inh.start * toIn + i, g.ex.middle * toEx + g.inh.middle * toIn + i,
                    g.ex.end * toEx + g.inh.end * toIn + i
                )
                let y = Point(v: v[n], m: m[n], h: h[n], k: k[n])
                let s1 = membrane.slope(y, total: total.0, push: push.0)
                let s2 = membrane.slope(y.moved(0.5 * time, s1), total: total.1, push: push.1)
                let s3 = membrane.slope(y.moved(0.5 * time, s2), total: total.1, push: push.1)
                let s4 = membrane.slope(y.moved(time, s3), total: total.2, push: push.2)
                let slope = Point.mean(s1, s2, s3, s4)
                let newV = CompensatedSum.add(time * slope.v, to: y.v, excess: lostV[n])
                let newH = CompensatedSum.add(time * slope.h, to: y.h, excess: lostH[n])
                let newK = CompensatedSum.add(time * slope.k, to: y.k, excess: lostK[n])
                (v[n], lostV[n]) = newV
                (h[n], lostH[n]) = newH
                (k[n], lostK[n]) = newK
                m[n] = y.m + time * slope.m
                course.store(g, state, n)
            }
        }

        /// Input and spikes at the end of the step.
        @inline(__always) private func finish<C: ConstantReader>(_ frame: StepFrame, _: C.Type) {
            let refractory = C(constants, 9)
            let course = Conductances.Readers<C, ExponentialCourse>(constants, first: 10)
            let (v, before, r, flags, state, count) = (v, before, remaining, flags, synapses, count)
            let (inputEx, inputIn) = (frame.inputs[0], frame.inputs[1])
            for n in 0..<count {
                course.receive(state, n, inputEx[n], inputIn[n])
                let isPast = v[n] >= Self.spikeHeight && before[n] > v[n]
                let isSpike = isPast && r[n] <= 0
                r[n] = isSpike ? Int32(refractory[n]) : (r[n] <= 0 ? 0 : r[n] - 1)
                flags[n] = isSpike ? 1 : 0
            }
            frame.spikes.append(flags: flags, count: count)
        }

        func value(of symbol: String, neuron: Int) -> Double {
            switch symbol {
            case "v": Double(v[neuron]) - Double(lostV[neuron]) + setup.value("v_t", neuron)
            case "m": Double(m[neuron])
            case "h": Double(h[neuron]) - Double(lostH[neuron])
            case "n": Double(k[neuron]) - Double(lostK[neuron])
            default: synapses.value(of: symbol, neuron) ?? 0
            }
        }
    }
}
