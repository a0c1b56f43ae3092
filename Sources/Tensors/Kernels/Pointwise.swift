#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Functions of single numbers that networks use for activations, and their slopes.
package enum Pointwise: Sendable, Hashable {
    /// x above 0, slope · x below.
    case leakyRectifier(slope: Float)
    /// scale · x above 0, scale · alpha · (exp(x) − 1) below.
    case exponentialUnit(alpha: Float, scale: Float)
    /// x · Φ(x), with Φ the distribution of a standard normal number.
    case gaussianUnit
    /// x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))).
    case gaussianUnitByTanh
    /// x / (1 + exp(−x)).
    case sigmoidUnit
    /// 1 / (1 + exp(−x)).
    case logistic
    /// log(1 / (1 + exp(−x))).
    case logLogistic
    /// tanh(x).
    case tanh
    /// x, but at least `lower` and at most `upper`.
    case clip(lower: Float, upper: Float)
    /// (x + 3) / 6, but at least 0 and at most 1.
    case hardLogistic
    /// x · (x + 3) / 6 between −3 and 3, 0 below and x above.
    case hardSigmoidUnit
    /// log(1 + exp(beta · x)) / beta; x where beta · x is above the threshold.
    case softplus(beta: Float, threshold: Float)
    /// x · tanh(log(1 + exp(x))).
    case mish
    /// x / (1 + |x|).
    case softsign

    /// Whether the slope is a function of the value, so that the argument need not be kept.
    package var isReversible: Bool {
        switch self {
        case .leakyRectifier(let slope): slope >= 0
        case .exponentialUnit(let alpha, _): alpha >= 0
        case .logistic, .tanh, .clip, .softsign: true
        default: false
        }
    }

    /// Whether zeros stay zeros.
    package var keepsZero: Bool {
        switch self {
        case .logistic, .logLogistic, .hardLogistic, .softplus: false
        case .clip(let lower, let upper): lower <= 0 && upper >= 0
        default: true
        }
    }
}

// MARK: - Values

extension Pointwise {
    /// y ← f(x) for values in a layout, whose filling becomes zero; `y` may be `x`.
    package func forward(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, layout: ValueLayout, images: Int
    ) {
        forward(x, into: y, count: images * layout.imageStride)
        if !keepsZero { layout.clearFilling(y, images: images) }
    }

    private func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int) {
        switch self {
        case .leakyRectifier(let slope): map(x, y, count) { $0 > 0 ? $0 : slope * $0 }
        case .exponentialUnit(let alpha, let scale):
            let factor = scale * alpha
            map(x, y, count) { $0 > 0 ? scale * $0 : factor * FastMath.expMinusOne($0 > 0 ? 0 : $0) }
        case .gaussianUnit: map(x, y, count) { $0 * FastMath.normalProbability($0) }
        case .gaussianUnitByTanh: map(x, y, count) { 0.5 * $0 * (1 + FastMath.tanh(gaussianArgument($0))) }
        case .sigmoidUnit: map(x, y, count) { $0 * FastMath.logistic($0) }
        case .logistic: map(x, y, count) { FastMath.logistic($0) }
        case .logLogistic: map(x, y, count) { ($0 < 0 ? $0 : 0) - log1p(FastMath.exp(-abs($0))) }
        case .tanh: map(x, y, count) { FastMath.tanh($0) }
        case .clip(let lower, let upper): map(x, y, count) { $0 < lower ? lower : ($0 > upper ? upper : $0) }
        case .hardLogistic: map(x, y, count) { clippedLine($0) }
        case .hardSigmoidUnit: map(x, y, count) { $0 * clippedLine($0) }
        case .softplus(let beta, let threshold):
            map(x, y, count) {
                let z = beta * $0
                return z > threshold ? $0 : ((z > 0 ? z : 0) + log1p(FastMath.exp(-abs(z)))) / beta
            }
        case .mish: map(x, y, count) { $0 * softplusTanh($0) }
        case .softsign: map(x, y, count) { $0 / (1 + abs($0)) }
        }
    }
}

// MARK: - Slopes

extension Pointwise {
    /// dx ← dy · f′, which may be the same memory.
    ///
    /// - Parameter values: y where the function is reversible, else x.
    package func backward(
        _ values: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, count: Int
    ) {
        switch self {
        case .leakyRectifier(let slope): map(values, dy, dx, count) { $0 > 0 ? $1 : slope * $1 }
        case .exponentialUnit(let alpha, let scale) where isReversible:
            let factor = scale * alpha
            map(values, dy, dx, count) { $1 * ($0 > 0 ? scale : $0 + factor) }
        case .exponentialUnit(let alpha, let scale):
            let factor = scale * alpha
            map(values, dy, dx, count) { $1 * ($0 > 0 ? scale : factor * FastMath.exp($0 > 0 ? 0 : $0)) }
        case .gaussianUnit:
            map(values, dy, dx, count) {
                let density = 0.398_942_28 * FastMath.exp(-0.5 * $0 * $0)
                return $1 * (FastMath.normalProbability($0) + $0 * density)
            }
        case .gaussianUnitByTanh:
            map(values, dy, dx, count) {
                let t = FastMath.tanh(gaussianArgument($0))
                let inner = 0.797_884_56 * (1 + 0.134_145 * $0 * $0)
                return $1 * (0.5 * (1 + t) + 0.5 * $0 * (1 - t * t) * inner)
            }
        case .sigmoidUnit:
            map(values, dy, dx, count) {
                let s = FastMath.logistic($0)
                return $1 * (s * (1 + $0 * (1 - s)))
            }
        case .logistic: map(values, dy, dx, count) { $1 * ($0 * (1 - $0)) }
        case .logLogistic: map(values, dy, dx, count) { $1 * FastMath.logistic(-$0) }
        case .tanh: map(values, dy, dx, count) { $1 * (1 - $0 * $0) }
        case .clip(let lower, let upper): map(values, dy, dx, count) { $0 > lower && $0 < upper ? $1 : 0 }
        case .hardLogistic: map(values, dy, dx, count) { $0 > -3 && $0 < 3 ? $1 * (1 / 6) : 0 }
        case .hardSigmoidUnit:
            map(values, dy, dx, count) { $0 <= -3 ? 0 : ($0 < 3 ? $1 * ($0 * (1 / 3) + 0.5) : $1) }
        case .softplus(let beta, let threshold):
            map(values, dy, dx, count) { beta * $0 > threshold ? $1 : $1 * FastMath.logistic(beta * $0) }
        case .mish:
            map(values, dy, dx, count) {
                let t = softplusTanh($0)
                return $1 * (t + $0 * (1 - t * t) * FastMath.logistic($0))
            }
        case .softsign:
            map(values, dy, dx, count) {
                let rest = 1 - abs($0)
                return $1 * (rest * rest)
            }
        }
    }
}

@inline(__always)
private func gaussianArgument(_ x: Float) -> Float { 0.797_884_56 * (x + 0.044_715 * x * x * x) }

@inline(__always)
private func clippedLine(_ x: Float) -> Float {
    let y = x * (1 / 6) + 0.5
    return y < 0 ? 0 : (y > 1 ? 1 : y)
}

/// tanh(log(1 + exp(x))) = n / (n + 2) with n = exp(x) · (exp(x) + 2); 1 in single precision from 20 on.
@inline(__always)
private func softplusTanh(_ x: Float) -> Float {
    let e = FastMath.exp(x > 20 ? 20 : x)
    let n = e * (e + 2)
    return n / (n + 2)
}

// MARK: - Loops

// A loop whose result may be its argument cannot be taken several numbers at a time, since the compiler does not know
// that it is the same number which is written over. Results therefore go by way of memory of their own.

private let chunk = 256

@inline(__always)
private func map(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int, _ function: (Float) -> Float
) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: chunk) { results in
        guard let results = results.baseAddress else { return }
        for first in stride(from: 0, to: count, by: chunk) {
            let (x, part) = (x + first, min(chunk, count - first))
            for i in 0..<part { results[i] = function(x[i]) }
            (y + first).update(from: results, count: part)
        }
    }
}

@inline(__always)
private func map(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int,
    _ function: (Float, Float) -> Float
) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: chunk) { results in
        guard let results = results.baseAddress else { return }
        for first in stride(from: 0, to: count, by: chunk) {
            let (a, b, part) = (a + first, b + first, min(chunk, count - first))
            for i in 0..<part { results[i] = function(a[i], b[i]) }
            (y + first).update(from: results, count: part)
        }
    }
}
