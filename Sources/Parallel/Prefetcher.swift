#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A thread that makes elements ahead of the one who takes them, at most so many.
///
/// The elements come in the order in which they are made. An error is thrown where the element would have come that could
/// not be made. When the prefetcher is no longer referenced its thread ends after the element that it is at.
public final class Prefetcher<Element: Sendable>: Sendable {
    private let queue: PrefetchQueue<Element>
    private let thread: BackgroundThread

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - ahead: How many elements may wait to be taken, at least 1. With the one that the taker still uses, `ahead` + 1
    ///     exist at a time, the one that is being made included.
    ///   - produce: Makes the next element; nil after the last one. Called on the new thread only.
    /// - Throws: ``WorkerPoolError/threadNotStarted(number:code:)`` where the system refuses a thread.
    public init(ahead: Int, produce: @escaping @Sendable () throws -> Element?) throws {
        let queue = PrefetchQueue<Element>(ahead: max(1, ahead))
        self.queue = queue
        do throws(BackgroundThreadError) {
            thread = try BackgroundThread { queue.fill(produce) }
        } catch {
            throw WorkerPoolError.threadNotStarted(number: 1, code: error.code)
        }
    }

    deinit {
        queue.stop()
        thread.join()
    }

    /// The next element, waited for where it is not ready; nil after the last one.
    ///
    /// - Throws: What `produce` threw in place of this element; again at each later call.
    public func next() throws -> Element? { try queue.take() }
}

/// The elements between the two threads of a ``Prefetcher``.
///
/// Kept apart from the prefetcher so that the thread does not keep that alive: its `deinit` ends the thread.
///
/// Unchecked `Sendable`: everything that changes is read and written under `lock`.
private final class PrefetchQueue<Element: Sendable>: @unchecked Sendable {
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let ahead: Int
    private var ready: [Element] = []
    private var isStopping = false
    /// How the making of elements ended.
    private var end: Result<Void, any Error>?

    init(ahead: Int) {
        self.ahead = ahead
        pthread_mutex_init(lock, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(lock)
        changed.deallocate()
        lock.deallocate()
    }

    /// Runs `body` with the lock held, then wakes the other thread.
    private func change<Value>(_ body: () throws -> Value) rethrows -> Value {
        pthread_mutex_lock(lock)
        defer {
            pthread_cond_broadcast(changed)
            pthread_mutex_unlock(lock)
        }
        return try body()
    }

    /// Makes elements until the last one, an error, or a stop.
    func fill(_ produce: () throws -> Element?) {
        while waitForRoom() {
            let made = Result { try produce() }
            let isOver = change {
                switch made {
                case .success(let element?):
                    ready.append(element)
                    return false
                case .success(nil): end = .success(())
                case .failure(let error): end = .failure(error)
                }
                return true
            }
            if isOver { return }
        }
    }

    /// Waits until another element may be made; false where none is to be made any more.
    private func waitForRoom() -> Bool {
        change {
            while ready.count >= ahead && !isStopping { pthread_cond_wait(changed, lock) }
            return !isStopping
        }
    }

    func take() throws -> Element? {
        try change {
            while ready.isEmpty {
                if let end {
                    try end.get()
                    return nil
                }
                pthread_cond_wait(changed, lock)
            }
            return ready.removeFirst()
        }
    }

    func stop() {
        change { isStopping = true }
    }
}
