#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// e^(−n·h/tau) for whole steps n, as a product of two numbers from small tables.
///
/// The relative error is that of two roundings to single precision. The tables end where the exponential falls below
/// the smallest number of single precision, or rises above the greatest.
final class DecayTable {
    private let fine, coarse, fineGrowth, coarseGrowth: UnsafeMutablePointer<Float>
    private let limit, growthLimit: Int
    private let rate: Double
    private static let block = 256
    private static let most = 1 << 16

    /// Makes the tables for a time constant and a step [ms].
    init(tau: Double, step: Double) {
        rate = step / tau
        let blocks = min(Self.most, Int(min(104 / rate, 1e15)) / Self.block + 1)
        limit = blocks * Self.block
        fine = .allocate(capacity: Self.block)
        coarse = .allocate(capacity: blocks)
        let growing = min(Self.most, Int(min(88 / rate, 1e15)) / Self.block + 1)
        growthLimit = min(growing * Self.block, Int(min(88 / rate, 1e15)))
        fineGrowth = .allocate(capacity: Self.block)
        coarseGrowth = .allocate(capacity: growing)
        for n in 0..<Self.block { fineGrowth[n] = Float(exp(Double(n) * rate)) }
        for n in 0..<growing { coarseGrowth[n] = Float(exp(Double(n * Self.block) * rate)) }
        for n in 0..<Self.block { fine[n] = Float(exp(-Double(n) * rate)) }
        for n in 0..<blocks { coarse[n] = Float(exp(-Double(n * Self.block) * rate)) }
    }

    deinit {
        fine.deallocate()
        coarse.deallocate()
        fineGrowth.deallocate()
        coarseGrowth.deallocate()
    }

    /// The decay over `n` steps, at least 0.
    @inline(__always) func callAsFunction(_ n: Int) -> Float {
        n < limit ? fine[n & (Self.block - 1)] * coarse[n / Self.block] : far(n)
    }

    /// e^(−n·h/tau) for steps that may be negative: then it grows, up to infinity.
    @inline(__always) func signed(_ n: Int) -> Float { n >= 0 ? self(n) : growth(-n) }

    /// e^(n·h/tau) for steps above 0.
    @inline(__always) private func growth(_ n: Int) -> Float {
        n < growthLimit ? fineGrowth[n & (Self.block - 1)] * coarseGrowth[n / Self.block] : far(-n)
    }

    /// Time constants of many steps go on beyond the tables.
    @inline(never) private func far(_ n: Int) -> Float { Float(exp(-Double(n) * rate)) }
}
