import Synchronization

/// Who has begun and who has ended the parts of the loop that a ``PoolCore`` runs.
///
/// A word for each part: the number of the loop that last began it, the thread that did, and whether it has ended. A part
/// is begun by whoever first puts the loop's number there. So a thread that wakes up late, when the loop that it was
/// called for is over, begins nothing; and while a part that has been begun has not ended, neither has its loop.
///
/// Unchecked `Sendable`: the words are atomic.
package final class LoopParts: @unchecked Sendable {
    /// Words that are written by several threads lie in lines of their own, which are fetched in pairs.
    private static let stride = 16

    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    private let count: Int

    /// - Parameter count: The most parts of a loop.
    package init(count: Int) {
        self.count = count * Self.stride
        words = .allocate(capacity: self.count)
        for index in 0..<self.count { (words + index).initialize(to: Atomic(0)) }
    }

    deinit {
        words.deinitialize(count: count)
        words.deallocate()
    }

    private static func word(loop: UInt64, thread: Int, isDone: Bool) -> UInt64 {
        loop << 17 | UInt64(thread) << 1 | (isDone ? 1 : 0)
    }

    /// Whether this thread is now to run a part.
    package func begin(_ part: Int, loop: UInt64, thread: Int) -> Bool {
        let word = words + part * Self.stride
        let known = word.pointee.load(ordering: .relaxed)
        guard known >> 17 < loop else { return false }
        let begun = Self.word(loop: loop, thread: thread, isDone: false)
        return word.pointee.compareExchange(expected: known, desired: begun, ordering: .acquiringAndReleasing).exchanged
    }

    /// A part that this thread began has ended; what it wrote is seen by those who find that out.
    package func end(_ part: Int, loop: UInt64, thread: Int) {
        (words + part * Self.stride).pointee.store(
            Self.word(loop: loop, thread: thread, isDone: true), ordering: .sequentiallyConsistent)
    }

    /// Whether a part of the loop has ended.
    @inline(__always)
    package func isDone(_ part: Int, loop: UInt64) -> Bool {
        let word = (words + part * Self.stride).pointee.load(ordering: .sequentiallyConsistent)
        return word & 1 == 1 && word >> 17 == loop
    }

    /// The thread that last began a part.
    package func thread(of part: Int) -> Int {
        Int((words + part * Self.stride).pointee.load(ordering: .relaxed) >> 1 & 0xFFFF)
    }
}
