import CSynfireOneDNN

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
    private let plain: KernelAttributes

    /// The attributes of kernels with nothing behind them.
    var attributes: dnnl_primitive_attr_t { plain.pointer }

    /// Makes a context.
    ///
    /// - Throws: ``KernelError`` where oneDNN is not usable.
    public init(workers: Int) throws(KernelError) {
        self.workers = workers
        engine = try OneDNN.engine()
        plain = try KernelAttributes(PostOperations())
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
    }

    /// Makes sure that each worker has scratch memory for a kernel.
    func reserveScratch(_ count: Int) throws(KernelError) {
        guard scratch[0].count < count else { return }
        for worker in 0..<workers { scratch[worker] = try FloatBuffer(count: count) }
    }
}

/// What a kernel does with each value before it writes it, in this order.
package struct PostOperations: Sendable, Hashable {
    /// Whether it adds what was there before.
    package var adds: Bool
    /// Whether it rectifies.
    package var rectifies: Bool

    package init(adds: Bool = false, rectifies: Bool = false) {
        self.adds = adds
        self.rectifies = rectifies
    }
}

/// Attributes of kernels.
///
/// Unchecked `Sendable`: never changed after they are made.
final class KernelAttributes: @unchecked Sendable {
    let pointer: dnnl_primitive_attr_t

    init(_ operations: PostOperations) throws(KernelError) {
        var made: dnnl_primitive_attr_t?
        try OneDNN.check(dnnl_primitive_attr_create(&made), "make attributes")
        guard let made else { throw KernelError.outOfMemory(bytes: 0) }
        pointer = made
        // With scratch memory of our own a primitive has no state and may run on several workers at once.
        try OneDNN.check(
            dnnl_primitive_attr_set_scratchpad_mode(pointer, dnnl_scratchpad_mode_user), "set the scratch mode")
        guard operations != PostOperations() else { return }
        var list: dnnl_post_ops_t?
        try OneDNN.check(dnnl_post_ops_create(&list), "make a list of operations")
        guard let list else { throw KernelError.outOfMemory(bytes: 0) }
        defer { dnnl_post_ops_destroy(list) }
        if operations.adds { try OneDNN.check(synfire_append_sum(list), "append an addition") }
        if operations.rectifies { try OneDNN.check(synfire_append_relu(list), "append a rectification") }
        try OneDNN.check(dnnl_primitive_attr_set_post_ops(pointer, list), "set the operations")
    }

    deinit {
        dnnl_primitive_attr_destroy(pointer)
    }
}
