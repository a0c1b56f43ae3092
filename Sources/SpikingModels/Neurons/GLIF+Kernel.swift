#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension GLIF {
    /// Which parts a level has.
    struct Parts {
        let hasSpikeThreshold, hasAfterSpikeCurrents, hasVoltageThreshold: Bool

        init(level: String) {
            hasSpikeThreshold = ["2", "4", "5"].contains(level)
            hasAfterSpikeCurrents = ["3", "4", "5"].contains(level)
            hasVoltageThreshold = level == "5"
        }

        /// The rates with which they decay [1/ms].
        var rates: [String] {
            (hasSpikeThreshold ? ["th_spike_decay"] : []) + (hasVoltageThreshold ? ["th_voltage_decay"] : [])
                + (hasAfterSpikeCurrents ? ["asc_decay_1", "asc_decay_2"] : [])
        }
    }

    /// Whether single precision does for the membrane and what the level adds.
    static func fitsSingle(_ setup: KernelSetup) -> Bool {
        let rates = Parts(level: setup.option("level")).rates
        let symbols = ["c_m", "g", "v_threshold", "e_l", "tau_syn_ex", "tau_syn_in"] + rates
        return setup.fitsSingle(symbols, step: setup.step) { bound, value in
            bound.fits(tau: value("c_m") / value("g"), threshold: value("v_threshold"), rest: value("e_l"))
                && bound.fits(tau: value("tau_syn_ex")) && bound.fits(tau: value("tau_syn_in"))
                && rates.allSatisfy { bound.fits(tau: 1 / value($0)) }
        }
    }

    /// One loop for all levels: what a level does not have has constants that leave it at 0.
    struct Loop<Real: KernelReal>: KernelLoop {
        private let membrane: LIF.Membrane<Real>
        private let currents: AlphaCurrents.Columns<Real>
        let constants: RealConstants<Real>
        private let raised, following, first, second: UnsafeMutablePointer<Real>

        init(_ setup: KernelSetup) {
            let parts = Parts(level: setup.option("level"))
            membrane = LIF.Membrane(setup)
            currents = AlphaCurrents.Columns(setup)
            func column(_ symbol: String, _ has: Bool) -> UnsafeMutablePointer<Real> {
                setup.reals(symbol) { has ? setup.value(symbol, $0) : 0 }
            }
            raised = column("threshold_spike", parts.hasSpikeThreshold)
            following = column("threshold_voltage", parts.hasVoltageThreshold)
            first = column("asc_1", parts.hasAfterSpikeCurrents)
            second = column("asc_2", parts.hasAfterSpikeCurrents)
            constants = setup.reals(from: GLIF.schema.parameters.map(\.symbol)) { neuron in
                let tau = setup.value("c_m", neuron) / setup.value("g", neuron)
                return Self.membrane(setup, neuron, tau) + Self.threshold(setup, neuron, parts, tau)
                    + Self.afterSpike(setup, neuron, parts)
                    + AlphaCurrents.constants(setup, neuron, tau: tau, capacitance: setup.value("c_m", neuron))
            }
        }

        /// Constants 0 to 5.
        private static func membrane(_ setup: KernelSetup, _ neuron: Int, _ tau: Double) -> [Double] {
            let loss = expm1(-setup.step / tau)
            let g = setup.value("g", neuron)
            return [
                loss, -loss / g, setup.value("i_e", neuron), 1 / g,
                setup.value("v_threshold", neuron) - setup.value("e_l", neuron),
                Double(setup.steps(setup.value("t_ref", neuron))),
            ]
        }

        /// Constants 6 to 13.
        private static func threshold(
            _ setup: KernelSetup, _ neuron: Int, _ parts: Parts, _ tau: Double
        ) -> [Double] {
            let (h, decay) = (setup.step, setup.value("th_spike_decay", neuron))
            let rate = setup.value("th_voltage_decay", neuron)
            let index = parts.hasVoltageThreshold ? setup.value("th_voltage_index", neuron) : 0
            let reset =
                parts.hasSpikeThreshold
                ? [
                    setup.value("voltage_reset_fraction", neuron), setup.value("voltage_reset_add", neuron),
                    expm1(-decay * h), exp(-decay * setup.value("t_ref", neuron)),
                    setup.value("th_spike_add", neuron),
                ] : [0, setup.value("v_reset", neuron) - setup.value("e_l", neuron), 0, 0, 0]
            // θ_v(h) = θ_v·e^(−bh) + a·h·e^(−bh)·(e^x − 1)/x·(v − v∞) + (a/b)·(1 − e^(−bh))·v∞ with x = (b − g/c)·h.
            return reset + [
                expm1(-rate * h), index * h * Propagators.first(rate * h, (rate - 1 / tau) * h),
                -index / rate * expm1(-rate * h),
            ]
        }

        /// Constants 14 to 21.
        private static func afterSpike(_ setup: KernelSetup, _ neuron: Int, _ parts: Parts) -> [Double] {
            ["1", "2"].flatMap { index in
                let decay = setup.value("asc_decay_" + index, neuron)
                let loss = expm1(-decay * setup.step)
                let left = setup.value("asc_r_" + index, neuron) * exp(-decay * setup.value("t_ref", neuron))
                let amplitude = parts.hasAfterSpikeCurrents ? setup.value("asc_amp_" + index, neuron) : 0
                return [loss, -loss / (decay * setup.step), amplitude, parts.hasAfterSpikeCurrents ? left : 0]
            }
        }

        @inline(__always) func advance<C: RealReader>(_ frame: StepFrame, _: C.Type) where C.Real == Real {
            let (loss, unit, drive, perLeak) = (C(constants, 0), C(constants, 1), C(constants, 2), C(constants, 3))
            let (threshold, refractory) = (C(constants, 4), C(constants, 5))
            let (fraction, resetTo, lossRaised) = (C(constants, 6), C(constants, 7), C(constants, 8))
            let (leftRaised, addRaised) = (C(constants, 9), C(constants, 10))
            let (lossFollowing, fromV, fromTarget) = (C(constants, 11), C(constants, 12), C(constants, 13))
            let (loss1, mean1, amp1, left1) = (C(constants, 14), C(constants, 15), C(constants, 16), C(constants, 17))
            let (loss2, mean2, amp2, left2) = (C(constants, 18), C(constants, 19), C(constants, 20), C(constants, 21))
            let synapses = AlphaCurrents.Readers<C>(constants, first: 22)
            let (v, r, flags, count) = (membrane.potential, membrane.remaining, membrane.flags, membrane.count)
            let (raised, following, first, second, currents) = (raised, following, first, second, currents)
            let (inputEx, inputIn) = (frame.inputs[0], frame.inputs[1])
            let current = frame.current ?? UnsafePointer(membrane.noCurrent)
            for n in 0..<count {
                let isFree = Choice(r[n] <= 0)
                let (v0, asc1, asc2) = (v[n], first[n], second[n])
                let push = drive[n] + Real(current[n]) + (mean1[n] * asc1 + mean2[n] * asc2)
                let moved = v0 + (loss[n] * v0 + unit[n] * push + synapses.potential(currents, n))
                let target = push * perLeak[n]
                let newRaised = raised[n] + lossRaised[n] * raised[n]
                let newFollowing =
                    following[n] + (lossFollowing[n] * following[n] + fromV[n] * (v0 - target) + fromTarget[n] * target)
                let new1 = asc1 + loss1[n] * asc1
                let new2 = asc2 + loss2[n] * asc2
                let isSpike = isFree.and(moved > threshold[n] + (newRaised + newFollowing))
                v[n] = isSpike(fraction[n] * v0 + resetTo[n], isFree(moved, v0))
                raised[n] = isSpike(newRaised * leftRaised[n] + addRaised[n], isFree(newRaised, raised[n]))
                following[n] = isFree(newFollowing, following[n])
                first[n] = isSpike(amp1[n] + new1 * left1[n], isFree(new1, asc1))
                second[n] = isSpike(amp2[n] + new2 * left2[n], isFree(new2, asc2))
                synapses.advance(currents, n, inputEx[n], inputIn[n])
                r[n] = isSpike(refractory[n].whole, max(r[n] &- 1, 0))
                flags[n] = isSpike.flag
            }
            frame.spikes.append(flags: flags, count: count)
        }

        func value(of symbol: String, neuron: Int) -> Double {
            switch symbol {
            case "threshold_spike": Double(raised[neuron])
            case "threshold_voltage": Double(following[neuron])
            case "asc_1": Double(first[neuron])
            case "asc_2": Double(second[neuron])
            default: currents.value(of: symbol, neuron) ?? membrane.value(neuron)
            }
        }
    }
}
