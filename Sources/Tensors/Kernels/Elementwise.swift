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
}
