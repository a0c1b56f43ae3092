import CSynfireSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A thread of the system that runs one function.
///
/// It takes no signals: those are for the threads of the program that we are part of, and kernels must not be interrupted
/// (see `KernelThreads`). ``join()`` must be called once.
struct BackgroundThread: @unchecked Sendable {
    private let thread: pthread_t

    /// Starts a thread.
    ///
    /// - Parameter body: What it runs; the thread ends with it.
    /// - Throws: ``BackgroundThreadError`` where the system refuses.
    init(_ body: @escaping @Sendable () -> Void) throws(BackgroundThreadError) {
        var signals = sigset_t()
        synfire_keep_signals_out(&signals)
        defer { synfire_let_signals_in(&signals) }
        let start = Unmanaged.passRetained(ThreadStart(body))
        #if canImport(Darwin)
        var created: pthread_t?
        let code = pthread_create(&created, nil, threadMain, start.toOpaque())
        let thread = created
        #else
        var created = pthread_t()
        let code = pthread_create(&created, nil, threadMain, start.toOpaque())
        let thread: pthread_t? = created
        #endif
        guard code == 0, let thread else {
            start.release()
            throw BackgroundThreadError(code: code)
        }
        self.thread = thread
    }

    /// How long it has had a processor [ns]; 0 where the system does not say.
    ///
    /// Not to be asked after ``join()``.
    var processorTime: UInt64 { synfire_nanoseconds_of_thread(thread) }

    /// Waits for the thread's end.
    func join() {
        pthread_join(thread, nil)
    }
}

/// The system refused to start a thread.
struct BackgroundThreadError: Error {
    /// Its error number.
    let code: Int32
}

/// What a new thread is told.
private final class ThreadStart {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}

#if canImport(Darwin)
private func threadMain(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue().body()
    return nil
}
#else
private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue().body()
    return nil
}
#endif
