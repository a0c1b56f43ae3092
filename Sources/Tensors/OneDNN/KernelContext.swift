import COneDNN

/// What the kernels of one plan share: an execution stream and scratch memory a worker.
///
/// Unchecked `Sendable`: entry `w` of each list is used by worker `w` only; `reserveScratch` is called while no kernel
/// runs.
public final class KernelContext: @unchecked Sendable {
    /// How many workers may run kernels at once.
    public let workers: Int

    let engine: dnnl_engine_t
    private(set) var streams: [dnnl_stream_t] = []
    private(set) var scratch: [FloatBuffer] = []
    let attributes: dnnl_primitive_attr_t

    /// Makes a context.
    ///
    /// - Throws: ``KernelError`` where oneDNN is not usable.
    public init(workers: Int) throws(KernelError) {
        self.workers = workers
        engine = try OneDNN.engine()
        var attributes: dnnl_primitive_attr_t?
        try OneDNN.check(dnnl_primitive_attr_create(&attributes), "make attributes")
        guard let attributes else { throw KernelError.outOfMemory(bytes: 0) }
        self.attributes = attributes
        // With scratch memory of our own a primitive has no state and may run on several workers at once.
        try OneDNN.check(
            dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), "set the scratch mode")
        for _ in 0..<workers {
            var stream: dnnl_stream_t?
            try OneDNN.check(
                dnnl_stream_create(&stream, engine, UInt32(dnnl_stream_default_flags.rawValue)), "make a stream")
            if let stream { streams.append(stream) }
            scratch.append(try FloatBuffer(count: 0))
        }
    }

    deinit {
        for stream in streams { dnnl_stream_destroy(stream) }
        dnnl_primitive_attr_destroy(attributes)
    }

    /// Makes sure that each worker has scratch memory for a kernel.
    func reserveScratch(_ count: Int) throws(KernelError) {
        guard scratch[0].count < count else { return }
        for worker in 0..<workers { scratch[worker] = try FloatBuffer(count: count) }
    }
}
