import CSynfireOneDNN
import CSynfireSupport

/// oneDNN's one engine and its checked calls.
package enum OneDNN {
    /// Turns a status into an error that says what was being done.
    static func check(_ status: dnnl_status_t, _ operation: @autoclosure () -> String) throws(KernelError) {
        guard status != dnnl_success else { return }
        throw KernelError.refused(
            operation: operation(), status: UInt32(status.rawValue), name: String(cString: dnnl_status2str(status)))
    }

    /// The processor.
    ///
    /// It carries no state, so that all threads may share it.
    static func engine() throws(KernelError) -> dnnl_engine_t {
        try sharedEngine.get().engine
    }

    private struct Engine: @unchecked Sendable {
        let engine: dnnl_engine_t
    }

    private static let sharedEngine: Result<Engine, KernelError> = Result { () throws(KernelError) in
        guard synfire_onednn_threads_can_be_limited() else {
            throw KernelError.threadsNotLimited(runtime: UInt32(dnnl_version().pointee.cpu_runtime))
        }
        var engine: dnnl_engine_t?
        try check(dnnl_engine_create(&engine, dnnl_cpu, 0), "make the processor's engine")
        guard let engine else { throw KernelError.outOfMemory(bytes: 0) }
        return Engine(engine: engine)
    }

    /// The version of the library that is loaded, such as "2.6.3".
    package static var version: String {
        let version = dnnl_version().pointee
        return "\(version.major).\(version.minor).\(version.patch)"
    }
}

/// Prepares threads for oneDNN's kernels: keeps it from starting threads of its own, and signals from its kernels.
///
/// oneDNN cuts a kernel by the number of OpenMP threads of the thread that makes or runs it, and sums in an order that
/// depends on the cut. Kernels here run on one thread each; what runs side by side is decided by us. OpenMP keeps the
/// number a thread, so every worker has to be told, and the caller gets its own back.
///
/// Matrix products of oneDNN up to 3.11.1 point the stack register into the heap while they run, so that a handler
/// called there would write over its neighbours (github.com/uxlfoundation/oneDNN/issues/4845). Signals therefore wait
/// until a kernel's thread is done; workers of a pool never take any.
package enum KernelThreads {
    private static let setLimit = synfire_openmp_set_threads()
    private static let readLimit = synfire_openmp_max_threads()

    /// How many threads a kernel started by the calling thread would use.
    package static var current: Int { readLimit.map { Int($0()) } ?? 1 }

    /// Makes kernels started by the calling thread run on it alone.
    ///
    /// Costs a few nanoseconds.
    package static func limitCallingThread() { setLimit?(1) }

    /// Runs `body` with kernels limited to the calling thread and signals kept from it, and gives the thread its own
    /// number and signals back.
    package static func limited<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var signals = sigset_t()
        synfire_keep_signals_out(&signals)
        defer { synfire_let_signals_in(&signals) }
        let before = readLimit?()
        setLimit?(1)
        defer { if let before { setLimit?(before) } }
        return try body()
    }
}
