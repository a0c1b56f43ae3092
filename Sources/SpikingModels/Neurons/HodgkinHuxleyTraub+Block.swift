extension HodgkinHuxleyTraub {
    /// Some neurons side by side while they go through a step: a row of numbers for each variable.
    ///
    /// All rows lie in one piece of memory at fixed distances, so the compiler knows that they are not each other and turns
    /// every loop over neurons into vectors. Each of the four slopes of a Runge-Kutta step has a loop of its own: a
    /// neuron's slopes wait for each other, and a processor does not look ahead far enough to begin with other neurons
    /// meanwhile.
    struct Block {
        /// How many neurons there are at most.
        static let length = 128
        /// How many rows are state: v relative to v_t, m, h, n, what rounding took from v, h and n, and conductances.
        static let stateRows = 9
        private static let current = 9
        /// Sums of slopes, four rows.
        private static let sum = 10
        /// Where the next slope is taken, four rows.
        private static let point = 14
        /// The first slope of v.
        private static let first = 18
        private static let flag = 19
        private static let ownRows = 20

        let base: UnsafeMutablePointer<Float>
        private let constants: KernelConstants

        /// Takes memory; `constants` are those of all neurons where they share them.
        init(_ setup: KernelSetup, _ constants: KernelConstants) {
            self.constants = constants
            base = setup.columns.constants(count: (Self.ownRows + constants.each.count) * Self.length)
        }

        /// Copies neurons of a kernel from their columns.
        func load(
            _ state: [UnsafeMutablePointer<Float>], _ current: UnsafePointer<Float>, from first: Int, count: Int
        ) {
            for (row, column) in state.enumerated() { copy(column + first, to: row, count) }
            copy(current + first, to: Self.current, count)
            for (row, column) in constants.each.enumerated() { copy(column + first, to: Self.ownRows + row, count) }
        }

        private func copy(_ source: UnsafePointer<Float>, to row: Int, _ count: Int) {
            (base + row * Self.length).update(from: source, count: count)
        }

        /// Copies the state back.
        func store(_ state: [UnsafeMutablePointer<Float>], from first: Int, count: Int) {
            for (row, column) in state.enumerated() {
                (column + first).update(from: base + row * Self.length, count: count)
            }
        }

        /// Copies the flagged neurons of another block to the front of this one, and returns how many they are.
        func gather(_ other: Block, count: Int, _ origins: UnsafeMutablePointer<Int32>) -> Int {
            var taken = 0
            for n in 0..<count where other.base[Self.flag * Self.length + n] != 0 {
                origins[taken] = Int32(truncatingIfNeeded: n)
                for row in 0...Self.current { self[row, taken] = other[row, n] }
                for row in 0..<constants.each.count {
                    self[Self.ownRows + row, taken] = other[Self.ownRows + row, n]
                }
                taken += 1
            }
            return taken
        }

        /// Copies the state of gathered neurons back.
        func scatter(to other: Block, count: Int, _ origins: UnsafeMutablePointer<Int32>) {
            for n in 0..<count {
                for row in 0..<Self.stateRows { other[row, Int(origins[n])] = self[row, n] }
            }
        }

        private subscript(row: Int, n: Int) -> Float {
            get { base[row * Self.length + n] }
            nonmutating set { base[row * Self.length + n] = newValue }
        }
    }
}

extension HodgkinHuxleyTraub.Block {
    /// The fastest potential with which a long step is taken [mV/ms]: there, and in the short steps of a spike, errors are of
    /// the same order.
    private static var fastest: Float { 20 }
    /// The greatest product of a long step and the rate of the membrane by leak and synapses.
    private static var stiffest: Float { 0.25 }
    /// The lowest potential over v_t for a long step [mV]: below, the rate of m is above 30/ms.
    private static var lowest: Float { -65 }

    /// One step of the integrator.
    ///
    /// - Parameters:
    ///   - count: How many neurons, rounded up to whole vectors.
    ///   - time: The length of the step [ms].
    ///   - isLong: A literal: whether neurons for which the step is too long are flagged and stay where they are.
    /// - Returns: Whether there are such neurons.
    @inline(__always) func move<C: RowConstant>(_ count: Int, _ time: Float, _: C.Type, isLong: Bool) -> Bool {
        let membrane = HodgkinHuxleyTraub.Membrane<C>(constants, base + Self.ownRows * Self.length, isLong: isLong)
        slope(count, time, membrane, isFirst: true, isThird: false)
        slope(count, time, membrane, isFirst: false, isThird: false)
        slope(count, time, membrane, isFirst: false, isThird: true)
        let base = base
        @inline(__always) func row(_ index: Int) -> UnsafeMutablePointer<Float> { base + index * Self.length }
        let (third, sixth, stiffest) = (time / 3, time / 6, Self.stiffest / time)
        var flags: UInt32 = 0
        for n in 0..<count {
            let (v0, m0, h0, k0) = (row(0)[n], row(1)[n], row(2)[n], row(3)[n])
            let (ex0, inh0) = (row(7)[n], row(8)[n])
            let (ex, inh) = (membrane.fullEx[n] * ex0, membrane.fullIn[n] * inh0)
            let point = Self.point
            let last = membrane.slope(
                row(point)[n], row(point + 1)[n], row(point + 2)[n], row(point + 3)[n], ex, inh,
                row(Self.current)[n], n)
            // The sums are s₁/2 + s₂ + s₃.
            let sum = Self.sum
            let v = CompensatedSum.add(row(sum)[n].times(third, plus: sixth * last.v), to: v0, excess: row(4)[n])
            let h = CompensatedSum.add(row(sum + 2)[n].times(third, plus: sixth * last.h), to: h0, excess: row(5)[n])
            let k = CompensatedSum.add(row(sum + 3)[n].times(third, plus: sixth * last.k), to: k0, excess: row(6)[n])
            let m = m0 + row(sum + 1)[n].times(third, plus: sixth * last.m)
            if isLong {
                let rate = (membrane.leak[n] + (ex0 + inh0)) * membrane.perCapacitance[n]
                // Written so that a number that is none is flagged.
                let isSlow = Choice(abs(row(Self.first)[n]) < Self.fastest).and(abs(last.v) < Self.fastest)
                    .and(rate < stiffest).and(v0 > Self.lowest)
                (row(0)[n], row(4)[n]) = (isSlow(v.total, v0), isSlow(v.excess, row(4)[n]))
                (row(2)[n], row(5)[n]) = (isSlow(h.total, h0), isSlow(h.excess, row(5)[n]))
                (row(3)[n], row(6)[n]) = (isSlow(k.total, k0), isSlow(k.excess, row(6)[n]))
                (row(1)[n], row(7)[n], row(8)[n]) = (isSlow(m, m0), isSlow(ex, ex0), isSlow(inh, inh0))
                let flag: Float = isSlow(0, 1)
                row(Self.flag)[n] = flag
                flags |= flag.bitPattern
            } else {
                (row(0)[n], row(4)[n]) = v
                (row(2)[n], row(5)[n]) = h
                (row(3)[n], row(6)[n]) = k
                (row(1)[n], row(7)[n], row(8)[n]) = (m, ex, inh)
            }
        }
        return flags != 0
    }

    /// One of the first three slopes, and the point of the next one.
    @inline(__always) private func slope<C: RowConstant>(
        _ count: Int, _ time: Float, _ membrane: HodgkinHuxleyTraub.Membrane<C>, isFirst: Bool, isThird: Bool
    ) {
        let base = base
        @inline(__always) func row(_ index: Int) -> UnsafeMutablePointer<Float> { base + index * Self.length }
        let (sum, point, length) = (Self.sum, Self.point, isThird ? time : 0.5 * time)
        for n in 0..<count {
            let at = isFirst ? 0 : point
            let ex = isFirst ? row(7)[n] : membrane.halfEx[n] * row(7)[n]
            let inh = isFirst ? row(8)[n] : membrane.halfIn[n] * row(8)[n]
            let s = membrane.slope(
                row(at)[n], row(at + 1)[n], row(at + 2)[n], row(at + 3)[n], ex, inh, row(Self.current)[n], n)
            if isFirst {
                row(Self.first)[n] = s.v
                (row(sum)[n], row(sum + 1)[n]) = (0.5 * s.v, 0.5 * s.m)
                (row(sum + 2)[n], row(sum + 3)[n]) = (0.5 * s.h, 0.5 * s.k)
            } else {
                (row(sum)[n], row(sum + 1)[n]) = (row(sum)[n] + s.v, row(sum + 1)[n] + s.m)
                (row(sum + 2)[n], row(sum + 3)[n]) = (row(sum + 2)[n] + s.h, row(sum + 3)[n] + s.k)
            }
            row(point)[n] = s.v.times(length, plus: row(0)[n])
            row(point + 1)[n] = s.m.times(length, plus: row(1)[n])
            row(point + 2)[n] = s.h.times(length, plus: row(2)[n])
            row(point + 3)[n] = s.k.times(length, plus: row(3)[n])
        }
    }
}

/// How the loops over a block read a constant: shared by all neurons, or from a row.
protocol RowConstant {
    /// Reads constant number `index`; rows of constants begin at `rows`.
    init(_ constants: KernelConstants, _ rows: UnsafeMutablePointer<Float>, _ index: Int)
    /// The constant of a neuron of the block.
    subscript(n: Int) -> Float { get }
}

/// One constant for all neurons.
struct SharedRowConstant: RowConstant {
    private let value: Float
    @inline(__always) init(_ constants: KernelConstants, _: UnsafeMutablePointer<Float>, _ index: Int) {
        value = constants.shared[index]
    }
    subscript(n: Int) -> Float { @inline(__always) get { value } }
}

/// A row of constants.
struct EachRowConstant: RowConstant {
    private let row: UnsafeMutablePointer<Float>
    @inline(__always) init(_: KernelConstants, _ rows: UnsafeMutablePointer<Float>, _ index: Int) {
        row = rows + index * HodgkinHuxleyTraub.Block.length
    }
    subscript(n: Int) -> Float { @inline(__always) get { row[n] } }
}
