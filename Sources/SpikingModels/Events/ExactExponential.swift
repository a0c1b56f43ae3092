/// Exponentials in double precision that the compiler can put into vector loops.
enum ExactExponential {
    /// e^x for x between −700 and 700, with a relative error below 3·10⁻¹⁶; nonsense elsewhere.
    ///
    /// The argument is split into n·ln 2 + r; e^r comes from the series up to r¹³, whose rest is below 10⁻¹⁷.
    @inline(__always) static func value(_ x: Double) -> Double {
        // Adding 1.5·2^52 leaves the nearest whole number in the low bits.
        let shifted = fused(x, 1.442_695_040_888_963_4, 0x1.8p52)
        let n = shifted - 0x1.8p52
        let r = fused(n, -1.908_214_929_270_587_7e-10, fused(n, -6.931_471_803_691_238_2e-1, x))
        var p = fused(r, 1.605_904_383_682_161_5e-10, 2.087_675_698_786_809_9e-9)
        p = fused(p, r, 2.505_210_838_544_171_9e-8)
        p = fused(p, r, 2.755_731_922_398_589_1e-7)
        p = fused(p, r, 2.755_731_922_398_589_1e-6)
        p = fused(p, r, 2.480_158_730_158_730_2e-5)
        p = fused(p, r, 1.984_126_984_126_984_1e-4)
        p = fused(p, r, 1.388_888_888_888_888_9e-3)
        p = fused(p, r, 8.333_333_333_333_333_3e-3)
        p = fused(p, r, 4.166_666_666_666_666_7e-2)
        p = fused(p, r, 1.666_666_666_666_666_7e-1)
        p = fused(p, r, 0.5)
        p = fused(p * r, r, r)
        let scale = Double(bitPattern: (shifted.bitPattern &<< 52) &+ 0x3FF0_0000_0000_0000)
        return fused(scale, p, scale)
    }

    @inline(__always) private static func fused(_ a: Double, _ b: Double, _ c: Double) -> Double {
        #if SYNFIRE_FMA || arch(arm64)
        c.addingProduct(a, b)
        #else
        a * b + c
        #endif
    }
}
