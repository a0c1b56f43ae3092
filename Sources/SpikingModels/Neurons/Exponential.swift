/// Exponentials in single precision that the compiler can put into vector loops, which calls of the C library cannot be.
enum Exponential {
    /// e^x − 1, with a relative error below 2·10⁻⁷ for x from −87 to 88; beyond, the value at the bound.
    ///
    /// The argument is split into n·ln 2 + r; e^r − 1 comes from a polynomial without the 1, so that nothing cancels near
    /// 0. The coefficients are those of Cephes' `expf` (S. L. Moshier 1989, *Methods and Programs for Mathematical
    /// Functions*).
    @inline(__always) static func minusOne(_ x: Float) -> Float {
        let bounded = x > 88 ? 88 : (x < -87 ? -87 : x)
        // Adding 1.5·2^23 leaves the nearest whole number in the low bits.
        let shifted = bounded * 1.442_695_04 + 12_582_912
        let n = shifted - 12_582_912
        // ln 2 in two parts: the product with the first is exact.
        let r = (bounded - n * 0.693_359_375) + n * 2.121_944_4e-4
        var p: Float = 1.987_569_15e-4
        p = p * r + 1.398_199_950_7e-3
        p = p * r + 8.333_451_907_3e-3
        p = p * r + 4.166_579_589_4e-2
        p = p * r + 1.666_666_545_9e-1
        p = p * r + 5.000_000_120_1e-1
        let scale = Float(bitPattern: (shifted.bitPattern &<< 23) &+ 0x3F80_0000)
        return scale * (r + r * r * p) + (scale - 1)
    }

    /// e^x, with a relative error below 2·10⁻⁷ for x from −15 to 88; below, the absolute error is under 10⁻⁷.
    @inline(__always) static func value(_ x: Float) -> Float { minusOne(x) + 1 }

    /// e^x for x between −80 and 80, with a relative error below 2·10⁻⁷; nonsense elsewhere.
    @inline(__always) static func value(inRange x: Float) -> Float {
        let shifted = x.times(1.442_695_04, plus: 12_582_912)
        let r = (shifted - 12_582_912).times(-0.693_147_18, plus: x)
        let scale = Float(bitPattern: (shifted.bitPattern &<< 23) &+ 0x3F80_0000)
        return (scale * r).times(growth(r), plus: scale)
    }

    /// 1 − e^(−x) for x ≥ 0, with a relative error below 2·10⁻⁷.
    ///
    /// Half the work of ``minusOne(_:)``: where e^(−x) is small, so is what rounding does to it.
    @inline(__always) static func loss(_ x: Float) -> Float {
        let bounded = x < 80 ? x : 80
        let shifted = bounded.times(-1.442_695_04, plus: 12_582_912)
        let r = (12_582_912 - shifted).times(0.693_147_18, plus: -bounded)
        let scale = Float(bitPattern: (shifted.bitPattern &<< 23) &+ 0x3F80_0000)
        return (-(scale * r)).times(growth(r), plus: 1 - scale)
    }

    /// (e^r − 1)/r for r between ±ln 2/2.
    ///
    /// Interpolated at the zeros of a Chebyshev polynomial; in pairs of terms, which do not wait for each other.
    @inline(__always) private static func growth(_ r: Float) -> Float {
        let high = r.times(1.393_38e-3, plus: 8.369_24e-3)
        let middle = r.times(4.166_646e-2, plus: 1.666_650_4e-1)
        let square = r * r
        return square.times(square.times(high, plus: middle), plus: r.times(0.5, plus: 1))
    }
}

/// A sum that keeps what rounding loses: small steps are not swallowed by a large total.
///
/// - Source: W. Kahan 1965, Commun. ACM 8:40, doi:10.1145/363707.363723.
enum CompensatedSum {
    /// Adds `term` to `total`, whose lost part is `excess` (to be taken off the next term).
    @inline(__always) static func add(
        _ term: Float, to total: Float, excess: Float
    ) -> (total: Float, excess: Float) {
        let corrected = term - excess
        let sum = total + corrected
        return (sum, (sum - total) - corrected)
    }
}
