/// Elementary functions in single precision that the compiler can take several of at a time.
///
/// They are sums, products and choices without branches or calls, so that loops over them become loops over vectors, and
/// give the same bits on every processor. What is not a number stays so. The polynomials are those of S. L. Moshier,
/// Cephes Mathematical Library (single precision, 1992, netlib.org/cephes).
package enum FastMath {
    /// exp(x) to within 1 unit in the last place; 0 below −87.3, where the result would be subnormal, and the value at 88
    /// above that.
    @inline(__always)
    package static func exp(_ x: Float) -> Float {
        let (fraction, power) = reduced(x)
        return x < -87.3 ? 0 : (fraction + 1) * power
    }

    /// exp(x) − 1 to within 1 unit in the last place for x up to 0, and 2 above; the value at 88 above that.
    @inline(__always)
    package static func expMinusOne(_ x: Float) -> Float {
        let (fraction, power) = reduced(x)
        return fraction * power + (power - 1)
    }

    /// tanh(x) to within 2 units in the last place.
    @inline(__always)
    package static func tanh(_ x: Float) -> Float {
        let square = x * x
        var p: Float = -5.70498872745e-3
        p = p * square + 2.06390887954e-2
        p = p * square - 5.37397155531e-2
        p = p * square + 1.33314422036e-1
        p = p * square - 3.33332819422e-1
        let near = p * square * x + x
        let magnitude = abs(x)
        let far = 1 - 2 / (exp(magnitude + magnitude) + 1)
        return magnitude < 0.625 ? near : (x < 0 ? -far : far)
    }

    /// 1 / (1 + exp(−x)) to within 3 units in the last place; at least 1e−39.
    @inline(__always)
    package static func logistic(_ x: Float) -> Float { 1 / (1 + exp(-x)) }

    /// The probability that a standard normal number is below x: absolutely to 1.2e−7, relatively to 5e−7 below −1.5, down to −13.
    @inline(__always)
    package static func normalProbability(_ x: Float) -> Float {
        // Φ(−|x|) = erfc(t) / 2 with t = |x| / √2; beyond 20 it is zero.
        let distance = abs(x) > 20 ? 20 : abs(x)
        let t = distance * 0.70710678
        let square = t * t
        var near: Float = 7.853861353153693e-5
        near = near * square - 8.010193625184903e-4
        near = near * square + 5.188327685732524e-3
        near = near * square - 2.685381193529856e-2
        near = near * square + 1.128358514861418e-1
        near = near * square - 3.761262582423300e-1
        near = near * square + 1.128379165726710
        let inverse = 1 / (t < 1 ? 1 : t)
        let z = inverse * inverse
        var middle: Float = 2.326819970068386e-2
        middle = middle * z - 1.387039388740657e-1
        middle = middle * z + 3.687424674597105e-1
        middle = middle * z - 5.824733027278666e-1
        middle = middle * z + 6.210004621745983e-1
        middle = middle * z - 4.944515323274145e-1
        middle = middle * z + 3.404879937665872e-1
        middle = middle * z - 2.741127028184656e-1
        middle = middle * z + 5.638259427386472e-1
        var far: Float = -1.047766399936249e1
        far = far * z + 1.297719955372516e1
        far = far * z - 7.495518717768503
        far = far * z + 2.921019019210786
        far = far * z - 1.015265279202700
        far = far * z + 4.218463358204948e-1
        far = far * z - 2.820767439740514e-1
        far = far * z + 5.641895067754075e-1
        let tail = 0.5 * gauss(distance) * inverse * (t < 2 ? middle : far)
        let below = t < 1 ? 0.5 - 0.5 * t * near : tail
        return x < 0 ? below : 1 - below
    }

    /// exp(−x² / 2), with what rounding takes from x² put back: far out it would count.
    @inline(__always)
    private static func gauss(_ x: Float) -> Float {
        let square = x * x
        let high = Float(bitPattern: x.bitPattern & 0xFFFF_F000)
        let low = x - high
        let rest = (high * high - square) + 2 * high * low + low * low
        return exp(-0.5 * square) * (1 - 0.5 * rest)
    }

    /// exp(x) as (1 + fraction) · power, where power is the power of two nearest to it.
    @inline(__always)
    private static func reduced(_ x: Float) -> (fraction: Float, power: Float) {
        let x = x < -87.3 ? -87.3 : (x > 88 ? 88 : x)
        // Adding 1.5 · 2^23 rounds to a whole number, which then stands in the lowest bits.
        let shifted = x * 1.442_695_04 + 0x1.8p23
        let n = shifted - 0x1.8p23
        let r = (x - n * 0.693_359_375) + n * 2.121_944_4e-4
        var p: Float = 1.9875691500e-4
        p = p * r + 1.3981999507e-3
        p = p * r + 8.3334519073e-3
        p = p * r + 4.1665795894e-2
        p = p * r + 1.6666665459e-1
        p = p * r + 5.0000001201e-1
        return (p * (r * r) + r, Float(bitPattern: (shifted.bitPattern &+ 127) &<< 23))
    }
}
