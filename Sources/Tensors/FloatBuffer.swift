#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Single-precision memory that kernels work in: aligned to a cache line, zero at first, never resized.
///
/// Unchecked `Sendable`: it hands out raw memory. Who may write which part, and when, is arranged by the plan that
/// owns the buffer: within one step of a plan no two workers write the same part, and steps end before the next begin.
public final class FloatBuffer: @unchecked Sendable {
    /// The first number.
    public let base: UnsafeMutablePointer<Float>
    /// How many numbers there are.
    public let count: Int

    /// The alignment of `base` in bytes.
    public static let alignment = 64

    /// Takes memory for `count` numbers, all zero.
    ///
    /// - Throws: ``KernelError/outOfMemory(bytes:)``.
    public init(count: Int) throws(KernelError) {
        let (bytes, overflow) = max(1, count).multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
        var memory: UnsafeMutableRawPointer?
        guard !overflow, posix_memalign(&memory, Self.alignment, bytes) == 0, let memory else {
            throw .outOfMemory(bytes: overflow ? .max : bytes)
        }
        memset(memory, 0, bytes)
        base = memory.bindMemory(to: Float.self, capacity: max(1, count))
        self.count = count
    }

    deinit {
        free(base)
    }

    /// Copies numbers in, from the start.
    ///
    /// - Precondition: They fit.
    public func load(_ scalars: [Float]) {
        assert(scalars.count <= count)
        scalars.withUnsafeBufferPointer { source in
            guard let first = source.baseAddress else { return }
            base.update(from: first, count: source.count)
        }
    }

    /// The first `count` numbers.
    public func array(count: Int) -> [Float] {
        assert(count <= self.count)
        return Array(UnsafeBufferPointer(start: base, count: count))
    }
}
