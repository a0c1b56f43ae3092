#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension HodgkinHuxleyTraub {
    /// Classical Runge-Kutta steps in vector loops: long ones, and short ones for the neurons whose potential moves fast.
    ///
    /// A neuron goes by a long step, and if that turns out to be too long, back and on by short ones. What it does follows
    /// from its own state alone. The fast neurons of a kernel, few at a time, are put side by side for the short steps.
    final class Kernel: NeuronKernel {
        /// The longest step of the integrator [ms].
        static let longestStep = 0.05
        /// The longest one of fast neurons: the rates of m reach 20/ms in a spike.
        private static let longestFastStep = 0.01
        /// How far above v_t a potential must be to be a spike [mV].
        private static let spikeHeight: Float = 30
        /// A potential below all others.
        private static let lowest: Float = -1e30
        /// An action potential lasts longer than so many long steps: it cannot hide between the ends of fewer.
        private static let fewSubsteps = 4

        private let count, substeps, fastSubsteps: Int
        private let setup: KernelSetup
        private let synapses: Conductances
        private let constants: KernelConstants
        private let v, m, h, k, lostV, lostH, lostK, before: UnsafeMutablePointer<Float>
        /// The rows of a block.
        private let state: [UnsafeMutablePointer<Float>]
        /// The highest potential at the ends of the long steps of a step, where there are many.
        private let highest: UnsafeMutablePointer<Float>
        /// Whether the potential has been below the height of a spike since its last peak.
        private let isArmed: UnsafeMutablePointer<Int32>
        private let remaining: UnsafeMutablePointer<Int32>
        private let flags: UnsafeMutablePointer<UInt8>
        private let noCurrent: UnsafeMutablePointer<Float>
        /// The lengths of long and short steps [ms].
        private let part, fastPart: Float
        /// Neurons in their order, and the fast ones among them.
        private let block, fast: Block
        private let origins: UnsafeMutablePointer<Int32>

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
            highest = setup.column("highest v") { _ in Double(Self.lowest) }
            isArmed = setup.integers("armed") { _ in 1 }
            remaining = setup.integers("refractory") { _ in 0 }
            flags = setup.flags()
            noCurrent = setup.column("no current") { _ in 0 }
            synapses = Conductances(setup, isAlpha: false)
            state = [v, m, h, k, lostV, lostH, lostK, synapses.level.ex, synapses.level.inh]
            let substeps = Conductances.substeps(setup, limit: Self.longestStep, isAlpha: false)
            let part = setup.step / Double(substeps)
            let fastSubsteps = max(2, Int((part / Self.longestFastStep - 1e-9).rounded(.up)))
            (self.substeps, self.fastSubsteps) = (substeps, fastSubsteps)
            let symbols = HodgkinHuxleyTraub.schema.parameters.map(\.symbol)
            let constants = setup.constants(from: symbols) { neuron in
                func value(_ symbol: String) -> Double { setup.value(symbol, neuron) }
                let origin = value("v_t")
                let decays = [part, part / Double(fastSubsteps)].flatMap { length in
                    Conductances.symbols.flatMap { [exp(-length / (2 * value($0))), exp(-length / value($0))] }
                }
                return [
                    1 / value("c_m"), value("g_na"), value("g_k"), value("g_l"), value("e_na") - origin,
                    value("e_k") - origin, value("g_l") * (value("e_l") - origin) + value("i_e"),
                    value("e_ex") - origin, value("e_in") - origin, Double(setup.steps(value("t_ref"))),
                ] + decays
            }
            self.constants = constants
            (self.part, fastPart) = (Float(part), Float(part / Double(fastSubsteps)))
            (block, fast) = (Block(setup, constants), Block(setup, constants))
            origins = setup.columns.integers("fast neurons", count: Block.length)
        }

        func advance(_ frame: StepFrame) {
            before.update(from: v, count: count)
            if substeps > Self.fewSubsteps { highest.update(repeating: Self.lowest, count: count) }
            let current = frame.current ?? UnsafePointer(noCurrent)
            for first in stride(from: 0, to: count, by: Block.length) {
                let length = min(Block.length, count - first)
                block.load(state, current, from: first, count: length)
                if constants.areShared {
                    moveBlock(length, highest + first, SharedRowConstant.self)
                } else {
                    moveBlock(length, highest + first, EachRowConstant.self)
                }
                block.store(state, from: first, count: length)
            }
            if constants.areShared {
                finish(frame, SharedConstant.self)
            } else {
                finish(frame, EachConstant.self)
            }
        }

        /// The neurons of the block over the step; what stands behind them in its last vector goes with them.
        @inline(__always) private func moveBlock<C: RowConstant>(
            _ length: Int, _ highest: UnsafeMutablePointer<Float>, _ reader: C.Type
        ) {
            func whole(_ count: Int) -> Int { (count + 7) & ~7 }
            for _ in 0..<substeps {
                if block.move(whole(length), part, reader, isLong: true) {
                    let taken = fast.gather(block, count: length, origins)
                    for _ in 0..<fastSubsteps { _ = fast.move(whole(taken), fastPart, reader, isLong: false) }
                    fast.scatter(to: block, count: taken, origins)
                }
                guard substeps > Self.fewSubsteps else { continue }
                for n in 0..<length { highest[n] = max(highest[n], block.base[n]) }
            }
        }

        /// Input and spikes at the end of the step.
        @inline(__always) private func finish<C: ConstantReader>(_ frame: StepFrame, _: C.Type) {
            let refractory = C(constants, 9)
            let (v, ex, inh) = (v, synapses.level.ex, synapses.level.inh)
            let (before, highest, armed, r, flags) = (before, highest, isArmed, remaining, flags)
            let (inputEx, inputIn) = (frame.inputs[0], frame.inputs[1])
            for n in 0..<count {
                ex[n] += inputEx[n]
                inh[n] += inputIn[n]
                // The peak is past where the potential falls from above the height, or was above it only within the step.
                let isLow = Choice(v[n] < Self.spikeHeight)
                let isFalling = Choice(before[n] >= Self.spikeHeight).and(before[n] > v[n])
                let isPast = isFalling.or(isLow.and(highest[n] >= Self.spikeHeight)).and(armed[n] > 0)
                let isSpike = isPast.and(r[n] <= 0)
                armed[n] = isLow(1, isPast(0, armed[n]))
                r[n] = isSpike(Int32(refractory[n]), max(r[n] &- 1, 0))
                flags[n] = isSpike.flag
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
