import CSynfireSupport
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Threads that run loops together.
///
/// A pool has a number of workers, by which work is divided, and at most as many threads as there are processors, the
/// calling one among them; a thread may run the parts of several workers. Where other programs keep the processors busy,
/// so that threads wait more than they work, fewer take part for a while. A loop ends when all its parts have ended, so
/// the body may use memory that the caller has borrowed. Which worker gets which part is not defined: a body that writes
/// only what belongs to its range gives the same result for any number of workers. Bodies must not wait for one another.
///
/// Several threads may call one pool; their loops run one after the other. A loop inside a loop's body stops the
/// program, because it would wait for itself.
public final class WorkerPool: Sendable {
    /// Into how many parts the work of a loop is divided.
    public let workers: Int

    private let core: PoolCore

    /// The number of processor cores that this process may use.
    public static var availableCores: Int { Int(synfire_available_processors()) }

    /// Starts the threads of a pool.
    ///
    /// - Parameter workers: Into how many parts loops are divided; below 1 counts as 1, above 65,535 as 65,535.
    /// - Throws: ``WorkerPoolError/threadNotStarted(number:code:)`` where the system refuses a thread.
    public init(workers: Int = WorkerPool.availableCores) throws {
        self.workers = min(max(1, workers), 0xFFFF)
        core = PoolCore(workers: self.workers, threads: min(self.workers, Self.availableCores))
        try core.start()
    }

    deinit {
        core.stop()
    }

    /// Runs `body` over ranges that together are 0 ..< count, and waits for all of them.
    ///
    /// - Parameters:
    ///   - count: The number of elements.
    ///   - grain: The length of a range; the last one may be shorter.
    ///   - body: Gets a range of elements.
    /// - Throws: The error of the first range (in element order) whose body threw. Ranges after it may not have run.
    public func parallelFor<Failure: Error>(
        _ count: Int, grain: Int = 1, _ body: @Sendable (Range<Int>) throws(Failure) -> Void
    ) throws(Failure) {
        try parallelFor(count, grain: grain) { (_: Int, range: Range<Int>) throws(Failure) in try body(range) }
    }

    /// Runs `body` over ranges that together are 0 ..< count, telling it which worker it runs on.
    ///
    /// - Parameters:
    ///   - count: The number of elements.
    ///   - grain: The length of a range; the last one may be shorter.
    ///   - body: Gets the worker, in 0 ..< workers, and a range. No two bodies run on one worker at once, so the number
    ///     selects scratch memory; results must not depend on it.
    /// - Throws: The error of the first range (in element order) whose body threw. Ranges after it may not have run.
    public func parallelFor<Failure: Error>(
        _ count: Int, grain: Int = 1, _ body: @Sendable (_ worker: Int, _ range: Range<Int>) throws(Failure) -> Void
    ) throws(Failure) {
        guard count > 0 else { return }
        let loop = LoopState<Failure>(count: count, grain: max(1, grain))
        withoutActuallyEscaping(body) { body in
            core.run(participants: min(workers, loop.parts)) { worker in
                while let range = loop.take() {
                    do throws(Failure) {
                        try body(worker, range)
                    } catch {
                        loop.fail(at: range.lowerBound, error)
                    }
                }
            }
        }
        if let error = loop.failure { throw error }
    }

    /// Runs `body` once for each worker, and waits for all of them; nothing is allocated.
    ///
    /// A worker's body runs on the same thread each time, where that is not late, so what belongs to it stays in its caches.
    ///
    /// - Parameter body: Gets the worker, in 0 ..< workers.
    public func forEachWorker(_ body: @Sendable (_ worker: Int) -> Void) {
        core.run(participants: workers, body)
    }
}

/// Why a pool could not be made.
public enum WorkerPoolError: Error, Equatable, CustomStringConvertible {
    /// The system refused to start a thread, with its error number.
    case threadNotStarted(number: Int, code: Int32)

    /// One sentence on what went wrong.
    public var description: String {
        switch self {
        case .threadNotStarted(let number, let code):
            "Worker thread \(number) could not be started: \(String(cString: strerror(code)))."
        }
    }
}

/// The parts of one loop that are still to be handed out, and the first failure.
///
/// Parts are handed out in order, so the failing part with the lowest index has always run when the loop ends: the
/// error that is thrown does not depend on timing.
private final class LoopState<Failure: Error>: Sendable {
    private let next = Atomic<Int>(0)
    private let firstFailure = Mutex<(index: Int, error: Failure)?>(nil)
    private let count: Int
    private let grain: Int

    init(count: Int, grain: Int) {
        self.count = count
        self.grain = grain
    }

    var parts: Int { (count - 1) / grain + 1 }

    func take() -> Range<Int>? {
        let part = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard part < parts else { return nil }
        let start = part * grain
        return start..<min(start + grain, count)
    }

    func fail(at index: Int, _ error: Failure) {
        firstFailure.withLock { first in
            if first.map({ index < $0.index }) ?? true { first = (index, error) }
        }
        next.store(parts, ordering: .relaxed)
    }

    var failure: Failure? { firstFailure.withLock { $0?.error } }
}
