/// Loops over single numbers, plain enough for the compiler to vectorise.
package enum Elementwise {
    /// y ← max(x, 0), which may be the same memory.
    ///
    /// A value that is not a number stays one.
    package static func rectify(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
    ) {
        for i in 0..<count {
            let value = x[i]
            y[i] = value < 0 ? 0 : value
        }
    }

    /// dx ← dy where y > 0, else 0; `dx` may be `dy`.
    package static func rectifyBackward(
        _ y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, count: Int
    ) {
        for i in 0..<count {
            let gradient = dy[i]
            dx[i] = y[i] > 0 ? gradient : 0
        }
    }

    /// y ← a · b, which may be the same memory.
    package static func multiply(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
    ) {
        for i in 0..<count { y[i] = a[i] * b[i] }
    }

    /// y ← y + x.
    package static func add(_ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int) {
        for i in 0..<count { y[i] += x[i] }
    }

    /// y ← a + b, which may be the same memory.
    package static func add(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
    ) {
        for i in 0..<count { y[i] = a[i] + b[i] }
    }

    /// y ← ceiling · ⌊clip(x / ceiling, 0, 1) · levels + 1/2⌋ / levels, which may be the same memory.
    package static func quantize(
        _ x: UnsafePointer<Float>, ceiling: Float, levels: Float, into y: UnsafeMutablePointer<Float>, count: Int
    ) {
        let (scale, step) = (levels / ceiling, ceiling / levels)
        for i in 0..<count {
            let value = x[i] * scale
            // In this order a value that is not a number stays one.
            let clipped = value < 0 ? 0 : (value > levels ? levels : value)
            y[i] = (clipped + 0.5).rounded(.down) * step
        }
    }

    /// dx ← dy where x lies from 0 to the ceiling, else 0; `dx` may be `dy`.
    ///
    /// - Returns: Σ dy · dy/dceiling, where steps count as straight.
    package static func quantizeBackward(
        _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, ceiling: Float, levels: Float,
        into dx: UnsafeMutablePointer<Float>?, count: Int
    ) -> Float {
        let (scale, inverse) = (levels / ceiling, 1 / levels)
        var sums = SIMD8<Float>.zero
        var rest: Float = 0
        func part(_ i: Int) -> Float {
            let value = x[i] * scale
            let clipped = value < 0 ? 0 : (value > levels ? levels : value)
            let slope = ((clipped + 0.5).rounded(.down) - (value == clipped ? clipped : 0)) * inverse
            return dy[i] * slope
        }
        let whole = count / 8 * 8
        for first in stride(from: 0, to: whole, by: 8) {
            var parts = SIMD8<Float>.zero
            for lane in 0..<8 { parts[lane] = part(first + lane) }
            sums += parts
        }
        for i in whole..<count { rest += part(i) }
        if let dx {
            for i in 0..<count {
                let gradient = dy[i]
                let value = x[i] * scale
                dx[i] = value < 0 || value > levels ? 0 : gradient
            }
        }
        return sums.sum() + rest
    }
}
