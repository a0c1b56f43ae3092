/// Integrate-and-fire without leak on a grid of time: v ← v + r·(i·h + Σ w), then threshold and reset.
///
/// A current that a stimulus injects acts as on a membrane of 1 pF: 1 pA is 1 mV/ms.
final class IntegratingKernel: NeuronKernel {
    private let count: Int
    private let h: Float
    private let subtracts: Bool
    private let constants: KernelConstants
    private let v: UnsafeMutablePointer<Float>
    private let flags: UnsafeMutablePointer<UInt8>
    private let noCurrent: UnsafeMutablePointer<Float>
    private let hasThreshold: Bool

    /// Takes a model with the rows `r`, `i` and `v`, and `v_threshold`, `v_reset` and `onset` where it spikes.
    init(_ setup: KernelSetup, hasThreshold: Bool) {
        count = setup.count
        h = Float(setup.step)
        self.hasThreshold = hasThreshold
        subtracts = hasThreshold && setup.option("reset") != "to_value"
        v = setup.column("v") { setup.value("v", $0) }
        flags = setup.flags()
        noCurrent = setup.column("no current") { _ in 0 }
        let symbols = ["r", "i"] + (hasThreshold ? ["v_threshold", "v_reset", "onset"] : [])
        constants = setup.constants(from: symbols) { neuron in
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

    func advance(_ frame: StepFrame) {
        if constants.areShared {
            advance(frame, SharedConstant.self)
        } else {
            advance(frame, EachConstant.self)
        }
    }

    @inline(__always) private func advance<C: ConstantReader>(_ frame: StepFrame, _: C.Type) {
        let (r, drive, threshold, reset) = (C(constants, 0), C(constants, 1), C(constants, 2), C(constants, 3))
        let (onset, number) = (C(constants, 4), Float(frame.number))
        let (v, flags, h, subtracts, hasThreshold) = (v, flags, h, subtracts, hasThreshold)
        let (input, current) = (frame.inputs[0], frame.current ?? UnsafePointer(noCurrent))
        for n in 0..<count {
            let moved = v[n] + (drive[n] + r[n] * (h * current[n] + input[n]))
            let isSpike = hasThreshold && moved >= threshold[n] && number >= onset[n]
            v[n] = isSpike ? (subtracts ? moved - threshold[n] : reset[n]) : moved
            flags[n] = isSpike ? 1 : 0
        }
        if hasThreshold { frame.spikes.append(flags: flags, count: count) }
    }

    func value(of symbol: String, neuron: Int) -> Double { Double(v[neuron]) }
}
