extension HodgkinHuxleyTraub {
    /// The rates of the gating variables at a potential above v_t [1/ms].
    ///
    /// Six exponentials of the potential are powers of two, e^(−V/40) and e^(−V/18), and five quotients share one division.
    /// The relative error is below 3·10⁻⁶. Below −70 mV, where the gates have long been shut, the rates stay as they are
    /// there: they would grow without bound.
    struct Rates {
        let alphaM, betaM, alphaH, betaH, alphaN, betaN: Float

        /// The rates at V = v − v_t [mV].
        @inline(__always) init(_ v: Float) {
            let low = v > -70 ? v : -70
            let bounded = low < 250 ? low : 250
            let fortieth = Exponential.value(inRange: bounded * -0.025)
            let second = fortieth * fortieth
            let fourth = second * second
            let fifth = fourth * fourth
            let quarter = fifth * second
            alphaH = 0.329_133_38 * Exponential.value(inRange: bounded * -0.055_555_556)
            betaN = 0.642_012_71 * fortieth
            // α_n, α_m and β_m are multiples of x/(e^x − 1); of β_m with x and −x exchanged, which adds x.
            let x = (
                n: bounded.times(-0.2, plus: 3), m: bounded.times(-0.25, plus: 3.25), b: bounded.times(-0.2, plus: 8)
            )
            let near = (n: Choice(abs(x.n) < 1), m: Choice(abs(x.m) < 1), b: Choice(abs(x.b) < 1))
            let divisorN = near.n(1, fifth.times(20.085_537, plus: -1))
            let divisorM = near.m(1, quarter.times(25.790_340, plus: -1))
            let divisorB = near.b(1, fifth.times(2_980.958, plus: -1))
            let divisorH = fifth.times(2_980.958, plus: 1)
            let (first, last) = (divisorN * divisorM, divisorB * divisorH)
            let inverse = 1 / (first * last)
            let (perFirst, perLast) = (inverse * last, inverse * first)
            alphaN = 0.16 * near.n(Self.nearRatio(x.n), x.n * (perFirst * divisorM))
            alphaM = 1.28 * near.m(Self.nearRatio(x.m), x.m * (perFirst * divisorN))
            betaM = 1.4 * (near.b(Self.nearRatio(x.b), x.b * (perLast * divisorH)) + x.b)
            betaH = 4 * (perLast * divisorB)
        }

        /// x/(e^x − 1) for x between −1 and 1, by its series.
        @inline(__always) private static func nearRatio(_ x: Float) -> Float {
            let square = x * x
            let high = square.times(-8.267_196e-7, plus: 3.306_878_3e-5)
            let middle = square.times(square.times(high, plus: -1.388_888_9e-3), plus: 0.083_333_333)
            return square.times(middle, plus: x.times(-0.5, plus: 1))
        }
    }

    /// The constants of the equations.
    struct Membrane<C: RowConstant> {
        let perCapacitance, sodium, potassium, leak, sodiumReversal, potassiumReversal, drive: C
        let reversalEx, reversalIn: C
        let halfEx, fullEx, halfIn, fullIn: C

        /// Reads the constants; conductances decay over a long step or over a short one.
        @inline(__always) init(_ constants: KernelConstants, _ rows: UnsafeMutablePointer<Float>, isLong: Bool) {
            @inline(__always) func read(_ index: Int) -> C { C(constants, rows, index) }
            (perCapacitance, sodium, potassium) = (read(0), read(1), read(2))
            (leak, sodiumReversal, potassiumReversal) = (read(3), read(4), read(5))
            (drive, reversalEx, reversalIn) = (read(6), read(7), read(8))
            let decays = isLong ? 10 : 14
            (halfEx, fullEx, halfIn, fullIn) = (read(decays), read(decays + 1), read(decays + 2), read(decays + 3))
        }

        /// The slopes of potential and gating variables.
        @inline(__always) func slope(
            _ v: Float, _ m: Float, _ h: Float, _ k: Float, _ ex: Float, _ inh: Float, _ current: Float, _ n: Int
        ) -> (v: Float, m: Float, h: Float, k: Float) {
            let rates = Rates(v)
            let square = k * k
            let open = (sodium[n] * h) * (m * m * m)
            let rectified = potassium[n] * (square * square)
            let channels = open.times(
                sodiumReversal[n] - v,
                plus: rectified.times(potassiumReversal[n] - v, plus: v.times(-leak[n], plus: drive[n] + current)))
            let all = ex.times(reversalEx[n] - v, plus: inh.times(reversalIn[n] - v, plus: channels))
            return (
                all * perCapacitance[n], m.times(-(rates.alphaM + rates.betaM), plus: rates.alphaM),
                h.times(-(rates.alphaH + rates.betaH), plus: rates.alphaH),
                k.times(-(rates.alphaN + rates.betaN), plus: rates.alphaN)
            )
        }
    }
}
