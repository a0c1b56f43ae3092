import SynfireParallel

/// Normal numbers that a block of ``Philox4x32`` names.
///
/// Written without calls of the C library and without branches, so that a loop over entities becomes one over vectors.
enum NormalPair {
    /// Two independent normal numbers with mean 0 and standard deviation 1.
    ///
    /// - Source: G. E. P. Box, M. E. Muller 1958, doi:10.1214/aoms/1177706645.
    @inline(__always) static func draw(
        seed: UInt64, stream: UInt32, entity: UInt32, block: UInt64
    ) -> (Double, Double) {
        let words = Self.words(seed, stream, entity, block)
        // In (0, 1], so that the logarithm is finite.
        let uniform = (double(words.x) + double((words.y >> 11) + 1) * 0x1p-21) * 0x1p-32
        let radius = root(-2 * logarithm(uniform))
        let (sine, cosine) = circle((double(words.z) + 0.5) * 0x1p-32)
        return (radius * cosine, radius * sine)
    }

    /// The first three words of a block, as ``Philox4x32`` gives them, in lanes as wide as the numbers made of them.
    @inline(__always) private static func words(
        _ seed: UInt64, _ stream: UInt32, _ entity: UInt32, _ block: UInt64
    ) -> (x: UInt64, y: UInt64, z: UInt64) {
        let low: UInt64 = 0xFFFF_FFFF
        var (x0, x1, x2, x3) = (block & low, block >> 32, UInt64(entity), UInt64(stream))
        var (k0, k1) = (seed & low, seed >> 32)
        for _ in 0..<10 {
            let (p, q) = (x0 &* 0xD251_1F53, x2 &* 0xCD9E_8D57)
            (x0, x1, x2, x3) = ((q >> 32) ^ x1 ^ k0, q & low, (p >> 32) ^ x3 ^ k1, p & low)
            k0 = (k0 &+ 0x9E37_79B9) & low
            k1 = (k1 &+ 0xBB67_AE85) & low
        }
        return (x0, x1, x2)
    }

    /// A whole number below 2^52 as a floating-point one.
    @inline(__always) private static func double(_ whole: UInt64) -> Double {
        Double(bitPattern: whole | 0x4330_0000_0000_0000) - 0x1p52
    }

    /// The square root of a number from 0 to 100, within two units of its last place.
    ///
    /// The library's looks for negative numbers, which keeps a loop from becoming one over vectors. This one takes 1/√x by
    /// Newton's method from a first guess by the exponent.
    @inline(__always) private static func root(_ x: Double) -> Double {
        var inverse = Double(bitPattern: 0x5FE6_EB50_C7B5_37A9 &- (x.bitPattern >> 1))
        let half = 0.5 * x
        for _ in 0..<4 { inverse *= 1.5 - half * inverse * inverse }
        return x * inverse
    }

    /// The natural logarithm of a normal number, within some units of its last place.
    ///
    /// Of x = 2^e·m with m from √½ to √2, ln m = 2·artanh((m − 1)/(m + 1)), whose series has the squares of numbers up to
    /// 0.172.
    @inline(__always) private static func logarithm(_ x: Double) -> Double {
        let bits = x.bitPattern
        let whole = Double(bitPattern: (bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000)
        let isHigh = whole > 1.414_213_562_373_095
        let m = isHigh ? 0.5 * whole : whole
        let e = double(bits >> 52) - (isHigh ? 1022 : 1023)
        let f = (m - 1) / (m + 1)
        let s = f * f
        var sum = 1.0 / 23
        sum = sum * s + 1.0 / 21
        sum = sum * s + 1.0 / 19
        sum = sum * s + 1.0 / 17
        sum = sum * s + 1.0 / 15
        sum = sum * s + 1.0 / 13
        sum = sum * s + 1.0 / 11
        sum = sum * s + 1.0 / 9
        sum = sum * s + 1.0 / 7
        sum = sum * s + 1.0 / 5
        sum = sum * s + 1.0 / 3
        return e * 0.693_147_180_559_945_3 + 2 * (f + f * s * sum)
    }

    /// Sine and cosine of an angle in turns, from 0 to 1, within 10⁻¹⁵.
    @inline(__always) private static func circle(_ turns: Double) -> (sine: Double, cosine: Double) {
        // Adding 1.5·2^52 leaves the nearest quarter in the low bits.
        let shifted = 4 * turns + 0x1.8p52
        let r = (turns - 0.25 * (shifted - 0x1.8p52)) * 6.283_185_307_179_586
        let s = r * r
        var sine = -1.0 / 1_307_674_368_000
        sine = sine * s + 1.0 / 6_227_020_800
        sine = sine * s - 1.0 / 39_916_800
        sine = sine * s + 1.0 / 362_880
        sine = sine * s - 1.0 / 5_040
        sine = sine * s + 1.0 / 120
        sine = sine * s - 1.0 / 6
        sine = r + r * s * sine
        var cosine = 1.0 / 20_922_789_888_000
        cosine = cosine * s - 1.0 / 87_178_291_200
        cosine = cosine * s + 1.0 / 479_001_600
        cosine = cosine * s - 1.0 / 3_628_800
        cosine = cosine * s + 1.0 / 40_320
        cosine = cosine * s - 1.0 / 720
        cosine = cosine * s + 1.0 / 24
        cosine = cosine * s - 0.5
        cosine = 1 + s * cosine
        let quarter = shifted.bitPattern
        let isOdd = quarter & 1 != 0
        let (a, b) = (isOdd ? cosine : sine, isOdd ? sine : cosine)
        return (
            Double(bitPattern: a.bitPattern ^ ((quarter & 2) << 62)),
            Double(bitPattern: b.bitPattern ^ (((quarter &+ 1) & 2) << 62))
        )
    }
}
