import CSynfireOneDNN

/// A compiled kernel of oneDNN, bound to the shapes it was made for, that any worker may run on memory it is given.
///
/// Unchecked `Sendable`: the primitive is never changed; the memory objects and argument lists belong to one worker
/// each.
final class Primitive: @unchecked Sendable {
    private let primitive: dnnl_primitive_t
    private let context: KernelContext
    private let count: Int
    private let hasScratch: Bool
    private var memories: [dnnl_memory_t] = []
    private let arguments: UnsafeMutablePointer<dnnl_exec_arg_t>
    private let name: String
    /// oneDNN's name of the kernel that it chose, such as `jit:avx2`.
    let implementation: String

    /// Compiles a kernel.
    ///
    /// - Parameters:
    ///   - description: The primitive descriptor; it stays the caller's.
    ///   - arguments: Number and memory of each argument, in the order in which ``run`` will be given addresses.
    ///   - name: What the kernel does, for errors.
    init(
        _ description: dnnl_primitive_desc_t, arguments list: [(Int32, MemoryDescription)], name: String,
        context: KernelContext
    ) throws(KernelError) {
        self.context = context
        self.name = name
        implementation = PrimitiveDescription.implementation(of: description)
        var made: dnnl_primitive_t?
        try OneDNN.check(dnnl_primitive_create(&made, description), "compile \(name)")
        guard let made else { throw KernelError.outOfMemory(bytes: 0) }
        primitive = made

        var list = list
        let scratch = try MemoryDescription(of: description, dnnl_query_scratchpad_md)
        if let scratch {
            try context.reserveScratch(scratch.floatCount)
            list.append((Int32(DNNL_ARG_SCRATCHPAD), scratch))
        }
        hasScratch = scratch != nil
        count = list.count
        arguments = .allocate(capacity: count * context.workers)
        for worker in 0..<context.workers {
            for (index, (number, memory)) in list.enumerated() {
                var object: dnnl_memory_t?
                let status = synfire_memory_create(&object, memory.pointer, context.engine, nil)
                try OneDNN.check(status, "make memory for \(name)")
                guard let object else { throw KernelError.outOfMemory(bytes: 0) }
                memories.append(object)
                (arguments + worker * count + index).initialize(to: dnnl_exec_arg_t(arg: number, memory: object))
            }
        }
    }

    deinit {
        for memory in memories { dnnl_memory_destroy(memory) }
        arguments.deallocate()
        dnnl_primitive_destroy(primitive)
    }

    /// Runs the kernel on the calling thread, which is the given worker, over the arguments' memory.
    ///
    /// Addresses beyond the kernel's arguments are left out: a layer without bias passes nil for it.
    func run(worker: Int, _ addresses: UnsafeMutableRawPointer?...) throws(KernelError) {
        let first = worker * count
        for index in 0..<min(addresses.count, hasScratch ? count - 1 : count) {
            dnnl_memory_set_data_handle(memories[first + index], addresses[index])
        }
        if hasScratch {
            dnnl_memory_set_data_handle(memories[first + count - 1], context.scratch[worker].base)
        }
        let stream = context.streams[worker]
        var status = dnnl_primitive_execute(primitive, stream, Int32(count), arguments + first)
        if status == dnnl_success { status = dnnl_stream_wait(stream) }
        try OneDNN.check(status, "run \(name)")
    }
}

/// A primitive descriptor that ends with its scope or owner.
final class PrimitiveDescription: @unchecked Sendable {
    let pointer: dnnl_primitive_desc_t

    init(
        _ operation: String, _ make: (UnsafeMutablePointer<dnnl_primitive_desc_t?>) throws(KernelError) -> dnnl_status_t
    ) throws(KernelError) {
        var made: dnnl_primitive_desc_t?
        try OneDNN.check(try make(&made), operation)
        guard let made else { throw KernelError.outOfMemory(bytes: 0) }
        pointer = made
    }

    deinit {
        dnnl_primitive_desc_destroy(pointer)
    }

    /// oneDNN's name of the kernel that it chose, such as `jit:avx2`.
    static func implementation(of pointer: dnnl_primitive_desc_t) -> String {
        synfire_query_implementation(pointer).map { String(cString: $0) } ?? ""
    }

    /// Whether oneDNN has nothing but plain loops for it.
    var isReference: Bool { Self.implementation(of: pointer).hasPrefix("ref") }

    /// The memory that the kernel wants for an argument.
    func memory(_ what: dnnl_query_t) throws(KernelError) -> MemoryDescription {
        guard let found = try MemoryDescription(of: pointer, what) else {
            throw KernelError.refused(operation: "ask for a kernel's memory", status: 0, name: "no such argument")
        }
        return found
    }
}
