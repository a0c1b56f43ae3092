import CSynfireOneDNN

/// Maximum and average pooling over shards of images, by oneDNN, in whatever layout the values come.
package final class Pooling: @unchecked Sendable {
    /// What becomes of a window's values.
    package enum Operation: Sendable {
        case maximum
        /// The sum over the window's size, zeros of the padding counted.
        case averageWithPadding
        /// The sum over the number of values that are not padding.
        case averageWithoutPadding

        var algorithm: dnnl_alg_kind_t {
            switch self {
            case .maximum: dnnl_pooling_max
            case .averageWithPadding: dnnl_pooling_avg_include_padding
            case .averageWithoutPadding: dnnl_pooling_avg_exclude_padding
            }
        }
    }

    private struct Kernels {
        let forward: Primitive
        let backward: Primitive?
    }

    package let input: ValueLayout
    package let output: ValueLayout
    /// The numbers of workspace that a shard of the first size needs between forward and backward; 0 for none.
    package private(set) var workspaceCount = 0

    private let operation: Operation
    private let window: Window
    private let training: Bool
    private let context: KernelContext
    private var kernels: [Int: Kernels] = [:]

    /// Compiles the kernels for shards of `images` images of a layout and window without dilation.
    package init(
        _ operation: Operation, input: ValueLayout, window: Window, training: Bool, images: Int,
        context: KernelContext
    ) throws(KernelError) {
        self.operation = operation
        self.input = input
        self.window = window
        self.training = training
        self.context = context
        let (rows, columns) = window.outputSize(rows: input.rows, columns: input.columns)
        let isSignal = input.shape.count == 2
        output = ValueLayout(
            shape: isSignal ? [input.channels, columns] : [input.channels, rows, columns], block: input.block)
        try prepare(images: images)
    }

    /// Compiles the kernels for shards of `images` images, unless it has been done.
    ///
    /// Not to be called while one runs.
    package func prepare(images: Int) throws(KernelError) {
        guard kernels[images] == nil else { return }
        let source = try MemoryDescription(input, images: images)
        let result = try MemoryDescription(output, images: images)
        var window = window.forOneDNN
        let forward = try PrimitiveDescription("describe a pooling of \(input.shape)") { made in
            synfire_pooling_forward(
                made, context.engine, context.attributes, training, operation.algorithm, source.pointer,
                result.pointer, &window)
        }
        let workspace = try MemoryDescription(of: forward.pointer, dnnl_query_workspace_md)
        let extra = workspace.map { [(DNNL_ARG_WORKSPACE, $0)] } ?? []
        workspaceCount = max(workspaceCount, workspace?.floatCount ?? 0)
        var backward: Primitive?
        if training {
            let description = try PrimitiveDescription("describe a pooling's gradient") { made in
                synfire_pooling_backward(
                    made, context.engine, context.attributes, operation.algorithm, source.pointer, result.pointer,
                    &window, forward.pointer)
            }
            backward = try Primitive(
                description.pointer, arguments: [(DNNL_ARG_DIFF_DST, result), (DNNL_ARG_DIFF_SRC, source)] + extra,
                name: "gradient of a pooling", context: context)
        }
        kernels[images] = Kernels(
            forward: try Primitive(
                forward.pointer, arguments: [(DNNL_ARG_SRC, source), (DNNL_ARG_DST, result)] + extra, name: "pooling",
                context: context),
            backward: backward)
    }

    /// y ← pooled x for one shard.
    package func forward(
        _ x: UnsafeMutablePointer<Float>, into y: UnsafeMutablePointer<Float>,
        workspace: UnsafeMutablePointer<Float>?, images: Int, worker: Int
    ) throws(KernelError) {
        if let workspace {
            try kernels[images]?.forward.run(worker: worker, x, y, workspace)
        } else {
            try kernels[images]?.forward.run(worker: worker, x, y)
        }
    }

    /// dx ← the gradient of a shard's input.
    package func backward(
        _ dy: UnsafeMutablePointer<Float>, into dx: UnsafeMutablePointer<Float>,
        workspace: UnsafeMutablePointer<Float>?, images: Int, worker: Int
    ) throws(KernelError) {
        if let workspace {
            try kernels[images]?.backward?.run(worker: worker, dy, dx, workspace)
        } else {
            try kernels[images]?.backward?.run(worker: worker, dy, dx)
        }
    }
}
