/// Two alpha-shaped synaptic currents, excitatory and inhibitory: their rows and exact propagators.
enum AlphaCurrents {
    /// The rows of the state.
    static let state = [
        ParameterRow("i_ex", unit: "pA", default: 0, nest: "I_syn_ex", "Excitatory synaptic current."),
        ParameterRow("i_in", unit: "pA", default: 0, nest: "I_syn_in", "Inhibitory synaptic current."),
        ParameterRow("di_ex", unit: "pA/ms", default: 0, "Rise of the excitatory synaptic current."),
        ParameterRow("di_in", unit: "pA/ms", default: 0, "Rise of the inhibitory synaptic current."),
    ]

    /// The rows of the receptors.
    static let receptors = [
        ReceptorRow("excitatory", unit: "pA", sign: .any, "Starts an alpha-shaped current that peaks at the weight."),
        ReceptorRow(
            "inhibitory", unit: "pA", sign: .any,
            "Starts an alpha-shaped current that peaks at the weight, negative to inhibit."),
    ]

    /// Five constants for each of `tau_syn_ex` and `tau_syn_in`.
    static func constants(_ setup: KernelSetup, _ neuron: Int, tau: Double, capacitance: Double) -> [Double] {
        ["tau_syn_ex", "tau_syn_in"].flatMap { symbol in
            let alpha = Propagators.Alpha(
                setup.step, tau: tau, synaptic: setup.value(symbol, neuron), capacitance: capacitance)
            return [alpha.decay, alpha.ramp, alpha.fromRise, alpha.fromCurrent, alpha.jump]
        }
    }

    /// The currents of some neurons and their rises.
    struct Columns<Real: KernelReal> {
        let current, rise: (ex: UnsafeMutablePointer<Real>, inh: UnsafeMutablePointer<Real>)

        init(_ setup: KernelSetup) {
            func column(_ symbol: String) -> UnsafeMutablePointer<Real> {
                setup.reals(symbol) { setup.value(symbol, $0) }
            }
            current = (column("i_ex"), column("i_in"))
            rise = (column("di_ex"), column("di_in"))
        }

        /// A state variable of one neuron; `nil` where it is not one of these.
        func value(of symbol: String, _ neuron: Int) -> Double? {
            switch symbol {
            case "i_ex": Double(current.ex[neuron])
            case "i_in": Double(current.inh[neuron])
            case "di_ex": Double(rise.ex[neuron])
            case "di_in": Double(rise.inh[neuron])
            default: nil
            }
        }
    }

    /// The constants in an inner loop.
    struct Readers<C: RealReader> {
        typealias Real = C.Real
        let ex, inh: (decay: C, ramp: C, fromRise: C, fromCurrent: C, jump: C)

        init(_ constants: RealConstants<Real>, first: Int) {
            func five(_ at: Int) -> (decay: C, ramp: C, fromRise: C, fromCurrent: C, jump: C) {
                (
                    C(constants, at), C(constants, at + 1), C(constants, at + 2), C(constants, at + 3),
                    C(constants, at + 4)
                )
            }
            ex = five(first)
            inh = five(first + 5)
        }

        /// What the currents at the start of a step add to the potential by its end [mV].
        @inline(__always) func potential(_ state: Columns<Real>, _ n: Int) -> Real {
            let fromEx = ex.fromRise[n] * state.rise.ex[n] + ex.fromCurrent[n] * state.current.ex[n]
            let fromIn = inh.fromRise[n] * state.rise.inh[n] + inh.fromCurrent[n] * state.current.inh[n]
            return fromEx + fromIn
        }

        /// Lets the currents go on over the step and adds what arrives at its end.
        @inline(__always) func advance(_ state: Columns<Real>, _ n: Int, _ inputEx: Float, _ inputIn: Float) {
            let (riseEx, riseIn) = (state.rise.ex[n], state.rise.inh[n])
            state.current.ex[n] = ex.ramp[n] * riseEx + ex.decay[n] * state.current.ex[n]
            state.current.inh[n] = inh.ramp[n] * riseIn + inh.decay[n] * state.current.inh[n]
            state.rise.ex[n] = ex.decay[n] * riseEx + ex.jump[n] * Real(inputEx)
            state.rise.inh[n] = inh.decay[n] * riseIn + inh.jump[n] * Real(inputIn)
        }
    }
}
