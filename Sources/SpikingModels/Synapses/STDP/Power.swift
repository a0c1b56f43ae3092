/// Powers in single precision that the compiler can put into vector loops, which calls of the C library cannot be.
package enum Power {
    /// x^y for x ≥ 0, with a relative error below 1.5·10⁻⁶ where |y·log₂ x| is below 24; below 2^−126 it is 0, above
    /// 2^127 that.
    ///
    /// Logarithm and exponential by the polynomials of Cephes' `logf` and `expf` (S. L. Moshier 1989, *Methods and
    /// Programs for Mathematical Functions*).
    @inline(__always) package static func of(_ x: Float, _ y: Float) -> Float {
        // x = m·2^e with m in [√½, √2).
        let bits = Int32(bitPattern: x.bitPattern) &- 0x3F35_04F3
        let exponent = Float(bits >> 23)
        let f = Float(bitPattern: UInt32(bitPattern: (bits & 0x007F_FFFF) &+ 0x3F35_04F3)) - 1
        let z = f * f
        // Polynomials in pairs (Estrin's scheme): a long chain of sums would leave the vector units waiting.
        let l01 = f.times(-2.499_999_399_3e-1, plus: 3.333_333_117_4e-1)
        let l23 = f.times(-1.666_805_766_5e-1, plus: 2.000_071_476_5e-1)
        let l45 = f.times(-1.242_014_084_6e-1, plus: 1.424_932_278_7e-1)
        let l67 = f.times(-1.151_461_031_0e-1, plus: 1.167_699_874_0e-1)
        let high = z.times(7.037_683_629_2e-2, plus: l67).times(z, plus: l45)
        let l = high.times(z * z, plus: l23.times(z, plus: l01))
        let natural = f + l.times(f * z, plus: -0.5 * z)
        // Whole and broken part apart, so that a large exponent costs the fraction no digits.
        let whole = y * exponent
        let low = natural * (y * 1.442_695_04)
        let sum = whole + low
        let bounded = sum > 127 ? 127 : (sum < -127 ? -127 : sum)
        // Adding 1.5·2^23 leaves the nearest whole number in the low bits.
        let shifted = bounded + 12_582_912
        let n = shifted - 12_582_912
        let isBounded = bounded != sum
        let r = (isBounded ? bounded - n : (whole - n) + low) * 0.693_147_18
        let rr = r * r
        let p01 = r.times(1.666_666_545_9e-1, plus: 5.000_000_120_1e-1)
        let p23 = r.times(8.333_451_907_3e-3, plus: 4.166_579_589_4e-2)
        let p45 = r.times(1.987_569_15e-4, plus: 1.398_199_950_7e-3)
        let p = p45.times(rr, plus: p23).times(rr, plus: p01)
        let scale = Float(bitPattern: (shifted.bitPattern &<< 23) &+ 0x3F80_0000)
        let value = scale.times(rr.times(p, plus: r), plus: scale)
        // 0^0 is 1.
        let isNothing = x < 1.175_494_4e-38
        return isNothing ? (y == 0 ? 1 : 0) : value
    }
}
