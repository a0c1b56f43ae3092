/// Izhikevich's simple model, which shows many firing patterns with two variables and four parameters.
///
///     dv/dt = 0.04·v² + 5·v + 140 − u + i_e + i_stim     (v in mV, t in ms, currents in pA, without capacitance)
///     du/dt = a·(b·v − u)
///     v ← v + w at a spike of weight w
///     v ≥ v_threshold: spike, v ← c, u ← u + d
///
/// The equations have no step of their own: published results depend on how they were integrated, so there is a choice.
/// `euler` is one step of Euler's method for both variables, as NEST does by default; errors are of the order of the
/// step. `izhikevich_2003` is the scheme of the paper, meant for steps of 1 ms: two half steps of v, then u by the new v;
/// a weight then counts as a current over the step.
///
/// - Source: E. M. Izhikevich 2003, IEEE Trans. Neural Netw. 14:1569, doi:10.1109/TNN.2003.820440.
public enum Izhikevich: NeuronModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "izhikevich",
        summary: "Izhikevich's quadratic model with recovery",
        equations: [
            "dv/dt = 0.04·v² + 5·v + 140 − u + i_e", "du/dt = a·(b·v − u)", "v ← v + w at a spike",
            "v ≥ v_threshold: spike, v ← c, u ← u + d",
        ],
        source: "Izhikevich 2003, doi:10.1109/TNN.2003.820440",
        parameters: [
            ParameterRow("a", unit: "1/ms", default: 0.02, pyNN: "a", nest: "a", "Rate of the recovery."),
            ParameterRow("b", unit: "1", default: 0.2, pyNN: "b", nest: "b", "How much v drives the recovery."),
            ParameterRow("c", unit: "mV", default: -65, pyNN: "c", nest: "c", "Potential after a spike."),
            ParameterRow("d", unit: "mV/ms", default: 8, pyNN: "d", nest: "d", "What a spike adds to u."),
            ParameterRow(
                "v_threshold", unit: "mV", default: 30, nest: "V_th", "Potential at which a spike is emitted."),
            ParameterRow("i_e", unit: "pA", default: 0, pyNN: "i_offset", nest: "I_e", "Constant current."),
        ],
        options: [
            OptionRow(
                symbol: "integration", choices: ["euler", "izhikevich_2003"],
                summary: "One step of Euler's method, or the half steps of the paper.")
        ],
        state: [
            ParameterRow("v", unit: "mV", default: -65, pyNN: "v", nest: "V_m", "Membrane potential."),
            ParameterRow("u", unit: "mV/ms", default: -13, pyNN: "u", nest: "U_m", "Recovery; at rest b·v."),
        ],
        receptors: [ReceptorRow("input", unit: "mV", sign: .any, "Adds the weight to v.")])

    /// A reset that would spike again at once.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? {
        let (threshold, reset) = (values[neuron, "v_threshold"], values[neuron, "c"])
        return reset < threshold ? nil : "c (\(reset) mV) is not below v_threshold (\(threshold) mV)"
    }

    /// A kernel of the chosen scheme.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? { Kernel(setup) }

    private final class Kernel: NeuronKernel {
        private let count: Int
        private let h: Float
        private let isPaper: Bool
        private let constants: KernelConstants
        /// v and u, and what rounding took from each.
        private let v, u, lostV, lostU: UnsafeMutablePointer<Float>
        private let flags: UnsafeMutablePointer<UInt8>
        private let noCurrent: UnsafeMutablePointer<Float>

        init(_ setup: KernelSetup) {
            count = setup.count
            h = Float(setup.step)
            isPaper = setup.option("integration") == "izhikevich_2003"
            v = setup.column("v") { setup.value("v", $0) }
            u = setup.column("u") { setup.value("u", $0) }
            // What single precision lost of the numbers at the start.
            let (v, u) = (v, u)
            lostV = setup.column("rounding of v") { Double(v[$0]) - setup.value("v", $0) }
            lostU = setup.column("rounding of u") { Double(u[$0]) - setup.value("u", $0) }
            flags = setup.flags()
            noCurrent = setup.column("no current") { _ in 0 }
            constants = setup.constants(from: Izhikevich.schema.parameters.map(\.symbol)) { neuron in
                ["a", "b", "c", "d", "v_threshold", "i_e"].map { setup.value($0, neuron) }
            }
        }

        func advance(_ frame: StepFrame) {
            if constants.areShared {
                advance(frame, SharedConstant.self)
            } else {
                advance(frame, EachConstant.self)
            }
        }

        @inline(__always) private func advance<C: ConstantReader>(_ frame: StepFrame, _: C.Type) {
            let (a, b, c) = (C(constants, 0), C(constants, 1), C(constants, 2))
            let (d, threshold, drive) = (C(constants, 3), C(constants, 4), C(constants, 5))
            let (v, u, lostV, lostU, flags, h, isPaper) = (v, u, lostV, lostU, flags, h, isPaper)
            let (input, current) = (frame.inputs[0], frame.current ?? UnsafePointer(noCurrent))
            for n in 0..<count {
                let (v0, u0, weight, i) = (v[n], u[n], input[n], drive[n] + current[n])
                // Euler: all of the step at once; the paper: the first half step, with the weight as a current.
                let first = CompensatedSum.add(
                    isPaper ? 0.5 * h * (slope(v0, u0, i) + weight) : h * slope(v0, u0, i) + weight, to: v0,
                    excess: lostV[n])
                let second = CompensatedSum.add(
                    0.5 * h * (slope(first.total, u0, i) + weight), to: first.total, excess: first.excess)
                let newV = isPaper ? second.total : first.total
                let newLost = isPaper ? second.excess : first.excess
                let recovery = CompensatedSum.add(
                    h * a[n] * (b[n] * (isPaper ? newV : v0) - u0), to: u0, excess: lostU[n])
                let isSpike = Choice(newV >= threshold[n])
                let jumped = CompensatedSum.add(d[n], to: recovery.total, excess: recovery.excess)
                v[n] = isSpike(c[n], newV)
                lostV[n] = isSpike(0, newLost)
                u[n] = isSpike(jumped.total, recovery.total)
                lostU[n] = isSpike(jumped.excess, recovery.excess)
                flags[n] = isSpike.flag
            }
            frame.spikes.append(flags: flags, count: count)
        }

        /// 0.04·v² + 5·v + 140 − u + i, as a square about −62.5, where less cancels.
        @inline(__always) private func slope(_ v: Float, _ u: Float, _ i: Float) -> Float {
            let x = v + 62.5
            return 0.04 * x * x + ((i - u) - 16.25)
        }

        func value(of symbol: String, neuron: Int) -> Double {
            symbol == "u" ? Double(u[neuron]) - Double(lostU[neuron]) : Double(v[neuron]) - Double(lostV[neuron])
        }
    }
}
