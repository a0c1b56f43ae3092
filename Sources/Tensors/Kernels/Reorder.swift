import CSynfireOneDNN

/// Copies shards of values from one layout to another.
package final class Reorder: @unchecked Sendable {
    private let from: ValueLayout
    private let to: ValueLayout
    private let context: KernelContext
    private var kernels: [Int: Primitive] = [:]

    package init(from: ValueLayout, to: ValueLayout, context: KernelContext) {
        self.from = from
        self.to = to
        self.context = context
    }

    /// Compiles the kernel for shards of `images` images, unless it has been done.
    ///
    /// Not to be called while one runs.
    package func prepare(images: Int) throws(KernelError) {
        guard kernels[images] == nil else { return }
        kernels[images] = try Self.primitive(
            from: MemoryDescription(from, images: images), to: MemoryDescription(to, images: images), context)
    }

    /// Copies one shard.
    package func run(
        _ source: UnsafeMutablePointer<Float>, into result: UnsafeMutablePointer<Float>, images: Int, worker: Int
    ) throws(KernelError) {
        try kernels[images]?.run(worker: worker, source, result)
    }

    static func primitive(
        from: MemoryDescription, to: MemoryDescription, _ context: KernelContext
    ) throws(KernelError) -> Primitive {
        let description = try PrimitiveDescription("describe a change of layout") { made in
            synfire_reorder(made, context.engine, context.attributes, from.pointer, to.pointer)
        }
        return try Primitive(
            description.pointer, arguments: [(DNNL_ARG_FROM, from), (DNNL_ARG_TO, to)], name: "change of layout",
            context: context)
    }
}
