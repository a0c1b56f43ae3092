import CSynfireSupport
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The threads of a ``WorkerPool`` and the signals between them.
///
/// A loop has a part for each worker. Thread k begins with worker k's part, so that what belongs to it stays in its core's
/// caches, and goes on with parts that nobody has begun: those of workers that have no thread, and of threads that come
/// late. How many threads take part changes with the load of the machine (see ``ThreadBudget``); the parts do not.
///
/// Kept apart from the pool so that the threads do not keep the pool alive: the pool's `deinit` ends them.
///
/// Unchecked `Sendable`: `job` is written only by the thread that holds `entry`, before the loop is announced, and read by
/// threads that have seen the announcement and have begun a part (see ``LoopParts``); it is not written again before all
/// parts have ended. `budget` is used by the thread that holds `entry`. `threads` belongs to the pool's `init` and
/// `deinit`, and between them does not change.
final class PoolCore: @unchecked Sendable {
    private let entry = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let bench = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    /// The number of the loop, and in the low 16 bits how many parts it has.
    private let announcement = Atomic<UInt64>(0)
    private let stopping = Atomic<Bool>(false)
    /// How many threads take part in loops, the calling one included; the others sit on the bench.
    ///
    /// Changed under `lock`.
    private let active: Atomic<Int>
    /// How many of them sleep until a loop is announced.
    private let sleepers = Atomic<Int>(0)
    private let callerSleeps = Atomic<Bool>(false)
    /// How long a thread looks for the next loop before it sleeps [ns].
    private let patience = Atomic<UInt64>(PoolCore.longPatience)
    private let parts: LoopParts
    private var job: ((Int) -> Void)?
    private var threads: [BackgroundThread] = []
    private var budget: ThreadBudget

    /// How long to look for a loop before sleeping [ns].
    ///
    /// Simulations in steps start a loop every few microseconds, and a wake-up costs some tens of them on a virtual
    /// machine: so one looks first. Where other work wants the processors, looking keeps them from it for longer.
    private static let longPatience: UInt64 = 400_000
    private static let shortPatience: UInt64 = 30_000
    /// What it may take until the end of a part is seen before one asks whether its thread has a processor.
    private static let usualWait: UInt64 = 50_000

    /// Set on every thread while it runs a loop's body, so that a nested loop is noticed.
    private static let insideLoop: pthread_key_t = {
        var key = pthread_key_t()
        guard pthread_key_create(&key, nil) == 0 else { fatalError("no thread-local storage left") }
        return key
    }()

    /// - Parameters:
    ///   - workers: The most parts of a loop.
    ///   - threads: How many threads run them, the calling one included.
    init(workers: Int, threads: Int) {
        parts = LoopParts(count: workers)
        budget = ThreadBudget(most: threads)
        active = Atomic(threads)
        pthread_mutex_init(entry, nil)
        pthread_mutex_init(lock, nil)
        for condition in [wake, bench, done] { pthread_cond_init(condition, nil) }
    }

    deinit {
        for condition in [wake, bench, done] {
            pthread_cond_destroy(condition)
            condition.deallocate()
        }
        for mutex in [lock, entry] {
            pthread_mutex_destroy(mutex)
            mutex.deallocate()
        }
    }

    /// Starts the threads.
    func start() throws {
        for number in 1..<budget.most {
            do throws(BackgroundThreadError) {
                threads.append(try BackgroundThread { [self] in work(as: number) })
            } catch {
                stop()
                throw WorkerPoolError.threadNotStarted(number: number, code: error.code)
            }
        }
    }

    func stop() {
        pthread_mutex_lock(lock)
        stopping.store(true, ordering: .releasing)
        pthread_cond_broadcast(wake)
        pthread_cond_broadcast(bench)
        pthread_mutex_unlock(lock)
        for thread in threads { thread.join() }
        threads = []
    }

    /// Runs `work` once for each of the first `count` workers, and waits for all of them.
    func run(participants count: Int, _ work: (Int) -> Void) {
        // Not a precondition: this module is built without them in release.
        guard pthread_getspecific(Self.insideLoop) == nil else {
            fatalError("a parallel loop was started inside the body of another one")
        }
        pthread_mutex_lock(entry)
        defer { pthread_mutex_unlock(entry) }
        if count > 1, budget.threads < budget.most {
            budget.tryMore(now: synfire_nanoseconds())
            follow(budget)
        }
        Self.markInside(true)
        defer { Self.markInside(false) }
        guard count > 1, budget.threads > 1 else {
            for part in 0..<count { work(part) }
            return
        }
        withoutActuallyEscaping(work) { work in
            job = work
            let loop = announcement.load(ordering: .relaxed) >> 16 &+ 1
            announcement.store(loop << 16 | UInt64(count), ordering: .sequentiallyConsistent)
            if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
                pthread_mutex_lock(lock)
                pthread_cond_broadcast(wake)
                pthread_mutex_unlock(lock)
            }
            takePart(as: 0, loop: loop, count: count)
            for part in 0..<count where !parts.isDone(part, loop: loop) { wait(for: part, loop: loop) }
            job = nil
        }
    }

    private static func markInside(_ inside: Bool) {
        pthread_setspecific(insideLoop, inside ? UnsafeRawPointer(bitPattern: 1) : nil)
    }

    /// Runs parts of a loop until each has been begun by someone.
    private func takePart(as thread: Int, loop: UInt64, count: Int) {
        for part in stride(from: thread, to: count, by: active.load(ordering: .relaxed)) {
            runUnbegun(part, loop: loop, thread: thread)
        }
        for part in 0..<count { runUnbegun(part, loop: loop, thread: thread) }
    }

    private func runUnbegun(_ part: Int, loop: UInt64, thread: Int) {
        guard parts.begin(part, loop: loop, thread: thread) else { return }
        job?(part)
        parts.end(part, loop: loop, thread: thread)
        if callerSleeps.load(ordering: .sequentiallyConsistent) {
            pthread_mutex_lock(lock)
            pthread_cond_signal(done)
            pthread_mutex_unlock(lock)
        }
    }

    /// Lets as many threads take part as are worth it, and look as long as is.
    private func follow(_ budget: ThreadBudget) {
        patience.store(budget.isStrained ? Self.shortPatience : Self.longPatience, ordering: .relaxed)
        guard active.load(ordering: .relaxed) != budget.threads else { return }
        pthread_mutex_lock(lock)
        active.store(budget.threads, ordering: .relaxed)
        pthread_cond_broadcast(bench)
        pthread_mutex_unlock(lock)
    }

    /// Looks for something to become true: some hundred times, then more calmly for some nanoseconds.
    @inline(__always)
    private static func look(for nanoseconds: UInt64, _ isTrue: () -> Bool) -> Bool {
        for _ in 0..<500 where isTrue() { return true }
        let end = synfire_nanoseconds() + nanoseconds
        repeat {
            for _ in 0..<32 {
                if isTrue() { return true }
                synfire_pause()
            }
        } while synfire_nanoseconds() < end
        return false
    }

    /// Waits for the end of a part that another thread has begun; time in which that had no processor is noted.
    private func wait(for part: Int, loop: UInt64) {
        if Self.look(for: Self.usualWait, { parts.isDone(part, loop: loop) }) { return }
        let thread = threads[parts.thread(of: part) - 1]
        let (start, worked) = (synfire_nanoseconds(), thread.processorTime)
        // A thread that works is worth looking for, one that does not may not come for many milliseconds.
        var isAtWork = true
        while isAtWork, synfire_nanoseconds() - start < Self.longPatience {
            let (before, workedBefore) = (synfire_nanoseconds(), thread.processorTime)
            if Self.look(for: Self.usualWait, { parts.isDone(part, loop: loop) }) { break }
            isAtWork = thread.processorTime - workedBefore > (synfire_nanoseconds() - before) / 2
        }
        if !parts.isDone(part, loop: loop) { sleepUntilDone(part, loop: loop) }
        // A thread that has begun a part has had a processor: zero where the system does not say.
        guard worked > 0 else { return }
        let now = synfire_nanoseconds()
        let passed = now - start
        budget.note(lost: passed - min(passed, thread.processorTime - worked), now: now)
        follow(budget)
    }

    private func sleepUntilDone(_ part: Int, loop: UInt64) {
        pthread_mutex_lock(lock)
        callerSleeps.store(true, ordering: .sequentiallyConsistent)
        while !parts.isDone(part, loop: loop) { pthread_cond_wait(done, lock) }
        callerSleeps.store(false, ordering: .relaxed)
        pthread_mutex_unlock(lock)
    }

    private func work(as thread: Int) {
        var seen: UInt64 = 0
        Self.markInside(true)
        while let next = waitForLoop(as: thread, after: seen) {
            seen = next
            takePart(as: thread, loop: next >> 16, count: Int(next & 0xFFFF))
        }
    }

    /// The next loop's announcement, or nil where the pool ends.
    private func waitForLoop(as thread: Int, after seen: UInt64) -> UInt64? {
        if Self.look(
            for: patience.load(ordering: .relaxed),
            { announcement.load(ordering: .acquiring) != seen || thread >= active.load(ordering: .relaxed) })
        {
            let now = announcement.load(ordering: .acquiring)
            if now != seen { return now }
        }
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while !stopping.load(ordering: .acquiring) {
            if thread >= active.load(ordering: .relaxed) {
                pthread_cond_wait(bench, lock)
                continue
            }
            sleepers.add(1, ordering: .sequentiallyConsistent)
            defer { sleepers.subtract(1, ordering: .relaxed) }
            let now = announcement.load(ordering: .sequentiallyConsistent)
            if now != seen { return now }
            pthread_cond_wait(wake, lock)
        }
        return nil
    }
}
