#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Softmax along an axis of plain values, or its logarithm.
///
/// Values are (outer, extent, inner); the sums go along the middle axis.
///
///     softmax: y = exp(x − max) / Σ exp(x − max),        dx = y · (dy − Σ y · dy)
///     logarithm: y = x − max − log Σ exp(x − max),       dx = dy − exp(y) · Σ dy
package struct AxisSoftmax: Sendable {
    private let outer: Int
    private let extent: Int
    private let inner: Int
    private let isLogarithmic: Bool

    /// How many sums run side by side.
    private static let lanes = 64

    /// Prepares for values of shape (outer, extent, inner).
    package init(outer: Int, extent: Int, inner: Int, isLogarithmic: Bool) {
        self.outer = outer
        self.extent = extent
        self.inner = inner
        self.isLogarithmic = isLogarithmic
    }

    /// y ← softmax(x), which may be the same memory, for some images.
    package func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, images: Int) {
        if inner == 1 {
            for row in 0..<images * outer { forwardRow(x + row * extent, y + row * extent) }
            return
        }
        forEachStrip(images) { offset, count, sums, most in
            let (x, y) = (x + offset, y + offset)
            for i in 0..<count { most[i] = x[i] }
            for k in 1..<max(1, extent) {
                let x = x + k * inner
                for i in 0..<count { most[i] = x[i] > most[i] ? x[i] : most[i] }
            }
            for i in 0..<count { sums[i] = 0 }
            for k in 0..<extent {
                let (x, y) = (x + k * inner, y + k * inner)
                if isLogarithmic {
                    for i in 0..<count { sums[i] += FastMath.exp(x[i] - most[i]) }
                } else {
                    for i in 0..<count {
                        let value = FastMath.exp(x[i] - most[i])
                        sums[i] += value
                        y[i] = value
                    }
                }
            }
            for i in 0..<count { sums[i] = isLogarithmic ? logf(sums[i]) : 1 / sums[i] }
            for k in 0..<extent {
                let (x, y) = (x + k * inner, y + k * inner)
                if isLogarithmic {
                    for i in 0..<count { y[i] = (x[i] - most[i]) - sums[i] }
                } else {
                    for i in 0..<count { y[i] *= sums[i] }
                }
            }
        }
    }

    private func forwardRow(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
        var most = x[0]
        for i in 1..<max(1, extent) { most = x[i] > most ? x[i] : most }
        var sums = SIMD8<Float>.zero
        var rest: Float = 0
        let whole = extent / 8 * 8
        // The exponentials are taken twice for a logarithm, whose argument is still needed where it is written over.
        for first in stride(from: 0, to: whole, by: 8) {
            var values = SIMD8<Float>.zero
            for lane in 0..<8 { values[lane] = FastMath.exp(x[first + lane] - most) }
            sums += values
            if !isLogarithmic { for lane in 0..<8 { y[first + lane] = values[lane] } }
        }
        for i in whole..<extent {
            let value = FastMath.exp(x[i] - most)
            rest += value
            if !isLogarithmic { y[i] = value }
        }
        let sum = sums.sum() + rest
        if isLogarithmic {
            let logarithm = logf(sum)
            for i in 0..<extent { y[i] = (x[i] - most) - logarithm }
        } else {
            let factor = 1 / sum
            for i in 0..<extent { y[i] *= factor }
        }
    }

    /// dx from y and dy, which `dx` may be.
    package func backward(
        _ y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, images: Int
    ) {
        if inner == 1 {
            for row in 0..<images * outer {
                backwardRow(y + row * extent, dy + row * extent, dx + row * extent)
            }
            return
        }
        forEachStrip(images) { offset, count, sums, _ in
            let (y, dy, dx) = (y + offset, dy + offset, dx + offset)
            for i in 0..<count { sums[i] = 0 }
            for k in 0..<extent {
                let (y, dy) = (y + k * inner, dy + k * inner)
                if isLogarithmic {
                    for i in 0..<count { sums[i] += dy[i] }
                } else {
                    for i in 0..<count { sums[i] += y[i] * dy[i] }
                }
            }
            for k in 0..<extent {
                let (y, dy, dx) = (y + k * inner, dy + k * inner, dx + k * inner)
                if isLogarithmic {
                    for i in 0..<count { dx[i] = dy[i] - FastMath.exp(y[i]) * sums[i] }
                } else {
                    for i in 0..<count { dx[i] = y[i] * (dy[i] - sums[i]) }
                }
            }
        }
    }

    private func backwardRow(
        _ y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>
    ) {
        var sums = SIMD8<Float>.zero
        var rest: Float = 0
        let whole = extent / 8 * 8
        for first in stride(from: 0, to: whole, by: 8) {
            var values = SIMD8<Float>.zero
            for lane in 0..<8 {
                values[lane] = isLogarithmic ? dy[first + lane] : y[first + lane] * dy[first + lane]
            }
            sums += values
        }
        for i in whole..<extent { rest += isLogarithmic ? dy[i] : y[i] * dy[i] }
        let sum = sums.sum() + rest
        if isLogarithmic {
            for i in 0..<extent { dx[i] = dy[i] - FastMath.exp(y[i]) * sum }
        } else {
            for i in 0..<extent { dx[i] = y[i] * (dy[i] - sum) }
        }
    }

    /// Calls `body` for strips of sums that lie side by side, with memory for two numbers each.
    @inline(__always)
    private func forEachStrip(
        _ images: Int,
        _ body: (_ offset: Int, _ count: Int, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * Self.lanes) { memory in
            guard let memory = memory.baseAddress else { return }
            for slab in 0..<images * outer {
                for first in stride(from: 0, to: inner, by: Self.lanes) {
                    body(
                        slab * extent * inner + first, min(Self.lanes, inner - first), memory, memory + Self.lanes)
                }
            }
        }
    }
}
