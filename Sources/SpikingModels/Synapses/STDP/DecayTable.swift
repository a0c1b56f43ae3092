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
/// the smallest number of single precision.
final class DecayTable {
    private let fine, coarse: UnsafeMutablePointer<Float>
    private let limit: Int
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
        for n in 0..<Self.block { fine[n] = Float(exp(-Double(n) * rate)) }
        for n in 0..<blocks { coarse[n] = Float(exp(-Double(n * Self.block) * rate)) }
    }

    deinit {
        fine.deallocate()
        coarse.deallocate()
    }

    /// The decay over `n` steps, at least 0.
    @inline(__always) func callAsFunction(_ n: Int) -> Float {
        n < limit ? fine[n & (Self.block - 1)] * coarse[n / Self.block] : far(n)
    }

    /// Time constants of many steps go on beyond the tables.
    @inline(never) private func far(_ n: Int) -> Float { Float(exp(-Double(n) * rate)) }
}
