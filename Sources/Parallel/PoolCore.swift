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
/// Kept apart from the pool so that the threads do not keep the pool alive: the pool's `deinit` ends them.
///
/// Unchecked `Sendable`: `job` is written only by the thread that holds `entry`, before the loop is announced, and read
/// by the loop's participants after they have seen the announcement (acquire/release on `announcement`); it is not
/// written again before all of them are done. `threads` belongs to the pool's `init` and `deinit`.
final class PoolCore: @unchecked Sendable {
    private let entry = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    /// The number of the loop, and in the low 16 bits how many workers take part.
    ///
    /// Both in one word, so that a worker that does not take part, and for which nobody waits, cannot mix up two loops.
    private let announcement = Atomic<UInt64>(0)
    private let running = Atomic<Int>(0)
    private let stopping = Atomic<Bool>(false)
    private var job: ((Int) -> Void)?
    private var threads: [BackgroundThread] = []

    /// How often a waiting thread looks before it sleeps.
    ///
    /// Simulations in steps start a loop every few microseconds, and a wake-up costs some tens of them on a virtual
    /// machine: where every thread has a core, one looks for some hundred microseconds. Where threads share cores, looking
    /// keeps others from working.
    private let looksBeforeSleep: Int

    /// Set on every thread while it runs a loop's body, so that a nested loop is noticed.
    private static let insideLoop: pthread_key_t = {
        var key = pthread_key_t()
        guard pthread_key_create(&key, nil) == 0 else { fatalError("no thread-local storage left") }
        return key
    }()

    /// - Parameter sharesCores: Whether there are more threads than cores.
    init(sharesCores: Bool) {
        looksBeforeSleep = sharesCores ? 1000 : 500_000
        pthread_mutex_init(entry, nil)
        pthread_mutex_init(lock, nil)
        pthread_cond_init(wake, nil)
        pthread_cond_init(done, nil)
    }

    deinit {
        pthread_cond_destroy(done)
        pthread_cond_destroy(wake)
        pthread_mutex_destroy(lock)
        pthread_mutex_destroy(entry)
        done.deallocate()
        wake.deallocate()
        lock.deallocate()
        entry.deallocate()
    }

    /// Starts the threads.
    func start(threads count: Int) throws {
        for number in 1..<(count + 1) {
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
        pthread_mutex_unlock(lock)
        for thread in threads { thread.join() }
        threads = []
    }

    /// Runs `work` once on each of the first `count` workers, the calling thread being worker 0.
    func run(participants count: Int, _ work: (Int) -> Void) {
        // Not a precondition: this module is built without them in release.
        guard pthread_getspecific(Self.insideLoop) == nil else {
            fatalError("a parallel loop was started inside the body of another one")
        }
        pthread_mutex_lock(entry)
        defer { pthread_mutex_unlock(entry) }
        withoutActuallyEscaping(work) { work in
            if count > 1 {
                job = work
                running.store(count - 1, ordering: .relaxed)
                pthread_mutex_lock(lock)
                let number = announcement.load(ordering: .relaxed) >> 16 &+ 1
                announcement.store(number << 16 | UInt64(count), ordering: .releasing)
                pthread_cond_broadcast(wake)
                pthread_mutex_unlock(lock)
            }
            Self.markInside(true)
            work(0)
            Self.markInside(false)
            if count > 1 {
                waitForWorkers()
                job = nil
            }
        }
    }

    private static func markInside(_ inside: Bool) {
        pthread_setspecific(insideLoop, inside ? UnsafeRawPointer(bitPattern: 1) : nil)
    }

    private func waitForWorkers() {
        for _ in 0..<looksBeforeSleep where running.load(ordering: .acquiring) == 0 { return }
        pthread_mutex_lock(lock)
        while running.load(ordering: .acquiring) != 0 { pthread_cond_wait(done, lock) }
        pthread_mutex_unlock(lock)
    }

    private func work(as worker: Int) {
        var seen: UInt64 = 0
        Self.markInside(true)
        while let next = waitForLoop(after: seen) {
            seen = next
            guard worker < Int(next & 0xFFFF) else { continue }
            job?(worker)
            if running.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
                pthread_mutex_lock(lock)
                pthread_cond_signal(done)
                pthread_mutex_unlock(lock)
            }
        }
    }

    private func waitForLoop(after seen: UInt64) -> UInt64? {
        for _ in 0..<looksBeforeSleep {
            let now = announcement.load(ordering: .acquiring)
            if now != seen { return now }
        }
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while true {
            if stopping.load(ordering: .acquiring) { return nil }
            let now = announcement.load(ordering: .acquiring)
            if now != seen { return now }
            pthread_cond_wait(wake, lock)
        }
    }
}
