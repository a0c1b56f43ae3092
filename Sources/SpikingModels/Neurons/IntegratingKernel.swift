/// Kernels of integrate-and-fire without leak.
enum IntegratingKernel {
    /// How long a potential takes to its threshold that rounding must not change, where its constant current does not say
    /// [ms].
    private static let longestRise = 100.0

    /// A kernel in the precision that the step needs.
    static func make(_ setup: KernelSetup, hasThreshold: Bool) -> any NeuronKernel {
        let symbols = ["r", "i"] + (hasThreshold ? ["v_threshold"] : [])
        let fits = setup.fitsSingle(symbols, step: setup.step) { bound, value in
            let slope = abs(value("r") * value("i"))
            let rise = hasThreshold && slope > 0 ? abs(value("v_threshold")) / slope : 0
            return bound.fits(tau: max(rise, longestRise))
        }
        return fits
            ? LoopKernel(IntegratingLoop<Float>(setup, hasThreshold: hasThreshold))
            : LoopKernel(IntegratingLoop<Double>(setup, hasThreshold: hasThreshold))
    }
}

/// Integrate-and-fire without leak on a grid of time: v ← v + r·(i·h + Σ w), then threshold and reset.
///
/// A current that a stimulus injects acts as on a membrane of 1 pF: 1 pA is 1 mV/ms.
struct IntegratingLoop<Real: KernelReal>: KernelLoop {
    private let count: Int
    private let h: Real
    private let subtracts: Bool
    let constants: RealConstants<Real>
    private let v: UnsafeMutablePointer<Real>
    private let flags: UnsafeMutablePointer<UInt8>
    private let noCurrent: UnsafeMutablePointer<Float>
    private let hasThreshold: Bool

    /// Takes a model with the rows `r`, `i` and `v`, and `v_threshold`, `v_reset` and `onset` where it spikes.
    init(_ setup: KernelSetup, hasThreshold: Bool) {
        count = setup.count
        h = Real(setup.step)
        self.hasThreshold = hasThreshold
        subtracts = hasThreshold && setup.option("reset") != "to_value"
        v = setup.reals("v") { setup.value("v", $0) }
        flags = setup.flags()
        noCurrent = setup.column("no current") { _ in 0 }
        let symbols = ["r", "i"] + (hasThreshold ? ["v_threshold", "v_reset", "onset"] : [])
        constants = setup.reals(from: symbols) { neuron in
            let r = setup.value("r", neuron)
            return [r, r * setup.value("i", neuron) * setup.step]
                + (hasThreshold
                    ? [
                        setup.value("v_threshold", neuron), setup.value("v_reset", neuron),
                        // The first step whose end is not before the onset.
                        (setup.value("onset", neuron) / setup.step - 1e-9).rounded(.up),
                    ] : [0, 0, 0])
        }
    }

    @inline(__always) func advance<C: RealReader>(_ frame: StepFrame, _: C.Type) where C.Real == Real {
        let (r, drive, threshold, reset) = (C(constants, 0), C(constants, 1), C(constants, 2), C(constants, 3))
        let (onset, number) = (C(constants, 4), Real(frame.number))
        let (v, flags, h, subtracts, hasThreshold) = (v, flags, h, subtracts, hasThreshold)
        let (input, current) = (frame.inputs[0], frame.current ?? UnsafePointer(noCurrent))
        for n in 0..<count {
            let moved = v[n] + (drive[n] + r[n] * (h * Real(current[n]) + Real(input[n])))
            let isSpike = hasThreshold && moved >= threshold[n] && number >= onset[n]
            v[n] = isSpike ? (subtracts ? moved - threshold[n] : reset[n]) : moved
            flags[n] = isSpike ? 1 : 0
        }
        if hasThreshold { frame.spikes.append(flags: flags, count: count) }
    }

    func value(of symbol: String, neuron: Int) -> Double { Double(v[neuron]) }
}
